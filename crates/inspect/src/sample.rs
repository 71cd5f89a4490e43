//! A volume read between its voxels. Knows no cell.

use ndarray::{Array2, ArrayView3};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::VoxelGrid;

use crate::frame::CellFrame;

/// µ at a point of the volume's frame (`[z, y, x]`, mm), linear between voxels; NaN outside.
#[must_use]
pub fn at(attenuation: &ArrayView3<f32>, grid: &VoxelGrid, point: [f64; 3]) -> f32 {
    let mut low = [0; 3];
    let mut share = [0.0; 3];
    for axis in 0..3 {
        let position = (point[axis] - grid.first[axis]) / grid.voxel;
        let last = grid.shape[axis] - 1;
        if !(0.0..=last as f64).contains(&position) {
            return f32::NAN;
        }
        low[axis] = to_index(position).min(last.saturating_sub(1));
        share[axis] = to_f32(position - low[axis] as f64);
    }
    let high: [usize; 3] = std::array::from_fn(|axis| (low[axis] + 1).min(grid.shape[axis] - 1));
    let along_x = |z: usize, y: usize| {
        let (a, b) = (attenuation[[z, y, low[2]]], attenuation[[z, y, high[2]]]);
        a + share[2] * (b - a)
    };
    let along_y = |z: usize| {
        let (a, b) = (along_x(z, low[1]), along_x(z, high[1]));
        a + share[1] * (b - a)
    };
    let (a, b) = (along_y(low[0]), along_y(high[0]));
    a + share[0] * (b - a)
}

/// A cross-section of the cell unrolled: `[angle, radius]`, with angles k·2π/`angles` from +x
/// towards +y, and radii k·`step` mm.
#[must_use]
pub fn polar(
    (attenuation, grid): (&ArrayView3<f32>, &VoxelGrid),
    frame: &CellFrame,
    z: f64,
    (angles, radii, step): (usize, usize, f64),
) -> Array2<f32> {
    let mut map = Array2::zeros((angles, radii));
    map.outer_iter_mut().into_par_iter().enumerate().for_each(|(k, mut row)| {
        let angle = std::f64::consts::TAU * k as f64 / angles as f64;
        for (i, value) in row.iter_mut().enumerate() {
            *value = at(attenuation, grid, frame.volume_point(z, i as f64 * step, angle));
        }
    });
    map
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use voltomo_types::LengthUnit;

    use super::*;

    #[test]
    fn a_slope_is_read_exactly_and_nothing_outside() {
        let voxel = 0.5;
        let grid = VoxelGrid {
            shape: [3, 4, 5],
            voxel,
            first: [-0.5, 0.0, 1.0],
            unit: LengthUnit::Millimetre,
        };
        let slope = |[z, y, x]: [f64; 3]| to_f32(z + 2.0 * y - 3.0 * x);
        let volume = Array3::from_shape_fn((3, 4, 5), |(z, y, x)| slope(grid.centre_of([z, y, x])));
        for point in [[-0.5, 0.0, 1.0], [0.5, 1.5, 3.0], [0.13, 0.71, 1.9]] {
            assert!((at(&volume.view(), &grid, point) - slope(point)).abs() < 1e-5);
        }
        assert!(at(&volume.view(), &grid, [0.6, 0.0, 1.0]).is_nan());
    }
}
