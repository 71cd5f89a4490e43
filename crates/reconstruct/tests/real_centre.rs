//! The centre of rotation of the real scans. Reads them through the acquire stage.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::PathBuf;

use ndarray::{Array2, Array3, Axis};
use voltomo_acquire::{AcquireSettings, Kind, open};
use voltomo_reconstruct::{
    ReconstructSettings,
    calibrate::{AxisEstimate, find_axis},
};
use voltomo_types::{Frames, ParallelGeometry, Radian, ReferenceFrames, RotationAxis, Scan};

fn data() -> PathBuf {
    PathBuf::from(std::env::var_os("VOLTOMO_DATA").expect("VOLTOMO_DATA names the real scans"))
}

fn all(frames: &dyn Frames) -> Array3<f32> {
    let shape = frames.shape();
    let mut values = Array3::zeros((shape.frames, shape.rows, shape.columns));
    frames.read(0..shape.frames, 0..shape.rows, values.view_mut()).unwrap();
    values
}

fn mean(references: &[ReferenceFrames]) -> Array2<f32> {
    let sets = references.iter().map(|set| all(&*set.frames));
    let sets: Vec<Array3<f32>> = sets.collect();
    let views: Vec<_> = sets.iter().map(|set| set.view()).collect();
    ndarray::concatenate(Axis(0), &views).unwrap().mean_axis(Axis(0)).unwrap()
}

fn find(scan: &Scan, line_integrals: &Array3<f32>) -> AxisEstimate {
    let geometry = ParallelGeometry {
        angles: scan.angles.clone().unwrap(),
        axis: RotationAxis { centre: 0.0, tilt: Radian(0.0) },
        frame: scan.detector.frame,
        pixel: scan.detector.pixel,
    };
    let start = std::time::Instant::now();
    let settings = ReconstructSettings::default();
    let found = find_axis(line_integrals, &geometry, &settings, &|_, _| {}).unwrap();
    println!("{:.2?} {:#?}", start.elapsed(), (found.axis, &found.methods, &found.warnings));
    for candidate in &found.candidates {
        println!("{:.2} {:.5}", candidate.centre_px, candidate.sharpness);
    }
    found
}

/// Least negativity of a Hann-filtered slice says 295.85; Vo's method as others have it 295.0.
#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_centre_of_the_tooth_is_within_half_a_pixel_of_the_least_negative_slice() {
    let path = data().join("tooth.h5");
    let scan = open(&AcquireSettings { path, ..AcquireSettings::default() }, &data()).unwrap();
    let dark = mean(&scan.darks);
    let beam = mean(&scan.flats) - &dark;
    let line_integrals =
        ((all(&*scan.radiographs) - &dark) / &beam).mapv(|part| -part.max(1e-3).ln());
    let found = find(&scan, &line_integrals);
    assert!((found.axis.centre - 295.85).abs() <= 0.5, "{}", found.axis.centre);
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn both_methods_agree_about_the_neutron_sinogram() {
    let settings = AcquireSettings {
        path: data().join("neutron_sinogram.tiff"),
        kind: Kind::Sinogram,
        angles: Some("0:360".into()),
        pixel_mm: Some(0.029),
        ..AcquireSettings::default()
    };
    let scan = open(&settings, &data()).unwrap();
    let found = find(&scan, &all(&*scan.radiographs));
    assert_eq!(found.methods.len(), 2);
    assert!(found.disagreement_px <= 0.5, "{}", found.disagreement_px);
}
