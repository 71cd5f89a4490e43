//! An iterative method made ready for one geometry and one grid. Knows no files and no slabs.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use ndarray::{Array3, s};
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Geometry, Problem, VoxelGrid};

use super::{
    course::Curve,
    memory::Sizes,
    rays::ParallelRays,
    sirt_fbp::{SirtFilters, filtered},
    solve::{Iterated, solve, usual_iterations},
    system::System,
};
use crate::{
    Fbp, Method, Progress, Projections, ReconstructError, ReconstructSettings, Reconstruction,
    SlabRule, Start,
};

/// An iterative method, made ready for one geometry and one grid.
///
/// It solves `A·µ = b` by least squares or likelihood; see [`solve`] for the methods. Without total
/// variation the slices of a parallel beam are solved apart, each from the sinogram of its height
/// (as filtered back-projection takes it, so a tilted axis is straight here). The volume that is
/// solved covers the field of view, also where a part of it is asked for: what lies beside that
/// part must be explained too.
#[derive(Debug)]
pub struct Iterative {
    method: Method,
    settings: ReconstructSettings,
    grid: VoxelGrid,
    rays: ParallelRays,
    start: Option<Fbp>,
    /// Of SIRT-FBP, once they are needed.
    filters: Mutex<Option<Arc<SirtFilters>>>,
    warnings: Vec<String>,
    told: Mutex<Told>,
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
        let parallel = match geometry {
            Geometry::Parallel(parallel) if usual_iterations(method).is_some() => parallel,
            Geometry::Parallel(_) => {
                let (beam, instead) = ("parallel", "sirt");
                return Err(ReconstructError::MethodForBeam { method, beam, instead });
            }
            Geometry::Cone(_) => {
                let (beam, instead) = ("cone", "fdk");
                return Err(ReconstructError::MethodForBeam { method, beam, instead });
            }
        };
        let rays = ParallelRays::new(parallel, frame_shape, grid, settings)?;
        let from_filtered = match settings.iterative.start {
            Start::Zero => false,
            Start::Filtered => true,
            Start::Auto => has_total_variation(method),
        };
        let start = from_filtered.then(|| Fbp::new(parallel, frame_shape, rays.grid(), settings));
        let mut warnings = rays.warnings().to_vec();
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
            start: start.transpose()?,
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
        let start = self.start_volume(projections, z.clone())?;
        let data = self.rays.straight((projections.values, projections.first_row), z.clone())?;
        let weights = self.weights(projections, (&data, z.clone()))?;
        let (projector, probe) = self.rays.projectors(z)?;
        let support = self.rays.support();
        let mut system = System::new(&projector, data.view())?
            .with_probe(&probe)
            .with_order(self.rays.order().to_vec())
            .with_bounds(self.bounds());
        if let Some(weights) = &weights {
            system = system.with_weights(weights.view())?;
        }
        if let Some(support) = support {
            system = system.with_support(support.view());
        }
        if self.slab_rule() == SlabRule::Any {
            system = system.with_slices_apart();
        }
        let found = match self.method {
            Method::SirtFbp => filtered(&system, self.filters(progress)?.as_deref(), progress),
            method => solve(&system, (method, &self.settings.iterative), start, progress)
                .unwrap_or_else(|| unreachable!("the method was looked at in `new`")),
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.curve = std::mem::take(&mut told.curve).with(&found.curve);
        if let Some(note) = found.note.as_ref().filter(|note| !told.notes.contains(note)) {
            told.notes.push(note.clone());
        }
        Ok(Iterated { volume: self.cropped(found.volume), ..found })
    }

    /// The filters of SIRT-FBP: made by the first call, kept for the others; `None` where that was
    /// cancelled.
    fn filters(
        &self,
        progress: &dyn Progress,
    ) -> Result<Option<Arc<SirtFilters>>, ReconstructError> {
        let mut kept = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            let rays = self.rays.about_axis()?;
            let settings = &self.settings.iterative;
            let usual = usual_iterations(self.method).unwrap_or(1);

            let pace = (settings.iterations.unwrap_or(usual), settings.relaxation);
            let rows = (self.rays.columns(), self.settings.padding);
            *kept = SirtFilters::new(&rays, pace, rows, progress).map(Arc::new);
        }
        Ok(kept.clone())
    }

    fn cropped(&self, volume: Array3<f32>) -> Array3<f32> {
        let [y, x] = self.rays.part();
        if [y.len(), x.len()] == [volume.dim().1, volume.dim().2] {
            return volume;
        }
        volume.slice(s![.., y, x]).to_owned()
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
            Some(fbp) => fbp.reconstruct(projections.values, projections.first_row, z),
        }
    }

    /// 1/variance of the straight rays: as given, or relative ones from the line integrals.
    fn weights(
        &self,
        projections: Projections<'_>,
        (data, z): (&Array3<f32>, Range<usize>),
    ) -> Result<Option<Array3<f32>>, ReconstructError> {
        if let Some(weights) = projections.weights {
            let mut straight = self.rays.straight((weights, projections.first_row), z)?;
            // Between rows cubic interpolation may fall below 0; means of rows are worth more.
            let rows = self.rays.rows_a_slice();
            straight.par_mapv_inplace(|weight| rows * weight.max(0.0));
            return Ok(Some(straight));
        }
        if !self.settings.iterative.noise_weights {
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

/// Whether a method ties neighbouring voxels together.
fn has_total_variation(method: Method) -> bool {
    matches!(method, Method::FistaTv | Method::PdhgTv)
}

impl Reconstruction for Iterative {
    fn name(&self) -> &'static str {
        self.method.name()
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn rows_needed(&self, z: Range<usize>) -> Range<usize> {
        self.rays.rows_needed(z)
    }

    fn slab_rule(&self) -> SlabRule {
        if has_total_variation(self.method) { SlabRule::Whole } else { SlabRule::Any }
    }

    fn working_bytes(&self, z: Range<usize>) -> u64 {
        let [_, height, width] = self.rays.grid().shape;
        let rays = [self.rays.order().len(), z.len(), self.rays.columns()];
        let sizes = Sizes { volume: [z.len(), height, width], rays };
        let starting = self.start.as_ref().map_or(0, |fbp| fbp.working_bytes(z.len()));
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
