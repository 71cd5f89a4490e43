//! The correction alone: a scan's line integrals as images, with a recipe to go on. No science.

use std::path::PathBuf;

use voltomo_acquire::Kind;
use voltomo_correct::{RingSettings, Survey};
use voltomo_types::{Millimetre, Scan};

use crate::{
    error::RunError,
    layout::{CORRECTED, Layout},
    memory::{Bytes, default_budget},
    plan::free_for_frames,
    provenance::{as_json, write_json},
    ready::ready,
    recipe::{Recipe, commented},
    run::{RunOptions, check_out, claim},
    stack::{Stack, StackSettings, write_text},
    store::NumberType,
    survey::survey,
    tally::Tally,
    watch::Watch,
    whole_frames::WholeFrames,
};

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
    let (recipe, rings) = &without_rings(recipe);
    let scan = voltomo_acquire::open(&recipe.acquire, &options.base)?;
    let survey = survey(&scan, recipe, watch)?;
    survey.figures().warnings.iter().for_each(|warning| watch.warn(warning));
    let layout = claim(options)?;
    let budget = options.memory.unwrap_or_else(default_budget);
    let (images, tally) = write_images((&scan, &survey, recipe), (&layout, budget), watch)?;
    tally.corrected_alive()?;
    describe(&layout, (&scan, &survey, recipe), rings)?;
    let record = serde_json::json!({
        "references": as_json(survey.figures()),
        "corrections": as_json(&tally.corrections()),
        "gates": as_json(&tally.gates()),
        "recipe": as_json(recipe),
    });
    write_json(&layout.correct().join(CORRECTED), &record)?;
    Ok(images)
}

/// The recipe with its rings left in, and how to remove them. Line integrals are written frame by
/// frame, some at a time; rings go in the next run, where the sinograms are whole.
fn without_rings(recipe: &Recipe) -> (Recipe, RingSettings) {
    let mut recipe = recipe.clone();
    let rings = std::mem::take(&mut recipe.correct.rings);
    (recipe, rings)
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
        stack.finish(true)?;
        let (slices, path) = (shape.frames, layout.root().into());
        return Err(RunError::Cancelled { finished, slices, path });
    }
    Ok((stack.finish(false)?, tally))
}

fn pixel(scan: &Scan, survey: &Survey) -> Option<Millimetre> {
    scan.detector.pixel.map(|pixel| Millimetre(pixel.0 * survey.frame().bin as f64))
}

/// The angles, and a recipe that reads images and angles.
fn describe(
    layout: &Layout,
    (scan, survey, recipe): (&Scan, &Survey, &Recipe),
    rings: &RingSettings,
) -> Result<(), RunError> {
    let folder = layout.correct();
    let mut next = Recipe {
        reconstruct: recipe.reconstruct.clone(),
        store: recipe.store.clone(),
        ..Recipe::default()
    };
    next.correct.rings = rings.clone();
    next.acquire.path = PathBuf::from("line-integrals");
    next.acquire.kind = Kind::LineIntegrals;
    if let Some(angles) = &scan.angles {
        let lines: String = angles.iter().map(|angle| format!("{}\n", angle.degrees())).collect();
        write_text(&folder.join("angles.txt"), &format!("# degrees\n{lines}"))?;
        next.acquire.angles = Some("angles.txt".into());
    }
    next.acquire.pixel_mm = pixel(scan, survey).map(|pixel| pixel.0);
    next.acquire.probe = scan.probe;
    let frame = survey.frame();
    let head = [
        "Goes on from the line integrals in this folder: voltomo run reconstruct.toml --out DIR"
            .to_string(),
        format!(
            "Columns count from 0 in these images; they begin at detector column {} and are {} \
             detector pixels wide.",
            frame.first_column, frame.bin
        ),
    ];
    write_text(&folder.join("reconstruct.toml"), &commented(&next, &head))
}
