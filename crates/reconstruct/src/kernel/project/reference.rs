//! The slow twin of the projectors: Joseph's method in f64, ray by ray in space. Shares nothing
//! with the fast ones.

use ndarray::{Array3, ArrayView3};

/// A straight ray in voxel indices, `[z, y, x]`.
#[derive(Debug, Clone, Copy)]
pub struct Ray {
    /// A place on it.
    pub point: [f64; 3],
    /// Its direction, of any length.
    pub direction: [f64; 3],
    /// Axis whose planes it walks: 1 (y) or 2 (x).
    pub main: usize,
    /// How far the rays of its detector column meet a plane aside for each voxel upwards.
    pub turn: f64,
}

/// For each voxel about the ray its index and weight, in voxel edges; `shape` `[z, y, x]`.
///
/// On each plane linear between the two heights about the ray, and at these linear between the two
/// voxels about the line on which the rays of its detector column meet the plane: bilinear where that
/// line stands upright; after Joseph 1982, doi:10.1109/TMI.1982.4307572. Planes behind `point` count
/// too.
pub fn walk(ray: Ray, shape: [usize; 3], mut visit: impl FnMut([usize; 3], f64)) {
    let Ray { point, direction, main, turn } = ray;
    let other = 3 - main;
    let length = direction.iter().map(|part| part * part).sum::<f64>().sqrt();
    let step = length / direction[main].abs();
    for plane in 0..shape[main] {
        let way = (plane as f64 - point[main]) / direction[main];
        let place = [point[0] + way * direction[0], point[other] + way * direction[other]];
        for (up, right) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
            let height = place[0].floor() + up;
            let across = place[1] + turn * (height - place[0]);
            let at = [height, across.floor() + right];
            let inside = (0.0..shape[0] as f64).contains(&at[0])
                && (0.0..shape[other] as f64).contains(&at[1]);
            if inside {
                let weight = (1.0 - (place[0] - at[0]).abs()) * (1.0 - (across - at[1]).abs());
                let mut voxel = [0; 3];
                voxel[main] = plane;
                voxel[0] = voltomo_numeric::cast::to_index(at[0]);
                voxel[other] = voltomo_numeric::cast::to_index(at[1]);
                visit(voxel, weight * step);
            }
        }
    }
}

/// Sum of the voxels along a ray, in voxel edges.
#[must_use]
pub fn line_integral(volume: ArrayView3<'_, f32>, ray: Ray) -> f64 {
    let (depth, height, width) = volume.dim();
    let mut sum = 0.0;
    walk(ray, [depth, height, width], |voxel, weight| sum += weight * f64::from(volume[voxel]));
    sum
}

/// Gives a value to the voxels about a ray: the adjoint of [`line_integral`].
pub fn give(into: &mut Array3<f64>, ray: Ray, value: f64) {
    let (depth, height, width) = into.dim();
    walk(ray, [depth, height, width], |voxel, weight| into[voxel] += weight * value);
}
