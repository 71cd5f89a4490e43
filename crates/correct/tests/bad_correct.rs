//! Every mistake is told with what was found, what was expected and the key that mends it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array3, s};
use phantom_scan::{BEAM, SHAPE, correct, counts, references, scan, settings};
use voltomo_correct::{Block, CorrectSettings, Survey, correct_block};
use voltomo_types::{Scan, When};

fn message(scan: &Scan, json: &str) -> String {
    correct(scan, &settings(json)).unwrap_err().to_string()
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is missing in: {message}");
    }
}

#[test]
fn counts_without_flats() {
    let mut scan = scan(counts(BEAM));
    scan.flats.clear();
    assert_says(&message(&scan, "{}"), &["no flat fields", "`acquire.flats`", "(frame 0"]);
}

#[test]
fn counts_without_darks() {
    let mut scan = scan(counts(BEAM));
    scan.darks.clear();
    let words = ["no dark fields", "`acquire.darks`", "without_darks = true"];
    assert_says(&message(&scan, "{}"), &words);
    let (survey, _) =
        correct(&scan, &settings(r#"{"flat_field": {"without_darks": true}}"#)).unwrap();
    assert!(survey.figures().warnings[0].contains("taken as zero"));
}

#[test]
fn a_set_of_flats_without_a_frame() {
    let mut scan = scan(counts(BEAM));
    scan.flats.push(references(Array3::zeros((0, SHAPE.1, SHAPE.2)), When::After));
    assert_says(&message(&scan, "{}"), &["flat fields holds no frame", "`acquire.flats`"]);
}

#[test]
fn flats_of_another_size() {
    let mut scan = scan(counts(BEAM));
    scan.flats = vec![references(Array3::zeros((2, 40, 64)), When::Before)];
    let words = ["flat fields of 40 × 64", "radiographs of 48 × 64", "`acquire.flats`"];
    assert_says(&message(&scan, "{}"), &words);
}

#[test]
fn darks_of_another_size() {
    let mut scan = scan(counts(BEAM));
    scan.darks = vec![references(Array3::zeros((2, 48, 60)), When::Before)];
    assert_says(&message(&scan, "{}"), &["dark fields of 48 × 60", "`acquire.darks`"]);
}

#[test]
fn flats_and_darks_swapped() {
    let mut scan = scan(counts(BEAM));
    std::mem::swap(&mut scan.flats, &mut scan.darks);
    let words = ["above the dark field in 0 of 3072", "swapped", "`acquire.flats`"];
    assert_says(&message(&scan, "{}"), &words);
}

#[test]
fn no_radiographs() {
    let scan = scan(Array3::zeros((0, SHAPE.1, SHAPE.2)));
    assert_says(&message(&scan, "{}"), &["0 radiographs of 48 × 64", "`acquire.skip`"]);
}

#[test]
fn an_air_region_outside_the_frame() {
    let json = r#"{"dose": {"method": "region", "region": "0:48,60:90"}}"#;
    let words = ["0:48,60:90", "48 × 64", "`correct.dose.region`"];
    assert_says(&message(&scan(counts(BEAM)), json), &words);
}

#[test]
fn an_air_region_over_the_sample() {
    let json = r#"{"dose": {"method": "region", "region": "20:30,30:40"}}"#;
    let words = ["20:30,30:40 is not air", "expected no sample", "`correct.dose.region`"];
    assert_says(&message(&scan(counts(BEAM)), json), &words);
}

#[test]
fn an_air_region_of_dead_pixels() {
    let mut scan = scan(counts(BEAM));
    let mut flats = BEAM.flats((4, SHAPE.1, SHAPE.2));
    flats.slice_mut(s![.., .., ..8]).fill(100.0);
    scan.flats = vec![references(flats, When::Before)];
    let json = r#"{"dose": {"method": "region", "region": "0:48,0:8"}}"#;
    assert_says(&message(&scan, json), &["0 pixels that see the beam", "at least 25"]);
}

#[test]
fn a_radiograph_without_beam() {
    let mut radiographs = counts(BEAM);
    radiographs.slice_mut(s![5, .., ..]).fill(100.0);
    let json = r#"{"dose": {"method": "region", "region": "0:48,0:6"}}"#;
    let words = ["radiograph 5 has a dose of 0", "above 0.01", "acquire.skip = \"5\""];
    assert_says(&message(&scan(radiographs), json), &words);
}

#[test]
fn a_radiograph_with_rows_of_nothing() {
    let mut radiographs = counts(BEAM);
    radiographs.slice_mut(s![5, 20..40, ..]).fill(f32::NAN);
    let json = r#"{"dose": {"method": "none"}}"#;
    let words = ["row 24 of radiograph 5", "64 pixels", "acquire.skip = \"5\"", "(frame 5"];
    assert_says(&message(&scan(radiographs), json), &words);
}

#[test]
fn binning_larger_than_the_frame() {
    assert_says(
        &message(&scan(counts(BEAM)), r#"{"bin": 50}"#),
        &["`correct.bin` is 50", "48 × 64"],
    );
}

#[test]
fn a_block_outside_the_scan() {
    let scan = scan(counts(BEAM));
    let settings = CorrectSettings::default();
    let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
    let block = Block { frames: 0..12, rows: 40..60 };
    let message = correct_block(&scan, &survey, &settings, block).unwrap_err().to_string();
    assert_says(&message, &["40..60", "12 radiographs with 48 rows"]);
}

#[test]
fn settings_that_cannot_be_used_name_their_key() {
    for (json, key, words) in [
        (r#"{"bin": 0}"#, "correct.bin", "1 to 64"),
        (r#"{"spots": {"threshold": 0.5}}"#, "correct.spots.threshold", "standard deviations"),
        (r#"{"spots": {"radius": 0}}"#, "correct.spots.radius", "detector pixels"),
        (r#"{"spots": {"bright": false, "dark": false}}"#, "correct.spots.method", "none"),
        (r#"{"flat_field": {"least_transmission": 0}}"#, "least_transmission", "above 0"),
        (r#"{"dose": {"method": "region"}}"#, "correct.dose.region", "R0:R1,C0:C1"),
        (r#"{"dose": {"method": "region", "region": "1:2"}}"#, "correct.dose.region", "half open"),
        (
            r#"{"dose": {"method": "region", "region": "0:4,0:5"}}"#,
            "correct.dose.region",
            "at least 25",
        ),
        (r#"{"dose": {"region": "0:48,0:6"}}"#, "correct.dose.region", "method = \"region\""),
    ] {
        assert_says(&message(&scan(counts(BEAM)), json), &[key, words, "expected"]);
    }
}

#[test]
fn unknown_keys_and_methods_are_refused() {
    let error = |json: &str| serde_json::from_str::<CorrectSettings>(json).unwrap_err().to_string();
    assert_says(&error(r#"{"spot": {}}"#), &["unknown field `spot`", "spots"]);
    assert_says(&error(r#"{"dose": {"method": "auto"}}"#), &["auto", "found"]);
}
