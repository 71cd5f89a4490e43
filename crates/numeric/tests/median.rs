//! The fast medians against sorting everything.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use proptest::prelude::*;
use voltomo_numeric::median::{MedianOf25, median_and_deviation_in_place, median_in_place};

/// Median of the 5 × 5 window about `[row, column]`, edges repeated, by sorting.
fn median_of_25_reference(picture: &[Vec<f32>], row: usize, column: usize) -> f32 {
    let clamp = |index: usize, offset: usize, count: usize| {
        (index + offset).saturating_sub(2).min(count - 1)
    };
    let mut window = Vec::new();
    for i in 0..5 {
        for j in 0..5 {
            let line = &picture[clamp(row, i, picture.len())];
            window.push(line[clamp(column, j, line.len())]);
        }
    }
    window.sort_by(f32::total_cmp);
    window[12]
}

fn fast(picture: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let mut medians = MedianOf25::default();
    let line = |row: usize, offset: usize| {
        picture[(row + offset).saturating_sub(2).min(picture.len() - 1)].as_slice()
    };
    let mut found = vec![vec![0.0; picture[0].len()]; picture.len()];
    for (row, into) in found.iter_mut().enumerate() {
        medians.row(std::array::from_fn(|offset| line(row, offset)), into);
    }
    found
}

proptest! {
    #[test]
    fn median_of_25_agrees_with_sorting(
        values in prop::collection::vec(0u8..40, 1..400),
        width in 1usize..40,
    ) {
        let picture: Vec<Vec<f32>> = values
            .chunks(width)
            .filter(|line| line.len() == width.min(values.len()))
            .map(|line| line.iter().map(|v| f32::from(*v) - 20.0).collect())
            .collect();
        let found = fast(&picture);
        for (row, line) in found.iter().enumerate() {
            for (column, median) in line.iter().enumerate() {
                prop_assert_eq!(*median, median_of_25_reference(&picture, row, column));
            }
        }
    }

    #[test]
    fn median_in_place_agrees_with_sorting(values in prop::collection::vec(-1e3f32..1e3, 1..60)) {
        let mut sorted = values.clone();
        sorted.sort_by(f32::total_cmp);
        let (half, odd) = (sorted.len() / 2, sorted.len() % 2 == 1);
        let expected =
            if odd { sorted[half] } else { 0.5 * sorted[half - 1] + 0.5 * sorted[half] };
        prop_assert_eq!(median_in_place(&mut values.clone()).unwrap(), expected);
    }
}

#[test]
fn median_and_deviation_of_a_known_list() {
    let mut values = [1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0];
    assert_eq!(median_and_deviation_in_place(&mut values), Some((2.0, 1.0)));
    assert_eq!(median_and_deviation_in_place(&mut []), None);
}
