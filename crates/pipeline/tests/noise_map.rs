//! The noise map of a run: its memory, its slabs, its scale.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{MadeScan, Making};
use ndarray::{Array2, Array3, Axis, s};
use voltomo_pipeline::{Bytes, RunRecord, Silent, run};
use voltomo_reconstruct::Window;

fn making(seed: u64) -> Making {
    Making {
        shape: (90, 24, 64),
        span: 180.0,
        axis_off: 0.0,
        tilt: 0.0,
        seed: Some(seed),
        float: false,
    }
}

/// Noise in the radiographs alone: 80 flat fields without any.
fn written(counts: &Array3<f32>) -> MadeScan {
    Making { seed: None, ..making(0) }.written_with(counts, 80)
}

fn scan(seed: u64) -> MadeScan {
    with_map(written(&making(seed).counts()))
}

fn with_map(mut scan: MadeScan) -> MadeScan {
    scan.recipe.reconstruct.noise_map = true;
    scan.recipe.reconstruct.window = Window::Hann;
    scan
}

fn noise(scan: &MadeScan, out: &str, record: &RunRecord) -> Array3<f32> {
    let path = scan.folder.path().join(out).join(&record.noise.as_ref().unwrap().path);
    voltomo_pipeline::store::read_slab(&path, 0..record.plan.grid.shape[0]).unwrap()
}

#[test]
fn noise_map_does_not_depend_on_slabs_and_stays_within_the_plan() {
    let scan = scan(5);
    let whole = scan.run("whole", None);
    let slabs = scan.run("slabs", Some(scan.budget_for(5)));
    assert_eq!(slabs.plan.slab_slices, 5);
    assert_eq!(noise(&scan, "whole", &whole), noise(&scan, "slabs", &slabs));
    let mut without = scan.recipe.clone();
    without.reconstruct.noise_map = false;
    let plain = voltomo_pipeline::plan_only(&without, scan.folder.path(), None).unwrap();
    assert!(plain.peak_memory < whole.plan.peak_memory, "a noise map takes memory");
    assert!(plain.disk < whole.plan.disk, "and disk");
    assert_eq!(scan.volume("whole", &whole).dim(), noise(&scan, "whole", &whole).dim());
}

/// Mean of `found` over that of the map's variances: within 40 % of the half width about the axis,
/// and from there to 85 %.
fn found_over_told(found: &Array2<f64>, map: &Array3<f32>) -> [f64; 2] {
    let told = map.mapv(|deviation| f64::from(deviation).powi(2)).mean_axis(Axis(0)).unwrap();
    let middle = (found.nrows() as f64 - 1.0) / 2.0;
    let mut sums = [[0.0; 2]; 2];
    for ((y, x), found) in found.indexed_iter() {
        let radius = (y as f64 - middle).hypot(x as f64 - middle) / middle;
        if radius < 0.85 {
            let zone = usize::from(radius >= 0.4);
            sums[zone][0] += found;
            sums[zone][1] += told[[y, x]];
        }
    }
    sums.map(|[found, told]| found / told)
}

/// The slices of the body are equal, so that they scatter by their noise alone. The mean over some
/// thousand of independent voxels is itself uncertain by 2 %, the noise that was measured by 3 %.
#[test]
fn noise_map_tells_how_equal_slices_scatter() {
    let scan = scan(3);
    let record = scan.run("out", None);
    let found = scan.volume("out", &record).mapv(f64::from).var_axis(Axis(0), 1.0);
    for ratio in found_over_told(&found, &noise(&scan, "out", &record)) {
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }
}

/// Six flat fields with noise of their own, the same for both scans: what they leave is no part of
/// what differs.
#[test]
fn noise_map_tells_how_scans_with_the_same_flat_fields_differ() {
    let volume = |seed: u64| {
        let scan = with_map(making(3).written(&making(seed).counts()));
        let record = scan.run("out", None);
        (scan.volume("out", &record), noise(&scan, "out", &record))
    };
    let [(one, map), (other, _)] = [volume(3), volume(4)];
    let found = (one - other).mapv(|v| f64::from(v).powi(2) / 2.0).mean_axis(Axis(0)).unwrap();
    for ratio in found_over_told(&found, &map) {
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }
}

/// Noise after a screen has spread the light of each quantum over the pixels beside it.
fn spread(noise: &Array3<f32>) -> Array3<f32> {
    let (_, rows, columns) = noise.dim();
    Array3::from_shape_fn(noise.dim(), |(k, y, x)| {
        let above = noise[[k, (y + 1) % rows, x]] + noise[[k, (y + rows - 1) % rows, x]];
        let beside = noise[[k, y, (x + 1) % columns]] + noise[[k, y, (x + columns - 1) % columns]];
        (noise[[k, y, x]] + 0.7 * (above + beside)) / (1.0f32 + 4.0 * 0.49).sqrt()
    })
}

/// The finest structure, in which noise is measured, has but a seventh of such noise.
#[test]
fn noise_map_tells_noise_that_a_screen_spreads() {
    let exact = making(0);
    let exact = Making { seed: None, ..exact };
    let made = |making: Making, count: fn(&Making) -> Array3<f32>| {
        let even = count(&exact);
        &even + &spread(&(count(&making) - &even))
    };
    let volume = |seed: u64| {
        let scan = with_map(exact.written_with(&made(making(seed), Making::counts), 2));
        std::fs::remove_dir_all(scan.folder.path().join("flats")).unwrap();
        let flats = made(making(50), |making| making.flats(40));
        made_scan::write_frames(&scan.folder.path().join("flats"), &flats, false);
        let record = scan.run("out", None);
        (scan.volume("out", &record), noise(&scan, "out", &record))
    };
    let [(one, map), (other, _)] = [volume(3), volume(4)];
    let found = (one - other).mapv(|v| f64::from(v).powi(2) / 2.0).mean_axis(Axis(0)).unwrap();
    for ratio in found_over_told(&found, &map) {
        assert!((ratio - 1.0).abs() < 0.12, "{ratio}");
    }
}

#[test]
fn noise_map_doubles_where_the_counts_scatter_twice_as_much() {
    let exact = Making { seed: None, ..making(0) }.counts();
    let told = |factor: f32| {
        let noisy = making(6).counts();
        let mut scan = written(&(&exact + (&noisy - &exact) * factor));
        scan.recipe.reconstruct.noise_map = true;
        let record = scan.run("out", None);
        f64::from(noise(&scan, "out", &record).slice(s![12, 20..44, 20..44]).mean().unwrap())
    };
    let ratio = told(2.0) / told(1.0);
    assert!((ratio - 2.0).abs() < 0.15, "{ratio}");
}

#[test]
fn bad_noise_map_within_too_little_memory_is_refused_before_anything_is_written() {
    let mut scan = scan(7);
    let plain = {
        scan.recipe.reconstruct.noise_map = false;
        scan.budget_for(1)
    };
    scan.recipe.reconstruct.noise_map = true;
    let options =
        voltomo_pipeline::RunOptions { memory: Some(Bytes(plain.0)), ..scan.options("out") };
    let said = run(&scan.recipe, &options, &Silent::default()).unwrap_err().to_string();
    assert!(said.contains("memory"), "{said}");
    assert!(!scan.folder.path().join("out").exists());
}
