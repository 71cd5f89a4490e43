//! Coarser copies of a volume by averaging. Knows no physics.

use ndarray::{Array3, ArrayView3, s};

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
    let [depth, height, width] = shape;
    Array3::from_shape_fn(coarser_shape(shape, factors), |(z, y, x)| {
        let group = fine.slice(s![
            z * factors[0]..((z + 1) * factors[0]).min(depth),
            y * factors[1]..((y + 1) * factors[1]).min(height),
            x * factors[2]..((x + 1) * factors[2]).min(width),
        ]);
        group.iter().sum::<f32>() / group.len() as f32
    })
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

    fn to_number([z, y, x]: [usize; 3]) -> f32 {
        (100 * z + 10 * y + x) as f32
    }
}
