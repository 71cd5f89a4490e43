//! The quality figures of a scan against what is known of it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod made_scan;

use made_scan::{ATTENUATION, MadeScan, Making, PIXEL_MM};
use ndarray::{Axis, s};
use voltomo_correct::{RingMethod, RingSettings};
use voltomo_pipeline::{Quality, Silent, quality};

fn making(seed: Option<u64>) -> Making {
    let shape = (180, 24, 96);
    Making { shape, span: 180.0, axis_off: 0.0, tilt: 0.0, seed, float: false }
}

fn scan(seed: Option<u64>) -> MadeScan {
    let making = making(seed);
    making.written(&making.counts())
}

fn of(scan: &MadeScan) -> Quality {
    quality(&scan.recipe, &Silent::default()).unwrap()
}

#[test]
fn noise_and_contrast_of_the_slice_are_those_of_the_volume() {
    // Flat fields without noise: theirs stands still in both halves, as rings do.
    let scan = making(None).written_with(&making(Some(3)).counts(), 80);
    let record = scan.run("out", None);
    let quality = of(&scan);
    assert_eq!(record.quality, serde_json::to_value(&quality).unwrap(), "as the run says");
    let slice = quality.slice.unwrap();
    let volume = scan.volume("out", &record);
    let middle = volume.index_axis(Axis(0), slice.slice);
    // Well inside the cylinder, which lies a little off the middle.
    let inside = middle.slice(s![38..56, 36..54]).mapv(f64::from);
    let (mean, scatter) = (inside.mean().unwrap(), inside.std(1.0));
    assert!((slice.attenuation[0] - mean).abs() < 0.02 * mean, "{slice:?}, {mean}");
    assert!((mean - ATTENUATION).abs() < 0.02, "{mean}");
    assert!(slice.attenuation[1].abs() < 0.03 * ATTENUATION, "{slice:?}");
    assert!((slice.noise / scatter - 1.0).abs() < 0.2, "{} of {scatter}", slice.noise);
    let contrast = (slice.attenuation[0] - slice.attenuation[1]) / slice.noise;
    assert!((slice.contrast_to_noise / contrast - 1.0).abs() < 1e-9);
    assert_eq!(slice.resolution_voxels, None, "the voxels end it, not the noise");
}

#[test]
fn noise_takes_the_finest_details() {
    let clean = making(None).counts();
    let times = |times: f32| {
        let noisy = making(Some(3)).counts();
        let counts = &clean + &((&noisy - &clean) * times);
        of(&making(None).written_with(&counts, 80)).slice.unwrap()
    };
    let (some, more) = (times(8.0), times(20.0));
    assert!((more.noise / some.noise - 2.5).abs() < 0.1, "{} and {}", more.noise, some.noise);
    let (fine, coarse) = (some.resolution_voxels.unwrap(), more.resolution_voxels.unwrap());
    assert!(fine >= 1.0 && coarse > 1.2 * fine && coarse < 10.0, "{fine} and {coarse}");
    assert!((more.resolution.unwrap() - coarse * PIXEL_MM).abs() < 1e-12);
}

#[test]
fn a_clean_scan_has_nothing_to_complain_of() {
    let Quality { radiographs, rings, angles, .. } = of(&scan(Some(5)));
    assert_eq!(radiographs.radiographs, 16);
    assert_eq!((radiographs.starved_share, radiographs.leaving_share), (0.0, [0.0, 0.0]));
    assert_eq!(radiographs.dead_share, 0.0);
    assert!(radiographs.dose_drift.unwrap().abs() < 2e-3);
    assert!(radiographs.flat_field_residual.unwrap() < 3e-3, "{radiographs:?}");
    // Six flat fields of 50 000 counts leave stripes of 0.0018.
    assert!(rings.unwrap().before < 4e-3, "{rings:?}");
    assert!(angles.unwrap().gaps.is_empty());
}

#[test]
fn a_column_that_answers_wrongly_stands_in_the_ring_index() {
    let making = making(Some(7));
    let clean = of(&scan(Some(7))).rings.unwrap();
    let mut counts = making.counts();
    counts.slice_mut(s![.., .., 40]).mapv_inplace(|count| 100.0 + 0.96 * (count - 100.0));
    let mut scan = making.written(&counts);
    let before = of(&scan).rings.unwrap();
    // The stripe has 0.04, in one of about eighty columns that are looked at.
    assert!(before.before > 1.5 * clean.before && before.before < 0.008, "{before:?}");
    assert_eq!(before.before, before.after);
    scan.recipe.correct.rings = RingSettings::of(RingMethod::Sorting);
    let cured = of(&scan).rings.unwrap();
    assert_eq!(cured.before, before.before);
    assert!(cured.after < 1.1 * clean.before, "{cured:?} of {clean:?}");
}

#[test]
fn a_sample_that_leaves_the_field_is_told_with_its_side() {
    let mut scan = scan(Some(9));
    scan.recipe.acquire.crop_columns = Some("0:60".into());
    scan.recipe.correct.dose.method = voltomo_correct::DoseMethod::None;
    let found = of(&scan);
    let [left, right] = found.radiographs.leaving_share;
    assert_eq!(left, 0.0);
    assert!(right > 0.9, "{right}");
    assert_eq!(found.radiographs.dose_drift, None);
}

#[test]
fn without_angles_there_are_figures_of_the_radiographs_alone() {
    let mut scan = scan(Some(11));
    scan.recipe.acquire.angles = None;
    let found = of(&scan);
    assert!(found.slice.is_none() && found.angles.is_none());
    assert!(found.lines().iter().any(|line| line.contains("no angles")));
    assert!(found.rings.is_some());
}

#[test]
fn a_straight_edge_is_found_and_its_width_told() {
    let making = Making { shape: (9, 96, 128), ..making(None) };
    // An edge turned by five degrees, drawn over three pixels: 10 to 90 % are 2.4 of them.
    let mut counts = making.counts();
    for ((_, y, x), count) in counts.indexed_iter_mut() {
        let distance = x as f32 - 60.0 - 0.0875 * y as f32;
        let transmission = 0.3 + 0.7 * (0.5 + distance / 3.0).clamp(0.0, 1.0);
        *count = 100.0 + 50_000.0 * transmission;
    }
    let mut scan = making.written(&counts);
    scan.recipe.acquire.angles = None;
    let edge = of(&scan).edge.unwrap();
    assert!((edge.width_px - 2.4).abs() < 0.1, "{edge:?}");
    assert!((edge.angle_deg - 5.0).abs() < 0.1, "{edge:?}");
    assert!((edge.step - 0.7).abs() < 0.01, "{edge:?}");
    assert!((edge.width_mm.unwrap() - edge.width_px * PIXEL_MM).abs() < 1e-9);
}
