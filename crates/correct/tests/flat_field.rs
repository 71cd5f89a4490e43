//! Counts of known beams and bodies must give the line integrals they were made of.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::Array3;
use phantom_scan::{
    BEAM, SHAPE, correct, counts, line_integrals, references, rms, scan, scan_of, settings,
};
use voltomo_acquire::simulate::{Exposure, expose};
use voltomo_correct::CorrectSettings;
use voltomo_types::{Quantity, When};

const QUIET: Exposure = Exposure { seed: None, ..BEAM };

fn flats_of(level: f32, when: When) -> voltomo_types::ReferenceFrames {
    references(Array3::from_elem((4, SHAPE.1, SHAPE.2), level), when)
}

#[test]
fn flat_field_of_an_open_beam_is_zero() {
    let open = Array3::from_elem(SHAPE, 20_100.0);
    let scan = scan_of(open, vec![flats_of(20_100.0, When::Unknown)], 100.0);
    let (_, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    assert!(corrected.line_integrals.iter().all(|value| value.abs() < 1e-6));
    assert_eq!(corrected.figures().findings().len(), 1, "all alike is a finding");
}

#[test]
fn exact_counts_give_the_line_integrals_they_were_made_of() {
    let truth = line_integrals();
    let scan = scan_of(counts(QUIET), vec![flats_of(20_100.0, When::Before)], 100.0);
    let (survey, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    let worst = truth.iter().zip(&corrected.line_integrals).map(|(a, b)| (a - b).abs());
    assert!(worst.fold(0.0, f32::max) < 2e-4);
    let figures = corrected.figures();
    assert_eq!((figures.spots_bright, figures.spots_dark, figures.clipped), (0, 0, 0));
    assert_eq!((figures.pixels, figures.raw_pixels), (12 * 48 * 64, 12 * 48 * 64));
    assert_eq!(survey.figures().dead_pixels, 0);
}

#[test]
fn an_uneven_beam_and_an_uneven_dark_field_cancel() {
    let truth = line_integrals();
    let gain =
        |row: usize, column: usize| 0.6 + 0.004 * column as f32 + ((row * 7) % 5) as f32 * 0.02;
    let dark = |row: usize, column: usize| 100.0 + (row + 2 * column) as f32;
    let count = |row, column, p: f32| 20_000.0 * gain(row, column) * (-p).exp() + dark(row, column);
    let radiographs = Array3::from_shape_fn(SHAPE, |(k, y, x)| count(y, x, truth[[k, y, x]]));
    let flats = Array3::from_shape_fn((5, SHAPE.1, SHAPE.2), |(_, y, x)| count(y, x, 0.0));
    let mut scan = scan_of(radiographs, vec![references(flats, When::Before)], 0.0);
    let darks = Array3::from_shape_fn((5, SHAPE.1, SHAPE.2), |(_, y, x)| dark(y, x));
    scan.darks = vec![references(darks, When::After)];
    let (_, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    assert!(rms(&truth, &corrected.line_integrals) < 1e-4);
}

/// The open beam falls from 20 000 to 16 000 between the flats; no dose is read.
#[test]
fn flats_before_and_after_follow_a_falling_beam() {
    let fall = |k: usize| 1.0 - 0.2 * (k as f64 + 1.0) / (SHAPE.0 as f64 + 1.0);
    let doses: Vec<f64> = (0..SHAPE.0).map(fall).collect();
    let radiographs = expose(&line_integrals(), QUIET, &doses);
    let flats = vec![flats_of(16_100.0, When::After), flats_of(20_100.0, When::Before)];
    let scan = scan_of(radiographs, flats, 100.0);
    let followed = settings(r#"{"dose": {"method": "none"}}"#);
    let (survey, corrected) = correct(&scan, &followed).unwrap();
    assert!(rms(&line_integrals(), &corrected.line_integrals) < 1e-4);
    assert_eq!(survey.figures().open_beam, [20_000.0, 16_000.0]);
    let one = settings(r#"{"dose": {"method": "none"}, "flat_field": {"interpolate": false}}"#);
    let (_, corrected) = correct(&scan, &one).unwrap();
    assert!(rms(&line_integrals(), &corrected.line_integrals) > 0.03);
}

#[test]
fn a_spot_in_one_flat_does_not_survive_into_the_mean() {
    let (_, rows, columns) = SHAPE;
    for count in [1, 2, 5] {
        let mut flats = BEAM.flats((count, rows, columns));
        flats[[0, 20, 30]] = 65_535.0;
        flats[[0, 20, 31]] = 50_000.0;
        let mut scan = scan_of(counts(QUIET), vec![references(flats, When::Before)], 100.0);
        let mut dark = Array3::from_elem((count, rows, columns), 100.0);
        dark[[0, 5, 5]] = 9000.0;
        scan.darks = vec![references(dark, When::Before)];
        let (survey, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
        let off = |y: usize, x: usize| {
            (corrected.line_integrals[[0, y, x]] - line_integrals()[[0, y, x]]).abs()
        };
        assert!(off(20, 30) < 0.05 && off(20, 31) < 0.05, "{count}: {}", off(20, 30));
        assert!(off(5, 5) < 0.05, "{count}: {}", off(5, 5));
        let figures = survey.figures();
        assert!((2..6).contains(&figures.spots_in_flats), "{}", figures.spots_in_flats);
        assert_eq!(figures.spots_in_darks, 1);
    }
}

#[test]
fn the_median_of_the_flats_is_not_moved_by_two_wild_frames() {
    let mut flats = Array3::from_elem((5, SHAPE.1, SHAPE.2), 20_100.0);
    for wild in 0..2 {
        flats.index_axis_mut(ndarray::Axis(0), wild).fill(30_000.0 + 5000.0 * wild as f32);
    }
    let scan = scan_of(counts(QUIET), vec![references(flats, When::Before)], 100.0);
    let median = settings(r#"{"flat_field": {"average": "median"}, "dose": {"method": "none"}}"#);
    let (_, corrected) = correct(&scan, &median).unwrap();
    assert!(rms(&line_integrals(), &corrected.line_integrals) < 1e-4);
}

/// The logarithm of the mean and not the mean of the logarithms: photons add.
#[test]
fn binning_averages_the_transmission() {
    let scan = scan_of(counts(QUIET), vec![flats_of(20_100.0, When::Before)], 100.0);
    for bin in [2, 3, 4] {
        let binned = settings(&format!(r#"{{"bin": {bin}}}"#));
        let (survey, corrected) = correct(&scan, &binned).unwrap();
        let truth = line_integrals();
        let mean = |(k, y, x): (usize, usize, usize)| {
            let pixels = (0..bin * bin).map(|i| [k, y * bin + i / bin, x * bin + i % bin]);
            -(pixels.map(|pixel| (-truth[pixel]).exp()).sum::<f32>() / (bin * bin) as f32).ln()
        };
        let expected = Array3::from_shape_fn((SHAPE.0, SHAPE.1 / bin, SHAPE.2 / bin), mean);
        assert!(rms(&expected, &corrected.line_integrals) < 1e-4);
        assert_eq!(survey.frame().detector_column(0.0), (bin as f64 - 1.0) / 2.0);
        assert_eq!(survey.figures().left_over_by_binning, [SHAPE.1 % bin, SHAPE.2 % bin]);
        assert_eq!(
            corrected.figures().raw_pixels,
            (SHAPE.0 * (48 / bin) * (64 / bin) * bin * bin) as u64
        );
    }
}

#[test]
fn too_little_transmission_is_raised_and_counted() {
    let mut radiographs = counts(QUIET);
    radiographs.slice_mut(ndarray::s![3, 10..30, 20..40]).fill(100.0);
    let scan = scan_of(radiographs, vec![flats_of(20_100.0, When::Before)], 100.0);
    let floor = settings(r#"{"flat_field": {"least_transmission": 0.01}}"#);
    let (_, corrected) = correct(&scan, &floor).unwrap();
    assert_eq!(corrected.figures().clipped, 400);
    assert_eq!(corrected.figures().max, -(0.01f32.ln()));
    assert!(corrected.figures().findings()[0].contains("least_transmission"));
}

#[test]
fn line_integrals_pass_but_for_holes() {
    let truth = line_integrals();
    let mut given = truth.clone();
    given[[2, 20, 20]] = f32::NAN;
    given[[2, 21, 50]] = 40.0;
    let mut scan = scan_of(given.clone(), Vec::new(), 0.0);
    scan.darks.clear();
    scan.quantity = Quantity::LineIntegrals;
    let (_, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    let mended = corrected.line_integrals[[2, 20, 20]];
    assert!((mended - truth[[2, 20, 20]]).abs() < 0.05, "{mended}");
    given[[2, 20, 20]] = mended;
    assert_eq!(corrected.line_integrals, given);
    assert_eq!(corrected.figures().non_finite, 1);
}

#[test]
fn noisy_counts_give_line_integrals_without_bias() {
    let (_, corrected) = correct(&scan(counts(BEAM)), &CorrectSettings::default()).unwrap();
    let truth = line_integrals();
    let difference = (&corrected.line_integrals - &truth).mean().unwrap();
    assert!(difference.abs() < 1e-3, "{difference}");
    assert!(rms(&corrected.line_integrals, &truth) < 0.02);
}
