//! Slices of real scans beside the same slices from scikit-image.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use voltomo_pipeline::{Override, Recipe, RunOptions, Silent, run};

fn named(variable: &str) -> PathBuf {
    let told = std::env::var_os(variable);
    PathBuf::from(told.unwrap_or_else(|| panic!("{variable} is not set; `cargo xtask test` does")))
}

/// Runs the scan unattended and asks scikit-image for its first slice about the same centre.
fn compare(scan: &str, settings: &[(&str, &str)]) -> Value {
    let scan = named("VOLTOMO_DATA").join(scan);
    let mut overrides = vec![Override::new("store.format", "tiff")];
    overrides.extend(settings.iter().map(|(key, value)| Override::new(key, value)));
    let recipe = Recipe::for_scan(&scan, &overrides).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let options = RunOptions { out: out.clone(), ..RunOptions::default() };
    run(&recipe, &options, &Silent::default()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/same_slice.py");
    let output =
        Command::new(named("VOLTOMO_PYTHON")).args([&script, &scan, &out]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    println!("{figures:#}");
    figures
}

#[test]
#[ignore = "needs the Python clients and the real scans; cargo xtask test has both"]
fn a_slice_of_the_tooth_is_that_of_scikit_image() {
    let figures = compare("tooth.h5", &[("acquire.crop_columns", "0:639")]);
    assert!(figures["correlation"].as_f64().unwrap() > 0.99, "{figures}");
}

#[test]
#[ignore = "needs the Python clients and the real scans; cargo xtask test has both"]
fn the_rods_of_the_neutron_sinogram_have_the_attenuation_that_scikit_image_gives() {
    let settings = [
        ("acquire.kind", "sinogram"),
        ("acquire.angles", "0:360"),
        ("acquire.pixel_mm", "0.029"),
        ("acquire.crop_columns", "0:923"),
    ];
    let figures = compare("neutron_sinogram.tiff", &settings);
    let rods = figures["rods"].as_array().unwrap();
    assert_eq!(rods.len(), 3);
    for rod in rods {
        assert!(rod["apart"].as_f64().unwrap().abs() < 0.01, "{rod}");
    }
    assert!(figures["smooth_correlation"].as_f64().unwrap() > 0.99, "{figures}");
}
