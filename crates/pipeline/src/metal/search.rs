//! Where the metal is, by a first reconstruction, and how much of it each ray crosses. Knows no
//! slabs: the whole scan goes through at once, in coarser pixels.

use std::sync::Arc;

use ndarray::{Array3, ArrayView3, Axis, Zip, s};
use rayon::prelude::*;
use voltomo_correct::{
    BeamHardeningSettings, Block, HardeningMethod, Linearisation, MetalArtefacts, MetalLevels,
    MetalPaths, Polychromatic, Survey,
};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    ConeProjector, ConeSettings, ConeSlices, ParallelProjector, Projections, Projector,
    ReconstructSettings, Reconstruction, Window, prepare,
};
use voltomo_types::{Geometry, LengthUnit, VoxelGrid};

use crate::{
    bands::CorrectedBands,
    error::RunError,
    hardening::{largest, refuse, two_materials},
    metal_memory::BAND,
    prepare::any_grid,
    recipe::Recipe,
    watch::Watch,
};

/// Slices that are reconstructed, and views that are projected, at a time.
const SLICES: usize = 32;
const VIEWS: usize = 8;

/// Largest share of the rays through the sample that may be replaced: what lies beside a trace tells
/// nothing of what lies in it, so that more than half of what is reconstructed must be measured.
const MOST_REPLACED: f64 = 0.5;
/// Share of them above which the volume is in doubt. The can of a wound cell replaces some 5 %.
const MUCH_REPLACED: f64 = 0.2;

/// What a search for metal found.
pub(crate) struct MetalFound {
    /// The survey with the metal that each ray crosses.
    pub(crate) survey: Survey,
    /// Attenuation of metal and of the rest in each reconstruction.
    pub(crate) levels: Vec<MetalLevels>,
    /// Share of the rays through the sample that are replaced by what lies beside the metal.
    replaced: f64,
}

impl MetalFound {
    /// What is in doubt where much is replaced.
    pub(crate) fn finding(&self) -> Option<String> {
        (self.replaced > MUCH_REPLACED).then(|| {
            format!(
                "metal artefact reduction replaces {:.0} % of the rays through the sample by what \
                 lies beside the metal, expected at most {:.0} %: the volume is drawn more than \
                 measured; raise `correct.beam_hardening.metal_trace_mm`, or set \
                 `metal_artefacts = \"none\"`",
                100.0 * self.replaced,
                100.0 * MUCH_REPLACED
            )
        })
    }
}

/// The metal that each ray of a scan crosses; `None` where nobody asks for it.
///
/// # Errors
/// A beam, material or metal that is not known, a scan without pixel size, a volume without metal.
pub(crate) fn with_metal(
    bands: &CorrectedBands<'_>,
    recipe: &Recipe,
    geometry: &Geometry,
    watch: &dyn Watch,
) -> Result<Option<MetalFound>, RunError> {
    let settings = &recipe.correct.beam_hardening;
    if settings.method != HardeningMethod::TwoMaterials {
        return Ok(None);
    }
    let search = Search {
        settings,
        beam: two_materials(recipe, bands.scan)?,
        coarse: Coarse::new(geometry, (bands.survey, settings.coarser))?,
        largest: largest(recipe),
    };
    watch.begin("find the metal", 100);
    let measured = coarse_stack(bands, settings.coarser)?;
    watch.advance(25);
    let (paths, levels) = search.paths(&measured, watch)?;
    watch.end();
    let replaced = search.replaced(&paths, &measured)?;
    for found in &levels {
        watch.note(&format!(
            "beam hardening: metal above {:.3} 1/cm (its mean {:.3}, the rest {:.3})",
            found.metal_above, found.metal, found.other
        ));
    }
    let linearisation = Linearisation::Metal(Arc::new(paths));
    let survey = bands.survey.clone().with_linearisation(linearisation);
    Ok(Some(MetalFound { survey, levels, replaced }))
}

/// Line integrals of the whole scan, each the mean of `coarser` × `coarser` pixels.
fn coarse_stack(bands: &CorrectedBands<'_>, coarser: usize) -> Result<Array3<f32>, RunError> {
    let shape = bands.survey.shape();
    let (rows, columns) = (shape.rows / coarser, shape.columns / coarser);
    let mut stack = Array3::zeros((shape.frames, rows, columns));
    for first in (0..rows).step_by(BAND) {
        let last = (first + BAND).min(rows);
        let block = Block { frames: 0..shape.frames, rows: first * coarser..last * coarser };
        let corrected = bands.block(block)?.line_integrals;
        average(corrected.view(), coarser, stack.slice_mut(s![.., first..last, ..]));
    }
    Ok(stack)
}

fn average(fine: ArrayView3<'_, f32>, coarser: usize, mut into: ndarray::ArrayViewMut3<'_, f32>) {
    let share = 1.0 / (coarser * coarser) as f64;
    let frames = into.axis_iter_mut(Axis(0)).into_par_iter().zip(fine.axis_iter(Axis(0)));
    frames.for_each(|(mut into, fine)| {
        for ((row, column), value) in into.indexed_iter_mut() {
            let (y, x) = (row * coarser, column * coarser);
            let pixels = fine.slice(s![y..y + coarser, x..x + coarser]);
            *value = to_f32(pixels.iter().map(|p| f64::from(*p)).sum::<f64>() * share);
        }
    });
}

/// Reconstruction and projection in coarser pixels.
struct Coarse {
    grid: VoxelGrid,
    method: Box<dyn Reconstruction>,
    projector: Box<dyn Projector>,
}

impl Coarse {
    fn new(geometry: &Geometry, (survey, coarser): (&Survey, usize)) -> Result<Self, RunError> {
        let shape = survey.shape();
        let frame = (shape.rows / coarser, shape.columns / coarser);
        let geometry = coarsened(geometry, coarser);
        let cone = ConeSettings { slices: ConeSlices::Axis, ..ConeSettings::default() };
        let settings =
            ReconstructSettings { window: Window::Hann, cone, ..ReconstructSettings::default() };
        let grid = any_grid(&geometry, frame, &settings)?;
        if grid.unit != LengthUnit::Millimetre {
            let expected = "a known pixel size (`acquire.pixel_mm`), since lengths of metal count";
            return Err(refuse("method", "`two_materials` of a scan in pixels", expected));
        }
        let method = prepare(&geometry, frame, &grid, &settings)?;
        let projector: Box<dyn Projector> = match &geometry {
            Geometry::Parallel(beam) => Box::new(ParallelProjector::new(beam, frame, &grid)?),
            Geometry::Cone(cone) => Box::new(ConeProjector::new(cone, frame, &grid)?),
        };
        Ok(Self { grid, method, projector })
    }

    fn reconstruct(&self, stack: ArrayView3<'_, f32>) -> Result<Array3<f32>, RunError> {
        let mut volume = Array3::zeros(self.grid.shape);
        for first in (0..self.grid.shape[0]).step_by(SLICES) {
            let z = first..(first + SLICES).min(self.grid.shape[0]);
            let rows = self.method.rows_needed(z.clone());
            let part = stack.slice(s![.., rows.clone(), ..]);
            let slab =
                self.method.reconstruct(Projections::new(part, rows.start), z.clone(), &())?;
            volume.slice_mut(s![z, .., ..]).assign(&slab);
        }
        Ok(volume)
    }

    /// Line integrals of a volume over all rays; a volume without unit gives cm.
    fn project(&self, volume: &Array3<f32>) -> Array3<f32> {
        let views: Vec<usize> = (0..self.projector.view_count()).collect();
        let (rows, columns) = self.projector.frame_shape();
        let mut stack = Array3::zeros((views.len(), rows, columns));
        for some in views.chunks(VIEWS) {
            let into = stack.slice_mut(s![some[0]..some[0] + some.len(), .., ..]);
            self.projector.project(volume.view(), some, into);
        }
        stack
    }
}

fn coarsened(geometry: &Geometry, coarser: usize) -> Geometry {
    let mut geometry = geometry.clone();
    let frame = match &mut geometry {
        Geometry::Parallel(beam) => &mut beam.frame,
        Geometry::Cone(cone) => &mut cone.frame,
    };
    *frame = frame.binned(coarser);
    geometry
}

/// The search for metal in one scan.
struct Search<'a> {
    settings: &'a BeamHardeningSettings,
    beam: Polychromatic,
    coarse: Coarse,
    largest: f64,
}

impl Search<'_> {
    /// Reconstructs, divides and projects, `passes` times, and then the prior where one is wanted.
    fn paths(
        &self,
        measured: &Array3<f32>,
        watch: &dyn Watch,
    ) -> Result<(MetalPaths, Vec<MetalLevels>), RunError> {
        let mut levels = Vec::new();
        let mut volume = self.coarse.reconstruct(measured.view())?;
        let mut told = self.settings.metal_above;
        loop {
            let found = self.levels(&volume, told)?;
            levels.push(found);
            found.shares(volume.view_mut());
            let lengths = self.coarse.project(&volume);
            drop(volume);
            watch.advance(25 + 75 * levels.len() / (self.settings.passes + 1));
            let mut paths = MetalPaths::new(&self.beam, (lengths, 1), self.largest);
            let is_last = levels.len() == self.settings.passes;
            let has_prior = self.settings.metal_artefacts == MetalArtefacts::Normalised;
            if is_last && !has_prior {
                self.finish(&mut paths);
                return Ok((paths, levels));
            }
            volume = self.coarse.reconstruct(paths.corrected(measured.view()).view())?;
            if is_last {
                let found = self.levels(&volume, None)?;
                self.to_prior(&mut volume, &found);
                paths.prior = Some(self.coarse.project(&volume));
                self.finish(&mut paths);
                return Ok((paths, levels));
            }
            told = None;
        }
    }

    fn finish(&self, paths: &mut MetalPaths) {
        paths.coarser = self.settings.coarser;
        paths.artefacts = self.settings.metal_artefacts;
        paths.trace_cm = self.settings.metal_trace_mm / 10.0;
    }

    /// Share of the rays through the sample that are replaced; an error beyond what leaves a sample.
    fn replaced(&self, paths: &MetalPaths, measured: &Array3<f32>) -> Result<f64, RunError> {
        let share = paths.replaced_share(measured.view());
        if share <= MOST_REPLACED {
            return Ok(share);
        }
        let found = format!(
            "{} mm, and {:.0} % of the rays through the sample cross more metal than that",
            self.settings.metal_trace_mm,
            100.0 * share
        );
        let expected = "a length that at most half of them cross, since all others are replaced by \
                        what lies beside them, or `metal_artefacts = \"none\"`";
        Err(refuse("metal_trace_mm", found, expected))
    }

    fn levels(&self, volume: &Array3<f32>, told: Option<f64>) -> Result<MetalLevels, RunError> {
        MetalLevels::of(volume.view(), told).ok_or_else(|| {
            let found = told.map_or("nothing".to_string(), |above| format!("{above} 1/cm"));
            let expected = "a limit between the rest and the metal: no voxel of the first \
                            reconstruction is told for metal by this one";
            refuse("metal_above", found, expected)
        })
    }

    /// Air, the rest at its mean, and metal at its own attenuation.
    fn to_prior(&self, volume: &mut Array3<f32>, levels: &MetalLevels) {
        let [metal, other, air] =
            [self.beam.linear_per_cm[0], levels.other, levels.other_above].map(to_f32);
        let mut shares = volume.clone();
        levels.shares(shares.view_mut());
        Zip::from(volume).and(&shares).par_for_each(|value, share| {
            let rest = if *value > air { other } else { 0.0 };
            *value = share * metal + (1.0 - share) * rest;
        });
    }
}
