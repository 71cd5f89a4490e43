//! The correction alone: a scan's line integrals as images, with a recipe to go on. No science.

mod onward;

use std::path::PathBuf;

use voltomo_correct::Survey;
use voltomo_types::Scan;

use crate::{
    error::RunError,
    layout::{CORRECTED, Layout},
    memory::{Bytes, default_budget},
    plan::free_for_frames,
    provenance::{as_json, write_json},
    ready::ready,
    recipe::Recipe,
    run::{RunOptions, check_out, claim},
    scan_warnings::scan_warnings,
    stack::{Stack, StackSettings},
    starvation::{self, StarvationRecord},
    store::NumberType,
    survey::survey,
    tally::Tally,
    watch::Watch,
    whole_frames::WholeFrames,
};
use onward::{Left, describe, pixel};

/// Writes the line integrals of a scan as one 32-bit TIFF an angle, `angles.txt` beside them
/// (where the angles are known), and `reconstruct.toml`, a recipe that goes on from there. Returns the folder of images.
///
/// # Errors
/// Whatever cannot be read or corrected.
pub fn correct_only(
    recipe: &Recipe,
    options: &RunOptions,
    watch: &dyn Watch,
) -> Result<PathBuf, RunError> {
    check_out(options)?;
    let recipe = &ready(recipe, &options.base)?;
    let (recipe, left) = &Left::taken_from(recipe);
    let scan = voltomo_acquire::open(&recipe.acquire, &options.base)?;
    refuse_own_input(&scan, &Layout::new(&options.out))?;
    let warnings = scan_warnings(&scan, recipe);
    warnings.iter().for_each(|warning| watch.warn(warning));
    let survey = survey(&scan, recipe, watch)?;
    survey.figures().warnings.iter().for_each(|warning| watch.warn(warning));
    let layout = claim(options)?;
    let budget = options.memory.unwrap_or_else(default_budget);
    let (images, tally) = write_images((&scan, &survey, recipe), (&layout, budget), watch)?;
    tally.corrected_alive()?;
    let findings = findings((&scan, &survey, recipe), (&tally, &layout), watch)?;
    left.note().iter().for_each(|note| watch.note(note));
    describe(&layout, (&scan, &survey, recipe), left.clone())?;
    let record = serde_json::json!({
        "references": as_json(survey.figures()),
        "corrections": as_json(&tally.corrections()),
        "gates": as_json(&tally.gates()),
        "warnings": warnings,
        "findings": findings,
        "left": left.note(),
        "recipe": as_json(recipe),
    });
    write_json(&layout.correct().join(CORRECTED), &record)?;
    Ok(images)
}

fn write_images(
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    (layout, budget): (&Layout, Bytes),
    watch: &dyn Watch,
) -> Result<(PathBuf, Tally), RunError> {
    let shape = survey.shape();
    let mut stack = Stack::create(&StackSettings {
        folder: layout.correct(),
        name: "line-integrals",
        shape,
        pixel: pixel(scan, survey),
        numbers: NumberType::F32,
    })?;
    let mut tally = Tally::default();
    let frames = WholeFrames { scan, survey, settings: &recipe.correct };
    let stopped =
        frames.each(free_for_frames((scan, &recipe.correct), budget), watch, |corrected| {
            tally.correct_more(0..shape.rows, &corrected)?;
            stack.push(corrected.line_integrals.view())
        })?;
    if let Some(finished) = stopped {
        let partial = stack.finish(true)?;
        // What stays is told as unfinished by its name.
        let _ = std::fs::remove_dir_all(partial);
        let (radiographs, path) = (shape.frames, layout.root().into());
        return Err(RunError::CancelledImages { finished, radiographs, path });
    }
    Ok((stack.finish(false)?, tally))
}

/// Holds the folder that is written to be another one than that of the images that are read.
fn refuse_own_input(scan: &Scan, layout: &Layout) -> Result<(), RunError> {
    let Ok(written) = layout.correct().canonicalize() else { return Ok(()) };
    let is_own = |path: &&PathBuf| path.canonicalize().is_ok_and(|it| it.starts_with(&written));
    match scan.files.iter().find(is_own) {
        Some(path) => Err(RunError::OwnInput { path: path.clone() }),
        None => Ok(()),
    }
}

/// What is wrong with what came out, told at once.
fn findings(
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    (tally, layout): (&Tally, &Layout),
    watch: &dyn Watch,
) -> Result<Vec<String>, RunError> {
    let mut despite = recipe.clone();
    despite.correct.starvation.despite = true;
    let picture = layout.acquire().join("starvation.png");
    let starved = starvation::look((scan, survey, &despite), &picture, watch)?;
    let starved = starved.as_ref().and_then(StarvationRecord::finding);
    let found = tally.corrections().findings();
    found.iter().for_each(|finding| watch.warn(finding));
    Ok(found.into_iter().chain(starved).collect())
}
