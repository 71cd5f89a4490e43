//! Reconstructed attenuation on a grid. Knows no files.

use ndarray::Array3;

use crate::VoxelGrid;

/// Linear attenuation coefficients µ, `[z, y, x]`, in `grid.attenuation_unit()`.
#[derive(Debug, Clone)]
pub struct Volume {
    /// µ of each voxel.
    pub attenuation: Array3<f32>,
    /// Where the voxels are.
    pub grid: VoxelGrid,
}
