//! Filtered back-projection for a parallel beam. Knows no files and no order of slabs.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use ndarray::{Array2, Array3, ArrayView3, Axis, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{LengthUnit, ParallelGeometry, VoxelGrid};

use crate::{
    Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    kernel::backproject::{Bundle, BundlePart, Circle, RayPath, backproject, tile_bytes},
    row_filter::{FilterScratch, Join, RowFilter},
    straighten::Straightener,
    weights::{AngularWeights, angular_weights},
};

/// Above this, slices are taken in smaller bundles.
const BUNDLE_BYTES: u64 = 1 << 30;

/// Fewer different directions than this are warned of.
const FEW_DIRECTIONS: usize = 30;

/// Filtered back-projection, made ready for one geometry and one grid.
///
/// `µ(x, y) = Σ_θ Δθ·q(θ, x·cos θ − y·sin θ)`, `q` the line integrals after the windowed ramp.
/// Between columns it interpolates linearly; beside the detector `q` is zero, so voxels that no
/// view sees are zero. Where voxels are larger than pixels, the ramp ends at the Nyquist frequency
/// of the voxels, and in z the rows of a voxel are averaged. On a full turn with the axis over 5 %
/// of the width off the middle, opposite views are joined to a wider field of view.
/// Source: Kak & Slaney 1988, chapter 3, doi:10.1137/1.9780898719277.
#[derive(Debug)]
pub struct Fbp {
    frame_shape: (usize, usize),
    grid: VoxelGrid,
    straightener: Straightener,
    filter: RowFilter,
    paths: Vec<RayPath>,
    /// Weight of each view over the pitch of the columns.
    factors: Vec<f32>,
    circle: Option<Circle>,
    warnings: Vec<String>,
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
        ReconstructError::first_of(settings.problems())?;
        let views = checked_weights(geometry)?;
        let pixel = pixel_in_grid_unit(geometry, grid)?;
        let (pitch, columns) = (pixel * geometry.frame.bin as f64, frame_shape.1);
        let axis_column = geometry.frame.column(geometry.axis.centre);
        let join = if views.full_turn { Join::needed(columns, axis_column) } else { None };
        let cutoff = settings.cutoff * (pitch / grid.voxel).min(1.0);
        let radius = {
            let (left, right) = (axis_column, (columns - 1) as f64 - axis_column);
            if join.is_some() { left.max(right) } else { left.min(right) }
        };
        let straightener = Straightener::new(geometry, frame_shape, grid, pixel);
        let mut warnings = views.warnings;
        if views.directions < FEW_DIRECTIONS {
            warnings.push(format!(
                "the scan looks from {} directions only, expected {FEW_DIRECTIONS} or more: \
                 filtered back-projection leaves streaks between them",
                views.directions
            ));
        }
        warnings.extend(straightener.warning(grid.shape[0]));
        let filter = RowFilter::new(columns, cutoff, settings, join);
        let axis = axis_column + filter.added()[0] as f64;
        // 1/cm from mm, or 1/pixel.
        let length = if grid.unit == LengthUnit::Millimetre { pitch / 10.0 } else { pitch };
        Ok(Self {
            frame_shape,
            grid: *grid,
            straightener,
            filter,
            paths: ray_paths(geometry, grid, (axis, pitch)),
            factors: views.weights.iter().map(|weight| to_f32(weight / length)).collect(),
            circle: settings.circular_mask.then(|| Circle {
                centre: [-grid.first[1] / grid.voxel, -grid.first[2] / grid.voxel],
                radius: radius * pitch / grid.voxel,
            }),
            warnings,
            bundle: Mutex::default(),
        })
    }

    /// What a person should know before trusting the result: missing arcs, slices that the frame
    /// shows in part.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Frame rows that the slices `z` need, with the halo of the interpolation.
    #[must_use]
    pub fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.straightener.rows_needed(z)
    }

    /// Bytes that a call for `slice_count` slices holds at once, its result included, its input
    /// not. The part that is not the result stays held until the `Fbp` is dropped.
    #[must_use]
    pub fn working_bytes(&self, slice_count: usize) -> u64 {
        let lanes = self.lanes(slice_count);
        let bundle = Bundle::bytes(self.factors.len(), self.filter.width(), lanes);
        let [_, height, width] = self.grid.shape;
        let result = (slice_count * height * width * 4) as u64;
        let rows = 4 * 2 * (self.frame_shape.1 + lanes * self.filter.width()) as u64;
        let filtering = rows + self.filter.scratch_bytes();
        let threads = rayon::current_num_threads() as u64;
        bundle + result + threads * filtering.max(tile_bytes(lanes))
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
        self.check(projections, first_row, &z)?;
        let [_, height, width] = self.grid.shape;
        let mut slices = Array3::zeros((z.len(), height, width));
        let lanes = self.lanes(z.len());
        let mut bundle =
            std::mem::take(&mut *self.bundle.lock().unwrap_or_else(PoisonError::into_inner));
        bundle.reshape(self.factors.len(), self.filter.width(), lanes);
        for (k, part) in slices.axis_chunks_iter_mut(Axis(0), lanes).enumerate() {
            let first = z.start + k * lanes;
            let part_of_z = first..first + part.dim().0;
            self.fill(&mut bundle, (projections, first_row), part_of_z)?;
            backproject(&bundle, &self.paths, self.circle, part);
        }
        *self.bundle.lock().unwrap_or_else(PoisonError::into_inner) = bundle;
        Ok(slices)
    }

    fn lanes(&self, slice_count: usize) -> usize {
        let mut lanes = Bundle::lanes_for(slice_count);
        let bytes = |lanes| Bundle::bytes(self.factors.len(), self.filter.width(), lanes);
        while lanes > 16 && bytes(lanes) > BUNDLE_BYTES {
            lanes /= 2;
        }
        lanes
    }

    fn check(
        &self,
        projections: ArrayView3<'_, f32>,
        first_row: usize,
        z: &Range<usize>,
    ) -> Result<(), ReconstructError> {
        let count = self.grid.shape[0];
        if z.is_empty() || z.end > count {
            return Err(ReconstructError::SlicesBeyondGrid { asked: z.clone(), count });
        }
        let (angles, row_count, columns) = projections.dim();
        let rows = self.rows_needed(z.clone());
        let has_rows = first_row <= rows.start && rows.end <= first_row + row_count;
        if has_rows && angles == self.factors.len() && columns == self.frame_shape.1 {
            return Ok(());
        }
        Err(ReconstructError::ProjectionShape {
            found: [angles, row_count, columns],
            first_row,
            angles: self.factors.len(),
            columns: self.frame_shape.1,
            rows,
        })
    }

    /// Fills the bundle with the filtered sinograms of the slices `z`.
    fn fill(
        &self,
        bundle: &mut Bundle,
        (projections, first_row): (ArrayView3<'_, f32>, usize),
        z: Range<usize>,
    ) -> Result<(), ReconstructError> {
        // Neighbouring views, never neighbouring slices, share a transform: so the rounding of a
        // slice cannot depend on which slices are reconstructed with it.
        let filled = bundle.parts_mut(2).into_par_iter().enumerate().try_for_each_init(
            || Scratch::new(self, z.len()),
            |scratch, (pair, part)| {
                let first = 2 * pair;
                let both = first..(first + 2).min(self.factors.len());
                let projections = projections.slice(s![both, .., ..]);
                let views = Views { first, projections, first_row };
                self.fill_pair((views, part), z.clone(), scratch)
            },
        );
        filled.map_err(|NotFinite| first_not_finite(projections, first_row))
    }

    fn fill_pair(
        &self,
        (views, mut part): (Views<'_>, BundlePart<'_>),
        z: Range<usize>,
        scratch: &mut Scratch,
    ) -> Result<(), NotFinite> {
        let width = self.filter.width();
        let factor = |view: usize| self.factors.get(views.first + view).copied().unwrap_or(0.0);
        let factors = [factor(0), factor(1)];
        let [first, second] = &mut scratch.filtered;
        let lanes = first.chunks_mut(width).zip(second.chunks_mut(width));
        for (slice, (first, second)) in z.zip(lanes) {
            scratch.rows.fill(0.0);
            for (view, row) in views.projections.outer_iter().zip(scratch.rows.outer_iter_mut()) {
                self.straightener.row_into((view, views.first_row), slice, row);
            }
            if !all_finite(&scratch.rows) {
                return Err(NotFinite);
            }
            let rows = (scratch.rows.view_mut(), factors);
            self.filter.apply(rows, [first, second], &mut scratch.transform);
        }
        for (angle, rows) in scratch.filtered.iter().enumerate().take(part.angle_count()) {
            part.write(angle, rows);
        }
        Ok(())
    }
}

impl Reconstruction for Fbp {
    fn name(&self) -> &'static str {
        "fbp"
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

/// Two neighbouring views.
struct Views<'a> {
    /// Index of the first.
    first: usize,
    /// `[view, row, column]`.
    projections: ArrayView3<'a, f32>,
    /// Frame row of the first row.
    first_row: usize,
}

/// A line integral that is not finite was met; where, is found afterwards.
struct NotFinite;

/// What one thread needs to filter two views of a bundle.
struct Scratch {
    /// Sinogram rows of both views, `[view, column]`.
    rows: Array2<f32>,
    /// Filtered rows of both views, `[lane, column]`.
    filtered: [Vec<f32>; 2],
    transform: FilterScratch,
}

impl Scratch {
    fn new(fbp: &Fbp, slice_count: usize) -> Self {
        let count = slice_count * fbp.filter.width();
        Self {
            rows: Array2::zeros((2, fbp.frame_shape.1)),
            filtered: [vec![0.0; count], vec![0.0; count]],
            transform: fbp.filter.scratch(),
        }
    }
}

/// Whether all are finite, without a branch a value.
fn all_finite(rows: &Array2<f32>) -> bool {
    let largest = rows.fold(0, |bits, value| value.abs().to_bits().max(bits));
    largest < f32::INFINITY.to_bits()
}

fn first_not_finite(projections: ArrayView3<'_, f32>, first_row: usize) -> ReconstructError {
    let found = projections.indexed_iter().find(|(_, value)| !value.is_finite());
    let ((angle, row, column), &value) = found.unwrap_or(((0, 0, 0), &f32::INFINITY));
    ReconstructError::NonFinite { angle, row: first_row + row, column, value }
}

fn checked_weights(geometry: &ParallelGeometry) -> Result<AngularWeights, ReconstructError> {
    let bad = geometry.angles.iter().enumerate().find(|(_, angle)| !angle.0.is_finite());
    if let Some((index, angle)) = bad {
        return Err(ReconstructError::BadAngle { index, value: angle.0 });
    }
    let views = angular_weights(&geometry.angles);
    if views.directions < 2 {
        let (count, directions) = (geometry.angles.len(), views.directions);
        return Err(ReconstructError::TooFewAngles { count, directions });
    }
    Ok(views)
}

fn pixel_in_grid_unit(
    geometry: &ParallelGeometry,
    grid: &VoxelGrid,
) -> Result<f64, ReconstructError> {
    match (grid.unit, geometry.pixel) {
        (LengthUnit::Pixel, _) => Ok(1.0),
        (LengthUnit::Millimetre, Some(pixel)) => Ok(pixel.0),
        (LengthUnit::Millimetre, None) => {
            Err(ReconstructError::PixelSizeUnknown { voxel_mm: grid.voxel })
        }
    }
}

/// `axis`: column of the axis; `pitch`: of the columns, in the grid's unit.
fn ray_paths(
    geometry: &ParallelGeometry,
    grid: &VoxelGrid,
    (axis, pitch): (f64, f64),
) -> Vec<RayPath> {
    let path = |angle: &voltomo_types::Radian| {
        let (sin, cos) = angle.0.sin_cos();
        let [_, y, x] = grid.first;
        RayPath {
            start: axis + (x * cos - y * sin) / pitch,
            along_y: -grid.voxel * sin / pitch,
            along_x: grid.voxel * cos / pitch,
        }
    };
    geometry.angles.iter().map(path).collect()
}
