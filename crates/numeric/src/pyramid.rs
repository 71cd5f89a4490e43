//! Coarser copies of a volume by averaging. Knows no physics.

use ndarray::{Array3, ArrayView3, Axis, s};

/// How many voxels along `[z, y, x]` become one in the next coarser copy: 2, or 1 along an axis
/// that has only one voxel left.
#[must_use]
pub fn factors(shape: [usize; 3]) -> [usize; 3] {
    shape.map(|size| if size > 1 { 2 } else { 1 })
}

/// Shape of the coarser copy: an incomplete last group counts as a voxel.
#[must_use]
pub fn coarser_shape(shape: [usize; 3], factors: [usize; 3]) -> [usize; 3] {
    std::array::from_fn(|axis| shape[axis].div_ceil(factors[axis]))
}

/// The mean of each group of `factors` voxels; an incomplete group at the end averages what is
/// there. `fine`: `[z, y, x]`. Returns `[z, y, x]` of [`coarser_shape`].
///
/// Where the volume is cut into blocks that begin at multiples of the factors, the blocks' coarser
/// copies are bit for bit those of the whole.
#[must_use]
pub fn coarser(fine: ArrayView3<f32>, factors: [usize; 3]) -> Array3<f32> {
    let shape: [usize; 3] = fine.dim().into();
    let mut coarse = Array3::zeros(coarser_shape(shape, factors));
    for ((z, y), row) in row_indices(shape).zip(fine.rows()) {
        let mut sums = coarse.slice_mut(s![z / factors[0], y / factors[1], ..]);
        let groups = row.axis_chunks_iter(Axis(0), factors[2]);
        sums.iter_mut().zip(groups).for_each(|(sum, group)| *sum += group.iter().sum::<f32>());
    }
    for ((z, y, x), sum) in coarse.indexed_iter_mut() {
        let [along_z, along_y, along_x] =
            [(0, z), (1, y), (2, x)].map(|(axis, at)| group_size(shape[axis], factors[axis], at));
        *sum /= (along_z * along_y * along_x) as f32;
    }
    coarse
}

/// One voxel of each group of `factors` voxels, the first; for labels, of which there is no mean.
/// `fine`: `[z, y, x]`. Returns `[z, y, x]` of [`coarser_shape`].
#[must_use]
pub fn sparser(fine: ArrayView3<f32>, factors: [usize; 3]) -> Array3<f32> {
    let coarse = coarser_shape(fine.dim().into(), factors);
    Array3::from_shape_fn(coarse, |(z, y, x)| {
        fine[[z * factors[0], y * factors[1], x * factors[2]]]
    })
}

/// `(z, y)` of all rows, in their order.
fn row_indices([depth, height, _]: [usize; 3]) -> impl Iterator<Item = (usize, usize)> {
    (0..depth).flat_map(move |z| (0..height).map(move |y| (z, y)))
}

/// How many of `size` voxels are in group `at`.
fn group_size(size: usize, factor: usize, at: usize) -> usize {
    factor.min(size - at * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarser_voxel_is_the_mean_of_its_eight() {
        let fine = Array3::from_shape_fn((2, 2, 4), |(z, y, x)| to_number([z, y, x]));
        let coarse = coarser(fine.view(), [2; 3]);
        assert_eq!(coarse.dim(), (1, 1, 2));
        assert_eq!(coarse[[0, 0, 0]], (0.0 + 1.0 + 10.0 + 11.0) / 4.0 + 50.0);
        assert_eq!(coarse[[0, 0, 1]], coarse[[0, 0, 0]] + 2.0);
    }

    #[test]
    fn odd_ends_average_what_is_there() {
        let fine = Array3::from_shape_fn((1, 3, 3), |(z, y, x)| to_number([z, y, x]));
        let factors = factors([1, 3, 3]);
        assert_eq!(factors, [1, 2, 2]);
        let coarse = coarser(fine.view(), factors);
        assert_eq!(coarse.dim(), (1, 2, 2));
        assert_eq!(coarse[[0, 0, 1]], (2.0 + 12.0) / 2.0);
        assert_eq!(coarse[[0, 1, 1]], 22.0);
    }

    #[test]
    fn a_sparser_voxel_is_the_first_of_its_group() {
        let fine = Array3::from_shape_fn((1, 3, 5), |(z, y, x)| to_number([z, y, x]));
        let sparse = sparser(fine.view(), [1, 2, 2]);
        assert_eq!(sparse, ndarray::array![[[0.0, 2.0, 4.0], [20.0, 22.0, 24.0]]]);
    }

    fn to_number([z, y, x]: [usize; 3]) -> f32 {
        (100 * z + 10 * y + x) as f32
    }
}
