//! A wave spring: a flat ring that rises and falls round its turn. Knows no other solids.

use super::line::{Line, half_line, roots};
use super::spans::{Buffers, Spans, subtract};

/// Steps along a ray near a face are no longer than this, mm; within one the strip's height is all
/// but straight.
const STEP: f64 = 0.08;
/// A chord is cut into no more than so many.
const MOST_STEPS: usize = 10_000;

/// A ring strip whose middle height is z_m + A·cos(nφ + phase).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaveRing {
    /// Where its axis stands, `[x, y]`, mm.
    pub centre: [f64; 2],
    /// Inner and outer radius, mm.
    pub radius: [f64; 2],
    /// Mean height z_m of the strip's middle, mm.
    pub z: f64,
    /// Amplitude A, mm.
    pub amplitude: f64,
    /// Waves n a turn.
    pub waves: u32,
    /// Phase, radians.
    pub phase: f64,
    /// Vertical thickness of the strip, mm.
    pub thickness: f64,
}

impl WaveRing {
    /// Height above the middle of the strip; |h| ≤ thickness / 2 inside.
    pub(super) fn height(&self, [x, y, z]: [f64; 3]) -> f64 {
        let angle = (y - self.centre[1]).atan2(x - self.centre[0]);
        z - self.z - self.amplitude * (f64::from(self.waves) * angle + self.phase).cos()
    }

    /// Whether a point lies inside.
    pub(super) fn holds(&self, point: [f64; 3]) -> bool {
        let radius = (point[0] - self.centre[0]).hypot(point[1] - self.centre[1]);
        radius >= self.radius[0]
            && radius <= self.radius[1]
            && self.height(point).abs() <= 0.5 * self.thickness
    }

    /// A box `[low, high]` of `[x, y, z]` around it.
    pub(super) fn bounds(&self) -> [[f64; 3]; 2] {
        let ([x, y], radius) = (self.centre, self.radius[1]);
        let half = self.amplitude.abs() + 0.5 * self.thickness;
        [[x - radius, y - radius, self.z - half], [x + radius, y + radius, self.z + half]]
    }

    /// Appends where a line runs inside: crossings of the strip's faces are found step by step
    /// and closed in on by false position.
    pub(super) fn spans(&self, line: &Line, buffers: &mut Buffers, out: &mut Spans) {
        let ([x, y, z], [dx, dy, dz]) = (line.origin, line.direction);
        let [x, y] = [x - self.centre[0], y - self.centre[1]];
        let (a, b, c) = (dx * dx + dy * dy, x * dx + y * dy, x * x + y * y);
        let [inner, outer] = self.radius.map(|radius| c - radius * radius);
        // A line along the axis crosses no circle.
        let is_axial = a == 0.0;
        let disc = match roots(a, b, outer) {
            Some(disc) => disc,
            None if is_axial && outer < 0.0 && inner >= 0.0 => [f64::NEG_INFINITY, f64::INFINITY],
            None => return,
        };
        let half = self.amplitude.abs() + 0.5 * self.thickness;
        let (above, below) = (half_line(z - self.z + half, dz), half_line(self.z + half - z, -dz));
        let disc = [disc[0].max(above[0]).max(below[0]), disc[1].min(above[1]).min(below[1])];
        if disc[0] >= disc[1] {
            return;
        }
        let mut ring = buffers.take();
        match roots(a, b, inner) {
            Some(hole) => subtract(&[disc], &[hole], &mut ring),
            None => ring.push(disc),
        }
        for &span in &ring {
            self.strip(line, span, out);
        }
        buffers.give(ring);
    }

    /// The strip within one chord of the ring.
    fn strip(&self, line: &Line, [from, to]: [f64; 2], out: &mut Spans) {
        let (sin, cos) = self.phase.sin_cos();
        let height = |t: f64| self.quick_height(line.at(t), [cos, sin]);
        let inside = |t: f64| 0.5 * self.thickness - height(t).abs();
        // The height changes by no more than this along the line.
        let [dx, dy, dz] = line.direction;
        let wave = self.amplitude.abs() * f64::from(self.waves) / self.radius[0].max(0.1);
        let rate = dz.abs() + wave * dx.hypot(dy);
        let least = STEP.min(0.25 * self.thickness / rate).min(0.5 * (to - from));
        let least = least.max((to - from) / MOST_STEPS as f64);
        let (mut t, mut before) = (from, inside(from));
        let mut entered = (before > 0.0).then_some(from);
        for _ in 0..=MOST_STEPS {
            if t >= to {
                break;
            }
            // No face is nearer than the height above it allows.
            let next = (t + least.max(before.abs() / rate)).min(to);
            let after = inside(next);
            if (before > 0.0) != (after > 0.0) {
                let t = crossing(inside, [t, next], [before, after]);
                match entered.take() {
                    Some(start) => out.push([start, t]),
                    None => entered = Some(t),
                }
            }
            (t, before) = (next, after);
        }
        out.extend(entered.filter(|start| *start < to).map(|start| [start, to]));
    }

    /// [`Self::height`] by powers of x + iy in the place of angles; `[cos, sin]` of the phase.
    fn quick_height(&self, [x, y, z]: [f64; 3], phase: [f64; 2]) -> f64 {
        let [x, y] = [x - self.centre[0], y - self.centre[1]];
        let scale = 1.0 / (x * x + y * y).sqrt().max(1e-12);
        let [x, y] = [x * scale, y * scale];
        let turned = (0..self.waves).fold(phase, |[p, q], _| [p * x - q * y, p * y + q * x]);
        z - self.z - self.amplitude * turned[0]
    }

    /// What is wrong with it, and what would do.
    pub(super) fn problem(&self) -> Option<(String, &'static str)> {
        let [inner, outer] = self.radius;
        if !(inner >= 0.0 && outer > inner && outer < 1e4) {
            return Some((format!("a ring from radius {inner} to {outer}"), "0 ≤ inner < outer"));
        }
        if self.waves == 0 || self.waves > 20 {
            return Some((format!("{} waves", self.waves), "1 to 20 waves"));
        }
        let sane = self.thickness > 0.0 && self.thickness < 1e4 && self.amplitude.abs() < 1e3;
        (!sane || !self.z.is_finite() || !self.phase.is_finite()).then(|| {
            (format!("a strip {} mm thick", self.thickness), "a thickness above 0, finite numbers")
        })
    }
}

/// Where a function changes sign between two places.
fn crossing(value: impl Fn(f64) -> f64, mut places: [f64; 2], mut values: [f64; 2]) -> f64 {
    let mut t = places[0];
    for _ in 0..4 {
        t = places[0] + (places[1] - places[0]) * values[0] / (values[0] - values[1]);
        let here = value(t);
        let side = usize::from((here > 0.0) == (values[1] > 0.0));
        (places[side], values[side]) = (t, here);
        // The end that stays loses weight, so that the next guess comes from its side.
        values[1 - side] *= 0.5;
    }
    t
}
