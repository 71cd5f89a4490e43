//! A cone beam's problem in pixels and voxels twice as large, to begin from. Knows no method.

use ndarray::{Array3, ArrayView3, Axis, Zip};
use rayon::prelude::*;
use voltomo_types::{ConeGeometry, VoxelGrid};

use crate::{ConeProjector, ReconstructError};

/// Fewest slices, and fewest voxels across them, that are solved.
const LEAST: [usize; 2] = [8, 24];

/// Rays and voxels of one level.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) geometry: ConeGeometry,
    pub(super) frame_shape: (usize, usize),
    pub(super) grid: VoxelGrid,
}

impl Level {
    /// The same in pixels and voxels twice as large; `None` where too few would be left.
    pub(super) fn coarser(&self) -> Option<Self> {
        let shape = self.grid.shape.map(|count| count.div_ceil(2));
        let [slices, height, width] = shape;
        let frame_shape = (self.frame_shape.0 / 2, self.frame_shape.1 / 2);
        let is_enough = slices >= LEAST[0] && height.min(width) >= LEAST[1];
        if !is_enough || frame_shape.0 == 0 || frame_shape.1 == 0 {
            return None;
        }
        let mut geometry = self.geometry.clone();
        geometry.frame.bin *= 2;
        let first = self.grid.first.map(|first| first + self.grid.voxel / 2.0);
        let grid = VoxelGrid { shape, voxel: 2.0 * self.grid.voxel, first, ..self.grid };
        Some(Self { geometry, frame_shape, grid })
    }

    pub(super) fn projector(&self) -> Result<ConeProjector, ReconstructError> {
        ConeProjector::new(&self.geometry, self.frame_shape, &self.grid)
    }
}

/// Line integrals and their weights (1/variance) of pixels twice as large: the weighted mean of
/// four, and the sum of their weights; without weights, the mean.
pub(super) fn paired(
    data: ArrayView3<'_, f32>,
    weights: Option<ArrayView3<'_, f32>>,
) -> (Array3<f32>, Option<Array3<f32>>) {
    let (views, rows, columns) = data.dim();
    let shape = (views, rows / 2, columns / 2);
    let (mut mean, mut sum) = (Array3::zeros(shape), Array3::zeros(shape));
    let planes = mean.outer_iter_mut().into_par_iter().zip(sum.outer_iter_mut()).enumerate();
    planes.for_each(|(view, (mut mean, mut sum))| {
        let data = data.index_axis(Axis(0), view);
        let weights = weights.map(|weights| weights.index_axis_move(Axis(0), view));
        Zip::indexed(&mut mean).and(&mut sum).for_each(|(row, column), mean, sum| {
            let (mut weighted, mut total) = (0.0f32, 0.0f32);
            for part in 0..4 {
                let place = [2 * row + part / 2, 2 * column + part % 2];
                let weight = weights.as_ref().map_or(1.0, |weights| weights[place]);
                weighted += weight * data[place];
                total += weight;
            }
            *sum = total;
            *mean = if total > 0.0 { weighted / total } else { 0.0 };
        });
    });
    (mean, weights.map(|_| sum))
}

/// A volume in voxels half as large: each takes the value of the one that holds it.
pub(super) fn refined(coarse: &Array3<f32>, shape: [usize; 3]) -> Array3<f32> {
    let mut fine = Array3::zeros(shape);
    fine.outer_iter_mut().into_par_iter().enumerate().for_each(|(z, mut slice)| {
        let coarse = coarse.index_axis(Axis(0), z / 2);
        Zip::indexed(&mut slice).for_each(|(y, x), value| *value = coarse[[y / 2, x / 2]]);
    });
    fine
}

/// A support in voxels twice as large: where any of those within it is.
pub(super) fn wider_support(fine: ArrayView3<'_, bool>) -> Array3<bool> {
    let (depth, height, width) = fine.dim();
    let shape = (depth.div_ceil(2), height.div_ceil(2), width.div_ceil(2));
    let mut wider = Array3::from_elem(shape, false);
    fine.indexed_iter().filter(|(_, inside)| **inside).for_each(|((z, y, x), _)| {
        wider[[z / 2, y / 2, x / 2]] = true;
    });
    wider
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn four_pixels_become_their_weighted_mean() {
        let data = array![[[1.0f32, 2.0, 9.0], [3.0, 4.0, 9.0], [9.0, 9.0, 9.0]]];
        let weights = array![[[1.0f32, 0.0, 9.0], [0.0, 3.0, 9.0], [9.0, 9.0, 9.0]]];
        let (mean, sum) = paired(data.view(), Some(weights.view()));
        assert_eq!((mean, sum), (array![[[3.25f32]]], Some(array![[[4.0f32]]])));
        assert_eq!(paired(data.view(), None), (array![[[2.5f32]]], None));
    }

    #[test]
    fn a_coarse_volume_lies_where_the_fine_one_does() {
        let coarse = Array3::from_shape_fn((2, 1, 2), |(z, _, x)| (2 * z + x) as f32);
        let fine = refined(&coarse, [3, 2, 4]);
        assert_eq!([fine[[0, 1, 1]], fine[[1, 0, 2]], fine[[2, 1, 3]]], [0.0, 1.0, 3.0]);
        let mut inside = Array3::from_elem((3, 2, 4), false);
        inside[[2, 1, 1]] = true;
        let wider = wider_support(inside.view());
        assert_eq!(wider.indexed_iter().filter(|(_, is)| **is).count(), 1);
        assert!(wider[[1, 0, 0]]);
    }
}
