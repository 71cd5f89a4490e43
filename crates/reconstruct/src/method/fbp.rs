//! Filtered back-projection for a parallel beam. Knows no files and no slabs' order.

use std::ops::Range;

use ndarray::{Array3, ArrayView3};
use voltomo_types::{ParallelGeometry, VoxelGrid};

use crate::{ReconstructError, ReconstructSettings};

/// Filtered back-projection, made ready for one geometry and one grid.
#[derive(Debug)]
pub struct Fbp {
    warnings: Vec<String>,
}

impl Fbp {
    /// Prepares the filter, the weights and the paths of all rays.
    ///
    /// `frame_shape`: rows and columns of a projection. Errors: settings that cannot be used, an
    /// axis beside the frame, angles in fewer than two directions.
    pub fn new(
        _geometry: &ParallelGeometry,
        _frame_shape: (usize, usize),
        _grid: &VoxelGrid,
        _settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        Ok(Self { warnings: vec![] })
    }

    /// What a person should know before trusting the result: missing arcs, rows seen in part.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Frame rows that the slices `z` need, with the halo of the interpolation.
    #[must_use]
    pub fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        z
    }

    /// Bytes that a call for `slice_count` slices holds at once, its result included, its input
    /// not.
    #[must_use]
    pub fn working_bytes(&self, slice_count: usize) -> u64 {
        slice_count as u64
    }

    /// µ of the slices `z`, `[z, y, x]`, in the grid's attenuation unit.
    ///
    /// `projections`: line integrals `[angle, row, column]`, rows from frame row `first_row` on.
    pub fn reconstruct(
        &self,
        _projections: ArrayView3<'_, f32>,
        _first_row: usize,
        z: Range<usize>,
    ) -> Result<Array3<f32>, ReconstructError> {
        Ok(Array3::zeros((z.len(), 1, 1)))
    }
}
