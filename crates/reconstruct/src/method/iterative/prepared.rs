//! An iterative method made ready for one geometry and one grid. Knows no files and no slabs.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use ndarray::{Array3, ArrayView3, Axis, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Geometry, Problem, VoxelGrid};

use super::{
    coarser::{Level, paired, refined, wider_support},
    cone_rays::ConeRays,
    extended_rows::Extension,
    memory::Sizes,
    rays::{ParallelRays, circle},
    sirt_fbp::{SirtFilters, filtered},
    solve::{Iterated, solve, usual_iterations},
    start::{
        Beginning, filtered_start, has_total_variation, is_slow_beyond_the_frame, starts_filtered,
    },
    system::System,
    warnings::restless,
};
use crate::{
    Curve, Method, Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    SlabRule, Start,
};

/// An iterative method, made ready for one geometry and one grid.
///
/// It solves `A·µ = b` by least squares or likelihood; see [`solve`] for the methods. Without total
/// variation the slices of a parallel beam are solved apart, each from the sinogram of its height
/// (as filtered back-projection takes it, so a tilted axis is straight here); the volume of a cone
/// beam is one problem. What is solved covers all that the views see, also where a part of it is
/// asked for: what lies beside that part must be explained too.
#[derive(Debug)]
pub struct Iterative {
    method: Method,
    settings: ReconstructSettings,
    grid: VoxelGrid,
    rays: Rays,
    start: Option<Beginning>,
    /// Of SIRT-FBP, once they are needed.
    filters: Mutex<Option<Arc<SirtFilters>>>,
    warnings: Vec<String>,
    told: Mutex<Told>,
}

/// The rays of either beam.
#[derive(Debug)]
enum Rays {
    Parallel(ParallelRays),
    Cone(ConeRays),
}

impl Rays {
    fn new(
        geometry: &Geometry,
        frame_shape: (usize, usize),
        (grid, settings): (&VoxelGrid, &ReconstructSettings),
    ) -> Result<Self, ReconstructError> {
        let method = settings.method;
        let refused = |beam, instead| ReconstructError::MethodForBeam { method, beam, instead };
        match geometry {
            Geometry::Parallel(_) if usual_iterations(method).is_none() => {
                Err(refused("parallel", "sirt"))
            }
            Geometry::Cone(_) if !is_for_cone(method) => Err(refused("cone", "sirt")),
            Geometry::Parallel(_) if settings.iterative.start == Start::Coarser => {
                let expected = "`zero`, `filtered` or `auto`: `coarser` is for a cone beam";
                let key = "reconstruct.iterative.start";
                Err(ReconstructError::Setting(Problem::new(key, "coarser", expected)))
            }
            Geometry::Parallel(beam) => {
                Ok(Self::Parallel(ParallelRays::new(beam, frame_shape, grid, settings)?))
            }
            Geometry::Cone(beam) => {
                Ok(Self::Cone(ConeRays::new(beam, frame_shape, grid, settings)?))
            }
        }
    }

    /// What is solved: all slices.
    fn grid(&self) -> &VoxelGrid {
        match self {
            Self::Parallel(rays) => rays.grid(),
            Self::Cone(rays) => rays.grid(),
        }
    }

    fn order(&self) -> &[usize] {
        match self {
            Self::Parallel(rays) => rays.order(),
            Self::Cone(rays) => rays.order(),
        }
    }

    fn columns(&self) -> usize {
        match self {
            Self::Parallel(rays) => rays.columns(),
            Self::Cone(rays) => rays.frame_shape().1,
        }
    }

    /// Columns of a row as the method has it.
    fn width(&self) -> usize {
        match self {
            Self::Parallel(rays) => rays.width(),
            Self::Cone(rays) => rays.frame_shape().1,
        }
    }

    /// Rows that go on as far as the volume reaches.
    fn beyond(&self) -> &Extension {
        match self {
            Self::Parallel(rays) => rays.beyond(),
            Self::Cone(rays) => rays.beyond(),
        }
    }

    /// Distance from the axis beyond which voxels of the result are 0.
    fn seen(&self) -> Option<f64> {
        match self {
            Self::Parallel(rays) => rays.seen(),
            Self::Cone(rays) => rays.seen(),
        }
    }

    /// Slices that are solved where the slices `z` are asked for, and the part of them that this is.
    fn slices(&self, z: Range<usize>) -> (Range<usize>, [Range<usize>; 3]) {
        match self {
            Self::Parallel(rays) => {
                let [y, x] = rays.part();
                (z.clone(), [0..z.len(), y, x])
            }
            Self::Cone(rays) => {
                let [first, y, x] = rays.part();
                (0..rays.grid().shape[0], [first.start + z.start..first.start + z.end, y, x])
            }
        }
    }
}

/// What calls have told so far.
#[derive(Debug, Default)]
struct Told {
    curve: Curve,
    notes: Vec<String>,
}

impl Iterative {
    /// Prepares the rays, and the filtered back-projection where the iteration starts from that.
    ///
    /// `frame_shape`: rows and columns of a projection. Errors: settings that cannot be used, a
    /// method that is not iterative, angles that are no numbers, a grid in mm without a pixel size.
    pub fn new(
        geometry: &Geometry,
        frame_shape: (usize, usize),
        grid: &VoxelGrid,
        settings: &ReconstructSettings,
    ) -> Result<Self, ReconstructError> {
        ReconstructError::first_of(settings.problems())?;
        let method = settings.method;
        let rays = Rays::new(geometry, frame_shape, (grid, settings))?;
        let mut warnings = match &rays {
            Rays::Parallel(rays) => rays.warnings().to_vec(),
            Rays::Cone(rays) => rays.warnings().to_vec(),
        };
        let is_wider = rays.beyond().width() > frame_shape.1;
        let is_slow = is_wider && is_slow_beyond_the_frame(method, settings.iterative.start);
        let start = (is_slow || starts_filtered(method, settings.iterative.start))
            .then(|| {
                let what = (frame_shape, rays.grid());
                filtered_start(geometry, what, (*rays.beyond(), settings))
            })
            .transpose()?;
        warnings.extend(restless(method, settings.iterative.relaxation));
        if method == Method::Cgls && settings.iterative.min.or(settings.iterative.max).is_some() {
            let text = "cgls cannot hold `reconstruct.iterative.min` and `max` on its way: they \
                        are applied to what it ends with";
            warnings.push(text.into());
        }
        Ok(Self {
            method,
            settings: settings.clone(),
            grid: *grid,
            rays,
            start,
            filters: Mutex::default(),
            warnings,
            told: Mutex::default(),
        })
    }

    /// How all calls so far went, their slices together: residual and objective after each
    /// iteration, and what a person should know (that it was stopped).
    #[must_use]
    pub fn course(&self) -> (Curve, Vec<String>) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        (told.curve.clone(), told.notes.clone())
    }

    /// µ of the slices `z` with the curve of this call. As [`Reconstruction::reconstruct`].
    pub fn iterate(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        progress: &dyn Progress,
    ) -> Result<Iterated, ReconstructError> {
        self.check(projections, &z)?;
        let (slices, part) = self.rays.slices(z.clone());
        let found = match &self.rays {
            Rays::Parallel(rays) => {
                let first_row = projections.first_row;
                let data = rays.straight((projections.values, first_row), z.clone())?;
                let weights = match projections.weights {
                    Some(given) => Some(rays.straight_weights((given, first_row), z.clone())?),
                    None => self.relative_weights(data.view())?,
                };
                let start = self.start_volume(projections, slices)?;
                let (projector, probe) = rays.projectors(z)?;
                let system = System::new(&projector, data.view())?.with_probe(&probe);
                let weights = weights.as_ref().map(|w| w.view());
                self.solved(held(system, weights, rays.support())?, start, progress)?
            }
            Rays::Cone(rays) => self.iterate_cone(rays, projections, progress)?,
        };
        progress.ended(&found.curve);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.curve = std::mem::take(&mut told.curve).with(&found.curve);
        if let Some(note) = found.note.as_ref().filter(|note| !told.notes.contains(note)) {
            told.notes.push(note.clone());
        }
        let mut volume = cropped(found.volume, part);
        if let Some(radius) = self.rays.seen() {
            clear_beyond(radius, &self.grid, &mut volume);
        }
        Ok(Iterated { volume, ..found })
    }

    /// The volume of a cone beam, one problem.
    fn iterate_cone(
        &self,
        rays: &ConeRays,
        projections: Projections<'_>,
        progress: &dyn Progress,
    ) -> Result<Iterated, ReconstructError> {
        let data = projections.values;
        let own = match projections.weights {
            Some(_) => None,
            None => self.relative_weights(data)?,
        };
        let weights = projections.weights.or(own.as_ref().map(|own| own.view()));
        let level = rays.level();
        let support = rays.support().map(|support| support.view());
        let start = match self.settings.iterative.start {
            Start::Coarser => self.coarser((&level, support), (data, weights), progress)?,
            _ => self.start_volume(projections, 0..level.grid.shape[0])?,
        };
        let projector = level.projector()?;
        let system = System::new(&projector, data)?;
        self.solved(held(system, weights, rays.support())?, start, progress)
    }

    /// What the method finds in pixels and voxels twice as large, begun in the same way.
    fn coarser(
        &self,
        (level, support): (&Level, Option<ArrayView3<'_, bool>>),
        (data, weights): (ArrayView3<'_, f32>, Option<ArrayView3<'_, f32>>),
        progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError> {
        let Some(coarse) = level.coarser() else { return Ok(Array3::zeros(level.grid.shape)) };
        let (data, weights) = paired(data, weights);
        let weights = weights.as_ref().map(|weights| weights.view());
        let support = support.map(wider_support);
        let inside = support.as_ref().map(|support| support.view());
        let start = self.coarser((&coarse, inside), (data.view(), weights), progress)?;
        let projector = coarse.projector()?;
        let system = System::new(&projector, data.view())?;
        let system = held(system, weights, support.as_ref())?;
        let found = self.solved(system, start, progress)?;
        Ok(refined(&found.volume, level.grid.shape))
    }

    /// The system with all that the settings say of it, solved.
    fn solved<'a>(
        &'a self,
        system: System<'a>,
        start: Array3<f32>,
        progress: &dyn Progress,
    ) -> Result<Iterated, ReconstructError> {
        let mut system = system.with_order(self.rays.order().to_vec()).with_bounds(self.bounds());
        if self.slab_rule() == SlabRule::Any {
            system = system.with_slices_apart();
        }
        Ok(match (self.method, &self.rays) {
            (Method::SirtFbp, Rays::Parallel(rays)) => {
                filtered(&system, self.filters(rays, progress)?.as_deref(), progress)
            }
            (method, _) => solve(&system, (method, &self.settings.iterative), start, progress)
                .unwrap_or_else(|| unreachable!("the method was looked at in `new`")),
        })
    }

    /// The filters of SIRT-FBP: made by the first call, kept for the others; `None` where that was
    /// cancelled.
    fn filters(
        &self,
        rays: &ParallelRays,
        progress: &dyn Progress,
    ) -> Result<Option<Arc<SirtFilters>>, ReconstructError> {
        let mut kept = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            let about_axis = rays.about_axis()?;
            let settings = &self.settings.iterative;
            let usual = usual_iterations(self.method).unwrap_or(1);

            let pace = (settings.iterations.unwrap_or(usual), settings.relaxation);
            let rows = (rays.width(), self.settings.padding);
            *kept = SirtFilters::new(&about_axis, pace, rows, progress).map(Arc::new);
        }
        Ok(kept.clone())
    }

    fn bounds(&self) -> [f32; 2] {
        let bound = |value: Option<f64>, none: f32| value.map_or(none, to_f32);
        let settings = &self.settings.iterative;
        [bound(settings.min, f32::NEG_INFINITY), bound(settings.max, f32::INFINITY)]
    }

    fn start_volume(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
    ) -> Result<Array3<f32>, ReconstructError> {
        let [_, height, width] = self.rays.grid().shape;
        match &self.start {
            None => Ok(Array3::zeros((z.len(), height, width))),
            Some(start) if start.beyond.width() == projections.values.dim().2 => {
                start.filtered.reconstruct(projections, z, &())
            }
            Some(start) => {
                let wide = start.beyond.of_frames(projections.values);
                let projections = Projections::new(wide.view(), projections.first_row);
                start.filtered.reconstruct(projections, z, &())
            }
        }
    }

    /// Weights in proportion to 1/variance from the line integrals, where weights are wanted.
    fn relative_weights(
        &self,
        data: ArrayView3<'_, f32>,
    ) -> Result<Option<Array3<f32>>, ReconstructError> {
        if !self.uses_weights() {
            return Ok(None);
        }
        if let Some(value) = self.settings.iterative.stop_at_discrepancy {
            let expected = "projections with their variances: without them only the relative \
                            noise is known";
            let key = "reconstruct.iterative.stop_at_discrepancy";
            return Err(ReconstructError::Setting(Problem::new(key, value, expected)));
        }
        // Counts behind a line integral p are in proportion to exp(−p).
        Ok(Some(data.mapv(|p| (-p.clamp(-1.0, 20.0)).exp())))
    }

    fn check(
        &self,
        projections: Projections<'_>,
        z: &Range<usize>,
    ) -> Result<(), ReconstructError> {
        let count = self.grid.shape[0];
        if z.is_empty() || z.end > count {
            return Err(ReconstructError::SlicesBeyondGrid { asked: z.clone(), count });
        }
        let (angles, row_count, columns) = projections.values.dim();
        let (first_row, rows) = (projections.first_row, self.rows_needed(z.clone()));
        let has_rows = first_row <= rows.start && rows.end <= first_row + row_count;
        let expected = (self.rays.order().len(), self.rays.columns());
        let weights = projections.weights.map_or(projections.values.dim(), |w| w.dim());
        if has_rows && (angles, columns) == expected && weights == projections.values.dim() {
            return Ok(());
        }
        let (found, (angles, columns)) = ([angles, row_count, columns], expected);
        Err(ReconstructError::ProjectionShape { found, first_row, angles, columns, rows })
    }
}

/// The system with weights and support, where there are any.
fn held<'a>(
    mut system: System<'a>,
    weights: Option<ArrayView3<'a, f32>>,
    support: Option<&'a Array3<bool>>,
) -> Result<System<'a>, ReconstructError> {
    if let Some(weights) = weights {
        system = system.with_weights(weights)?;
    }
    Ok(match support {
        Some(support) => system.with_support(support.view()),
        None => system,
    })
}

/// The part of a volume that is asked for.
fn cropped(volume: Array3<f32>, [z, y, x]: [Range<usize>; 3]) -> Array3<f32> {
    if volume.dim() == (z.len(), y.len(), x.len()) {
        return volume;
    }
    volume.slice(s![z, y, x]).to_owned()
}

/// Sets voxels farther than `radius` from the axis to 0.
fn clear_beyond(radius: f64, grid: &VoxelGrid, volume: &mut Array3<f32>) {
    let inside = circle(grid, radius);
    for mut slice in volume.outer_iter_mut() {
        slice.zip_mut_with(&inside.index_axis(Axis(0), 0), |value, inside| {
            if !inside {
                *value = 0.0;
            }
        });
    }
}

/// Whether a method needs no more than a projector.
fn is_for_cone(method: Method) -> bool {
    let needs_slices = matches!(method, Method::MrFbp | Method::SirtFbp);
    usual_iterations(method).is_some() && !needs_slices
}

impl Reconstruction for Iterative {
    fn name(&self) -> &'static str {
        self.method.name()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        match &self.rays {
            Rays::Parallel(rays) => rays.rows_needed(z),
            Rays::Cone(rays) => 0..rays.frame_shape().0,
        }
    }

    fn slab_rule(&self) -> SlabRule {
        match self.rays {
            Rays::Parallel(_) if !has_total_variation(self.method) => SlabRule::Any,
            _ => SlabRule::Whole,
        }
    }

    fn uses_weights(&self) -> bool {
        self.settings.iterative.noise_weights && self.method != Method::SirtFbp
    }

    fn working_bytes(&self, z: Range<usize>) -> u64 {
        let [_, height, width] = self.rays.grid().shape;
        let (slices, _) = self.rays.slices(z.clone());
        let (rows, alike) = match &self.rays {
            Rays::Parallel(_) => (z.len(), true),
            Rays::Cone(rays) => (rays.frame_shape().0, false),
        };
        let rays = [self.rays.order().len(), rows, self.rays.width()];
        let sizes = Sizes { volume: [slices.len(), height, width], rays, alike };
        let starting = self.start.as_ref().map_or(0, |start| {
            let width = start.beyond.width();
            let needed = match &self.rays {
                Rays::Parallel(_) => self.rows_needed(z.clone()).len(),
                Rays::Cone(rays) => rays.frame_shape().0,
            };
            let is_wider = width > self.rays.columns();
            let wide = if is_wider { 4 * self.rays.order().len() * needed * width } else { 0 };
            wide as u64 + start.filtered.working_bytes(slices)
        });
        let cut = 4 * (z.len() * self.grid.shape[1] * self.grid.shape[2]) as u64;
        sizes.bytes(self.method, &self.settings.iterative).max(starting) + cut
    }

    fn reconstruct(
        &self,
        projections: Projections<'_>,
        z: Range<usize>,
        progress: &dyn Progress,
    ) -> Result<Array3<f32>, ReconstructError> {
        Ok(self.iterate(projections, z, progress)?.volume)
    }
}
