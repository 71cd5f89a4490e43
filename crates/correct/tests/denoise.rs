//! Noise of whole frames: any blocks of frames and any threads give the same bits, noise falls, and
//! mistakes name their key.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod phantom_scan;

use ndarray::{Array3, Axis, concatenate, s};
use phantom_scan::{BEAM, SHAPE, correct, counts, line_integrals, rms, scan, settings};
use voltomo_correct::{
    Block, CorrectSettings, DenoiseSettings, Survey, correct_block, denoise_reach, denoise_volume,
    working_bytes,
};
use voltomo_numeric::random::Random;

const METHODS: [&str; 6] =
    ["median", "gaussian", "bilateral", "non_local_means", "total_variation", "remove_outliers"];

fn of(method: &str) -> CorrectSettings {
    let denoise = format!(r#""method": "{method}", "sigma": 0.8, "threshold": 0.02"#);
    settings(&format!(r#"{{"denoise": {{{denoise}}}}}"#))
}

fn volume_settings(method: &str) -> DenoiseSettings {
    DenoiseSettings { iterations: 3, search: 2, ..of(method).denoise }
}

fn same_bits(a: &Array3<f32>, b: &Array3<f32>) -> bool {
    a.dim() == b.dim() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn any_blocks_of_frames_and_any_threads_give_the_same_bits() {
    let scan = scan(counts(BEAM));
    for method in METHODS {
        let settings = of(method);
        let survey = Survey::measure(&scan, &settings, &|_, _| {}).unwrap();
        let block = |frames| {
            let block = Block { frames, rows: 0..SHAPE.1 };
            correct_block(&scan, &survey, &settings, block).unwrap().line_integrals
        };
        let whole = with_threads(1, || block(0..12));
        let parts = with_threads(3, || [block(0..1), block(1..7), block(7..12)]);
        let parts = concatenate(Axis(0), &parts.each_ref().map(|part| part.view())).unwrap();
        assert!(same_bits(&whole, &parts), "{method}");
    }
}

#[test]
fn every_method_brings_the_noise_down_and_keeps_the_sample() {
    let dim = voltomo_acquire::simulate::Exposure { open_beam: 1_000.0, ..BEAM };
    let flats =
        phantom_scan::references(dim.flats((20, SHAPE.1, SHAPE.2)), voltomo_types::When::Before);
    let scan = phantom_scan::scan_of(counts(dim), vec![flats], 100.0);
    let truth = line_integrals();
    let all = |json: &CorrectSettings| correct(&scan, json).unwrap().1.line_integrals;
    // Noise where there is nothing, and the middle of the sample, away from edges.
    let nothing = Array3::zeros((12, 48, 10));
    let noise = |stack: &Array3<f32>| rms(&stack.slice(s![.., .., ..10]).to_owned(), &nothing);
    let middle = |stack: &Array3<f32>| stack.slice(s![.., 20..28, 30..34]).mean().unwrap();
    let before = noise(&all(&settings("{}")));
    for method in METHODS {
        let found = all(&of(method));
        let (after, kept) = (noise(&found), middle(&found) / middle(&truth));
        eprintln!("{method}: noise {before} becomes {after}; the middle keeps {kept}");
        // Only single wild values are outliers.
        let most = if method == "remove_outliers" { 1.0 } else { 0.7 };
        assert!(after < most * before && (kept - 1.0).abs() < 0.02, "{method}: {after} {kept}");
    }
}

#[test]
fn pixels_without_a_number_do_not_spread() {
    let mut counts = counts(BEAM);
    counts.slice_mut(s![3, 20..23, 30..33]).fill(f32::NAN);
    counts[[5, 10, 10]] = f32::INFINITY;
    let scan = scan(counts);
    for method in METHODS {
        let (_, corrected) = correct(&scan, &of(method)).unwrap();
        assert!(corrected.line_integrals.iter().all(|value| value.is_finite()), "{method}");
    }
}

#[test]
fn a_band_of_rows_is_refused_and_the_memory_is_told() {
    let (scan, denoise) = (scan(counts(BEAM)), of("median"));
    assert!(denoise.needs_whole_frames() && !CorrectSettings::default().needs_whole_frames());
    let survey = Survey::measure(&scan, &denoise, &|_, _| {}).unwrap();
    let band = Block { frames: 0..12, rows: 8..20 };
    let message = correct_block(&scan, &survey, &denoise, band).unwrap_err().to_string();
    for word in ["8..20 of 48", "`correct.denoise`", "all rows", "method = \"none\""] {
        assert!(message.contains(word), "{message}");
    }
    let all = Block { frames: 0..12, rows: 0..48 };
    let plain = working_bytes(&scan, &CorrectSettings::default(), all.clone());
    assert!(working_bytes(&scan, &denoise, all) > plain);
}

#[test]
fn bad_settings_of_denoise_name_their_key() {
    for (json, key) in [
        (r#"{"radius": 0}"#, "radius"),
        (r#"{"sigma": -1}"#, "sigma"),
        (r#"{"strength": 0}"#, "strength"),
        (r#"{"patch": 9}"#, "patch"),
        (r#"{"search": 0}"#, "search"),
        (r#"{"iterations": 0}"#, "iterations"),
        (r#"{"threshold": -0.1}"#, "threshold"),
    ] {
        let error = correct(&scan(counts(BEAM)), &settings(&format!(r#"{{"denoise": {json}}}"#)));
        let message = error.unwrap_err().to_string();
        assert!(message.contains(&format!("`correct.denoise.{key}`")), "{message}");
    }
}

#[test]
fn a_volume_in_slabs_and_on_any_threads_has_the_bits_of_the_whole() {
    let mut random = Random::new(1);
    let volume = Array3::from_shape_fn((17, 12, 14), |(z, y, x)| {
        let body = if (z + y) % 9 < 5 && x > 6 { 1.0f32 } else { 0.0 };
        body + voltomo_numeric::cast::to_f32(0.1 * random.normal())
    });
    for method in METHODS {
        let settings = volume_settings(method);
        let whole = with_threads(1, || denoise_volume(&settings, 0.1, volume.view(), 0..17));
        let reach = denoise_reach(&settings);
        let mut slabs = Vec::new();
        for (first, end) in [(0usize, 4usize), (4, 5), (5, 17)] {
            let (from, to) = (first.saturating_sub(reach), (end + reach).min(17));
            let slab = volume.slice(s![from..to, .., ..]);
            let wanted = first - from..end - from;
            slabs.push(with_threads(3, || denoise_volume(&settings, 0.1, slab, wanted)));
        }
        let views: Vec<_> = slabs.iter().map(|slab| slab.view()).collect();
        assert!(same_bits(&whole, &concatenate(Axis(0), &views).unwrap()), "{method}");
        assert!(!same_bits(&whole, &volume), "{method} does something");
    }
}

/// A volume of one slice is a frame.
#[test]
fn total_variation_of_a_volume_of_one_slice_is_that_of_the_frame() {
    let mut random = Random::new(2);
    let volume = Array3::from_shape_fn((1, 12, 14), |(_, _, x)| {
        voltomo_numeric::cast::to_f32((x / 7) as f64 + 0.1 * random.normal())
    });
    let filter = voltomo_numeric::denoise::TotalVariation { strength: 0.1, iterations: 3 };
    let mut frame = volume.clone();
    filter.frame(frame.as_slice_mut().unwrap(), 14);
    let settings = volume_settings("total_variation");
    assert!(same_bits(&denoise_volume(&settings, 0.1, volume.view(), 0..1), &frame));
}
