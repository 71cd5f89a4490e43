//! Maps points of one frame to another. Knows no volume.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An affine map of points `[z, y, x]`, mm: `target = matrix · source + shift`.
///
/// A value is named for its direction: `xray_from_neutron` takes a point of the neutron volume's
/// frame to the X-ray volume's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// Rows of the matrix, by `[z, y, x]`.
    pub matrix: [[f64; 3]; 3],
    /// Added after the matrix, mm.
    pub shift: [f64; 3],
}

impl Transform {
    /// Leaves every point where it is.
    pub const IDENTITY: Self =
        Self { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], shift: [0.0; 3] };

    /// Turns about `centre` by the rotation vector `turn` (`[z, y, x]`: its direction is the axis,
    /// its length the angle in radians, from y towards x for a turn along +z), then moves by `shift`.
    #[must_use]
    pub fn rigid(turn: [f64; 3], centre: [f64; 3], shift: [f64; 3]) -> Self {
        let matrix = rotation(turn);
        let turned = product(&matrix, centre);
        Self { matrix, shift: std::array::from_fn(|i| centre[i] - turned[i] + shift[i]) }
    }

    /// Where a point of the source lies in the target.
    #[must_use]
    pub fn apply(&self, point: [f64; 3]) -> [f64; 3] {
        let turned = product(&self.matrix, point);
        std::array::from_fn(|i| turned[i] + self.shift[i])
    }

    /// This map, and `next` after it.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let column = |j: usize| product(&next.matrix, self.matrix.map(|row| row[j]));
        let columns = [column(0), column(1), column(2)];
        let matrix = std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i]));
        Self { matrix, shift: next.apply(self.shift) }
    }

    /// How much larger a volume is in the target than in the source.
    #[must_use]
    pub fn determinant(&self) -> f64 {
        let [a, b, c] = self.matrix;
        dot(a, cross(b, c))
    }

    /// The map back; `None` where the matrix has no inverse.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let determinant = self.determinant();
        if !determinant.is_normal() {
            return None;
        }
        let [a, b, c] = self.matrix;
        let columns = [cross(b, c), cross(c, a), cross(a, b)];
        let matrix = std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i] / determinant));
        let back = product(&matrix, self.shift);
        Some(Self { matrix, shift: back.map(|value| -value) })
    }
}

/// The matrix that turns about the direction of `turn` by its length in radians.
///
/// Source: Rodrigues 1840, "Des lois géométriques qui régissent les déplacements d'un système
/// solide"; written for the axes `[z, y, x]`, with the sense that takes +y towards +x about +z.
fn rotation(turn: [f64; 3]) -> [[f64; 3]; 3] {
    let angle = dot(turn, turn).sqrt();
    if angle == 0.0 {
        return Transform::IDENTITY.matrix;
    }
    let axis = turn.map(|value| value / angle);
    let (sin, cos) = angle.sin_cos();
    let column = |j: usize| {
        let unit: [f64; 3] = std::array::from_fn(|i| f64::from(u8::from(i == j)));
        let (across, along) = (cross(axis, unit), dot(axis, unit) * (1.0 - cos));
        std::array::from_fn::<f64, 3, _>(|i| cos * unit[i] + sin * across[i] + along * axis[i])
    };
    let columns = [column(0), column(1), column(2)];
    std::array::from_fn(|i| std::array::from_fn(|j| columns[j][i]))
}

fn product(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| dot(row, vector))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: [f64; 3], wanted: [f64; 3]) {
        for (a, b) in found.into_iter().zip(wanted) {
            assert!((a - b).abs() < 1e-12, "{found:?}, wanted {wanted:?}");
        }
    }

    #[test]
    fn a_quarter_turn_about_z_takes_y_to_x() {
        let quarter = Transform::rigid([std::f64::consts::FRAC_PI_2, 0.0, 0.0], [0.0; 3], [0.0; 3]);
        assert_near(quarter.apply([5.0, 1.0, 0.0]), [5.0, 0.0, 1.0]);
        assert!((quarter.determinant() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_centre_of_a_turn_moves_by_the_shift_alone() {
        let turn = Transform::rigid([0.3, -0.2, 0.7], [4.0, 5.0, 6.0], [0.5, 0.0, -0.5]);
        assert_near(turn.apply([4.0, 5.0, 6.0]), [4.5, 5.0, 5.5]);
    }

    #[test]
    fn there_and_back_is_where_it_was() {
        let mut there = Transform::rigid([0.3, -0.2, 0.7], [4.0, 5.0, 6.0], [0.5, 0.0, -0.5]);
        there.matrix[1] = there.matrix[1].map(|value| value * 1.25);
        let back = there.inverse().unwrap();
        assert_near(there.then(&back).apply([1.0, -2.0, 3.0]), [1.0, -2.0, 3.0]);
        assert_near(back.apply(there.apply([1.0, -2.0, 3.0])), [1.0, -2.0, 3.0]);
    }

    #[test]
    fn a_flat_map_has_no_way_back() {
        let flat = Transform { matrix: [[1.0, 0.0, 0.0]; 3], shift: [0.0; 3] };
        assert_eq!(flat.inverse(), None);
    }
}
