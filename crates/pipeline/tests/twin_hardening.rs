//! Beam hardening of a cell in X-rays: cupping across the roll and what strays beside the can, of
//! simulated scans whose truth is known.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::path::Path;

use ndarray::{Array2, Axis, s};
use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_correct::{Cupping, HardeningMethod};
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

/// Root mean square of what a slice shows in the air about the can, where nothing is.
fn strays(slice: &Array2<f32>, can: &Cupping) -> f64 {
    let away = |y: usize, x: usize| {
        (y as f64 - can.centre[0]).hypot(x as f64 - can.centre[1]) / can.radius
    };
    let air = slice.indexed_iter().filter(|((y, x), _)| (1.04..1.15).contains(&away(*y, *x)));
    let (sum, count) = air.fold((0.0, 0.0), |(sum, count), (_, value)| {
        (sum + f64::from(*value).powi(2), count + 1.0)
    });
    f64::sqrt(sum / count)
}

#[test]
#[ignore = "slow: a minute of simulation and two of reconstruction"]
fn slow_two_materials_flatten_the_roll_and_clear_the_air_about_the_can() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = simulated(folder.path(), &imax(3, 480));
    let plain = ran(&recipe, folder.path(), "plain");
    assert!(plain.beam_hardening.is_none());
    let record = ran(&two_materials(&recipe), folder.path(), "two");
    let hardening = record.beam_hardening.unwrap();
    let (before, after) = (hardening.before.unwrap(), hardening.after.unwrap());
    println!("cupping {:.2} % before, {:.2} % after", before.percent, after.percent);
    assert!(after.percent.abs() < 3.0, "{}", after.percent);
    let truth = slice(&folder.path().join("scan/truth/mu_xray.zarr"));
    let can = Cupping::of(truth.view()).unwrap();
    let [stray, less] = ["plain", "two"].map(|name| {
        strays(&slice(&folder.path().join(name).join("3-reconstruct/volume.zarr")), &can)
    });
    let decibel = 20.0 * (stray / less).log10();
    println!("strays {stray:.4} before, {less:.4} after, {decibel:.1} dB less");
    assert!((after.middle / can.middle - 1.0).abs() < 0.05, "{} for {}", after.middle, can.middle);
}
