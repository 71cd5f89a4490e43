//! The rays of a parallel beam about a tilted axis: each at a height of its own. Knows no data.

use voltomo_types::{ParallelGeometry, VoxelGrid};

use super::space::{Pixel, Rays, Space};
use crate::kernel::project::{Sheaf, Walk};

/// Whether a row of the frame runs across slices by less than a thousandth of a pixel.
pub(super) fn is_upright(geometry: &ParallelGeometry, frame_shape: (usize, usize)) -> bool {
    let across = frame_shape.0.max(frame_shape.1) * geometry.frame.bin;
    geometry.axis.tilt.0.sin().abs() * across as f64 <= 1e-3
}

/// The rays of all views; `pixel`: edge of an unbinned pixel in the unit of the grid.
pub(super) fn tilted_space(
    geometry: &ParallelGeometry,
    frame_shape: (usize, usize),
    (grid, pixel): (&VoxelGrid, f64),
) -> Space {
    let pixel = pixel / grid.voxel;
    let (sin, cos) = geometry.axis.tilt.0.sin_cos();
    let size = pixel * geometry.frame.bin as f64;
    let edges = Pixel { size: [size; 2], rise: [size * cos.abs(), size * sin.abs()] };
    let rays = Rays::new(&geometry.frame, frame_shape, edges);
    // Height along the axis and distance from it, of detector [row, column], in voxels.
    let [height, across] = [(cos, sin), (-sin, cos)].map(|(along_rows, along_columns)| {
        let beside =
            -along_rows * geometry.frame.middle_row() - along_columns * geometry.axis.centre;
        rays.form(beside * pixel, along_rows * pixel, along_columns * pixel)
    });
    let first = grid.first.map(|place| place / grid.voxel);
    let up = [height[0] - first[0], height[1], height[2]];
    let view = |angle: &voltomo_types::Radian| {
        let (sin, cos) = angle.0.sin_cos();
        let runs = rays.runs([[cos, 0.0, 0.0], [sin, 0.0, 0.0]]).into_iter();
        let sheaf = |(walk, columns)| {
            // s = x·cos θ − y·sin θ, solved for the place on a line of one y, or of one x.
            let (scale, slope, start) = match walk {
                Walk::Rows => (1.0 / cos, sin / cos, first[1] * sin / cos - first[2]),
                Walk::Columns => (-1.0 / sin, cos / sin, first[2] * cos / sin - first[1]),
            };
            Sheaf {
                walk,
                columns,
                up,
                across: [across[0] * scale + start, across[1] * scale, across[2] * scale],
                below: [1.0, 0.0, 0.0],
                height: 0.0,
                place: [0.0, slope],
                depth: [1.0, 0.0],
            }
        };
        runs.map(sheaf).collect()
    };
    Space::new(geometry.angles.iter().map(view).collect(), rays, grid)
}
