//! Filtered back-projection for a parallel beam. Knows no files and no order of slabs.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use ndarray::{Array3, Axis};
use voltomo_types::{NoiseCorrelation, ParallelGeometry, VoxelGrid};

use crate::{
    Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    kernel::{
        backproject::{Bundle, BundlePart, Interpolation, Rays, backproject, tile_bytes},
        pages::ask_large_pages,
    },
    method::filtered_rows::{FilteredRows, Given},
};

/// Above this, slices are taken in smaller bundles.
const BUNDLE_BYTES: u64 = 1 << 30;

/// Filtered back-projection, made ready for one geometry and one grid.
///
/// `µ(x, y) = Σ_θ Δθ·q(θ, x·cos θ − y·sin θ)`, `q` the line integrals after the windowed ramp.
/// Between columns it reads along straight lines or as [`ReconstructSettings::interpolation`] says; beside
/// the detector `q` is zero, so voxels that no view sees are zero. Where voxels are larger than
/// pixels, the ramp ends at the Nyquist frequency of the voxels, and in z the rows of a voxel are
/// averaged. On a full turn with the axis over 5 % of the width off the middle, opposite views are
/// joined to a wider field of view.
/// Source: Kak & Slaney 1988, chapter 3, doi:10.1137/1.9780898719277.
#[derive(Debug)]
pub struct Fbp {
    rows: FilteredRows,
    interpolation: Interpolation,
    /// Kept from call to call: fresh memory is slow to touch for the first time.
    bundle: Mutex<Bundle>,
}

impl Fbp {
    /// Prepares the filter, the weights and the paths of all rays.
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
        let interpolation = settings.interpolation.unwrap_or_default();
        let rows = FilteredRows::new(geometry, frame_shape, grid, settings)?
            .upsampled(interpolation.values_a_column());
        Ok(Self { rows, interpolation, bundle: Mutex::default() })
    }

    /// Made ready for variances of line integrals: [`Reconstruction::reconstruct`] then gives the
    /// variance of µ, `Σ_θ (Δθ)²·(h² ∗ var p)`, h the kernel of the windowed ramp.
    ///
    /// Takes the noise of each line integral for its own; the interpolation of the settings is
    /// counted as its mean over all places between two columns. Errors: as [`Self::new`].
    /// Source: Wunderlich & Noo 2008, doi:10.1088/0031-9155/53/10/002.
    pub fn of_variances(
        geometry: &ParallelGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        let read = settings.interpolation.unwrap_or_default();
        let left = |_view: usize, frequency: f64| read.power(frequency);
        let rows =
            FilteredRows::new(geometry, frame_shape, grid, settings)?.of_variances(settings, &left);
        Ok(Self { rows, interpolation: Interpolation::Linear, bundle: Mutex::default() })
    }

    fn lanes(&self, slice_count: usize) -> usize {
        let mut lanes = Bundle::lanes_for(slice_count);
        let bytes = |lanes| Bundle::bytes(self.rows.view_count(), self.rows.width(), lanes);
        while lanes > 16 && bytes(lanes) > BUNDLE_BYTES {
            lanes /= 2;
        }
        lanes
    }

    /// Fills the bundle with the filtered sinograms.
    fn fill(&self, bundle: &mut Bundle, given: Given<'_>) -> Result<(), ReconstructError> {
        let write = |mut part: BundlePart<'_>, rows: [&[f32]; 2], (): &mut ()| {
            for (angle, rows) in rows.into_iter().enumerate().take(part.angle_count()) {
                part.write(angle, rows);
            }
        };
        self.rows.fill(&given, bundle.parts_mut(2), (|| (), write))
    }
}

impl Reconstruction for Fbp {
    fn name(&self) -> &'static str {
        "fbp"
    }

    fn warnings(&self) -> &[String] {
        self.rows.warnings()
    }

    fn noise_gain(&self, settings: &ReconstructSettings, noise: &NoiseCorrelation) -> f64 {
        let left = |_view: usize, frequency: f64| self.interpolation.power(frequency);
        self.rows.noise_gain(settings, noise, &left)
    }

    fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.rows.rows_needed(z)
    }

    /// The part that is not the result stays held until the `Fbp` is dropped.
    fn working_bytes(&self, z: Range<usize>) -> u64 {
        let lanes = self.lanes(z.len());
        let bundle = Bundle::bytes(self.rows.view_count(), self.rows.width(), lanes);
        let [_, height, width] = self.rows.grid().shape;
        let result = (z.len() * height * width * 4) as u64;
        let filtering = self.rows.scratch_bytes(lanes);
        let threads = rayon::current_num_threads() as u64;
        bundle + result + threads * filtering.max(tile_bytes(lanes))
    }

    fn reconstruct(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        _progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError> {
        let given = Given { projections, z };
        self.rows.check(&given)?;
        let (z, [_, height, width]) = (&given.z, self.rows.grid().shape);
        let mut slices = Array3::zeros((z.len(), height, width));
        slices.as_slice_memory_order_mut().into_iter().for_each(ask_large_pages);
        let lanes = self.lanes(z.len());
        let mut bundle =
            std::mem::take(&mut *self.bundle.lock().unwrap_or_else(PoisonError::into_inner));
        bundle.reshape(self.rows.view_count(), self.rows.width(), lanes);
        for (k, part) in slices.axis_chunks_iter_mut(Axis(0), lanes).enumerate() {
            let first = z.start + k * lanes;
            self.fill(&mut bundle, Given { z: first..first + part.dim().0, ..given.clone() })?;
            let (paths, interpolation) = (self.rows.paths(), self.interpolation);
            let rays = Rays { bundle: &bundle, paths, interpolation };
            backproject(&rays, self.rows.circle(), part);
        }
        *self.bundle.lock().unwrap_or_else(PoisonError::into_inner) = bundle;
        Ok(slices)
    }
}
