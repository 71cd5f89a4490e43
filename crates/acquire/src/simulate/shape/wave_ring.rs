//! A wave spring: a flat ring that rises and falls round its turn. Knows no other solids.

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
