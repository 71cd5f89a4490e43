//! The main way on real scans, from their files to a volume.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::{fs::File, path::PathBuf};

use ndarray::{Array2, Array3, s};
use voltomo_pipeline::{
    Override, Recipe, RunOptions, RunRecord, Silent, correct_only, run,
    store::{StoreFormat, read_slab},
};

fn data() -> PathBuf {
    PathBuf::from(std::env::var_os("VOLTOMO_DATA").expect("VOLTOMO_DATA names the real scans"))
}

fn recipe(scan: &str, settings: &[(&str, &str)]) -> Recipe {
    let settings: Vec<_> = settings.iter().map(|(key, value)| Override::new(key, value)).collect();
    Recipe::for_scan(&data().join(scan), &settings).unwrap()
}

/// Runs a recipe; returns its record and its volume.
fn volume(recipe: &Recipe) -> (RunRecord, Array3<f32>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let options = RunOptions { out: out.clone(), ..RunOptions::default() };
    let record = run(recipe, &options, &Silent::default()).unwrap();
    let slices = record.plan.grid.shape[0];
    let volume = read_slab(&out.join(&record.volume.as_ref().unwrap().path), 0..slices).unwrap();
    assert!(volume.iter().all(|value| value.is_finite()));
    println!("{:#} {:?} {:?}", record.axis, record.gates, record.warnings);
    (record, volume)
}

fn mean(values: ndarray::ArrayView3<'_, f32>) -> f64 {
    values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64
}

/// Least negativity of the slice says 295.85.
#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_tooth_is_reconstructed_unattended() {
    let (record, volume) = volume(&recipe("tooth.h5", &[]));
    let centre = record.axis["centre_px"].as_f64().unwrap();
    assert!((centre - 295.85).abs() <= 0.5, "{centre}");
    assert_eq!(volume.dim(), (2, 640, 640));
    assert_eq!(record.volume.unwrap().unit, "1/pixel");
    // The air around the tooth is empty, the tooth is not.
    let air = mean(volume.slice(s![.., 20..60, 300..340]));
    let tooth = mean(volume.slice(s![.., 300..340, 300..340]));
    assert!(air.abs() < 0.05 * tooth.abs(), "air {air}, tooth {tooth}");
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_neutron_sinogram_is_reconstructed_in_1_per_cm() {
    let settings = [
        ("acquire.kind", "sinogram"),
        ("acquire.angles", "0:360"),
        ("acquire.pixel_mm", "0.029"),
        ("store.format", "tiff"),
    ];
    let recipe = recipe("neutron_sinogram.tiff", &settings);
    assert_eq!(recipe.store.format, StoreFormat::Tiff);
    let (record, volume) = volume(&recipe);
    assert_eq!(volume.dim(), (1, 924, 924));
    assert_eq!(record.volume.unwrap().unit, "1/cm");
    assert!((record.plan.grid.voxel - 0.029).abs() < 1e-12);
    let centre = record.axis["centre_px"].as_f64().unwrap();
    assert!((centre - 460.1).abs() < 0.5, "{centre}");
}

/// Its files tell the angles and not their unit, and no pixel of it sees air at every angle.
#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_linked_nexus_scan_is_reconstructed_when_told_what_its_files_leave_out() {
    let settings = [("acquire.angle_unit", "degrees"), ("correct.dose.method", "none")];
    let (record, volume) = volume(&recipe("k11-18014.nxs", &settings));
    assert_eq!(volume.dim(), (22, 26, 26));
    assert_eq!(record.inputs.len(), 3);
    // Bands of so small a frame tell no more than 12.4 ± 0.3; whole frames must not contradict them.
    let centre = record.axis["centre_px"].as_f64().unwrap();
    assert!((centre - 12.44).abs() < 0.7, "{centre}");
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_linked_nexus_scan_says_what_its_files_leave_out() {
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions { out: folder.path().join("out"), ..RunOptions::default() };
    let recipe = recipe("k11-18014.nxs", &[("correct.dose.method", "none")]);
    let message = run(&recipe, &options, &Silent::default()).unwrap_err().to_string();
    assert!(message.contains("no rotation angles"), "{message}");
    assert!(message.contains("acquire.angle"), "{message}");
}

fn read(path: &std::path::Path) -> Array2<f32> {
    let mut decoder = tiff::decoder::Decoder::new(File::open(path).unwrap()).unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let tiff::decoder::DecodingResult::F32(values) = decoder.read_image().unwrap() else {
        panic!("32 bit")
    };
    Array2::from_shape_vec((height as usize, width as usize), values).unwrap()
}

/// The open beam is on the left.
#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_neutron_edges_come_out_as_line_integrals_without_spots() {
    let settings = [
        ("acquire.radiographs", "edge20mm_*.tif"),
        ("acquire.flats", "ob.tif"),
        ("acquire.darks", "dc.tif"),
        ("acquire.angles", "0:8"),
    ];
    let recipe = recipe("neutron_edges", &settings);
    let folder = tempfile::tempdir().unwrap();
    let options = RunOptions { out: folder.path().join("out"), ..RunOptions::default() };
    let images = correct_only(&recipe, &options, &Silent::default()).unwrap();
    let text = std::fs::read_to_string(images.with_file_name("correct.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&text).unwrap();
    let spots = record["corrections"]["spots_bright"].as_u64().unwrap();
    println!("{spots} bright spots in eight frames; {}", record["references"]["dose"]);
    assert!(spots > 100, "{spots}");
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(&images).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|name| {
        name.extension().is_some_and(|extension| extension.to_string_lossy().starts_with("tif"))
    });
    assert_eq!(names.len(), 8);
    for name in names {
        let line_integrals = read(&name);
        let open = line_integrals.slice(s![100..500, 5..30]).mapv(|p| f64::from(-p).exp());
        let transmission = open.mean().unwrap();
        println!("{}: {transmission:.4}", name.display());
        assert!((transmission - 1.0).abs() < 0.01, "{transmission}");
    }
}
