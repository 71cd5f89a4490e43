//! A cell's axes from its place and direction. Knows no volume.

use voltomo_types::Transform;

use crate::frame::CellFrame;

/// A frame without slant: z along `axis` (of length 1) from `origin`, x and y as near to the
/// volume's as can be. A standing coin has x level and y upwards.
pub(super) fn frame(origin: [f64; 3], axis: [f64; 3]) -> CellFrame {
    let (level, upward) = if axis[0].abs() > std::f64::consts::FRAC_1_SQRT_2 {
        ([0.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    } else if axis[2].abs() >= axis[1].abs() {
        ([0.0, 1.0, 0.0], [-1.0, 0.0, 0.0])
    } else {
        ([0.0, 0.0, 1.0], [-1.0, 0.0, 0.0])
    };
    let x = unit(without(level, axis));
    let y = unit(without(without(upward, axis), x));
    let matrix = std::array::from_fn(|i| [axis[i], y[i], x[i]]);
    let volume_from_cell = Transform { matrix, shift: origin };
    let cell_from_volume = volume_from_cell.inverse().unwrap_or(Transform::IDENTITY);
    CellFrame { volume_from_cell, cell_from_volume, tab_angle: None }
}

fn without(vector: [f64; 3], axis: [f64; 3]) -> [f64; 3] {
    let along: f64 = (0..3).map(|i| vector[i] * axis[i]).sum();
    std::array::from_fn(|i| vector[i] - along * axis[i])
}

/// The same direction with length 1.
pub(super) fn unit(vector: [f64; 3]) -> [f64; 3] {
    let length = vector.iter().map(|it| it * it).sum::<f64>().sqrt();
    vector.map(|it| it / length)
}
