//! Every mistake with scatter is told with what was found, what was expected and the key.
#![allow(clippy::unwrap_used, dead_code, missing_docs, reason = "a test may stop")]

mod phantom_scan;
mod scatter_scan;

use ndarray::Array3;
use phantom_scan::{BEAM, SHAPE, correct, counts, scan, settings};
use scatter_scan::{Background, counts_of, stack, with_background};
use voltomo_correct::CorrectSettings;
use voltomo_types::{Quantity, Scan};

const BODIES: &str =
    r#"{"scatter": {"method": "black_bodies", "black_bodies": {"least_area": 9, "rim": 1}}}"#;

fn even() -> Background {
    Background { open: |_, _| 0.02, sample: |_, _, _| 0.1 }
}

fn message(scan: &Scan, json: &str) -> String {
    correct(scan, &settings(json)).unwrap_err().to_string()
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is missing in: {message}");
    }
}

#[test]
fn bad_numbers_name_their_keys() {
    let scan = scan(counts(BEAM));
    for (json, key) in [
        (r#"{"method": "constant", "constant": {"sample": -0.1}}"#, "constant.sample"),
        (r#"{"method": "constant", "constant": {"open": 1.5}}"#, "constant.open"),
        (r#"{"black_bodies": {"threshold": 0}}"#, "black_bodies.threshold"),
        (r#"{"black_bodies": {"degree": 9}}"#, "black_bodies.degree"),
        (r#"{"black_bodies": {"least_area": 0}}"#, "black_bodies.least_area"),
        (r#"{"black_bodies": {"rim": 99}}"#, "black_bodies.rim"),
        (r#"{"black_bodies": {"smoothing": -1}}"#, "black_bodies.smoothing"),
        (r#"{"black_bodies": {"transparency": 0}}"#, "black_bodies.transparency"),
        (r#"{"kernel": {"amplitude": -1}}"#, "kernel.amplitude"),
        (r#"{"kernel": {"glare": 0.9}}"#, "kernel.glare"),
        (r#"{"kernel": {"glare_parts": [[5, 0.3], [9, 0.3]]}}"#, "kernel.glare_parts"),
        (r#"{"kernel": {"glare_parts": [[0, 0.1]]}}"#, "kernel.glare_parts"),
        (r#"{"kernel": {"width_mm": 0}}"#, "kernel.width_mm"),
        (r#"{"starved_sigma": -1}"#, "starved_sigma"),
        (r#"{"method": "beam_stop", "beam_stop": {"regions": ["all"]}}"#, "beam_stop.regions"),
    ] {
        let text = message(&scan, &format!(r#"{{"scatter": {json}}}"#));
        assert_says(&text, &[&format!("`correct.scatter.{key}`"), "expected"]);
    }
}

#[test]
fn bad_keys_are_unknown() {
    for json in [r#"{"scatter": {"share": 0.1}}"#, r#"{"scatter": {"kernel": {"sigma": 1}}}"#] {
        let error = serde_json::from_str::<CorrectSettings>(json).unwrap_err().to_string();
        assert_says(&error, &["unknown field"]);
    }
}

#[test]
fn bad_method_without_frames_with_black_bodies() {
    let mut scan = with_background(even(), |_| 1.0, &[0]);
    scan.black_bodies.sample = None;
    assert_says(&message(&scan, BODIES), &["`acquire.black_bodies_sample`", "\"kernel\""]);
    scan.black_bodies.open = None;
    assert_says(&message(&scan, BODIES), &["`acquire.black_bodies_open`"]);
    let stop = r#"{"scatter": {"method": "beam_stop"}}"#;
    assert_says(&message(&scan, stop), &["beam_stop.regions", "acquire.black_bodies_sample"]);
}

#[test]
fn bad_frames_with_no_dots_in_them() {
    let mut scan = with_background(even(), |_| 1.0, &[0]);
    let even = Array3::from_elem((2, SHAPE.1, SHAPE.2), 20_000.0);
    scan.black_bodies.open = Some(stack(even, None));
    let words = ["no dark dots", "threshold", "`acquire.black_bodies_open`", "(frame 0"];
    assert_says(&message(&scan, BODIES), &words);
    let none_left = BODIES.replace("\"rim\": 1", "\"rim\": 9");
    let scan = with_background(self::even(), |_| 1.0, &[0]);
    assert_says(&message(&scan, &none_left), &["12 dark patches", "`rim`"]);
}

#[test]
fn bad_frames_with_a_grid_that_was_moved() {
    let mut scan = with_background(even(), |_| 1.0, &[0, 6]);
    let frames = counts_of(&scan);
    let without = frames.slice(ndarray::s![0..2, .., ..]).to_owned();
    scan.black_bodies.sample.as_mut().unwrap().frames = stack(without, None).frames;
    assert_says(&message(&scan, BODIES), &["12 dots are as bright", "moved", "frame 0"]);
}

#[test]
fn bad_frames_with_black_bodies_of_another_size() {
    let mut scan = with_background(even(), |_| 1.0, &[0]);
    let small = Array3::zeros((1, 40, SHAPE.2));
    scan.black_bodies.sample = Some(stack(small.clone(), None));
    let words = ["black-body", "40 × 64", "48 × 64", "`acquire.black_bodies_sample`"];
    assert_says(&message(&scan, BODIES), &words);
    scan.black_bodies.open = Some(stack(small, None));
    assert_says(&message(&scan, BODIES), &["40 × 64", "`acquire.black_bodies_open`"]);
}

#[test]
fn bad_region_behind_a_stop_beyond_the_frame() {
    let scan = scan(counts(BEAM));
    let json = r#"{"scatter": {"method": "beam_stop", "beam_stop": {"regions": ["0:99,0:9"]}}}"#;
    assert_says(&message(&scan, json), &["beam_stop.regions", "0:99,0:9", "48 × 64"]);
}

#[test]
fn bad_kernel_without_a_length() {
    let mut scan = scan(counts(BEAM));
    scan.detector.pixel = None;
    let json = r#"{"scatter": {"method": "kernel"}}"#;
    assert_says(&message(&scan, json), &["acquire.pixel_mm", "width of scatter is a length"]);
}

#[test]
fn bad_scatter_in_line_integrals() {
    let mut scan = scan(counts(BEAM));
    scan.quantity = Quantity::LineIntegrals;
    let json = r#"{"scatter": {"method": "constant"}}"#;
    assert_says(&message(&scan, json), &["correct.scatter.method", "line integrals, not counts"]);
}

#[test]
fn bad_frames_with_a_sample_and_no_dots() {
    let mut scan = with_background(even(), |_| 1.0, &[0, 6]);
    let mut counts = counts_of(&scan).slice(ndarray::s![0..2, .., ..]).to_owned();
    // So dark that the places of the dots are darker than dots are bright.
    counts.mapv_inplace(|count| 100.0 + 0.3 * (count - 100.0));
    scan.black_bodies.sample.as_mut().unwrap().frames = stack(counts, None).frames;
    let words = ["`acquire.black_bodies_sample` shows no dots", "of what is around", "(frame 0"];
    assert_says(&message(&scan, BODIES), &words);
}

#[test]
fn bad_region_without_a_stop() {
    let scan = scan(counts(BEAM));
    let json = r#"{"scatter": {"method": "beam_stop", "beam_stop": {"regions": ["2:9,2:9"]}}}"#;
    assert_says(&message(&scan, json), &["beam_stop.regions", "`2:9,2:9`", "times as bright"]);
}

#[test]
fn a_constant_beyond_what_the_darkest_rays_saw_is_told() {
    let scan = scan(counts(BEAM));
    let warnings = |share: f32| {
        let json = format!(
            r#"{{"scatter": {{"method": "constant", "constant": {{"sample": {share}}}}}}}"#
        );
        correct(&scan, &settings(&json)).unwrap().0.figures().warnings.clone()
    };
    let told = |one: &String| one.contains("larger than all that was seen");
    assert!(warnings(0.8).iter().any(told), "{:?}", warnings(0.8));
    assert!(!warnings(0.02).iter().any(told), "{:?}", warnings(0.02));
}
