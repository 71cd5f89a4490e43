//! The noise map of a run: its memory, its slabs, its scale.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{MadeScan, Making};
use ndarray::{Array3, s};
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

/// Noise in the radiographs alone: that of the flat fields is the same in all views, a ring, and no
/// part of the map.
fn written(counts: &Array3<f32>) -> MadeScan {
    Making { seed: None, ..making(0) }.written(counts)
}

fn scan(seed: u64) -> MadeScan {
    let mut scan = written(&making(seed).counts());
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
