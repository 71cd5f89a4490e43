//! Rings of a real neutron sinogram: rods in a cylinder, 1125 angles over a whole turn.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use std::{f64::consts::TAU, fs::File, path::Path};

use ndarray::{Array2, Array3, Axis};
use phantom_scan::{scan_of, settings};
use voltomo_correct::{
    RingMethod, RingQuality, RingSettings, Survey, choose_method, decide_rings, ring_quality,
};
use voltomo_types::{Quantity, Radian, Scan};

fn sinogram() -> Array2<f32> {
    let folder = std::env::var("VOLTOMO_DATA").expect("VOLTOMO_DATA names the real scans");
    let path = Path::new(&folder).join("neutron_sinogram.tiff");
    let mut decoder = tiff::decoder::Decoder::new(File::open(path).unwrap()).unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let tiff::decoder::DecodingResult::F32(values) = decoder.read_image().unwrap() else {
        panic!("32 bit")
    };
    Array2::from_shape_vec((height as usize, width as usize), values).unwrap()
}

fn angles(count: usize) -> Vec<f64> {
    (0..count).map(|k| TAU * k as f64 / count as f64).collect()
}

fn scan() -> Scan {
    let sinogram = sinogram();
    let angles = angles(sinogram.nrows());
    let stack: Array3<f32> = sinogram.insert_axis(Axis(1));
    let mut scan = scan_of(stack, Vec::new(), 0.0);
    scan.angles = Some(angles.into_iter().map(Radian).collect());
    scan.quantity = Quantity::LineIntegrals;
    scan
}

fn quality(scan: &Scan, rings: &str) -> RingQuality {
    let settings = settings(&format!(r#"{{"rings": {rings}}}"#));
    let survey = Survey::measure(scan, &settings, &|_, _| {}).unwrap();
    let survey = decide_rings(scan, survey, &settings, &|_, _| {}).unwrap();
    ring_quality(scan, &survey, &settings).unwrap().unwrap()
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn auto_takes_the_gentle_filter_which_leaves_no_ring_above_its_noise() {
    let sinogram = sinogram();
    let angles = angles(sinogram.nrows());
    let settings = RingSettings::of(RingMethod::Auto);
    let choice = choose_method(&[sinogram], &angles, &settings).unwrap();
    eprintln!("{}", choice.why);
    assert_eq!(choice.settings.method, RingMethod::Gentle, "{}", choice.why);
    assert!((7e-4..9e-4).contains(&choice.index_before), "{}", choice.index_before);
    let chosen = choice
        .tried
        .iter()
        .find(|one| one.method == RingMethod::Gentle && Some(one.window) == choice.settings.window);
    let chosen = chosen.unwrap();
    assert!(chosen.gain_db > 20.0 && chosen.winding_loss < 0.01, "{chosen:?}");
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn every_filter_for_full_stripes_takes_ten_decibels_and_auto_as_many() {
    let scan = scan();
    for method in ["auto", "sorting", "filtering", "combined", "wavelet_fourier", "gentle"] {
        let found = quality(&scan, &format!(r#"{{"method": "{method}"}}"#));
        let decibel = 20.0 * (found.before / found.after.max(1e-3 * found.before)).log10();
        eprintln!("{method}: {:.2e} to {:.2e}, {decibel:.1} dB", found.before, found.after);
        assert!(decibel > 10.0, "{method}: {found:?}");
    }
}
