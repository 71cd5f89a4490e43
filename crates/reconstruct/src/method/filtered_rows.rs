//! Filtered sinogram rows of the slices of a parallel beam: what every direct method begins with.
//! Knows neither how they are summed into slices nor files.

use std::ops::Range;

use ndarray::{Array2, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{LengthUnit, NoiseCorrelation, ParallelGeometry, VoxelGrid};

use crate::{
    Projections, ReconstructError, ReconstructSettings,
    kernel::backproject::{Circle, RayPath},
    row_filter::{FilterScratch, Join, RowFilter},
    straighten::Straightener,
    weights::{AngularWeights, angular_weights},
};

/// Fewer different directions than this are warned of.
const FEW_DIRECTIONS: usize = 30;

/// `q(θ, s)`, the line integrals after the windowed ramp, times the weight of their view, for the
/// slices of a grid.
///
/// Rows are straightened where the axis is tilted and averaged where voxels are higher than a
/// pixel. Where voxels are larger than pixels, the ramp ends at the Nyquist frequency of the
/// voxels. On a full turn with the axis over 5 % of the width off the middle, opposite views are
/// joined to a wider field of view.
#[derive(Debug)]
pub(crate) struct FilteredRows {
    frame_shape: (usize, usize),
    grid: VoxelGrid,
    straightener: Straightener,
    filter: RowFilter,
    paths: Vec<RayPath>,
    /// Weight of each view over the pitch of the columns.
    factors: Vec<f32>,
    circle: Option<Circle>,
    warnings: Vec<String>,
}

/// Line integrals given for some slices.
#[derive(Debug, Clone)]
pub(crate) struct Given<'a> {
    /// At least the rows that the slices need.
    pub(crate) projections: Projections<'a>,
    /// The slices.
    pub(crate) z: Range<usize>,
}

impl FilteredRows {
    /// Prepares the filter, the weights and the paths of all rays.
    ///
    /// `frame_shape`: rows and columns of a projection. Errors: settings that cannot be used,
    /// angles that are no numbers or in fewer than two directions, a grid in mm without a pixel
    /// size.
    pub(crate) fn new(
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
        let filter = RowFilter::new((columns, axis_column), cutoff, settings, join);
        let axis = axis_column + filter.added()[0] as f64;
        // 1/cm from mm, or 1/pixel.
        let length = if grid.unit == LengthUnit::Millimetre { pitch / 10.0 } else { pitch };
        Ok(Self {
            frame_shape,
            grid: *grid,
            filter,
            paths: ray_paths(geometry, grid, (axis, pitch)),
            factors: views.weights.iter().map(|weight| to_f32(weight / length)).collect(),
            circle: settings.circular_mask.then(|| Circle {
                centre: [-grid.first[1] / grid.voxel, -grid.first[2] / grid.voxel],
                radius: radius * pitch / grid.voxel,
            }),
            warnings: {
                let one_sided = one_sided(&views, (columns, axis_column));
                warnings(views, &straightener, grid).into_iter().chain(one_sided).collect()
            },
            straightener,
        })
    }

    /// Made ready for variances of line integrals: out come the variances that the filtered rows
    /// bring into a voxel. `left(view, f)`: the part of the variance at the frequency f (cycles a
    /// column) that is left after a voxel has read the row.
    pub(crate) fn of_variances(
        self,
        settings: &ReconstructSettings,
        left: &dyn Fn(usize, f64) -> f64,
    ) -> Self {
        let gains = self.filter.noise_gains(self.factors.len(), settings, left);
        let squared = self.factors.iter().zip(gains).map(|(factor, gain)| factor * factor * gain);
        Self {
            factors: squared.collect(),
            filter: self.filter.of_variances(settings),
            straightener: self.straightener.of_variances(),
            ..self
        }
    }

    /// By how much more than [`Self::of_variances`] tells comes into a voxel of noise that pixels
    /// share, or that reading between pixels makes them share.
    pub(crate) fn noise_gain(
        &self,
        settings: &ReconstructSettings,
        noise: &NoiseCorrelation,
        left: &dyn Fn(usize, f64) -> f64,
    ) -> f64 {
        let reading = self.straightener.reading(self.grid.shape[0]);
        self.filter.noise_gain(self.factors.len(), settings, (left, &reading, noise))
    }

    /// With `factor` values a column, between the first and the last, from the Fourier series of
    /// each row.
    pub(crate) fn upsampled(self, factor: usize) -> Self {
        Self { filter: self.filter.upsampled(factor), ..self }
    }

    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// Where the voxels of a slice fall on the filtered rows, for each view.
    pub(crate) fn paths(&self) -> &[RayPath] {
        &self.paths
    }

    /// Beyond which voxels are zero.
    pub(crate) fn circle(&self) -> Option<Circle> {
        self.circle
    }

    pub(crate) fn view_count(&self) -> usize {
        self.factors.len()
    }

    /// Values of a filtered row: one a column, or as many more as it is upsampled.
    pub(crate) fn width(&self) -> usize {
        self.filter.width()
    }

    /// Frame rows that the slices `z` need, with the halo of the interpolation.
    pub(crate) fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.straightener.rows_needed(z)
    }

    /// Bytes that a thread holds while filtering two views of `lanes` slices.
    pub(crate) fn scratch_bytes(&self, lanes: usize) -> u64 {
        4 * 2 * (self.frame_shape.1 + lanes * self.width()) as u64 + self.filter.scratch_bytes()
    }

    /// Whether the input has the shape that was agreed on, and the slices are there.
    pub(crate) fn check(&self, given: &Given<'_>) -> Result<(), ReconstructError> {
        let (z, count) = (&given.z, self.grid.shape[0]);
        if z.is_empty() || z.end > count {
            return Err(ReconstructError::SlicesBeyondGrid { asked: z.clone(), count });
        }
        let Projections { values, first_row, .. } = given.projections;
        let (angles, row_count, columns) = values.dim();
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

    /// Filters all views, two at a time, on all threads, and hands each pair to `write` together
    /// with its part of `parts` (one for each two views, in their order) and a scratch of the
    /// thread: two times `[slice, column]`, one after the other. Error: a line integral that is not
    /// finite.
    ///
    /// Neighbouring views, never neighbouring slices, share a transform: so the rounding of a slice
    /// cannot depend on which slices are reconstructed with it.
    pub(crate) fn fill<Part: Send, Own>(
        &self,
        given: &Given<'_>,
        parts: Vec<Part>,
        (scratch, write): (impl Fn() -> Own + Sync, impl Fn(Part, [&[f32]; 2], &mut Own) + Sync),
    ) -> Result<(), ReconstructError> {
        let filled = parts.into_par_iter().enumerate().try_for_each_init(
            || (Scratch::new(self, given.z.len()), scratch()),
            |(filtering, own), (pair, part)| {
                let first = 2 * pair;
                let both = first..(first + 2).min(self.factors.len());
                let values = given.projections.values.slice(s![both, .., ..]);
                let projections = Projections::new(values, given.projections.first_row);
                let pair = Given { projections, z: given.z.clone() };
                self.filter_pair(first, &pair, filtering)?;
                let [first, second] = &filtering.filtered;
                write(part, [first, second], own);
                Ok(())
            },
        );
        filled.map_err(|NotFinite| first_not_finite(given))
    }

    /// Filters two views, `first` the index of the first.
    fn filter_pair(
        &self,
        first_view: usize,
        views: &Given<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), NotFinite> {
        let width = self.filter.width();
        let factor = |view: usize| self.factors.get(first_view + view).copied().unwrap_or(0.0);
        let factors = [factor(0), factor(1)];
        let [first, second] = &mut scratch.filtered;
        let lanes = first.chunks_mut(width).zip(second.chunks_mut(width));
        for (slice, (first, second)) in views.z.clone().zip(lanes) {
            scratch.rows.fill(0.0);
            let Projections { values, first_row, .. } = views.projections;
            for (view, row) in values.outer_iter().zip(scratch.rows.outer_iter_mut()) {
                self.straightener.row_into((view, first_row), slice, row);
            }
            if !all_finite(&scratch.rows) {
                return Err(NotFinite);
            }
            let rows = (scratch.rows.view_mut(), factors);
            self.filter.apply(rows, [first, second], &mut scratch.transform);
        }
        Ok(())
    }
}

/// A line integral that is not finite was met; where, is found afterwards.
struct NotFinite;

/// What one thread needs to filter two views.
struct Scratch {
    /// Sinogram rows of both views, `[view, column]`.
    rows: Array2<f32>,
    /// Filtered rows of both views, `[slice, column]`.
    filtered: [Vec<f32>; 2],
    transform: FilterScratch,
}

impl Scratch {
    fn new(rows: &FilteredRows, slice_count: usize) -> Self {
        let count = slice_count * rows.width();
        Self {
            rows: Array2::zeros((2, rows.frame_shape.1)),
            filtered: [vec![0.0; count], vec![0.0; count]],
            transform: rows.filter.scratch(),
        }
    }
}

/// Whether all are finite, without a branch a value.
fn all_finite(rows: &Array2<f32>) -> bool {
    let largest = rows.fold(0, |bits, value| value.abs().to_bits().max(bits));
    largest < f32::INFINITY.to_bits()
}

fn first_not_finite(given: &Given<'_>) -> ReconstructError {
    let Projections { values, first_row, .. } = given.projections;
    let found = values.indexed_iter().find(|(_, value)| !value.is_finite());
    let ((angle, row, column), &value) = found.unwrap_or(((0, 0, 0), &f32::INFINITY));
    ReconstructError::NonFinite { angle, row: first_row + row, column, value }
}

/// What to know of an axis far off the middle whose rays are not seen from behind as well.
fn one_sided(views: &AngularWeights, (columns, axis_column): (usize, f64)) -> Option<String> {
    let is_off = Join::needed(columns, axis_column).is_some();
    let near = axis_column.min((columns - 1) as f64 - axis_column);
    (is_off && !views.full_turn).then(|| {
        format!(
            "the axis is {near:.1} columns from an edge of the frame and the scan is no whole turn: \
             what lies farther from the axis is seen from one side only; where the sample does, \
             attenuations will be wrong"
        )
    })
}

fn warnings(views: AngularWeights, straightener: &Straightener, grid: &VoxelGrid) -> Vec<String> {
    let mut warnings = views.warnings;
    if views.directions < FEW_DIRECTIONS {
        warnings.push(format!(
            "the scan looks from {} directions only, expected {FEW_DIRECTIONS} or more: \
             filtered back-projection leaves streaks between them",
            views.directions
        ));
    }
    warnings.extend(straightener.warning(grid.shape[0]));
    warnings
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

pub(super) fn pixel_in_grid_unit(
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
