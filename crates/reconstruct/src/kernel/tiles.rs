//! Squares of a volume's slices, one a task. Knows neither rays nor sums.

use ndarray::{ArrayViewMut3, Axis};

/// A square of the slices, through all of them.
pub(super) struct Tile<'a> {
    /// Index of its first voxel, `[y, x]`.
    pub(super) first: [usize; 2],
    /// `[z, y, x]`.
    pub(super) voxels: ArrayViewMut3<'a, f32>,
}

/// Cuts `[z, y, x]` into squares of `side` voxels; those at the ends may be smaller.
pub(super) fn tiles(volume: ArrayViewMut3<'_, f32>, side: usize) -> Vec<Tile<'_>> {
    let (_, height, width) = volume.dim();
    let mut tiles = Vec::with_capacity(height.div_ceil(side) * width.div_ceil(side));
    let mut below = volume;
    for y in (0..height).step_by(side) {
        let (band, rest) = below.split_at(Axis(1), side.min(height - y));
        below = rest;
        let mut right = band;
        for x in (0..width).step_by(side) {
            let (voxels, rest) = right.split_at(Axis(2), side.min(width - x));
            right = rest;
            tiles.push(Tile { first: [y, x], voxels });
        }
    }
    tiles
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn tiles_cover_each_voxel_once() {
        let mut volume = Array3::zeros((2, 7, 10));
        for tile in &mut tiles(volume.view_mut(), 4) {
            let [y, x] = tile.first;
            tile.voxels.indexed_iter_mut().for_each(|((z, j, i), value)| {
                *value += (z * 70 + (y + j) * 10 + x + i) as f32 + 1.0;
            });
        }
        assert!(volume.iter().enumerate().all(|(k, &value)| value == k as f32 + 1.0));
    }
}
