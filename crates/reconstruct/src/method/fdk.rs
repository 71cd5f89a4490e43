//! Filtered back-projection for a cone beam. Knows no files and no order of slabs.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView3, Axis, Zip};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{ConeGeometry, ConeView, LengthUnit, NoiseCorrelation, Radian, VoxelGrid};

use super::{
    cone_checks::{check, check_offset, warnings},
    cone_field::ConeField,
    rectify::{Homography, Plane, Upright},
    short_scan::Redundancy,
};
use crate::{
    Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    kernel::{
        backproject::{Circle, Interpolation},
        backproject_cone::{ConePath, Slope, ViewPart, Views, backproject_cone, tile_bytes},
        pages::ask_large_pages,
    },
    reading::Reading,
    row_filter::{FilterScratch, RowFilter},
};

/// Least and most views that are held filtered at once.
const BATCH: [usize; 2] = [64, 512];
/// Bytes of the filtered views of a batch, where it has more than the least.
const BATCH_BYTES: usize = 1 << 28;
/// Frame rows beyond those met exactly: the reach of the interpolation between pixels.
const HALO: usize = 2;

/// Filtered back-projection of a cone beam (Feldkamp, Davis and Kress), made ready for one geometry
/// and one grid.
///
/// `µ = Σ_θ w·d⁻²·q(θ, p, v)`: the line integrals, brought onto an upright detector through the
/// axis, times the cosine of the ray's angle to the central one and its redundancy weight, filtered
/// along the rows with the windowed ramp; d the depth of the voxel, 1 on the axis. Exact in the
/// plane of a circling source; beyond, exact for the mean along the axis. Any arc from half a turn
/// and the fan on; on a whole turn with the axis far off the middle, opposite views are joined to
/// a wider field of view.
/// Source: Feldkamp, Davis & Kress 1984, doi:10.1364/JOSAA.1.000612.
#[derive(Debug)]
pub struct Fdk {
    frame_shape: (usize, usize),
    grid: VoxelGrid,
    upright: Upright,
    filter: RowFilter,
    sights: Vec<Sight>,
    redundancy: Redundancy,
    /// Pitch of the upright columns in the grid's unit of 1/µ.
    length: f64,
    circle: Option<Circle>,
    warnings: Vec<String>,
    /// Whether variances are reconstructed, which weigh in by the squares of the weights.
    squared: bool,
}

/// One view, made ready.
#[derive(Debug)]
struct Sight {
    homography: Homography,
    distance: f64,
    source_z: f64,
    path: ConePath,
}

impl Fdk {
    /// Prepares the filter, the weights and the paths of all rays.
    ///
    /// `frame_shape`: rows and columns of a projection; `grid`: in mm. Errors: settings that cannot
    /// be used, angles or distances that make no sense, fewer than two directions.
    pub fn new(
        geometry: &ConeGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        ReconstructError::first_of(settings.problems())?;
        check(geometry, frame_shape, grid)?;
        let bad = || ReconstructError::ConeGeometry { view: first_bad_view(geometry, grid) };
        let field = ConeField::of(geometry, frame_shape).ok_or_else(bad)?;
        check_offset(&field)?;
        let (upright, join) = (field.upright, field.join());
        let columns = upright.shape.1;
        let angles: Vec<Radian> = geometry.views.iter().map(|view| view.angle).collect();
        let redundancy = Redundancy::new(&angles, field.widest(), settings.cone.short_scan);
        let cutoff = settings.cutoff * (upright.pitch[1] / grid.voxel).min(1.0);
        let filter = RowFilter::new((columns, field.axis_column), cutoff, settings, join);
        let sights = geometry.views.iter().map(|view| {
            Some(Sight {
                homography: Homography::new(geometry, view, &upright)?,
                distance: Plane::of(view)?.distance,
                source_z: view.source[0],
                path: path(view, grid, &upright, filter.added()[0])?,
            })
        });
        let warnings = warnings(&redundancy, (geometry, frame_shape), (grid, &field));
        Ok(Self {
            frame_shape,
            grid: *grid,
            upright,
            sights: sights.collect::<Option<_>>().ok_or_else(bad)?,
            filter,
            redundancy,
            length: if grid.unit == LengthUnit::Millimetre { upright.pitch[1] / 10.0 } else { 1.0 },
            circle: settings.circular_mask.then(|| Circle {
                centre: [-grid.first[1] / grid.voxel, -grid.first[2] / grid.voxel],
                radius: field.radius() / grid.voxel,
            }),
            warnings,
            squared: false,
        })
    }

    /// Made ready for variances of line integrals: [`Reconstruction::reconstruct`] then gives the
    /// variance of µ, `Σ_θ w²·d⁻⁴·(h² ∗ var p)`, h the kernel of the windowed ramp.
    ///
    /// Takes the noise of each line integral for its own, and interpolation for its mean over all
    /// places between pixels (in a slice that falls on rows, the variance is 3/2 of it). d⁻⁴ is
    /// taken as d⁻² times its mean over a circle, `(1 + 3ρ²/2)/(1 − ρ²)²` for a voxel at ρ source
    /// distances from the axis: exact where all views are as noisy. Errors: as [`Self::new`].
    /// Source: Wunderlich & Noo 2008, doi:10.1088/0031-9155/53/10/002.
    pub fn of_variances(
        geometry: &ConeGeometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        let mut fdk = Self::new(geometry, frame_shape, grid, settings)?;
        fdk.filter = fdk.filter.of_variances(settings);
        fdk.squared = true;
        for sight in &mut fdk.sights {
            sight.homography = sight.homography.of_variances();
        }
        Ok(fdk)
    }

    /// From the weight d⁻² of the kernel to the d⁻⁴ of variances, in the mean over a circle, and
    /// to the mean of `(1−t)² + t²` over the places t between two rows.
    fn deepen(&self, slices: &mut Array3<f32>) {
        let distance = self.sights.iter().map(|sight| sight.distance).sum::<f64>();
        let distance = distance / self.sights.len() as f64;
        for ((_, y, x), value) in slices.indexed_iter_mut() {
            let [_, y, x] = self.grid.centre_of([0, y, x]);
            let squared = (y * y + x * x) / (distance * distance);
            *value *= to_f32(2.0 / 3.0 * (1.0 + 1.5 * squared) / (1.0 - squared).powi(2));
        }
    }

    /// Rows of the upright detector that the slices `z` are seen on, whole pairs.
    fn upright_rows(&self, z: &Range<usize>) -> Range<usize> {
        let [_, height, width] = self.grid.shape;
        let corners = [[0, 0], [0, width - 1], [height - 1, 0], [height - 1, width - 1]];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for path in self.sights.iter().map(|sight| &sight.path) {
            for (corner, z) in corners.iter().flat_map(|&c| [(c, z.start), (c, z.end - 1)]) {
                let rise = path.rise.0 + z as f64 * path.rise.1;
                let row = path.source_row + rise / path.depth.at(corner);
                (low, high) = (low.min(row), high.max(row));
            }
        }
        let rows = self.upright.shape.0;
        let start = to_index(low.max(0.0)).min(rows - 1) / 2 * 2;
        let end = (to_index(high.max(0.0)) + 2).next_multiple_of(2).min(rows);
        start..end.max(start + 1)
    }

    /// Views that are filtered and back-projected together: no more, so that memory does not grow
    /// with them. The batches depend on nothing but the frames, and so the bits.
    fn batches(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let count = self.sights.len();
        let batch = self.batch();
        (0..count).step_by(batch).map(move |first| first..(first + batch).min(count))
    }

    /// As many whole frames as fit, whichever of their rows a slab needs.
    fn batch(&self) -> usize {
        let frame = 4 * self.upright.shape.0 * self.filter.width();
        (BATCH_BYTES / frame.max(1)).clamp(BATCH[0], BATCH[1])
    }

    fn check_call(
        &self,
        (projections, first_row): (ArrayView3<'_, f32>, usize),
        z: &Range<usize>,
    ) -> Result<(), ReconstructError> {
        let count = self.grid.shape[0];
        if z.is_empty() || z.end > count {
            return Err(ReconstructError::SlicesBeyondGrid { asked: z.clone(), count });
        }
        let (angles, row_count, columns) = projections.dim();
        let rows = self.rows_needed(z.clone());
        let has_rows = first_row <= rows.start && rows.end <= first_row + row_count;
        if !(has_rows && angles == self.sights.len() && columns == self.frame_shape.1) {
            let found = [angles, row_count, columns];
            let (angles, columns) = (self.sights.len(), self.frame_shape.1);
            return Err(ReconstructError::ProjectionShape {
                found,
                first_row,
                angles,
                columns,
                rows,
            });
        }
        let bad = projections.axis_iter(Axis(0)).into_par_iter().enumerate().find_map_first(
            |(angle, frame)| {
                let largest = frame.fold(0, |bits, value| value.abs().to_bits().max(bits));
                (largest >= f32::INFINITY.to_bits()).then_some(angle)
            },
        );
        let Some(angle) = bad else { return Ok(()) };
        let frame = projections.index_axis(Axis(0), angle);
        let found = frame.indexed_iter().find(|(_, value)| !value.is_finite());
        let ((row, column), &value) = found.unwrap_or(((0, 0), &f32::INFINITY));
        Err(ReconstructError::NonFinite { angle, row: first_row + row, column, value })
    }

    /// Cosine of the angle to the central ray, times the redundancy weight, along a row.
    fn ray_weights(&self, view: usize, row: usize, weights: &mut [f32]) {
        let sight = &self.sights[view];
        let [z, first] = self.upright.place([row as f64, 0.0]);
        let across = |column: usize| first + column as f64 * self.upright.pitch[1];
        let squares = sight.distance.powi(2) + (z - sight.source_z).powi(2);
        let all = sight.distance * self.redundancy.weight(view, Radian(0.0));
        for (column, weight) in weights.iter_mut().enumerate() {
            let p = across(column);
            *weight = to_f32(all / (squares + p * p).sqrt());
        }
        if !self.redundancy.is_whole_turn() {
            for (column, weight) in weights.iter_mut().enumerate() {
                let p = across(column);
                let own = self.redundancy.weight(view, Radian((p / sight.distance).atan()));
                *weight = to_f32(sight.distance * own / (squares + p * p).sqrt());
            }
        }
        if self.squared {
            weights.iter_mut().for_each(|weight| *weight *= *weight);
        }
    }
}

impl Reconstruction for Fdk {
    fn name(&self) -> &'static str {
        "fdk"
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn noise_gain(&self, settings: &ReconstructSettings, noise: &NoiseCorrelation) -> f64 {
        let upright = match self.sights.first().map(|sight| sight.homography.reading()) {
            Some(onto_upright) => onto_upright.then(&Reading::linear()),
            None => Reading::linear(),
        };
        let left = |_view: usize, frequency: f64| Interpolation::Linear.power(frequency);
        self.filter.noise_gain(1, settings, (&left, &upright, noise))
    }

    fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        let rows = self.upright_rows(&z);
        let (last, columns) = (self.frame_shape.0 as f64 - 1.0, self.upright.shape.1 as f64 - 1.0);
        let (mut low, mut high) = (last, 0.0f64);
        for sight in &self.sights {
            for row in [rows.start as f64, rows.end as f64 - 1.0] {
                for column in [0.0, columns] {
                    let [row, _] = sight.homography.frame_position([row, column]);
                    (low, high) = (low.min(row), high.max(row));
                }
            }
        }
        let end = (to_index(high.min(last)) + 1 + HALO).min(self.frame_shape.0);
        to_index(low.clamp(0.0, last)).saturating_sub(HALO).min(end - 1)..end
    }

    fn working_bytes(&self, z: Range<usize>) -> u64 {
        let [_, height, width] = self.grid.shape;
        let rows = self.upright_rows(&z).len();
        let batch = self.sights.len().min(self.batch());
        let views = Views::bytes(batch, self.filter.width(), rows);
        let filtering = (12 * self.upright.shape.1 + 8 * self.filter.width()) as u64;
        // Both: what a thread gives back is not at once the system's.
        let thread = filtering + self.filter.scratch_bytes() + tile_bytes();
        let result = 4 * (z.len() * height * width) as u64;
        views + result + rayon::current_num_threads() as u64 * thread
    }

    fn reconstruct(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        _progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError> {
        let Projections { values, first_row, .. } = projections;
        self.check_call((values, first_row), &z)?;
        let rows = self.upright_rows(&z);
        let [_, height, width] = self.grid.shape;
        let mut slices = Array3::zeros((z.len(), height, width));
        slices.as_slice_memory_order_mut().into_iter().for_each(ask_large_pages);
        let mut views = Views::default();
        for batch in self.batches() {
            views.reshape(batch.len(), self.filter.width(), (rows.start, rows.len()));
            views.parts_mut(1).into_par_iter().zip(batch.clone()).for_each_init(
                || Scratch::new(self),
                |scratch, (part, index)| {
                    let frame = values.index_axis(Axis(0), index);
                    let view = View { index, frame, first_row, rows: rows.clone() };
                    scratch.fill(self, &view, part);
                },
            );
            let paths: Vec<ConePath> = self.sights[batch].iter().map(|sight| sight.path).collect();
            backproject_cone((&views, &paths), z.start, self.circle, slices.view_mut());
        }
        if self.squared {
            self.deepen(&mut slices);
        }
        Ok(slices)
    }
}

/// One radiograph, and what is wanted of it.
struct View<'a> {
    index: usize,
    /// `[row, column]`.
    frame: ndarray::ArrayView2<'a, f32>,
    /// Frame row of the first row.
    first_row: usize,
    /// Upright rows that are wanted.
    rows: Range<usize>,
}

/// What one thread needs to filter two rows of a view.
struct Scratch {
    rows: Array2<f32>,
    weights: Vec<f32>,
    filtered: [Vec<f32>; 2],
    transform: FilterScratch,
}

impl Scratch {
    fn new(fdk: &Fdk) -> Self {
        Self {
            rows: Array2::zeros((2, fdk.upright.shape.1)),
            weights: vec![0.0; fdk.upright.shape.1],
            filtered: [vec![0.0; fdk.filter.width()], vec![0.0; fdk.filter.width()]],
            transform: fdk.filter.scratch(),
        }
    }

    /// Brings one view onto the upright detector, weighs and filters its rows, two at once.
    ///
    /// Pairs begin at even rows, so that the rounding of a row cannot depend on the slab.
    fn fill(&mut self, fdk: &Fdk, view: &View<'_>, mut part: ViewPart<'_>) {
        let rows = &view.rows;
        part.clear(0);
        let factor = if fdk.squared { fdk.length.powi(-2) } else { 1.0 / fdk.length };
        let factor = to_f32(factor);
        for first in rows.clone().step_by(2) {
            let pair = first..(first + 2).min(fdk.upright.shape.0);
            self.rows.fill(0.0);
            for row in pair.clone() {
                let mut into = self.rows.index_axis_mut(Axis(0), row - first);
                let homography = &fdk.sights[view.index].homography;
                homography.row_into((view.frame, view.first_row), row, into.view_mut());
                fdk.ray_weights(view.index, row, &mut self.weights);
                Zip::from(into).and(&self.weights).for_each(|value, weight| *value *= weight);
            }
            let [upper, lower] = &mut self.filtered;
            let filtered = [upper.as_mut_slice(), lower.as_mut_slice()];
            let paired = (self.rows.view_mut(), [factor; 2]);
            fdk.filter.apply(paired, filtered, &mut self.transform);
            for (row, values) in pair.zip(&self.filtered) {
                if rows.contains(&row) {
                    part.write(0, row - rows.start, values);
                }
            }
        }
    }
}

/// The first view whose source or detector makes no sense for the grid.
fn first_bad_view(geometry: &ConeGeometry, grid: &VoxelGrid) -> usize {
    let makes_sense = |view: &ConeView| {
        let upright =
            Upright::around(&ConeGeometry { views: vec![*view], frame: geometry.frame }, (2, 2));
        upright.is_some_and(|upright| path(view, grid, &upright, 0).is_some())
    };
    geometry.views.iter().position(|view| !makes_sense(view)).unwrap_or(0)
}

/// Where the voxels fall; `None` where the source stands within the grid.
fn path(view: &ConeView, grid: &VoxelGrid, upright: &Upright, added: usize) -> Option<ConePath> {
    let plane = Plane::of(view)?;
    let [z, y, x] = grid.first;
    let along = |[unit_y, unit_x]: [f64; 2], scale: f64, start: f64| Slope {
        start: start + scale * (y * unit_y + x * unit_x),
        along_y: scale * grid.voxel * unit_y,
        along_x: scale * grid.voxel * unit_x,
    };
    let depth = along(plane.along, 1.0 / plane.distance, 1.0);
    let [_, height, width] = grid.shape;
    let corners = [[0, 0], [0, width - 1], [height - 1, 0], [height - 1, width - 1]];
    if !corners.into_iter().all(|corner| depth.at(corner) > 1e-3) {
        return None;
    }
    let across = along(plane.across, 1.0 / upright.pitch[1], 0.0);
    let centre = added as f64 - upright.first[1] / upright.pitch[1];
    let column = Slope {
        start: across.start + centre * depth.start,
        along_y: across.along_y + centre * depth.along_y,
        along_x: across.along_x + centre * depth.along_x,
    };
    let source_z = view.source[0];
    Some(ConePath {
        depth,
        column,
        source_row: (source_z - upright.first[0]) / upright.pitch[0],
        rise: ((z - source_z) / upright.pitch[0], grid.voxel / upright.pitch[0]),
    })
}
