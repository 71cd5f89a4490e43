//! One axis of the Fourier plane: its cells, its transform and the window's correction. Knows no
//! samples.

use std::sync::Arc;

use voltomo_numeric::{
    cast::{to_f32, to_index},
    fft::{Fft, inverse, quick_length},
};

use super::window::{OVERSAMPLING, transform};

/// Cells beside the slice, at least; more than the window is wide. Small slices are cheap, so they
/// are given more than the oversampling asks for.
const LEAST_MARGIN: usize = 64;

/// One axis of the plane and of the slice.
pub(super) struct Axis {
    /// Voxels of the slice.
    pub(super) count: usize,
    /// The voxel where the phase is zero.
    pub(super) middle: usize,
    /// Inverse of the window's transform at each voxel.
    pub(super) correction: Vec<f32>,
    pub(super) inverse: Arc<dyn Fft<f32>>,
}

impl std::fmt::Debug for Axis {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Axis");
        shown.field("count", &self.count).field("cells", &self.cells()).finish()
    }
}

impl Axis {
    pub(super) fn new(count: usize) -> Self {
        let cells = to_index((count as f64 * OVERSAMPLING).ceil()).max(count + LEAST_MARGIN);
        let cells = quick_length(cells);
        let middle = count / 2;
        let correction =
            |voxel: usize| to_f32(1.0 / transform((voxel as f64 - middle as f64) / cells as f64));
        let correction = (0..count).map(correction).collect();
        Self { count, middle, correction, inverse: inverse(cells) }
    }

    /// Cells of the plane.
    pub(super) fn cells(&self) -> usize {
        self.inverse.len()
    }

    /// Where a voxel stands after the transform.
    pub(super) fn place(&self, voxel: usize) -> usize {
        (voxel + self.cells() - self.middle) % self.cells()
    }

    /// Length and scratch of the transform.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.cells(), self.inverse.get_inplace_scratch_len())
    }
}
