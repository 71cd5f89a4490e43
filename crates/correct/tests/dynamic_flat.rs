//! Beams that change between flat fields: components, weights, air at the ends of rows, monitors.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array3, Axis, concatenate};
use phantom_scan::{SHAPE, correct, line_integrals, references, rms, scan_of, settings};
use voltomo_correct::{Block, CorrectSettings, Survey, correct_block};
use voltomo_numeric::{cast::to_f32, random::Random};
use voltomo_types::{Scan, When};

const DARK: f32 = 100.0;

/// Counts of a beam of stripes that move up and down by `moved` pixels.
fn beam(row: usize, column: usize, moved: f64) -> f64 {
    let across = (column as f64 - 30.0) / 80.0;
    20_000.0 * (1.0 + 0.15 * ((row as f64 - moved) * 0.5).sin() - 0.2 * across * across)
}

/// Frames of this beam: a place and a dose for each, before these line integrals.
fn frames(moved: &[(f64, f64)], sample: Option<&Array3<f32>>, seed: u64) -> Array3<f32> {
    let mut random = Random::new(seed);
    Array3::from_shape_fn((moved.len(), SHAPE.1, SHAPE.2), |(k, row, column)| {
        let p = sample.map_or(0.0, |sample| f64::from(sample[[k, row, column]]));
        let expected = moved[k].1 * beam(row, column, moved[k].0) * (-p).exp();
        DARK + to_f32(expected + expected.sqrt() * random.normal())
    })
}

/// A beam that moves by up to a pixel, with 40 flat fields and doses between 0.9 and 1.1.
fn moving() -> Scan {
    let mut random = Random::new(17);
    let mut place = || (random.even() * 1.6 - 0.8, 0.9 + 0.2 * random.even());
    let flats: Vec<(f64, f64)> = (0..40).map(|_| place()).collect();
    let radiographs: Vec<(f64, f64)> = (0..SHAPE.0).map(|_| place()).collect();
    let counts = frames(&radiographs, Some(&line_integrals()), 2);
    scan_of(counts, vec![references(frames(&flats, None, 1), When::Before)], DARK)
}

const DYNAMIC: &str = r#"{"dynamic_flat": {"method": "components", "cell": 2}}"#;

#[test]
fn a_moving_beam_is_followed() {
    let (scan, truth) = (moving(), line_integrals());
    let (_, still) = correct(&scan, &settings("{}")).unwrap();
    let (survey, followed) = correct(&scan, &settings(DYNAMIC)).unwrap();
    let figures = survey.figures().dynamic_flat.clone().unwrap();
    let errors = [&still, &followed].map(|one| rms(&one.line_integrals, &truth));
    eprintln!("rms {errors:?}, shares {:?}, weights {:?}", figures.shares, figures.weights);
    // Counts of 20 000 alone make an error of about 0.01.
    assert!(errors[0] > 0.025 && errors[1] < 0.012, "{errors:?}");
    assert!((1..=3).contains(&figures.shares.len()), "{:?}", figures.shares);
    assert!(figures.shares[0] > 0.8);
    assert_eq!(figures.weights.len(), SHAPE.0);
}

#[test]
fn a_steady_beam_has_no_components_and_keeps_its_bits() {
    let steady = vec![(0.3, 1.0); 12];
    let flats = vec![references(frames(&vec![(0.3, 1.0); 30], None, 4), When::Before)];
    let scan = scan_of(frames(&steady, Some(&line_integrals()), 5), flats, DARK);
    let (survey, corrected) = correct(&scan, &settings(DYNAMIC)).unwrap();
    assert!(survey.figures().dynamic_flat.as_ref().unwrap().shares.is_empty());
    assert!(survey.figures().warnings.iter().any(|one| one.contains("no more than noise")));
    let (_, plain) = correct(&scan, &CorrectSettings::default()).unwrap();
    assert_eq!(corrected.line_integrals, plain.line_integrals);
}

#[test]
fn blocks_and_threads_give_the_same_bits() {
    let scan = moving();
    let settings = settings(
        r#"{"dynamic_flat": {"method": "components", "components": 2}, "row_air": {"left": 6, "right": 4}}"#,
    );
    let run = |threads: usize, cuts: &[usize]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
            let blocks = cuts.windows(2).map(|cut| {
                let block = Block { frames: 0..SHAPE.0, rows: cut[0]..cut[1] };
                correct_block(&scan, &survey, &settings, block).unwrap().line_integrals
            });
            let blocks: Vec<_> = blocks.collect();
            let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
            concatenate(Axis(1), &views).unwrap()
        })
    };
    let (whole, cut) = (run(1, &[0, SHAPE.1]), run(3, &[0, 7, 8, 31, SHAPE.1]));
    assert!(whole.iter().zip(&cut).all(|(a, b)| a.to_bits() == b.to_bits()));
}

#[test]
fn air_at_the_ends_takes_a_slope_that_comes_and_goes() {
    let (mut counts, truth) = (phantom_scan::counts(phantom_scan::BEAM), line_integrals());
    for ((frame, row, column), value) in counts.indexed_iter_mut() {
        let slope = 1.0
            + 0.002 * (frame as f32 - 6.0) * (column as f32 - 31.5) / 12.0
            + 0.002 * (row as f32 - 24.0) / 24.0 * frame as f32;
        *value = 100.0 + (*value - 100.0) * slope;
    }
    let scan = phantom_scan::scan(counts);
    let error =
        |json: &str| rms(&correct(&scan, &settings(json)).unwrap().1.line_integrals, &truth);
    let (before, after) = (error("{}"), error(r#"{"row_air": {"left": 10, "right": 10}}"#));
    eprintln!("rms {before} becomes {after}");
    assert!(after < 0.02 && after < 0.7 * before, "{before} {after}");
}

#[test]
fn a_monitor_gives_the_dose() {
    let doses = [0.8f64, 1.2, 1.0, 0.9, 1.1, 1.0, 0.7, 1.3, 1.0, 0.95, 1.05, 1.0];
    let counts = voltomo_acquire::simulate::expose(&line_integrals(), phantom_scan::BEAM, &doses);
    let scan = phantom_scan::scan(counts);
    let mut settings = settings(
        r#"{"dose": {"method": "monitor", "monitor": "counts.txt", "monitor_of_flats": 5000}}"#,
    );
    assert_eq!(settings.number_files(), [("correct.dose.monitor", "counts.txt")]);
    let text: String = doses.iter().map(|dose| format!("{}\n", dose * 5000.0)).collect();
    settings.take_numbers("correct.dose.monitor", &text).unwrap();
    let (survey, corrected) = correct(&scan, &settings).unwrap();
    assert_eq!(survey.figures().dose.method, "monitor");
    let error = rms(&corrected.line_integrals, &line_integrals());
    assert!(error < 0.02, "{error}");
}

#[test]
fn bad_beams_name_their_key() {
    let scan = phantom_scan::scan(phantom_scan::counts(phantom_scan::BEAM));
    for (json, words) in [
        (r#"{"dynamic_flat": {"most": 0}}"#, ["correct.dynamic_flat.most", "1 to 16"]),
        (r#"{"dynamic_flat": {"cell": 0}}"#, ["correct.dynamic_flat.cell", "1 to 64"]),
        (r#"{"dynamic_flat": {"components": 99}}"#, ["dynamic_flat.components", "0 to 16"]),
        (r#"{"dose": {"method": "monitor"}}"#, ["correct.dose.monitor", "text file"]),
        (r#"{"dose": {"monitor": "a.txt"}}"#, ["correct.dose.monitor", "method = \"monitor\""]),
        (
            r#"{"dose": {"method": "monitor", "monitor": "a", "monitor_of_flats": 0}}"#,
            ["monitor_of_flats", "above 0"],
        ),
        (
            r#"{"dose": {"method": "monitor", "monitor": "a"}}"#,
            ["0 numbers for 12 radiographs", "correct.dose.monitor"],
        ),
        (r#"{"row_air": {"left": 40, "right": 24}}"#, ["correct.row_air", "64 columns"]),
    ] {
        let message = correct(&scan, &settings(json)).unwrap_err().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
    let mut few = scan;
    few.flats = vec![references(frames(&[(0.0, 1.0); 3], None, 1), When::Before)];
    let message = correct(&few, &settings(DYNAMIC)).unwrap_err().to_string();
    assert!(message.contains("3 flat fields") && message.contains("correct.dynamic_flat"));
}

#[test]
fn a_monitor_that_counted_nothing_is_told() {
    let scan = phantom_scan::scan(phantom_scan::counts(phantom_scan::BEAM));
    let mut settings = settings(r#"{"dose": {"method": "monitor", "monitor": "a"}}"#);
    settings.take_numbers("correct.dose.monitor", &"1\n".repeat(11)).unwrap();
    settings.dose.monitor_counts.insert(5, 0.0);
    let message = correct(&scan, &settings).unwrap_err().to_string();
    assert!(message.contains("counted 0 at radiograph 5"), "{message}");
}

#[test]
fn a_monitor_with_a_glitch_is_an_error_and_a_wide_range_a_warning() {
    let scan = phantom_scan::scan(phantom_scan::counts(phantom_scan::BEAM));
    let with = |glitch: &str, flats: &str| {
        let json = format!(r#"{{"dose": {{"method": "monitor", "monitor": "a"{flats}}}}}"#);
        let mut settings = settings(&json);
        let text = format!("{}{glitch}\n", "1000\n".repeat(11));
        settings.take_numbers("correct.dose.monitor", &text).unwrap();
        correct(&scan, &settings).map(|(survey, _)| survey.figures().warnings.clone())
    };
    let message = with("1", "").unwrap_err().to_string();
    assert!(message.contains("counted 1 at radiograph 11"), "{message}");
    let message = with("1000", r#", "monitor_of_flats": 1e30"#).unwrap_err().to_string();
    assert!(message.contains("correct.dose.monitor_of_flats"), "{message}");
    let warnings = with("500", "").unwrap();
    assert!(warnings.iter().any(|one| one.contains("the dose runs from 0.5")), "{warnings:?}");
    assert!(!with("900", "").unwrap().iter().any(|one| one.contains("the dose runs")));
}

#[test]
fn bad_columns_of_air_before_the_sample() {
    let scan = phantom_scan::scan(phantom_scan::counts(phantom_scan::BEAM));
    let message = |json: &str| correct(&scan, &settings(json)).unwrap_err().to_string();
    let found = message(r#"{"row_air": {"left": 4, "right": 30}}"#);
    for words in ["`correct.row_air.right` are not air", "radiograph", "take fewer columns"] {
        assert!(found.contains(words), "{found}");
    }
}
