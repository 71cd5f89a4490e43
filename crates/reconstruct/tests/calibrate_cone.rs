//! The axis of cone-beam scans of known truth, and each scan it cannot be found in.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod calibrate_cone_scans;

use calibrate_cone_scans::{Taken, at_random, cell, counted, project};
use ndarray::Array3;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    ReconstructError,
    calibrate::cone::{ConeAxisEstimate, ConeScan, ConeSearch, find_cone_axis},
};
use voltomo_types::{Millimetre, Radian};

const PLAIN: Taken = Taken {
    shape: (72, 128),
    views: 120,
    arc_deg: 360.0,
    magnification: 4.0,
    distance_px: 700.0,
    centre: [33.0, 70.3],
    roll_deg: 1.1,
};

fn find(scan: &ConeScan, data: &Array3<f32>) -> Result<ConeAxisEstimate, ReconstructError> {
    find_cone_axis(data, scan, &ConeSearch::default(), &|_, _| {})
}

fn errors(scan: &ConeScan, found: &ConeAxisEstimate) -> [f64; 2] {
    let (truth, found) = (&scan.circle, &found.circle);
    [found.centre[1] - truth.centre[1], found.roll.degrees() - truth.roll.degrees()]
}

fn assert_found(taken: Taken, scale: f64, limits: [f64; 2]) -> ConeAxisEstimate {
    let scan = taken.scan();
    let found = find(&scan, &project(&cell(scale), &scan, taken.shape)).unwrap();
    let errors = errors(&scan, &found);
    println!("{errors:?}: {found:#?}");
    assert!(errors[0].abs() < limits[0] && errors[1].abs() < limits[1], "{errors:?}");
    found
}

#[test]
fn a_whole_turn_is_found_by_both_methods() {
    let found = assert_found(PLAIN, 0.5, [0.05, 0.03]);
    assert_eq!(found.methods.len(), 2);
    assert!(found.disagreement_px < 0.15 && found.warnings.is_empty(), "{found:?}");
}

#[test]
fn a_short_scan_far_off_the_middle_is_found() {
    let taken = Taken { arc_deg: 200.0, centre: [40.0, 48.2], roll_deg: -1.4, ..PLAIN };
    assert_found(taken, 0.5, [0.1, 0.05]);
}

fn trial(seed: u64, (views, arc_deg): (usize, f64)) -> bool {
    let taken = at_random(seed, views, arc_deg);
    let scan = taken.scan();
    let found = find(&scan, &counted(&project(&cell(0.75), &scan, taken.shape), seed)).unwrap();
    let [centre, roll] = errors(&scan, &found);
    println!(
        "{arc_deg} {seed:3}: D {:.0} centre {centre:+.4} ± {:.4} px  roll {:+.2} {roll:+.4} ± {:.4}°  by {} \
         (apart {:.3}, mismatch {:.3}) {:?}",
        taken.distance_px,
        found.centre_sigma_px,
        taken.roll_deg,
        found.roll_sigma.unwrap().degrees(),
        found.methods[0].name,
        found.disagreement_px,
        found.mismatch.unwrap(),
        found.warnings
    );
    let within = centre.abs() <= 0.1 && roll.abs() <= 0.05;
    assert!(within || !found.warnings.is_empty(), "wrong and silent");
    within
}

#[test]
fn noisy_scans_are_within_a_tenth_of_a_pixel_and_a_twentieth_of_a_degree() {
    assert!((0..2).filter(|&seed| trial(seed, (160, 360.0))).count() >= 2);
    assert!((2..4).filter(|&seed| trial(seed, (160, 215.0))).count() >= 1);
}

#[test]
#[ignore = "slow: 60 noisy scans"]
fn slow_noisy_scans_are_within_or_warned() {
    let whole = (0..30).filter(|&seed| trial(seed, (240, 360.0))).count();
    let short = (30..60).filter(|&seed| trial(seed, (160, 215.0))).count();
    println!("within: {whole} of 30 whole turns, {short} of 30 short scans");
    assert!(whole >= 29 && short >= 24);
}

#[test]
fn a_drift_of_the_beam_and_a_can_cut_on_one_side_are_borne() {
    let taken = Taken { centre: [33.0, 104.6], shape: (72, 128), ..PLAIN };
    let scan = taken.scan();
    let mut data = project(&cell(0.5), &scan, taken.shape);
    for ((view, _, column), value) in data.indexed_iter_mut() {
        *value += to_f32(0.03 * (view as f64 * 0.05).sin() + 2e-4 * column as f64);
    }
    let found = find(&scan, &data).unwrap();
    let [centre, roll] = errors(&scan, &found);
    println!("{centre} {roll} {found:#?}");
    let within = centre.abs() <= 0.1 && roll.abs() <= 0.05;
    assert!(within || !found.warnings.is_empty());
    assert!(centre.abs() < 0.3 && roll.abs() < 0.2);
}

#[test]
fn a_scan_turned_the_other_way_is_told_so() {
    let mut scan = PLAIN.scan();
    let data = project(&cell(0.5), &scan, PLAIN.shape);
    scan.angles.iter_mut().for_each(|angle| angle.0 = -angle.0);
    let found = find(&scan, &data).unwrap();
    assert!(found.warnings.iter().any(|text| text.contains("reverse_rotation")), "{found:#?}");
}

#[test]
fn crop_and_binning_do_not_change_where_the_axis_is_told() {
    let taken = Taken { centre: [70.0, 143.1], distance_px: 1400.0, ..PLAIN };
    let mut scan = taken.scan();
    scan.frame = voltomo_types::PixelFrame::whole(144, 256).cropped(4, 12).binned(2);
    let data = project(&cell(1.0), &scan, (68, 120));
    let [centre, roll] = errors(&scan, &find(&scan, &data).unwrap());
    assert!(centre.abs() < 0.1 && roll.abs() < 0.05, "{centre} {roll}");
}

#[test]
fn a_given_centre_is_taken_as_it_is_and_nothing_is_read() {
    let search = ConeSearch { centre_px: Some(31.25), ..ConeSearch::default() };
    let scan = PLAIN.scan();
    let found = find_cone_axis(&Array3::zeros((0, 0, 0)), &scan, &search, &|_, _| {}).unwrap();
    assert_eq!((found.circle.centre, found.circle.roll), ([33.0, 31.25], Radian(0.0)));
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let scan = Taken { views: 60, ..PLAIN }.scan();
    let data = project(&cell(0.5), &scan, PLAIN.shape);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| find(&scan, &data).unwrap().circle)
    };
    assert_eq!(with(1), with(3));
}

fn message(change: impl Fn(&mut ConeScan, &mut Array3<f32>)) -> String {
    let mut scan = Taken { views: 60, ..PLAIN }.scan();
    let mut data = Array3::zeros((60, 20, 40));
    change(&mut scan, &mut data);
    find(&scan, &data).unwrap_err().to_string()
}

#[test]
fn bad_air_names_the_centre() {
    let text = message(|_, _| {});
    assert!(text.contains("no sample") && text.contains("reconstruct.centre_px"), "{text}");
}

#[test]
fn bad_numbers_in_all_bands_are_told() {
    let text = message(|_, data| data.fill(f32::NAN));
    assert!(text.contains("hold NaN"), "{text}");
}

#[test]
fn bad_half_a_turn_and_no_more_names_the_angles() {
    let text = message(|scan, _| scan.angles.iter_mut().for_each(|angle| angle.0 *= 0.4));
    assert!(text.contains("acquire.angles"), "{text}");
}

#[test]
fn bad_number_of_angles_is_told() {
    let text = message(|scan, _| scan.angles.truncate(7));
    assert!(text.contains("7 angles for 60 radiographs"), "{text}");
}

#[test]
fn bad_distances_name_their_keys() {
    let text = message(|scan, _| scan.circle.source_to_axis = Millimetre(-111.9));
    assert!(text.contains("source_to_axis_mm` is -111.9"), "{text}");
    let text = message(|scan, _| scan.circle.source_to_detector = Millimetre(1.0));
    assert!(text.contains("source_to_detector_mm` is 1"), "{text}");
    let text = message(|scan, _| scan.circle.source_to_detector = Millimetre(f64::NAN));
    assert!(text.contains("source_to_detector_mm` is NaN"), "{text}");
}
