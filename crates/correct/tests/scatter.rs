//! Known backgrounds are taken off again, by each method, in any blocks.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod phantom_scan;
mod scatter_scan;

use ndarray::{Array3, Axis, concatenate, s};
use phantom_scan::{SHAPE, correct, line_integrals, settings};
use scatter_scan::{Background, is_air, mean_error, with_background};
use voltomo_correct::{Block, CorrectSettings, Survey, correct_block};
use voltomo_types::Scan;

/// Backgrounds that fall from one corner to the other, of the open beam and of radiograph k.
fn slanted() -> Background {
    Background {
        open: |y, x| 0.03 + 2e-4 * y - 1e-4 * x,
        sample: |k, y, x| {
            0.12 + 0.02 * (0.3 * k as f64).sin() + 4e-4 * y + 1e-6 * x * x - 1e-6 * x * y
        },
    }
}

fn worst(found: &Array3<f32>, truth: &Array3<f32>) -> f32 {
    found.iter().zip(truth).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn a_given_background_comes_off_and_the_dose_with_it() {
    let even = Background { open: |_, _| 0.02, sample: |_, _, _| 0.1 };
    let scan = with_background(even, |frame| 1.0 - 0.02 * frame as f64, &[]);
    let given = settings(
        r#"{"scatter": {"method": "constant", "constant": {"sample": 0.1, "open": 0.02}}}"#,
    );
    let (survey, corrected) = correct(&scan, &given).unwrap();
    assert!(worst(&corrected.line_integrals, &line_integrals()) < 1e-3);
    let dose = &survey.figures().dose.per_radiograph;
    assert!((dose[0] - 1.0).abs() < 1e-4 && (dose[11] - 0.78).abs() < 1e-4, "{dose:?}");
    let (_, without) = correct(&scan, &CorrectSettings::default()).unwrap();
    let biased = mean_error(&without.line_integrals);
    assert!(biased < -0.05, "without it line integrals are too low: {biased}");
}

#[test]
fn black_bodies_give_a_known_background_back_by_polynomial_and_spline() {
    let scan = with_background(slanted(), |frame| 1.0 + 0.01 * frame as f64, &[0, 2, 4, 6, 8, 10]);
    for surface in ["polynomial", "thin_plate"] {
        let json = format!(
            r#"{{"scatter": {{"method": "black_bodies", "starved_sigma": 0,
            "black_bodies": {{"surface": "{surface}", "least_area": 9, "rim": 1}}}}}}"#
        );
        let (survey, corrected) = correct(&scan, &settings(&json)).unwrap();
        let figures = survey.figures().scatter.clone().unwrap();
        let dots = figures.dots.unwrap();
        assert_eq!((dots.dots, dots.frames, dots.dropped), (12, 6, 0));
        let left = dots.open_residual.unwrap().max(dots.sample_residual.unwrap());
        assert!(left < if surface == "polynomial" { 1e-5 } else { 2e-3 }, "{surface} {left}");
        // Frames with black bodies: to the rounding of numbers; between them: as straight lines are.
        let truth = line_integrals();
        let even: Vec<usize> = (0..SHAPE.0).step_by(2).collect();
        let at = |all: &Array3<f32>| all.select(Axis(0), &even);
        let limit = if surface == "polynomial" { 5e-4 } else { 2e-2 };
        let error = worst(&at(&corrected.line_integrals), &at(&truth));
        assert!(error < limit, "{surface} {error}");
        assert!(worst(&corrected.line_integrals, &truth) < 3e-2);
    }
}

#[test]
fn the_plate_of_the_bodies_is_reckoned_with() {
    let even = Background { open: |_, _| 0.02 * 0.9, sample: |_, _, _| 0.1 * 0.9 };
    let mut scan = with_background(even, |_| 1.0, &[0, 6]);
    // The bodies' frames have 0.9 of the background, the radiographs all of it.
    let all = Background { open: |_, _| 0.02, sample: |_, _, _| 0.1 };
    let whole = with_background(all, |_| 1.0, &[0, 6]);
    (scan.radiographs, scan.flats) = (whole.radiographs, whole.flats);
    let json = r#"{"scatter": {"method": "black_bodies",
        "black_bodies": {"transparency": 0.9, "least_area": 9, "rim": 1}}}"#;
    let (_, corrected) = correct(&scan, &settings(json)).unwrap();
    let error = worst(&corrected.line_integrals, &line_integrals());
    assert!(error < 4e-3, "{error}");
}

#[test]
fn stops_in_every_radiograph_tell_their_background() {
    let scan = with_background(
        Background { open: |_, _| 0.0, sample: |k, _, _| 0.05 + 0.01 * (k as f64).cos() },
        |frame| 1.0 - 0.01 * frame as f64,
        &[],
    );
    let stopped = scatter_scan::behind_a_stop(scan, 0..8, 0..6);
    let json = r#"{"scatter": {"method": "beam_stop", "beam_stop": {"regions": ["0:7,0:5"]}}}"#;
    let (survey, corrected) = correct(&stopped, &settings(json)).unwrap();
    let truth = line_integrals();
    let beside = s![.., 10.., ..];
    let (found, truth) = (corrected.line_integrals.slice(beside), truth.slice(beside));
    assert!(worst(&found.to_owned(), &truth.to_owned()) < 1e-3);
    assert!((survey.figures().scatter.as_ref().unwrap().sample[2] - 0.06).abs() < 1e-4);
}

#[test]
fn stops_before_the_sample_are_found_without_an_open_beam() {
    let even = Background { open: |_, _| 0.0, sample: |k, _, _| 0.05 + 1e-3 * k as f64 };
    let mut scan = with_background(even, |_| 1.0, &[0, 6]);
    scan.black_bodies.open = None;
    let json = r#"{"scatter": {"method": "beam_stop",
        "black_bodies": {"least_area": 9, "rim": 1, "degree": 0}}}"#;
    let (survey, corrected) = correct(&scan, &settings(json)).unwrap();
    let dots = survey.figures().scatter.as_ref().unwrap().dots.clone().unwrap();
    assert_eq!(dots.dots, 12);
    let error = worst(&corrected.line_integrals, &line_integrals());
    assert!(error < 1e-2, "{error}");
}

fn in_pieces(scan: &Scan, survey: &Survey, settings: &CorrectSettings, step: usize) -> Array3<f32> {
    let shape = survey.shape();
    let rows = (0..shape.rows).step_by(step).map(|first| {
        let rows = first..(first + step).min(shape.rows);
        let block = |frames| Block { frames, rows: rows.clone() };
        let halves = [0..5, 5..shape.frames].map(|frames| {
            correct_block(scan, survey, settings, block(frames)).unwrap().line_integrals
        });
        concatenate(Axis(0), &[halves[0].view(), halves[1].view()]).unwrap()
    });
    let rows: Vec<_> = rows.collect();
    let views: Vec<_> = rows.iter().map(|rows| rows.view()).collect();
    concatenate(Axis(1), &views).unwrap()
}

#[test]
fn any_blocks_have_the_same_bits_and_so_have_any_threads() {
    let scan = with_background(slanted(), |_| 1.0, &[0, 3, 9]);
    for (method, bin) in [("black_bodies", 1), ("kernel", 2), ("constant", 1)] {
        let json = format!(
            r#"{{"bin": {bin}, "scatter": {{"method": "{method}",
            "constant": {{"sample": 0.1}}, "kernel": {{"distance_mm": 3.0, "glare": 0.05,
            "glare_mm": 1.0}}, "black_bodies": {{"least_area": 9, "rim": 1}}}}}}"#
        );
        let settings = settings(&json);
        let (survey, whole) = correct(&scan, &settings).unwrap();
        assert!(whole.line_integrals == in_pieces(&scan, &survey, &settings, 7));
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (_, again) = alone.install(|| correct(&scan, &settings).unwrap());
        assert!(whole.line_integrals == again.line_integrals, "{method}");
    }
}

#[test]
fn less_is_known_where_scatter_was_taken_off() {
    let noisy = with_background(slanted(), |_| 1.0, &[0, 6]);
    let block = Block { frames: 0..2, rows: 0..SHAPE.1 };
    let variances = |json: &str| {
        let settings = settings(json);
        let survey = Survey::measure(&noisy, &settings, &|_, _| {}).unwrap();
        // The same primary beam behind both.
        let truth = line_integrals();
        survey.variances(&noisy, &block, truth.slice(s![0..2, .., ..]))
    };
    let without = variances("{}");
    let with = variances(r#"{"scatter": {"method": "constant", "constant": {"sample": 0.1}}}"#);
    let truth = line_integrals();
    let mut behind = 0;
    for ((place, a), b) in with.indexed_iter().zip(&without) {
        if is_air(truth[place]) {
            continue;
        }
        behind += 1;
        assert!(*a > *b, "{place:?} {a} {b}");
    }
    assert!(behind > 100);
}
