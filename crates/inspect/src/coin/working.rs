//! A volume as coarse as an inspection of a coin needs it. Knows no coin.

use ndarray::{Array3, CowArray, Ix3, s};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::VoxelGrid;

use crate::seen::Seen;

/// Voxels need not be finer, mm: the thinnest part that is looked for, a wall, is .25 mm.
const FINE_MM: f64 = 0.04;

/// A volume with voxels of about [`FINE_MM`] or more.
#[derive(Debug)]
pub(super) struct Working<'a> {
    /// µ, `[z, y, x]`, 1/cm; the volume itself where its voxels are coarse enough.
    pub(super) mu: CowArray<'a, f32, Ix3>,
    /// Where the voxels are.
    pub(super) grid: VoxelGrid,
}

impl<'a> Working<'a> {
    /// Means of whole blocks of voxels. Memory: none where voxels are coarse enough, else a volume
    /// of the coarser ones.
    pub(super) fn new(seen: &Seen<'a>) -> Self {
        let bin = to_index(FINE_MM / seen.grid.voxel + 1e-6).max(1);
        if bin == 1 {
            return Self { mu: CowArray::from(seen.attenuation), grid: seen.grid };
        }
        let (mu, grid) = binned(&CowArray::from(seen.attenuation), &seen.grid, bin);
        Self { mu: mu.into(), grid }
    }

    /// The same with voxels of at least `voxel` mm.
    pub(super) fn coarser(&self, voxel: f64) -> (Array3<f32>, VoxelGrid) {
        let bin = to_index((voxel / self.grid.voxel).ceil()).max(1);
        binned(&self.mu, &self.grid, bin)
    }
}

/// Means of the finite values of blocks of `bin`³ voxels; NaN where there is none. A rest at an end
/// that fills no block is left out, unless there is nothing else.
fn binned(mu: &CowArray<'_, f32, Ix3>, grid: &VoxelGrid, bin: usize) -> (Array3<f32>, VoxelGrid) {
    let edges = grid.shape.map(|count| bin.min(count.max(1)));
    let shape: [usize; 3] = std::array::from_fn(|axis| grid.shape[axis] / edges[axis]);
    let mut coarse = Array3::zeros(shape);
    coarse.outer_iter_mut().into_par_iter().enumerate().for_each(|(k, mut slice)| {
        for ((j, i), value) in slice.indexed_iter_mut() {
            let range = |axis: usize, at: usize| at * edges[axis]..(at + 1) * edges[axis];
            let block = mu.slice(s![range(0, k), range(1, j), range(2, i)]);
            let (mut sum, mut count) = (0.0, 0.0);
            for one in block.iter().filter(|one| one.is_finite()) {
                sum += f64::from(*one);
                count += 1.0;
            }
            *value = to_f32(sum / count);
        }
    });
    let first =
        std::array::from_fn(|axis| grid.first[axis] + 0.5 * (edges[axis] - 1) as f64 * grid.voxel);
    (coarse, VoxelGrid { shape, voxel: bin as f64 * grid.voxel, first, unit: grid.unit })
}
