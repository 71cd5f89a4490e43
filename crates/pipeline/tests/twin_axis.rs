//! The axis that is found in a simulated scan is the one that was simulated: the rays of the twin do
//! not pull the edges of the can to where they run.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_pipeline::{Recipe, RunOptions, Silent, SimulateOptions, run, simulate};

/// The demo's scan without noise, cut down to a band of the roll: its can is an upright edge that
/// stands still while the cell turns.
#[test]
fn the_found_axis_is_the_simulated_one_to_a_hundredth_of_a_pixel() {
    let mut profile = Profile::titan().with_preset(Some("demo")).unwrap();
    profile.detector.region = [2 * 40, 2 * 272];
    profile.geometry.aim = Aim::Height(40.0);
    profile.rays.per_pixel = [2, 2];
    profile.frames.views = 120;
    profile.preset.clear();
    let folder = tempfile::tempdir().unwrap();
    let asked = small_scan::asked("18650-na-1500", &profile, &folder.path().join("scan"));
    let asked = SimulateOptions { truth: false, noise_free: true, ..asked };
    let simulated = simulate(&asked, &Silent::default()).unwrap();
    let recipe = Recipe::open(&asked.out.join("recipe.toml"), &[]).unwrap();
    let options = RunOptions {
        out: folder.path().join("run"),
        base: asked.out.clone(),
        ..Default::default()
    };
    let record = run(&recipe, &options, &Silent::default()).unwrap();
    let found = record.axis["centre_px"].as_f64().unwrap();
    let miss = found - simulated.axis.centre;
    println!("{found} px, off by {miss}");
    assert!(miss.abs() < 0.005, "{miss}");
}
