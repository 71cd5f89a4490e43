//! Where a solid stands: a turn and a shift. Knows no solids.

use super::line::{Line, cross, dot};

/// A rigid motion: point in the cell = rotation · point of the solid + shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Rows of the rotation matrix.
    pub rotation: [[f64; 3]; 3],
    /// Shift, mm, `[x, y, z]`.
    pub shift: [f64; 3],
}

impl Placement {
    /// A shift by `[x, y, z]` mm.
    #[must_use]
    pub fn shifted(shift: [f64; 3]) -> Self {
        Self { rotation: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], shift }
    }

    /// A turn by `angle` radians about the line through `pivot` (mm) along `axis` (any length),
    /// right-handed.
    #[must_use]
    pub fn turned(pivot: [f64; 3], axis: [f64; 3], angle: f64) -> Self {
        let length = dot(axis, axis).sqrt();
        let axis = axis.map(|part| part / length);
        let (sin, cos) = angle.sin_cos();
        let turn = |v: [f64; 3]| -> [f64; 3] {
            let (side, along) = (cross(axis, v), dot(axis, v) * (1.0 - cos));
            std::array::from_fn(|i| v[i] * cos + side[i] * sin + axis[i] * along)
        };
        let columns = [turn([1.0, 0.0, 0.0]), turn([0.0, 1.0, 0.0]), turn([0.0, 0.0, 1.0])];
        let rotation = std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i]));
        let shift = std::array::from_fn(|i| pivot[i] - dot(rotation[i], pivot));
        Self { rotation, shift }
    }

    /// A tilt by `angle` radians about the horizontal line through `pivot` (mm) whose direction
    /// stands at `azimuth` radians from x.
    #[must_use]
    pub fn tilted(pivot: [f64; 3], azimuth: f64, angle: f64) -> Self {
        Self::turned(pivot, [azimuth.cos(), azimuth.sin(), 0.0], angle)
    }

    /// This motion, and then a shift by `[x, y, z]` mm.
    #[must_use]
    pub fn then_shifted(mut self, shift: [f64; 3]) -> Self {
        for (mine, more) in self.shift.iter_mut().zip(shift) {
            *mine += more;
        }
        self
    }

    /// This motion, and then another.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let column = |j: usize| [0, 1, 2].map(|i| self.rotation[i][j]);
        let turn = |row: [f64; 3]| [0, 1, 2].map(|j| dot(row, column(j)));
        Self { rotation: next.rotation.map(turn), shift: next.cell_from_solid(self.shift) }
    }

    /// Where a direction of the solid points in the cell.
    #[must_use]
    pub fn turn(&self, direction: [f64; 3]) -> [f64; 3] {
        self.rotation.map(|row| dot(row, direction))
    }

    /// Whether z stays z and heights are only shifted.
    pub(super) fn is_upright(&self) -> bool {
        (self.rotation[2][2] - 1.0).abs() < 1e-15
    }

    /// The point of the solid that stands at a point of the cell.
    pub(super) fn solid_from_cell(&self, point: [f64; 3]) -> [f64; 3] {
        let moved: [f64; 3] = std::array::from_fn(|i| point[i] - self.shift[i]);
        self.back(moved)
    }

    /// The point of the cell where a point of the solid stands, mm.
    #[must_use]
    pub fn cell_from_solid(&self, point: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| dot(self.rotation[i], point) + self.shift[i])
    }

    /// A ray as the solid sees it; t stays what it is.
    #[inline]
    pub(super) fn line(&self, line: &Line) -> Line {
        let (origin, direction) = (self.solid_from_cell(line.origin), self.back(line.direction));
        Line { origin, direction, reach: line.reach }
    }

    #[inline]
    fn back(&self, v: [f64; 3]) -> [f64; 3] {
        let r = &self.rotation;
        std::array::from_fn(|j| r[0][j] * v[0] + r[1][j] * v[1] + r[2][j] * v[2])
    }
}
