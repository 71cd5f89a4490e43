//! Rings in a slice go, the sample stays.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array2;
use voltomo_correct::{SliceRings, remove_rings_from_slice};
use voltomo_numeric::cast::to_f32;

const CENTRE: [f64; 2] = [79.0, 81.5];

/// A disc of µ = 2 with a hole and an inclusion beside the axis.
fn sample() -> Array2<f32> {
    Array2::from_shape_fn((160, 160), |(y, x)| {
        let within =
            |row: f64, column: f64, radius: f64| (y as f64 - row).hypot(x as f64 - column) < radius;
        let hole = if within(100.0, 60.0, 12.0) { -1.0 } else { 0.0 };
        let inclusion = if within(60.0, 110.0, 9.0) { 1.5 } else { 0.0 };
        if within(80.0, 80.0, 70.0) { 2.0 + hole + inclusion } else { 0.0 }
    })
}

/// Rings of a voxel's width; with `factor` they are parts of µ.
fn with_rings(sample: &Array2<f32>, factor: bool) -> Array2<f32> {
    let mut slice = sample.clone();
    for ((y, x), value) in slice.indexed_iter_mut() {
        let radius = (y as f64 - CENTRE[0]).hypot(x as f64 - CENTRE[1]);
        for ring in [15.0, 31.0, 48.0, 55.0] {
            let height = to_f32(0.2 * (1.0 - (radius - ring).abs()).max(0.0));
            *value += if factor { height * *value } else { height };
        }
    }
    slice
}

fn error(slice: &Array2<f32>, truth: &Array2<f32>) -> f32 {
    (slice - truth).mapv(|value| value * value).sum().sqrt()
}

#[test]
fn rings_that_are_added_fall_by_half_by_the_even_lines() {
    let (sample, mut slice) = (sample(), with_rings(&sample(), false));
    let before = error(&slice, &sample);
    let method = SliceRings::SijbersPostnov { window: 15, even_share: 0.6 };
    remove_rings_from_slice(&mut slice, CENTRE, method);
    let after = error(&slice, &sample);
    assert!(after < 0.6 * before, "{before} {after}");
}

#[test]
fn rings_that_are_factors_fall_by_the_mean_logarithm_and_a_share_is_kept() {
    let error_with = |kept| {
        let mut slice = with_rings(&sample(), true);
        remove_rings_from_slice(&mut slice, CENTRE, SliceRings::Homomorphic { sigma: 12.0, kept });
        error(&slice, &sample())
    };
    let before = error(&with_rings(&sample(), true), &sample());
    assert!((error_with(1.0) - before).abs() < 1e-2 * before);
    // The mean over a whole circle holds the sample's edges too.
    assert!(error_with(0.0) < 0.9 * before, "{before} {}", error_with(0.0));
    assert!(error_with(0.0) < error_with(0.5));
}

#[test]
fn a_slice_without_rings_hardly_changes_and_a_centre_at_the_edge_changes_nothing() {
    let (sample, mut slice) = (sample(), sample());
    let method = SliceRings::SijbersPostnov { window: 15, even_share: 0.6 };
    remove_rings_from_slice(&mut slice, CENTRE, method);
    assert!(error(&slice, &sample) < 0.01 * error(&sample, &Array2::zeros((160, 160))));
    let mut untouched = sample.clone();
    remove_rings_from_slice(&mut untouched, [2.0, 80.0], method);
    assert_eq!(untouched, sample);
}
