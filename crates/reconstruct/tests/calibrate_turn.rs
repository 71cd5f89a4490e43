//! Whether views look as if they spanned the turn that is told: discs off the axis, seen over half a
//! turn and over a whole one.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array2;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::calibrate::turn_doubt;
use voltomo_types::Radian;

const VIEWS: usize = 90;

fn angles(degrees: f64) -> Vec<Radian> {
    (0..VIEWS).map(|k| Radian::from_degrees(k as f64 * degrees / VIEWS as f64)).collect()
}

/// `discs`: place `[x, y]` and radius in columns, µ a column.
fn rows(degrees: f64, discs: &[([f64; 2], f64, f64)], noise: f64) -> Vec<Array2<f32>> {
    let mut state = 1u64;
    let row = |_| {
        Array2::from_shape_fn((VIEWS, 128), |(view, column)| {
            let (sin, cos) = angles(degrees)[view].0.sin_cos();
            let place = column as f64 - 60.3;
            let chord = |&([x, y], radius, mu): &([f64; 2], f64, f64)| {
                let away = place - (x * cos - y * sin);
                mu * 2.0 * (radius * radius - away * away).max(0.0).sqrt()
            };
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let random = (state >> 33) as f64 / f64::from(u32::MAX >> 1) - 0.5;
            to_f32(discs.iter().map(chord).sum::<f64>() + noise * random)
        })
    };
    (0..3).map(row).collect()
}

const CELL: [([f64; 2], f64, f64); 3] =
    [([3.0, -2.0], 40.0, 0.01), ([20.0, 11.0], 6.0, 0.06), ([-9.0, 17.0], 4.0, 0.05)];

#[test]
fn a_wrong_range_is_told_and_a_right_one_is_not() {
    for noise in [0.0, 0.05] {
        for degrees in [180.0, 360.0] {
            assert_eq!(turn_doubt(&rows(degrees, &CELL, noise), &angles(degrees)), None);
        }
        let told = turn_doubt(&rows(360.0, &CELL, noise), &angles(180.0)).unwrap();
        assert!(told.contains("a whole turn") && told.contains("0:360"), "{told}");
        let told = turn_doubt(&rows(180.0, &CELL, noise), &angles(360.0)).unwrap();
        assert!(told.contains("half a turn") && told.contains("0:180"), "{told}");
    }
}

#[test]
fn a_round_sample_one_of_two_sides_and_other_ranges_are_not_doubted() {
    let round = [([0.0, 0.0], 40.0, 0.01)];
    let two_sided = [([15.0, 5.0], 8.0, 0.05), ([-15.0, -5.0], 8.0, 0.05)];
    for true_range in [180.0, 360.0] {
        for told in [180.0, 360.0] {
            let seen = rows(true_range, &round, 0.02);
            assert_eq!(turn_doubt(&seen, &angles(told)), None, "{true_range} {told}");
        }
        let seen = rows(true_range, &two_sided, 0.0);
        assert_eq!(turn_doubt(&seen, &angles(true_range)), None, "{true_range}");
    }
    assert_eq!(turn_doubt(&rows(90.0, &CELL, 0.0), &angles(90.0)), None);
    assert_eq!(turn_doubt(&[], &angles(180.0)), None);
}
