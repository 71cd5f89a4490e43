//! Beam hardening of a cell in X-rays: cupping across the roll and the can's shadow in its core, of a
//! simulated scan whose truth is known.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod small_scan;

use std::path::Path;

use ndarray::{Array2, Axis, s};
use voltomo_acquire::simulate::instrument::{Aim, Profile};
use voltomo_correct::{Cupping, HardeningMethod, MetalArtefacts, ScatterMethod, radial_profile};
use voltomo_pipeline::store::{StoredVolume, read_slab};
use voltomo_pipeline::{Recipe, RunOptions, RunRecord, Silent, run, simulate};

const CELL: &str = "18650-na-1500";
/// What a turn of the winding is made of, by volume.
const ROLL: &str = "0.075 aluminium + 0.35 nfm111_coat_soaked + 0.475 hard_carbon_coat_soaked + \
                    0.10 pe_membrane_soaked";

/// IMAX at 80 kV behind 0.5 mm Cu, the middle of the cell, in `bin`-fold pixels.
fn imax(bin: usize, views: usize) -> Profile {
    let mut profile = Profile::imax();
    profile.detector.bin = bin;
    profile.detector.region = [24 * bin, 1440];
    profile.rays.per_pixel = [1, 2];
    profile.geometry.aim = Aim::Height(30.0);
    (profile.geometry.axis_tilt_deg, profile.geometry.panel_roll_deg) = (0.0, 0.0);
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

/// Mean of slices of the roll: those from the middle on, but for the last fifth.
fn slice(path: &Path) -> Array2<f32> {
    let depth = StoredVolume::open(path).unwrap().grid().shape[0];
    let volume = read_slab(path, 0..depth).unwrap();
    volume.slice(s![depth / 2..depth - depth / 5, .., ..]).mean_axis(Axis(0)).unwrap()
}

/// Root mean square of what a slice shows in the hollow core, where nothing is: the shadow that the
/// can throws inwards. Noise is averaged over rings of one voxel.
fn shadow(slice: &Array2<f32>, can: &Cupping) -> f64 {
    let rings = radial_profile(slice.view(), can.centre, can.radius);
    let core = &rings[..13];
    (core.iter().map(|mu| mu * mu).sum::<f64>() / core.len() as f64).sqrt()
}

/// What the two corrections left: cupping against the truth's own before and after, %, and the
/// decibels that the shadow in the core fell by. The roll itself is no even body: its gaps lie outwards.
fn flattened(folder: &Path, names: [&str; 2]) -> ([f64; 2], f64) {
    let truth = slice(&folder.join("scan/truth/mu_xray.zarr"));
    let can = Cupping::of(truth.view()).unwrap();
    let slices = names.map(|name| slice(&folder.join(name).join("3-reconstruct/volume.zarr")));
    let cupping = slices.each_ref().map(|slice| {
        let found = Cupping::about(slice.view(), can.centre, can.radius).unwrap();
        println!(
            "{:.3} to {:.3}, truth {:.3} to {:.3}",
            found.middle, found.edge, can.middle, can.edge
        );
        assert!(slice.iter().all(|mu| mu.is_finite()));
        100.0 * ((1.0 + found.percent / 100.0) / (1.0 + can.percent / 100.0) - 1.0)
    });
    println!("cupping against the truth {:.2} % before, {:.2} % after", cupping[0], cupping[1]);
    let [dark, less] = slices.each_ref().map(|slice| shadow(slice, &can));
    let decibel = 20.0 * (dark / less).log10();
    println!("shadow {dark:.4} before, {less:.4} after, {decibel:.1} dB less");
    (cupping, decibel)
}

#[test]
#[ignore = "slow: a minute of simulation and two of reconstruction"]
fn slow_two_materials_flatten_the_roll_and_clear_its_core() {
    let folder = tempfile::tempdir().unwrap();
    let mut profile = imax(3, 480);
    (profile.scatter.strength, profile.screen.glare, profile.screen.afterglow) = (0.0, 0.0, 0.0);
    let recipe = simulated(folder.path(), &profile);
    let plain = ran(&recipe, folder.path(), "plain");
    assert!(plain.beam_hardening.is_none());
    let record = ran(&two_materials(&recipe), folder.path(), "two");
    assert!(record.beam_hardening.unwrap().after.is_some());
    let ([before, after], decibel) = flattened(folder.path(), ["plain", "two"]);
    assert!(before > 6.0 && after.abs() < 3.0, "{before} {after}");
    assert!(decibel > 10.0, "{decibel}");
}

/// The top of the cell as the preset `demo` shows it, in coarser pixels and fewer views.
fn top() -> Profile {
    let mut profile = imax(6, 300);
    profile.detector.region = [1536, 1440];
    profile.rays.per_pixel = [1, 1];
    profile.geometry.aim = Aim::Top;
    profile
}

/// The whole instrument: scatter, glare and afterglow too, of which the method is told nothing but how
/// far the beam reaches beside the frame.
#[test]
#[ignore = "slow: minutes of simulation and reconstruction"]
fn slow_scatter_and_glare_taken_off_the_roll_is_as_flat() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = simulated(folder.path(), &top());
    ran(&recipe, folder.path(), "plain");
    let mut whole = two_materials(&recipe);
    whole.correct.scatter.method = ScatterMethod::Kernel;
    whole.correct.scatter.kernel.beam_mm = Some([145.0, 114.0]);
    ran(&whole, folder.path(), "whole");
    let ([before, after], decibel) = flattened(folder.path(), ["plain", "whole"]);
    assert!(before > 12.0 && after.abs() < 3.0, "{before} {after}");
    assert!(decibel > 10.0, "{decibel}");
}

/// Root mean square of what changes along circles in the deviation from the truth, between two shares
/// of the can's radius: streaks, and noise where there is any.
fn streaks(slice: &Array2<f32>, truth: &Array2<f32>, can: &Cupping, [from, to]: [f64; 2]) -> f64 {
    let mut rings = vec![[0.0f64; 3]; slice.dim().0];
    for ((place, found), truth) in slice.indexed_iter().zip(truth) {
        let away = (place.0 as f64 - can.centre[0]).hypot(place.1 as f64 - can.centre[1]);
        if (from..to).contains(&(away / can.radius)) {
            let error = f64::from(found - truth);
            let ring = &mut rings[voltomo_numeric::cast::to_index(away)];
            *ring = [ring[0] + 1.0, ring[1] + error, ring[2] + error * error];
        }
    }
    let seen = rings.iter().filter(|ring| ring[0] > 0.0);
    let (count, square) = seen.fold((0.0, 0.0), |(n, sum), [count, error, square]| {
        (n + count, sum + square - error * error / count)
    });
    (square / count).sqrt()
}

/// Reduction of metal artefacts on a whole scan of a cell with can and tabs, beside the same
/// correction without it: few rays cross 2 mm of metal, those that graze the can, so that core and
/// roll stay as they are; beside the can it does harm.
#[test]
#[ignore = "slow: a minute of simulation and reconstruction"]
fn slow_metal_artefact_reduction_of_a_whole_scan() {
    let folder = tempfile::tempdir().unwrap();
    let mut profile = imax(6, 240);
    (profile.scatter.strength, profile.screen.glare, profile.screen.afterglow) = (0.0, 0.0, 0.0);
    let recipe = simulated(folder.path(), &profile);
    ran(&recipe, folder.path(), "plain");
    let truth = slice(&folder.path().join("scan/truth/mu_xray.zarr"));
    let can = Cupping::of(truth.view()).unwrap();
    let zones = [("core", [0.0, 0.17]), ("roll", [0.25, 0.9]), ("beside the can", [0.9, 0.96])];
    let told = |name: &str| {
        let found = slice(&folder.path().join(name).join("3-reconstruct/volume.zarr"));
        let all = zones.map(|(_, zone)| streaks(&found, &truth, &can, zone));
        println!("{name}: core, roll, beside the can {all:.4?} 1/cm");
        all
    };
    let corrected = |name: &str, method: MetalArtefacts| {
        let mut asked = two_materials(&recipe);
        asked.correct.beam_hardening.metal_artefacts = method;
        ran(&asked, folder.path(), name);
        told(name)
    };
    let plain = told("plain");
    let none = corrected("none", MetalArtefacts::None);
    assert!(none[1] < 0.9 * plain[1] && none[2] < 0.8 * plain[2], "two materials alone help");
    for (name, method) in
        [("linear", MetalArtefacts::Interpolated), ("normalised", MetalArtefacts::Normalised)]
    {
        let reduced = corrected(name, method);
        assert!((reduced[0] / none[0] - 1.0).abs() < 0.02, "the core stays as it is");
        assert!((reduced[1] / none[1] - 1.0).abs() < 0.05, "the roll stays as it is");
    }
}
