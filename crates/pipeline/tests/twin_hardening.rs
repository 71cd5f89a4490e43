//! Beam hardening of a cell in X-rays: cupping across the roll and the can's shadow in its core, of a
//! simulated scan whose truth is known.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::path::Path;

use ndarray::{Array2, Axis, s};
use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_correct::{Cupping, HardeningMethod, radial_profile};
use voltomo_pipeline::store::{StoredVolume, read_slab};
use voltomo_pipeline::{Recipe, RunOptions, RunRecord, Silent, run, simulate};

const CELL: &str = "18650-na-1500";
/// What a turn of the winding is made of, by volume.
const ROLL: &str = "0.075 aluminium + 0.35 nfm111_coat_soaked + 0.475 hard_carbon_coat_soaked + \
                    0.10 pe_membrane_soaked";

/// IMAX at 80 kV behind 0.5 mm Cu, the middle of the cell, in `bin`-fold pixels; without scatter
/// and glare, which are another correction's.
fn imax(bin: usize, views: usize) -> Profile {
    let mut profile = Profile::imax();
    profile.detector.bin = bin;
    profile.detector.region = [24 * bin, 1440];
    profile.rays.per_pixel = [1, 2];
    profile.geometry.aim = Aim::Height(30.0);
    (profile.geometry.axis_tilt_deg, profile.geometry.panel_roll_deg) = (0.0, 0.0);
    (profile.scatter.strength, profile.screen.glare, profile.screen.afterglow) = (0.0, 0.0, 0.0);
    profile.frames.views = views;
    (profile.frames.open_before, profile.frames.open_after, profile.frames.darks) = (5, 5, 3);
    profile.preset.clear();
    profile
}

fn simulated(folder: &Path, profile: &Profile) -> Recipe {
    let asked = small_scan::asked(CELL, profile, &folder.join("scan"));
    let simulated = simulate(&asked, &Silent::default()).unwrap();
    let mut recipe = Recipe::open(&asked.out.join("recipe.toml"), &[]).unwrap();
    recipe.reconstruct.centre_px = Some(simulated.axis.centre);
    recipe.reconstruct.tilt_deg = Some(simulated.axis.tilt.degrees());
    recipe.reconstruct.window = voltomo_reconstruct::Window::Hann;
    recipe
}

fn two_materials(recipe: &Recipe) -> Recipe {
    let mut recipe = recipe.clone();
    let hardening = &mut recipe.correct.beam_hardening;
    hardening.method = HardeningMethod::TwoMaterials;
    hardening.material = Some(ROLL.into());
    hardening.metal = Some("can_steel".into());
    hardening.coarser = 1;
    hardening.beam.instrument = Some("imax".into());
    recipe
}

fn ran(recipe: &Recipe, folder: &Path, name: &str) -> RunRecord {
    let out = folder.join(name);
    let options = RunOptions { out, base: folder.join("scan"), ..RunOptions::default() };
    run(recipe, &options, &Silent::default()).unwrap()
}

/// Mean of the middle slices.
fn slice(path: &Path) -> Array2<f32> {
    let depth = StoredVolume::open(path).unwrap().grid().shape[0];
    let volume = read_slab(path, 0..depth).unwrap();
    volume.slice(s![depth / 3..depth - depth / 3, .., ..]).mean_axis(Axis(0)).unwrap()
}

/// Root mean square of what a slice shows in the hollow core, where nothing is: the shadow that the
/// can throws inwards. Noise is averaged over rings of one voxel.
fn shadow(slice: &Array2<f32>, can: &Cupping) -> f64 {
    let rings = radial_profile(slice.view(), can.centre, can.radius);
    let core = &rings[..13];
    (core.iter().map(|mu| mu * mu).sum::<f64>() / core.len() as f64).sqrt()
}

#[test]
#[ignore = "slow: a minute of simulation and two of reconstruction"]
fn slow_two_materials_flatten_the_roll_and_clear_its_core() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = simulated(folder.path(), &imax(3, 480));
    let plain = ran(&recipe, folder.path(), "plain");
    assert!(plain.beam_hardening.is_none());
    let record = ran(&two_materials(&recipe), folder.path(), "two");
    assert!(record.beam_hardening.unwrap().after.is_some());
    let truth = slice(&folder.path().join("scan/truth/mu_xray.zarr"));
    let can = Cupping::of(truth.view()).unwrap();
    let slices = ["plain", "two"]
        .map(|name| slice(&folder.path().join(name).join("3-reconstruct/volume.zarr")));
    // The roll itself is no even body: its gaps lie outwards.
    let [before, after] = slices.each_ref().map(|slice| {
        let found = Cupping::about(slice.view(), can.centre, can.radius).unwrap();
        println!(
            "{:.3} to {:.3}, truth {:.3} to {:.3}",
            found.middle, found.edge, can.middle, can.edge
        );
        assert!(slice.iter().all(|mu| mu.is_finite()));
        100.0 * ((1.0 + found.percent / 100.0) / (1.0 + can.percent / 100.0) - 1.0)
    });
    println!("cupping against the truth {before:.2} % before, {after:.2} % after");
    assert!(before > 6.0 && after.abs() < 3.0, "{before} {after}");
    let [dark, less] = slices.each_ref().map(|slice| shadow(slice, &can));
    let decibel = 20.0 * (dark / less).log10();
    println!("shadow {dark:.4} before, {less:.4} after, {decibel:.1} dB less");
    assert!(decibel > 10.0, "{decibel}");
}
