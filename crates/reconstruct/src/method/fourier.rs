//! Filtered back-projection for a parallel beam by Fourier gridding. Knows no files and no order of
//! slabs.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use ndarray::{Array3, ArrayView3, Axis};
use voltomo_types::{ParallelGeometry, VoxelGrid};

use crate::{
    Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    kernel::grid::{Gridding, RowScratch, SpectraPart, Workspace},
    method::filtered_rows::{FilteredRows, Given},
};

/// Filtered back-projection by a non-uniform Fourier transform, made ready for one geometry and one
/// grid.
///
/// `µ(x, y) = Σ_θ Δθ·q(θ, x·cos θ − y·sin θ)` as [`crate::Fbp`] has it, with the same filter,
/// weights, padding, joining of opposite views and zeros beside the detector, so that corners which
/// only some views see are the same too. Two things differ. `q` is interpolated band-limited, not
/// linearly; and a voxel is the mean of µ over its square, not µ at its centre. Linear
/// interpolation multiplies the spectrum by `sinc²(f)` (0.81 at half the Nyquist frequency, 0.41 at
/// it) and adds aliases; the mean multiplies it by `sinc(f_x)·sinc(f_y)` (0.90 and 0.64 along an
/// axis) and adds none, so edges are a little sharper, and so is noise at the highest frequencies.
/// Against its own formula the error is below 10⁻⁴ of the root mean square.
/// Source: O'Sullivan 1985, doi:10.1109/TMI.1985.4307723.
#[derive(Debug)]
pub struct Fourier {
    rows: FilteredRows,
    gridding: Gridding,
    /// Kept from call to call: fresh memory is slow to touch for the first time.
    workspace: Mutex<Workspace>,
}

impl Fourier {
    /// Prepares the filter, the weights and the places of all samples in the Fourier plane.
    ///
    /// `frame_shape`: rows and columns of a projection. Errors: settings that cannot be used,
    /// angles that are no numbers or in fewer than two directions, a grid in mm without a pixel
    /// size.
    pub fn new(
        geometry: &ParallelGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        let rows = FilteredRows::new(geometry, frame_shape, grid, settings)?;
        let [_, height, width] = grid.shape;
        let gridding = Gridding::new(rows.paths(), rows.width(), [height, width]);
        Ok(Self { rows, gridding, workspace: Mutex::default() })
    }

    /// What a person should know before trusting the result: missing arcs, slices that the frame
    /// shows in part.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        self.rows.warnings()
    }

    /// Frame rows that the slices `z` need, with the halo of the interpolation.
    #[must_use]
    pub fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.rows.rows_needed(z)
    }

    /// Bytes that a call for `slice_count` slices holds at once, its result included, its input
    /// not. The part that is not the result stays held until the `Fourier` is dropped.
    #[must_use]
    pub fn working_bytes(&self, slice_count: usize) -> u64 {
        let [_, height, width] = self.rows.grid().shape;
        let result = (slice_count * height * width * 4) as u64;
        let threads = rayon::current_num_threads();
        let filtering = self.rows.scratch_bytes(self.gridding.slices_at_once(slice_count));
        result + self.gridding.bytes(slice_count, threads) + threads as u64 * filtering
    }

    /// µ of the slices `z`, `[z, y, x]`, in the grid's attenuation unit.
    ///
    /// `projections`: line integrals `[angle, row, column]`, frame rows from `first_row` on, at
    /// least [`Self::rows_needed`]. The bits depend neither on the partition into calls nor on the
    /// threads. Errors: another shape, a line integral that is not finite.
    /// Memory: [`Self::working_bytes`].
    pub fn reconstruct(
        &self,
        projections: ArrayView3<'_, f32>,
        first_row: usize,
        z: Range<usize>,
    ) -> Result<Array3<f32>, ReconstructError> {
        let given = Given { projections, first_row, z };
        self.rows.check(&given)?;
        let [_, height, width] = self.rows.grid().shape;
        let mut slices = Array3::zeros((given.z.len(), height, width));
        let at_once = self.gridding.slices_at_once(given.z.len());
        let mut workspace =
            std::mem::take(&mut *self.workspace.lock().unwrap_or_else(PoisonError::into_inner));
        for (k, part) in slices.axis_chunks_iter_mut(Axis(0), at_once).enumerate() {
            let (first, count) = (given.z.start + k * at_once, part.dim().0);
            self.gridding.reshape(&mut workspace, count);
            self.fill(&mut workspace, Given { z: first..first + count, ..given.clone() })?;
            self.gridding.sum(&mut workspace, self.rows.circle(), part);
        }
        *self.workspace.lock().unwrap_or_else(PoisonError::into_inner) = workspace;
        Ok(slices)
    }

    /// Fills the workspace with the spectra of the filtered sinograms.
    fn fill(&self, workspace: &mut Workspace, given: Given<'_>) -> Result<(), ReconstructError> {
        let write = |part: SpectraPart<'_>, rows: [&[f32]; 2], scratch: &mut RowScratch| {
            self.gridding.write(part, rows, scratch);
        };
        let scratch = || self.gridding.row_scratch(given.z.len());
        self.rows.fill(&given, workspace.parts_mut(), (scratch, write))
    }
}

impl Reconstruction for Fourier {
    fn name(&self) -> &'static str {
        "fourier"
    }

    fn warnings(&self) -> &[String] {
        self.warnings()
    }

    fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.rows_needed(z)
    }

    fn working_bytes(&self, z: Range<usize>) -> u64 {
        self.working_bytes(z.len())
    }

    fn reconstruct(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        _progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError> {
        self.reconstruct(projections.values, projections.first_row, z)
    }
}
