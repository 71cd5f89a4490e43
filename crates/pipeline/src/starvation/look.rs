//! The starved rays of a scan, view by view, and the verdict on them. Knows no cells.

use std::path::Path;

use ndarray::{Array2, Axis};
use serde::Serialize;
use voltomo_correct::{
    BeamHardeningSettings, Block, CorrectSettings, RingSettings, ScatterMethod, SeenRays,
    StarvedRays, Survey, correct_block, count_starved,
};
use voltomo_show::picture::{ColourMap, SliceStyle, slice_picture, write_png};
use voltomo_types::{Probe, Quantity, Scan};

use super::advice::{Advice, LAYERED, advise};
use crate::{error::RunError, recipe::Recipe, watch::Watch};

/// Radiographs that are looked at, at most.
const VIEWS: usize = 120;

/// The starved rays of one radiograph.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StarvedView {
    /// Which radiograph.
    pub radiograph: usize,
    /// Its angle, where that is known.
    pub angle_deg: Option<f64>,
    /// Share of its rays through the sample that are starved, %.
    pub percent: f64,
}

/// What was found of starved rays.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StarvationRecord {
    /// Transmission below which a ray is starved.
    pub below: f64,
    /// Share of all rays through the sample that are starved, %.
    pub percent: f64,
    /// Share of the views in which more are starved than are allowed, %.
    pub views_percent: f64,
    /// The radiographs that were looked at.
    pub views: Vec<StarvedView>,
    /// What it means.
    pub verdict: String,
    /// Settings that would do better, where a cell is named.
    pub advice: Option<Advice>,
}

/// Looks at a scan of X-rays for starved rays; `None` of other scans and where none is starved.
///
/// `picture`: the map, views downwards and rows across, is drawn there. Memory: one radiograph.
///
/// # Errors
/// [`RunError::Starved`] where more are starved than the recipe allows; frames that cannot be read.
pub(crate) fn look(
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    picture: &Path,
    watch: &dyn Watch,
) -> Result<Option<StarvationRecord>, RunError> {
    let settings = &recipe.correct.starvation;
    if scan.probe != Some(Probe::Xray) || scan.quantity != Quantity::Counts {
        return Ok(None);
    }
    let found = views((scan, survey, recipe), watch)?;
    let sum = |count: fn(&StarvedRays) -> u64| found.iter().map(|(_, rays)| count(rays)).sum();
    let (starved, through): (u64, u64) =
        (sum(|rays| rays.starved), sum(|rays| rays.through_sample));
    if starved == 0 {
        return Ok(None);
    }
    let share = starved as f64 / through.max(1) as f64;
    let too_many = share > settings.most;
    draw(&found, settings.below, picture)?;
    let advice = match (&settings.cell, too_many) {
        (Some(cell), true) => Some(advise(cell, recipe)?),
        _ => None,
    };
    let beyond = found.iter().filter(|(_, rays)| rays.share() > settings.most).count();
    let record = StarvationRecord {
        below: settings.below,
        percent: 100.0 * share,
        views_percent: 100.0 * beyond as f64 / found.len() as f64,
        views: found.iter().map(|(view, rays)| of_view(scan, *view, rays)).collect(),
        verdict: verdict(share, settings.most, advice.as_ref()),
        advice,
    };
    if too_many && !settings.despite {
        return Err(RunError::Starved { verdict: record.verdict, picture: picture.into() });
    }
    let say = |text: &str| if too_many { watch.warn(text) } else { watch.note(text) };
    say(&record.verdict);
    Ok(Some(record))
}

impl StarvationRecord {
    /// What stands among the findings of a run that went on.
    pub(crate) fn finding(&self) -> Option<String> {
        self.verdict.contains("not recoverable").then(|| self.verdict.clone())
    }
}

fn of_view(scan: &Scan, radiograph: usize, rays: &StarvedRays) -> StarvedView {
    let angle = scan.angles.as_ref().and_then(|angles| angles.get(radiograph));
    let angle_deg = angle.map(|angle| angle.degrees());
    StarvedView { radiograph, angle_deg, percent: 100.0 * rays.share() }
}

fn verdict(share: f64, most: f64, advice: Option<&Advice>) -> String {
    let percent = 100.0 * share;
    if share <= most {
        return format!("{percent:.1} % of the rays through the sample are starved");
    }
    let advice = advice.map_or_else(
        || {
            format!(
                "a harder beam (80 kV or more behind 0.5 mm Cu or more), and steel discs crossed at \
                 20° or more in every view, reconstructed with {LAYERED}; \
                 `correct.starvation.cell` names a cell to compute it for"
            )
        },
        Advice::text,
    );
    format!(
        "interior not recoverable from this scan: {percent:.0} % of the rays through the sample are \
         starved; recommended: {advice}"
    )
}

/// Starved rays of radiographs spread over the scan, before beam hardening and rings.
///
/// Where nothing is taken off, scatter and glare that stay would hide them: those that are usual are
/// computed for these radiographs.
fn views(
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    watch: &dyn Watch,
) -> Result<Vec<(usize, StarvedRays)>, RunError> {
    let shape = survey.shape();
    let bare = CorrectSettings {
        beam_hardening: BeamHardeningSettings::default(),
        rings: RingSettings::default(),
        ..recipe.correct.clone()
    };
    let survey = survey.clone().without_linearisation();
    let count = shape.frames.min(VIEWS);
    let chosen: Vec<usize> = (0..count).map(|k| (2 * k + 1) * shape.frames / (2 * count)).collect();
    watch.begin("look for starved rays", count);
    let usual = survey.with_usual_background(scan, &bare, &chosen)?;
    let (survey, bare) = usual.unwrap_or((survey, bare));
    let below = recipe.correct.starvation.below;
    let mut found = Vec::with_capacity(count);
    for (k, view) in chosen.into_iter().enumerate() {
        found.push((view, starved_in((scan, &survey, &bare), view, below)?));
        watch.advance(k + 1);
    }
    watch.end();
    Ok(found)
}

fn starved_in(
    (scan, survey, settings): (&Scan, &Survey, &CorrectSettings),
    view: usize,
    below: f64,
) -> Result<StarvedRays, RunError> {
    let block = Block { frames: view..view + 1, rows: 0..survey.shape().rows };
    let corrected = correct_block(scan, survey, settings, block.clone())?.line_integrals;
    let variances = survey.variances(scan, &block, corrected.view());
    let [line_integrals, variances] =
        [&corrected, &variances].map(|stack| stack.index_axis(Axis(0), 0));
    let is_computed = settings.scatter.method == ScatterMethod::Kernel;
    let background = if is_computed { survey.scatter_share(view) } else { None };
    let background = background.map(|share| {
        let bin = settings.bin;
        let middle = |(row, column)| share[[row * bin + bin / 2, column * bin + bin / 2]];
        Array2::from_shape_fn(line_integrals.dim(), middle)
    });
    let computed_background = background.as_ref().map(|plane| plane.view());
    Ok(count_starved(&SeenRays { line_integrals, variances, computed_background }, below))
}

/// Views downwards, rows across.
fn draw(found: &[(usize, StarvedRays)], below: f64, path: &Path) -> Result<(), RunError> {
    let rows = found.first().map_or(0, |(_, rays)| rays.by_row.len());
    let map =
        Array2::from_shape_fn((found.len(), rows), |(view, row)| 100.0 * found[view].1.by_row[row]);
    let style = SliceStyle {
        colour_map: ColourMap::Turbo,
        quantity: "starved, %".into(),
        title: vec![
            "Starved rays".into(),
            format!("share with a transmission below {below}; views downwards, rows across"),
        ],
        ..SliceStyle::default()
    };
    if let Some(folder) = path.parent() {
        let what = "cannot make the output folder";
        std::fs::create_dir_all(folder).map_err(|source| RunError::File {
            what,
            path: folder.into(),
            source,
        })?;
    }
    Ok(write_png(&slice_picture(map.view(), &style), path)?)
}
