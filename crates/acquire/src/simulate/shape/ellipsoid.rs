//! A ball stretched along three axes. Knows no other solids.

use super::line::{Line, dot, roots};
use super::spans::Spans;

/// An ellipsoid along x, y, z; a [`Placement`](super::Placement) turns it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipsoid {
    /// Its middle, `[x, y, z]`, mm.
    pub centre: [f64; 3],
    /// Half axes along x, y, z, mm.
    pub half_axes: [f64; 3],
}

impl Ellipsoid {
    /// Whether a point lies inside.
    pub(super) fn holds(&self, point: [f64; 3]) -> bool {
        let parts = (0..3).map(|i| ((point[i] - self.centre[i]) / self.half_axes[i]).powi(2));
        parts.sum::<f64>() <= 1.0
    }

    /// A box `[low, high]` of `[x, y, z]` around it.
    pub(super) fn bounds(&self) -> [[f64; 3]; 2] {
        let low = std::array::from_fn(|i| self.centre[i] - self.half_axes[i]);
        [low, std::array::from_fn(|i| self.centre[i] + self.half_axes[i])]
    }

    /// Appends where a line runs inside.
    pub(super) fn spans(&self, line: &Line, out: &mut Spans) {
        let from = std::array::from_fn(|i| (line.origin[i] - self.centre[i]) / self.half_axes[i]);
        let along = std::array::from_fn(|i| line.direction[i] / self.half_axes[i]);
        out.extend(roots(dot(along, along), dot(from, along), dot(from, from) - 1.0));
    }

    /// What is wrong with it, and what would do.
    pub(super) fn problem(&self) -> Option<(String, &'static str)> {
        if self.half_axes.iter().any(|half| !(*half > 0.0 && *half < 1e4)) {
            let found = format!("an ellipsoid with half axes {:?}", self.half_axes);
            return Some((found, "half axes above 0 mm"));
        }
        (!self.centre.iter().all(|value| value.abs() < 1e4))
            .then(|| (format!("an ellipsoid at {:?}", self.centre), "millimetres below 1e4"))
    }
}
