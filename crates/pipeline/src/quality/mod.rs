//! How good a scan is, in figures: its radiographs, a slice from halves of it, its sharpest edge.
//! Judges nothing.

mod edge;
mod halves;

pub use edge::EdgeQuality;
pub use halves::SliceQuality;

use std::path::Path;

use serde::Serialize;
use voltomo_acquire::AngleLook;
use voltomo_correct::{FrameQuality, RingQuality, Survey, frame_quality, ring_quality};
use voltomo_types::Scan;

use crate::{
    axis::find_axis,
    bands::CorrectedBands,
    beam::beam,
    error::RunError,
    memory::default_budget,
    prepare::{self, Prepared},
    ready::ready,
    recipe::Recipe,
    spool::Spool,
    survey::survey,
    watch::{Watch, refuse_cancelled},
    whole_frames::WholeFrames,
};

/// What a scan is worth, in figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quality {
    /// The radiographs.
    pub radiographs: FrameQuality,
    /// Stripes of the sinograms; `None` of a scan too small to have any.
    pub rings: Option<RingQuality>,
    /// The rotation angles; `None` where nobody told them.
    pub angles: Option<AngleLook>,
    /// The sharpest straight edge of a radiograph; `None` where there is none.
    pub edge: Option<EdgeQuality>,
    /// The middle slice from the even and from the odd radiographs; `None` without angles.
    pub slice: Option<SliceQuality>,
}

/// A scan, and how its line integrals are come by.
pub(crate) struct Measured<'a> {
    /// As the instrument wrote it.
    pub(crate) scan: &'a Scan,
    /// Its survey.
    pub(crate) survey: &'a Survey,
    /// Its line integrals.
    pub(crate) bands: &'a CorrectedBands<'a>,
    /// How it is treated.
    pub(crate) recipe: &'a Recipe,
}

impl Measured<'_> {
    /// The figures; the slice needs the reconstruction made ready.
    ///
    /// # Errors
    /// Frames that cannot be read or mended.
    pub(crate) fn quality(&self, prepared: Option<&Prepared>) -> Result<Quality, RunError> {
        let Self { scan, survey, bands, recipe } = self;
        let slice = prepared.map(|prepared| halves::slice(bands, prepared, recipe)).transpose()?;
        Ok(Quality {
            radiographs: frame_quality(scan, survey, &recipe.correct)?,
            rings: ring_quality(bands.scan, bands.survey, bands.settings)?,
            angles: scan.angles.as_deref().and_then(AngleLook::of),
            edge: edge::sharpest((scan, survey), recipe)?,
            slice: slice.flatten(),
        })
    }
}

/// The figures of the recipe's scan.
///
/// # Errors
/// A scan that cannot be opened, corrected or, where its angles are known, reconstructed.
pub fn quality(recipe: &Recipe, watch: &dyn Watch) -> Result<Quality, RunError> {
    let recipe = &ready(recipe, Path::new(""))?;
    let scan = voltomo_acquire::open(&recipe.acquire, Path::new(""))?;
    let survey = survey(&scan, recipe, watch)?;
    survey.figures().warnings.iter().for_each(|warning| watch.warn(warning));
    let frames = WholeFrames { scan: &scan, survey: &survey, settings: &recipe.correct };
    let folder = std::env::temp_dir().join(format!("voltomo-{}", std::process::id()));
    let spool = Spool::where_needed(&frames, (&folder, default_budget()), watch)?;
    let as_read = CorrectedBands::of(&scan, &survey, &recipe.correct);
    let bands = &spool.as_ref().map_or(as_read, Spool::bands);
    let measured = Measured { scan: &scan, survey: &survey, bands, recipe };
    let told = |prepared: Option<&Prepared>| {
        refuse_cancelled(watch, &recipe.acquire.path)?;
        watch.begin("measure the quality", 1);
        let quality = measured.quality(prepared)?;
        watch.end();
        Ok(quality)
    };
    if scan.angles.is_none() {
        return told(None);
    }
    refuse_cancelled(watch, &recipe.acquire.path)?;
    let beam = beam(recipe, &scan)?;
    let axis = find_axis(None, ((bands, recipe), &beam), watch)?.axis;
    let geometry = prepare::geometry((&scan, &beam), survey.frame(), axis)?;
    let size = (survey.shape().rows, survey.shape().columns);
    let prepared = Prepared::new(recipe, &scan, geometry, (size, None))?;
    told(Some(&prepared))
}

impl Quality {
    /// The figures as lines for a person.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = radiograph_lines(&self.radiographs);
        lines.extend(self.rings.map(|RingQuality { before, after }| {
            format!(
                "  rings                {before:.5} before, {after:.5} after (rms, line integral)"
            )
        }));
        let gaps = self.angles.as_ref().map(|angles| angles.gaps.len());
        lines.extend(gaps.map(|gaps| format!("  gaps in the angles   {gaps}")));
        let no_edge = "  edge                 no straight edge found in the middle radiograph";
        lines.push(self.edge.as_ref().map_or(no_edge.into(), EdgeQuality::line));
        match &self.slice {
            Some(slice) => lines.extend(slice.lines()),
            None => {
                lines.push("  slice                not made: no angles, or no even field".into())
            }
        }
        lines
    }
}

fn radiograph_lines(of: &FrameQuality) -> Vec<String> {
    let percent = |share: f64| format!("{:.3} %", 100.0 * share);
    let some = |value: Option<f64>| value.map_or("not measured".into(), percent);
    let [left, right] = of.leaving_share.map(percent);
    let (drift, spread) = (some(of.dose_drift), some(of.dose_spread));
    let (starved, dead) = (percent(of.starved_share), percent(of.dead_share));
    let residual = some(of.flat_field_residual);
    vec![
        format!("quality       of {} radiographs", of.radiographs),
        format!("  dose                 drift {drift}, from least to largest {spread}"),
        format!(
            "  spots a radiograph   {:.1} bright, {:.1} dark pixels",
            of.bright_spots, of.dark_spots
        ),
        format!("  dead pixels          {dead}"),
        format!("  starved pixels       {starved} (line integrals uncertain by more than 0.5)"),
        format!("  flat-field residual  {residual} of the open beam"),
        format!("  sample leaves        left {left}, right {right} of the rows"),
    ]
}
