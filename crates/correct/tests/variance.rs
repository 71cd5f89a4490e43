//! The variance told for a line integral is the one that repeated counting shows.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use phantom_scan::{BEAM, SHAPE, correct, counts, line_integrals, references, scan_of};
use voltomo_acquire::simulate::Exposure;
use voltomo_correct::{Block, CorrectSettings};
use voltomo_types::When;

/// Mean square of (line integral − that of noise-free radiographs)/σ over all pixels, with so many
/// flat fields, whose own noise is the same in both.
fn pull(bin: usize, flats: usize) -> f64 {
    let noisy = Exposure { seed: Some(5), ..BEAM };
    let flats = || vec![references(noisy.flats((flats, SHAPE.1, SHAPE.2)), When::Before)];
    let scan = scan_of(counts(noisy), flats(), 100.0);
    let settings = CorrectSettings { bin, ..Default::default() };
    let (survey, corrected) = correct(&scan, &settings).unwrap();
    let exact = scan_of(counts(Exposure { seed: None, ..BEAM }), flats(), 100.0);
    let (_, truth) = correct(&exact, &settings).unwrap();
    let shape = survey.shape();
    let block = Block { frames: 0..shape.frames, rows: 0..shape.rows };
    let variances = survey.variances(&scan, &block, corrected.line_integrals.view());
    let pulls = corrected.line_integrals.iter().zip(&truth.line_integrals).zip(&variances);
    let squares = pulls
        .map(|((found, true_value), variance)| f64::from((found - true_value).powi(2) / variance));
    squares.sum::<f64>() / variances.len() as f64
}

#[test]
fn variances_are_those_of_repeated_counting() {
    // Corners of the cylinders count as noise; what two flat fields add is told by one frame alone.
    for (bin, flats, limit) in [(1, 50, 0.08), (2, 50, 0.08), (1, 2, 0.1)] {
        let pull = pull(bin, flats);
        assert!((pull - 1.0).abs() < limit, "bin {bin}, {flats} flat fields: {pull}");
    }
}

#[test]
fn variances_do_not_depend_on_the_block() {
    let noisy = Exposure { seed: Some(5), ..BEAM };
    let level = ndarray::Array3::from_elem((4, SHAPE.1, SHAPE.2), 20_100.0);
    let scan = scan_of(counts(noisy), vec![references(level, When::Before)], 100.0);
    let (survey, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    let (frames, rows) = (SHAPE.0, SHAPE.1);
    let values = corrected.line_integrals.view();
    let whole = survey.variances(&scan, &Block { frames: 0..frames, rows: 0..rows }, values);
    let part = values.slice(ndarray::s![3..5, 7..12, ..]);
    let part = survey.variances(&scan, &Block { frames: 3..5, rows: 7..12 }, part);
    assert_eq!(whole.slice(ndarray::s![3..5, 7..12, ..]), part);
    assert!(line_integrals().iter().any(|value| *value > 0.1));
}

#[test]
fn a_dead_pixel_is_worth_nothing_and_any_other_one_over_its_variance() {
    let noisy = Exposure { seed: Some(5), ..BEAM };
    let mut flats = noisy.flats((4, SHAPE.1, SHAPE.2));
    flats.slice_mut(ndarray::s![.., 20, 30]).fill(100.0);
    let scan = scan_of(counts(noisy), vec![references(flats, When::Before)], 100.0);
    let (survey, corrected) = correct(&scan, &CorrectSettings::default()).unwrap();
    let block = Block { frames: 0..SHAPE.0, rows: 0..SHAPE.1 };
    let values = corrected.line_integrals.view();
    let variances = survey.variances(&scan, &block, values);
    for ((frame, row, column), weight) in survey.weights(&scan, &block, values).indexed_iter() {
        let is_dead = (row, column) == (20, 30);
        let expected = if is_dead { 0.0 } else { 1.0 / variances[[frame, row, column]] };
        assert_eq!(*weight, expected, "{frame} {row} {column}");
    }
}
