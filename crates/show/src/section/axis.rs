//! A line to turn about. Knows no volume.

use super::error::SectionError;
use super::vector::{along, beside, cross, dot, minus, unit};

/// A line with directions about it: 0° towards +x, 90° towards +y where it is upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// A point on it, `[z, y, x]`, mm: heights are counted from here.
    pub(super) through: [f64; 3],
    /// Along it, length 1.
    pub(super) up: [f64; 3],
    /// Direction of 0°.
    pub(super) zero: [f64; 3],
    /// Direction of 90°.
    pub(super) quarter: [f64; 3],
}

impl Axis {
    /// The upright line through `[y, x]`, mm; heights are z.
    #[must_use]
    pub fn upright([y, x]: [f64; 2]) -> Self {
        let through = [0.0, y, x];
        let (up, quarter, zero) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
        Self { through, up, zero, quarter }
    }

    /// The line through `through` along `direction`, `[z, y, x]`. 0° is as near to +x as a right
    /// angle to the line allows (to +y for a line along x).
    ///
    /// # Errors
    /// A direction without length.
    pub fn free(through: [f64; 3], direction: [f64; 3]) -> Result<Self, SectionError> {
        let no = |what, found| SectionError::Direction { what, found };
        let through = if through.iter().all(|it| it.is_finite()) {
            through
        } else {
            return Err(no("a point of the axis at", through));
        };
        let up = unit(direction).ok_or_else(|| no("an axis along", direction))?;
        let towards = if up[2].abs() > 0.9 { [0.0, 1.0, 0.0] } else { [0.0, 0.0, 1.0] };
        let zero = unit(beside(towards, up)).ok_or_else(|| no("an axis along", direction))?;
        Ok(Self { through, up, zero, quarter: cross(up, zero) })
    }

    /// Away from the line at an angle in radians, length 1.
    pub(super) fn outwards(&self, angle: f64) -> [f64; 3] {
        let (sin, cos) = angle.sin_cos();
        std::array::from_fn(|i| cos * self.zero[i] + sin * self.quarter[i])
    }

    /// The point of the line at a height, mm.
    pub(super) fn at(&self, height: f64) -> [f64; 3] {
        along(self.through, height, self.up)
    }

    /// Height, radius (mm) and angle (radians, 0 to 2π) of a point.
    #[must_use]
    pub fn cylindrical(&self, point: [f64; 3]) -> [f64; 3] {
        let from = minus(point, self.through);
        let (a, b) = (dot(from, self.zero), dot(from, self.quarter));
        [dot(from, self.up), a.hypot(b), b.atan2(a).rem_euclid(std::f64::consts::TAU)]
    }
}
