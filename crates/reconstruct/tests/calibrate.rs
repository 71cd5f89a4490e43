//! The rotation axis of clean scans of known truth, and each scan it cannot be found in.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod calibrate_scans;

use calibrate_scans::{cell, geometry, project};
use ndarray::{Array3, s};
use voltomo_reconstruct::{
    ReconstructError, ReconstructSettings,
    calibrate::{AxisEstimate, AxisOrigin, find_axis},
};
use voltomo_types::{ParallelGeometry, PixelFrame, Radian};

const SHAPE: (usize, usize) = (72, 108);
/// Half of the cell: radius 30, height 57 pixels.
const SCALE: f64 = 0.5;

fn scan(axis: (f64, f64), views: (usize, f64)) -> (Array3<f32>, ParallelGeometry) {
    let geometry = geometry(PixelFrame::whole(SHAPE.0, SHAPE.1), axis, views);
    (project(&cell(SCALE), &geometry, SHAPE), geometry)
}

fn find(scan: &Array3<f32>, geometry: &ParallelGeometry) -> Result<AxisEstimate, ReconstructError> {
    find_axis(scan, geometry, &ReconstructSettings::default(), &|_, _| {})
}

fn message(result: Result<AxisEstimate, ReconstructError>) -> String {
    result.unwrap_err().to_string()
}

/// Within these of the truth, in pixels and degrees.
fn assert_found(found: &AxisEstimate, axis: (f64, f64), limits: [f64; 2]) {
    let errors = [found.axis.centre - axis.0, found.axis.tilt.degrees() - axis.1];
    println!("{errors:?} of {limits:?}: {found:#?}");
    assert!(errors[0].abs() < limits[0] && errors[1].abs() < limits[1], "{errors:?}");
}

#[test]
fn a_tilted_half_turn_is_found_by_all_methods() {
    let axis = (57.3, 1.5);
    let (scan, geometry) = scan(axis, (120, 180.0));
    let found = find(&scan, &geometry).unwrap();
    assert_found(&found, axis, [0.05, 0.02]);
    assert_eq!(found.methods.len(), 3);
    assert!(found.disagreement_px < 0.2, "{}", found.disagreement_px);
}

#[test]
fn a_whole_turn_turned_the_wrong_way_round_has_the_same_axis() {
    let axis = (50.8, -1.2);
    let (scan, mut geometry) = scan(axis, (120, 360.0));
    geometry.angles.iter_mut().for_each(|angle| angle.0 = -angle.0);
    let found = find(&scan, &geometry).unwrap();
    assert_found(&found, axis, [0.05, 0.02]);
    assert_eq!(found.warnings, [""; 0]);
}

#[test]
fn uneven_and_golden_angles_and_an_included_end_point_are_understood() {
    let axis = (55.7, 0.8);
    let golden = |k: usize| 137.507_764 * k as f64 % 180.0;
    let uneven = |k: usize| 1.5 * k as f64 + 0.4 * (k as f64).sin();
    let closed = |k: usize| 180.0 * k as f64 / 119.0;
    let lists: [&dyn Fn(usize) -> f64; 3] = [&golden, &uneven, &closed];
    for (degrees, limits) in lists.iter().zip([[0.1, 0.1], [0.1, 0.1], [0.05, 0.03]]) {
        let mut geometry = geometry(PixelFrame::whole(SHAPE.0, SHAPE.1), axis, (120, 180.0));
        geometry.angles = (0..120).map(|k| Radian::from_degrees(degrees(k))).collect();
        let scan = project(&cell(SCALE), &geometry, SHAPE);
        assert_found(&find(&scan, &geometry).unwrap(), axis, limits);
    }
}

#[test]
fn an_axis_near_the_edge_is_found_in_a_whole_turn() {
    let axis = (24.4, 0.6);
    let (scan, geometry) = scan(axis, (180, 360.0));
    assert_found(&find(&scan, &geometry).unwrap(), axis, [0.1, 0.05]);
}

#[test]
fn a_sample_wider_than_the_detector_is_found() {
    let geometry = geometry(PixelFrame::whole(72, 80), (41.3, 0.9), (120, 360.0));
    let scan = project(&cell(0.8), &geometry, (72, 80));
    assert_found(&find(&scan, &geometry).unwrap(), (41.3, 0.9), [0.1, 0.05]);
}

#[test]
fn the_centre_is_told_on_the_whole_detector_whatever_crop_and_binning() {
    let axis = (112.6, 1.0);
    let frame = PixelFrame::whole(144, 216).cropped(8, 20).binned(2);
    let geometry = geometry(frame, axis, (120, 360.0));
    let scan = project(&cell(2.0 * SCALE), &geometry, (64, 98));
    assert_found(&find(&scan, &geometry).unwrap(), axis, [0.1, 0.03]);
}

#[test]
fn a_single_row_has_a_centre_and_no_tilt() {
    let (scan, mut geometry) = scan((57.3, 0.0), (120, 180.0));
    geometry.frame = PixelFrame::whole(1, SHAPE.1);
    let found = find(&scan.slice(s![.., 40..41, ..]).to_owned(), &geometry).unwrap();
    assert_found(&found, (57.3, 0.0), [0.05, 1e-9]);
    assert_eq!((found.tilt_sigma, found.methods[0].tilt_deg), (None, None));
}

#[test]
fn a_given_centre_is_taken_as_it_is_and_nothing_is_read() {
    let (_, geometry) = scan((57.3, 0.0), (3, 180.0));
    let settings = ReconstructSettings {
        centre_px: Some(31.25),
        tilt_deg: Some(0.5),
        ..ReconstructSettings::default()
    };
    let found = find_axis(&Array3::zeros((0, 0, 0)), &geometry, &settings, &|_, _| {}).unwrap();
    assert_eq!((found.axis.centre, found.origin), (31.25, AxisOrigin::Given));
    assert!((found.axis.tilt.degrees() - 0.5).abs() < 1e-12);
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    let (scan, geometry) = scan((57.3, 0.7), (60, 360.0));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| find(&scan, &geometry).unwrap().axis)
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_search_range_without_the_centre_is_an_error_that_names_its_key() {
    let (scan, geometry) = scan((57.3, 0.0), (120, 180.0));
    let settings =
        ReconstructSettings { search_px: Some([64.0, 80.0]), ..ReconstructSettings::default() };
    let text = message(find_axis(&scan, &geometry, &settings, &|_, _| {}));
    for part in ["64.0", "80.0", "edge of the search range", "reconstruct.search_px"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn an_arc_of_sixty_degrees_is_an_error_that_names_the_angles() {
    let (scan, geometry) = scan((57.3, 0.0), (60, 60.0));
    let text = message(find(&scan, &geometry));
    for part in ["60 views", "59.0 degrees", "acquire.angles", "reconstruct.centre_px"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_scan_of_nothing_but_air_is_an_error_that_names_the_centre() {
    let (scan, geometry) = scan((57.3, 0.0), (120, 180.0));
    let air = calibrate_scans::counted(&(scan * 0.0), 3);
    let text = message(find(&air, &geometry));
    assert!(text.contains("no sample in any of 12 bands"), "{text}");
    assert!(text.contains("reconstruct.centre_px"), "{text}");
}

#[test]
fn bands_with_nan_are_left_out_and_nothing_but_nan_is_an_error() {
    let axis = (57.3, 1.5);
    let (mut scan, geometry) = scan(axis, (120, 180.0));
    scan[[7, 30, 50]] = f32::NAN;
    let found = find(&scan, &geometry).unwrap();
    assert_found(&found, axis, [0.05, 0.03]);
    let pairs = found.methods.iter().find(|method| method.name == "opposite pairs").unwrap();
    assert!(pairs.bands_used < pairs.bands_measured);
    scan.fill(f32::NAN);
    let text = message(find(&scan, &geometry));
    assert!(text.contains("12 of them hold NaN"), "{text}");
}

#[test]
fn more_bands_than_rows_are_as_many_as_rows() {
    let axis = (57.3, 1.5);
    let (scan, geometry) = scan(axis, (120, 180.0));
    let settings = ReconstructSettings { bands: 500, ..ReconstructSettings::default() };
    let found = find_axis(&scan, &geometry, &settings, &|_, _| {}).unwrap();
    assert_found(&found, axis, [0.05, 0.02]);
    assert!(found.methods.iter().all(|method| method.bands_measured <= SHAPE.0));
}

#[test]
fn a_search_range_beside_the_frame_is_an_error_that_names_its_key() {
    let (scan, geometry) = scan((57.3, 0.0), (20, 180.0));
    let settings = ReconstructSettings { search_px: Some([500.0, 600.0]), ..Default::default() };
    let text = message(find_axis(&scan, &geometry, &settings, &|_, _| {}));
    assert!(text.contains("no centre of rotation can be tried") && !text.contains("NaN"), "{text}");
    assert!(text.contains("reconstruct.search_px"), "{text}");
}

#[test]
fn more_angles_than_frames_are_an_error_that_counts_both() {
    let (scan, mut geometry) = scan((57.3, 0.0), (20, 180.0));
    geometry.angles.push(Radian(3.2));
    let text = message(find(&scan, &geometry));
    assert!(text.contains("21 angles for 20 radiographs"), "{text}");
}
