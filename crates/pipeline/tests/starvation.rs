//! The verdict on X-rays that do not come through: a coin that lies in the beam hides behind scatter
//! and glare, and is found all the same; a wound cell is not.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::path::Path;

use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_pipeline::{Recipe, RunError, RunOptions, RunRecord, Silent, run, simulate};

/// IMAX with large pixels and few views; scatter, glare, afterglow and noise as they are.
fn imax(bin: usize, region: [usize; 2]) -> Profile {
    let mut profile = Profile::imax();
    profile.detector.bin = bin;
    profile.detector.region = region.map(|pixels| pixels / bin * bin);
    profile.rays.per_pixel = [2, 2];
    profile.frames.views = 24;
    (profile.frames.open_before, profile.frames.open_after, profile.frames.darks) = (3, 3, 3);
    profile.preset.clear();
    profile
}

fn coin() -> Profile {
    let mut profile = imax(16, [640, 1780]);
    profile.geometry.source_axis_mm = 48.0;
    profile.geometry.aim = Aim::Middle;
    profile
}

fn recipe(cell: &str, profile: &Profile, folder: &Path) -> Recipe {
    let asked = small_scan::asked(cell, profile, &folder.join("scan"));
    let simulated = simulate(&asked, &Silent::default()).unwrap();
    let mut recipe = Recipe::open(&asked.out.join("recipe.toml"), &[]).unwrap();
    recipe.reconstruct.centre_px = Some(simulated.axis.centre);
    recipe.reconstruct.tilt_deg = Some(simulated.axis.tilt.degrees());
    recipe
}

fn ran(recipe: &Recipe, folder: &Path) -> Result<RunRecord, RunError> {
    let out = folder.join("out");
    let options =
        RunOptions { out, base: folder.join("scan"), force: true, ..RunOptions::default() };
    run(recipe, &options, &Silent::default())
}

#[test]
fn a_coin_that_lies_in_the_beam_is_refused_with_what_would_do_better() {
    let folder = tempfile::tempdir().unwrap();
    let mut recipe = recipe("2032-k-li", &coin(), folder.path());
    assert_eq!(recipe.correct.scatter.method, voltomo_correct::ScatterMethod::None);
    recipe.correct.starvation.cell = Some("2032-k-li".into());
    let message = ran(&recipe, folder.path()).unwrap_err().to_string();
    println!("{message}");
    assert!(message.starts_with("interior not recoverable from this scan: "), "{message}");
    let percent: f64 = message.split(['%', ':']).nth(1).unwrap().trim().parse().unwrap();
    assert!(percent > 30.0, "{message}");
    for words in
        ["recommended: tilt 15 °", "1 mm Cu", "90 kV", "`correct.starvation.despite = true`"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert!(folder.path().join("out/1-acquire/starvation.png").is_file());
    assert!(!folder.path().join("out/3-reconstruct").exists(), "nothing was reconstructed");
    recipe.correct.starvation.despite = true;
    let record = ran(&recipe, folder.path()).unwrap();
    let finding = record.findings.iter().find(|it| it.contains("interior not recoverable"));
    assert!(finding.is_some(), "{:?}", record.findings);
}

#[test]
fn a_wound_cell_is_reconstructed() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = recipe("18650-na-1500", &imax(24, [1536, 1440]), folder.path());
    let record = ran(&recipe, folder.path()).unwrap();
    let percent = record.starvation.as_ref().map_or(0.0, |record| record.percent);
    println!("{percent} % of its rays are starved");
    assert!(percent < 8.0, "{percent} %");
}
