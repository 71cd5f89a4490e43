//! The slow twin of the cone back-projection: the formula, in f64, voxel by voxel.

use ndarray::{Array3, ArrayView3};

use super::ConePath;

/// `b(z, y, x) = Σ_θ d⁻²·q(θ, u, v)` of `views`, `[view, row, column]`, for `shape` voxels of which
/// the first slice has the index `first_z`.
#[must_use]
pub fn backproject_cone(
    views: ArrayView3<'_, f32>,
    paths: &[ConePath],
    first_z: usize,
    shape: (usize, usize, usize),
) -> Array3<f64> {
    Array3::from_shape_fn(shape, |(z, y, x)| {
        let terms = views.outer_iter().zip(paths).map(|(view, path)| {
            let depth = path.depth.at([y, x]);
            let column = path.column.at([y, x]) / depth;
            let rise = path.rise.0 + (first_z + z) as f64 * path.rise.1;
            let row = path.source_row + rise / depth;
            bilinear(view, [row, column]) / (depth * depth)
        });
        terms.sum()
    })
}

/// The view between its pixels; zero beyond one pixel beside it.
fn bilinear(view: ndarray::ArrayView2<'_, f32>, [row, column]: [f64; 2]) -> f64 {
    let pixel = |row: f64, column: f64| {
        let inside = row >= 0.0
            && column >= 0.0
            && row < view.nrows() as f64
            && column < view.ncols() as f64;
        if !inside {
            return 0.0;
        }
        let index = [row, column].map(voltomo_numeric::cast::to_index);
        f64::from(view[index])
    };
    let (above, left) = (row.floor(), column.floor());
    let (down, right) = (row - above, column - left);
    let upper = pixel(above, left) * (1.0 - right) + pixel(above, left + 1.0) * right;
    let lower = pixel(above + 1.0, left) * (1.0 - right) + pixel(above + 1.0, left + 1.0) * right;
    upper * (1.0 - down) + lower * down
}
