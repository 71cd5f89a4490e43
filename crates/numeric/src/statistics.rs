//! Summaries of arrays that do not depend on how the array was cut. Knows no physics.

use crate::cast::to_f32;

/// Steps of one unit in which values are summed, so that sums are exact and their order is free.
const STEPS: f64 = 4_294_967_296.0;

/// What a list of values holds; summaries of parts add up to the summary of the whole, to the bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Values.
    pub count: u64,
    /// Values that are numbers.
    pub finite: u64,
    /// NaN.
    pub nan: u64,
    /// Plus or minus infinity.
    pub infinite: u64,
    /// Exactly zero.
    pub zero: u64,
    /// Least finite value; +∞ if there is none.
    pub min: f32,
    /// Largest finite value; −∞ if there is none.
    pub max: f32,
    /// Sum of the finite values in steps of 2⁻³²; values beyond ±2³¹ count as ±2³¹.
    sum: i128,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            count: 0,
            finite: 0,
            nan: 0,
            infinite: 0,
            zero: 0,
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
            sum: 0,
        }
    }
}

impl Summary {
    /// The summary of these values.
    #[must_use]
    pub fn of(values: &[f32]) -> Self {
        let mut summary = Self::default();
        for &value in values {
            summary.take(value);
        }
        summary.count = values.len() as u64;
        summary
    }

    #[inline]
    fn take(&mut self, value: f32) {
        if value.is_finite() {
            self.finite += 1;
            self.zero += u64::from(value == 0.0);
            self.min = self.min.min(value);
            self.max = self.max.max(value);
            self.sum += i128::from(in_steps(value));
        } else if value.is_nan() {
            self.nan += 1;
        } else {
            self.infinite += 1;
        }
    }

    /// The summary of both together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            finite: self.finite + other.finite,
            nan: self.nan + other.nan,
            infinite: self.infinite + other.infinite,
            zero: self.zero + other.zero,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            sum: self.sum + other.sum,
        }
    }

    /// Mean of the finite values; `None` if there is none.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.finite > 0).then(|| self.sum as f64 / STEPS / self.finite as f64)
    }
}

/// The value in steps of 2⁻³², to the nearest; saturates.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "saturating is what this is for")]
fn in_steps(value: f32) -> i64 {
    (f64::from(value) * STEPS).round_ties_even() as i64
}

/// Mean of a list in `f64`, added in order; `None` of an empty list.
#[must_use]
pub fn mean(values: &[f32]) -> Option<f32> {
    let sum: f64 = values.iter().map(|&value| f64::from(value)).sum();
    (!values.is_empty()).then(|| to_f32(sum / values.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_what_is_no_number_apart() {
        let summary = Summary::of(&[1.0, f32::NAN, 0.0, -3.0, f32::INFINITY, f32::NEG_INFINITY]);
        assert_eq!((summary.count, summary.finite, summary.zero), (6, 3, 1));
        assert_eq!((summary.nan, summary.infinite), (1, 2));
        assert_eq!((summary.min, summary.max), (-3.0, 1.0));
        assert!((summary.mean().unwrap() + 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(Summary::of(&[f32::NAN]).mean(), None);
    }

    /// Sums of `f32` or `f64` in another order differ in their last bits; these may not.
    #[test]
    fn summaries_of_parts_in_any_order_are_the_summary_of_the_whole() {
        let values: Vec<f32> = (0..1000u16).map(|k| (f32::from(k) * 0.37).sin() * 1e3).collect();
        let whole = Summary::of(&values);
        for size in [1, 7, 64, 999] {
            let parts = values.chunks(size).rev().map(Summary::of);
            assert_eq!(parts.fold(Summary::default(), Summary::with), whole);
        }
        let expected = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 1000.0;
        assert!((whole.mean().unwrap() - expected).abs() < 1e-9);
    }
}
