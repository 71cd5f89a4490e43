//! Filtered back-projection for a parallel beam by Fourier gridding. Knows no files and no order of
//! slabs.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use ndarray::{Array3, Axis};
use voltomo_types::{NoiseCorrelation, ParallelGeometry, VoxelGrid};

use crate::{
    Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    kernel::{
        backproject::RayPath,
        grid::{Gridding, RowScratch, SpectraPart, Workspace},
    },
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

    /// Made ready for variances of line integrals: [`Reconstruction::reconstruct`] then gives the
    /// variance of µ, `Σ_θ (Δθ)²·(h² ∗ var p)`, h the kernel of the windowed ramp and of the mean
    /// over a voxel, which is seen from each direction as wide as it is.
    ///
    /// Takes the noise of each line integral for its own. Errors: as [`Self::new`].
    /// Source: Wunderlich & Noo 2008, doi:10.1088/0031-9155/53/10/002.
    pub fn of_variances(
        geometry: &ParallelGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        let method = Self::new(geometry, frame_shape, grid, settings)?;
        let paths = method.rows.paths().to_vec();
        let left = |view: usize, frequency: f64| left_by_a_voxel(&paths[view], frequency);
        Ok(Self { rows: method.rows.of_variances(settings, &left), ..method })
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

/// The part of a row's variance at a frequency that is left in the mean over a voxel.
fn left_by_a_voxel(path: &RayPath, frequency: f64) -> f64 {
    (sinc(path.along_y * frequency) * sinc(path.along_x * frequency)).powi(2)
}

/// `sin(πx)/(πx)`.
fn sinc(x: f64) -> f64 {
    let turn = std::f64::consts::PI * x;
    if turn.abs() < 1e-9 { 1.0 } else { turn.sin() / turn }
}

impl Reconstruction for Fourier {
    fn name(&self) -> &'static str {
        "fourier"
    }

    fn warnings(&self) -> &[String] {
        self.rows.warnings()
    }

    fn noise_gain(&self, settings: &ReconstructSettings, noise: &NoiseCorrelation) -> f64 {
        let paths = self.rows.paths();
        let left = |view: usize, frequency: f64| left_by_a_voxel(&paths[view], frequency);
        self.rows.noise_gain(settings, noise, &left)
    }

    fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.rows.rows_needed(z)
    }

    /// The part that is not the result stays held until the `Fourier` is dropped.
    fn working_bytes(&self, z: Range<usize>) -> u64 {
        let [_, height, width] = self.rows.grid().shape;
        let result = (z.len() * height * width * 4) as u64;
        let threads = rayon::current_num_threads();
        let filtering = self.rows.scratch_bytes(self.gridding.slices_at_once(z.len()));
        result + self.gridding.bytes(z.len(), threads) + threads as u64 * filtering
    }

    fn reconstruct(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        _progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError> {
        let given = Given { projections, z };
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
}
