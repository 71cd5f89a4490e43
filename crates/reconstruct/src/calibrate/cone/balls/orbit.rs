//! The conic along which the shadow of one turning ball runs. Knows no detector and no source.
//!
//! In homogeneous detector coordinates `[column, row, 1]·w`, the shadow of a point that turns about
//! an axis is linear in cos θ, sin θ and 1, whatever source and detector are: eight numbers a ball,
//! which hold more than the ellipse does, since the angles are known.

use voltomo_numeric::nonlinear_fit::{Misfit, NormalSums, Parameter, minimise};

/// Shadows further than so many robust standard deviations from their orbit are left out.
const REACH: f64 = 5.0;
/// Least standard deviation that a shadow is held to, pixels.
const FINEST: f64 = 0.02;

/// A shadow at the angle θ, with its `[row, column]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    pub(super) angle: f64,
    pub(super) place: [f64; 2],
}

/// `w·[column, row, 1] = [cosine | sine | constant]·[cos θ, sin θ, 1]`, the constant's w being 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Orbit {
    /// `[column, row, w]`.
    pub(super) cosine: [f64; 3],
    pub(super) sine: [f64; 3],
    pub(super) constant: [f64; 3],
    /// Robust standard deviation of the shadows along rows and columns, pixels.
    pub(super) scatter: f64,
}

impl Orbit {
    /// The orbit of least squares, without shadows that are far off it; `None` where they do not
    /// tell one.
    pub(super) fn through(seen: &[Seen]) -> Option<Self> {
        if seen.len() < 8 {
            return None;
        }
        let mean: [f64; 2] = std::array::from_fn(|k| {
            seen.iter().map(|one| one.place[k]).sum::<f64>() / seen.len() as f64
        });
        let spread = seen.iter().map(|one| distance(one.place, mean)).fold(1.0, f64::max);
        let mut fit = Fit { seen, mean, spread, weights: vec![1.0; seen.len()] };
        let bounded = |start: f64, reach: f64| Parameter { start, low: -reach, high: reach };
        let mut parameters = [bounded(0.0, 1e3); 8];
        parameters[6] = bounded(0.0, 0.95);
        parameters[7] = bounded(0.0, 0.95);
        let mut orbit = None;
        for _ in 0..6 {
            let found = minimise(&fit, &parameters)?;
            parameters.iter_mut().zip(&found.parameters).for_each(|(p, value)| p.start = *value);
            let next = fit.orbit(&found.parameters);
            let changed = fit.weigh(&next);
            orbit = Some(next);
            if !changed {
                break;
            }
        }
        orbit
    }

    /// `[row, column]` at an angle.
    pub(super) fn at(&self, angle: f64) -> [f64; 2] {
        let (sin, cos) = angle.sin_cos();
        let [column, row, w] =
            std::array::from_fn(|k| self.cosine[k] * cos + self.sine[k] * sin + self.constant[k]);
        [row / w, column / w]
    }

    /// How far a shadow is off.
    pub(super) fn off(&self, seen: &Seen) -> f64 {
        distance(self.at(seen.angle), seen.place)
    }

    /// The limit beyond which a shadow is not this ball's.
    pub(super) fn limit(&self) -> f64 {
        REACH * self.scatter.max(FINEST)
    }
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Parameters: column by cos, sin, 1; row by cos, sin, 1; w by cos, sin; places less their mean,
/// over their spread.
struct Fit<'a> {
    seen: &'a [Seen],
    mean: [f64; 2],
    spread: f64,
    weights: Vec<f64>,
}

impl Misfit for Fit<'_> {
    fn add_to(&self, p: &[f64], sums: &mut NormalSums) {
        for (one, &weight) in self.seen.iter().zip(&self.weights).filter(|(_, w)| **w > 0.0) {
            let (sin, cos) = one.angle.sin_cos();
            let w = 1.0 + p[6] * cos + p[7] * sin;
            for (first, place) in [(0, 1), (3, 0)] {
                let value = (p[first] * cos + p[first + 1] * sin + p[first + 2]) / w;
                let measured = (one.place[place] - self.mean[place]) / self.spread;
                let derivatives = [
                    (first, cos / w),
                    (first + 1, sin / w),
                    (first + 2, 1.0 / w),
                    (6, -value * cos / w),
                    (7, -value * sin / w),
                ];
                sums.add(value - measured, weight, &derivatives);
            }
        }
    }
}

impl Fit<'_> {
    fn orbit(&self, p: &[f64]) -> Orbit {
        let [row, column] = self.mean;
        let whole = |column_part: f64, row_part: f64, w: f64| {
            [self.spread * column_part + column * w, self.spread * row_part + row * w, w]
        };
        let mut orbit = Orbit {
            cosine: whole(p[0], p[3], p[6]),
            sine: whole(p[1], p[4], p[7]),
            constant: whole(p[2], p[5], 1.0),
            scatter: 0.0,
        };
        let mut off: Vec<f64> = self.seen.iter().map(|one| orbit.off(one)).collect();
        off.sort_by(f64::total_cmp);
        // The median length of two equal normal errors is 1.1774 standard deviations.
        orbit.scatter = off[off.len() / 2] / 1.1774;
        orbit
    }

    fn weigh(&mut self, orbit: &Orbit) -> bool {
        let kept = |one: &Seen| if orbit.off(one) <= orbit.limit() { 1.0 } else { 0.0 };
        let weights: Vec<f64> = self.seen.iter().map(kept).collect();
        std::mem::replace(&mut self.weights, weights) != self.weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use voltomo_types::{ConeCircle, Millimetre, Radian};

    #[test]
    fn an_orbit_on_a_turned_detector_is_met_and_a_stray_shadow_left_out() {
        let circle = ConeCircle {
            source_to_axis: Millimetre(100.0),
            source_to_detector: Millimetre(300.0),
            pixel: Millimetre(0.1),
            centre: [500.0, 480.0],
            roll: Radian(0.02),
            pitch: Radian(0.05),
            yaw: Radian(-0.03),
        };
        let seen_at = |angle: f64| {
            let place = circle.view(Radian(angle)).detector_position([8.0, 9.0, -4.0]);
            Seen { angle, place: place.unwrap() }
        };
        let mut seen: Vec<Seen> = (0..40).map(|k| seen_at(f64::from(k) * 0.1)).collect();
        seen[7].place[0] += 5.0;
        let orbit = Orbit::through(&seen).unwrap();
        assert!(orbit.off(&seen_at(5.5)) < 1e-3, "{orbit:?}");
    }
}
