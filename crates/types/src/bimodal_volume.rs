//! Neutrons and X-rays of one cell on one grid. Knows no files.

use ndarray::Array3;

use crate::{Transform, VoxelGrid};

/// Both linear attenuation coefficients of one cell, `[z, y, x]`, 1/cm, on the same voxels.
#[derive(Debug, Clone)]
pub struct BimodalVolume {
    /// µ for neutrons; NaN where the neutron volume does not reach.
    pub neutron: Array3<f32>,
    /// µ for X-rays; NaN where the X-ray volume does not reach.
    pub xray: Array3<f32>,
    /// Where the voxels are, in the X-ray volume's frame.
    pub grid: VoxelGrid,
    /// What took the neutron volume to this grid.
    pub xray_from_neutron: Transform,
}
