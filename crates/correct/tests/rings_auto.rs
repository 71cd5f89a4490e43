//! The method that a scan gets: stripes go, windings stay, and the choice depends on nothing else.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod rings_sinogram;

use std::f64::consts::TAU;

use ndarray::{Array2, Axis};
use rings_sinogram::{filtered, noise};
use voltomo_correct::{RingChoice, RingMethod, RingSettings, choose_method};
use voltomo_numeric::cast::to_f32;

const SHAPE: (usize, usize) = (180, 480);
const PITCH: f64 = 12.0;

fn angles(turns: f64) -> Vec<f64> {
    (0..SHAPE.0).map(|k| TAU * turns * k as f64 / SHAPE.0 as f64).collect()
}

/// 1 within the roll, falling to 0 over 30 columns at both ends.
fn soft(radius: f64) -> f64 {
    let ramp = |from_end: f64| (from_end / 30.0).clamp(0.0, 1.0);
    let smooth = |share: f64| share * share * (3.0 - 2.0 * share);
    smooth(ramp(radius - 20.0)) * smooth(ramp(210.0 - radius))
}

/// A jelly roll of layers of alternating attenuation on a spiral, its axis `off` columns beside the
/// rotation axis: summed along rays, in steps of a column.
fn roll(turns: f64, off: f64, contrast: f64) -> Array2<f32> {
    let angles = angles(turns);
    Array2::from_shape_fn(SHAPE, |(angle, column)| {
        let theta = angles[angle];
        let ray = column as f64 - 0.5 * (SHAPE.1 as f64 - 1.0) - off * theta.cos();
        let sum: f64 = (-220..220)
            .map(|step| {
                let along = f64::from(step);
                let radius = ray.hypot(along);
                let phase = TAU * radius / PITCH - (along.atan2(ray) + theta);
                soft(radius) * (1.0 + contrast * phase.cos())
            })
            .sum();
        to_f32(0.003 * sum + 0.004 * noise((angle * SHAPE.1 + column) as u64))
    })
}

fn with_stripes(mut sinogram: Array2<f32>) -> Array2<f32> {
    for column in (60..420).step_by(18) {
        let stripe = to_f32(0.03 * noise(column as u64));
        sinogram.column_mut(column).mapv_inplace(|value| value + stripe);
    }
    sinogram
}

fn choose(sinogram: &Array2<f32>, turns: f64) -> RingChoice {
    let settings = RingSettings::of(RingMethod::Auto);
    choose_method(std::slice::from_ref(sinogram), &angles(turns), &settings).unwrap()
}

/// Root mean square of the mean row of the differences.
fn ring_energy(sinogram: &Array2<f32>, clean: &Array2<f32>) -> f64 {
    let mean = (sinogram - clean).mean_axis(Axis(0)).unwrap();
    (mean.iter().map(|value| f64::from(value * value)).sum::<f64>() / mean.len() as f64).sqrt()
}

#[test]
fn over_a_whole_turn_stripes_go_and_the_layers_of_a_roll_stay() {
    let clean = roll(1.0, 0.0, 0.3);
    let striped = with_stripes(clean.clone());
    let choice = choose(&striped, 1.0);
    let chosen = |sinogram: &Array2<f32>| filtered(sinogram, &choice.settings);
    let (before, after) = (ring_energy(&striped, &clean), ring_energy(&chosen(&striped), &clean));
    let decibels = 20.0 * (before / after).log10();
    assert!(decibels > 10.0, "{decibels} dB: {}", choice.why);

    let flat = roll(1.0, 0.0, 0.0);
    let layers = &clean - &flat;
    let response = chosen(&striped) - chosen(&with_stripes(flat));
    let share = (&response * &layers).sum() / (&layers * &layers).sum();
    assert!((share - 1.0).abs() < 0.01, "{share} of the layers: {}", choice.why);
    assert!(choice.why.contains("dB") && choice.tried.len() > 5, "{choice:?}");
}

#[test]
fn over_half_a_turn_nothing_is_done_to_a_roll_and_the_reason_names_the_key() {
    let choice = choose(&with_stripes(roll(0.5, 0.0, 0.3)), 0.5);
    assert_eq!(choice.settings.method, RingMethod::None, "{}", choice.why);
    assert!(choice.why.contains("`correct.rings.method`"), "{}", choice.why);
}

#[test]
fn a_sinogram_without_stripes_is_left_alone() {
    let smooth = Array2::from_shape_fn(SHAPE, |(angle, column)| {
        let from_middle = (column as f64 - 0.5 * SHAPE.1 as f64) / 120.0;
        to_f32((-from_middle * from_middle).exp() + 0.01 * noise((angle * SHAPE.1 + column) as u64))
    });
    let choice = choose(&smooth, 1.0);
    assert_eq!(choice.settings.method, RingMethod::None, "{}", choice.why);
    assert!(choice.why.contains("no stripes stand out"), "{}", choice.why);
}

#[test]
fn the_choice_does_not_depend_on_the_threads() {
    let striped = with_stripes(roll(1.0, 3.0, 0.3));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| choose(&striped, 1.0))
    };
    assert_eq!(with(1), with(3));
}
