//! Sanity gates: what passes from stage to stage must be finite and alive. Mends nothing.

use serde::{Deserialize, Serialize};

/// Range and health of the values that passed a gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// Values seen.
    pub count: u64,
    /// Those of them that were finite.
    pub finite: u64,
    /// Smallest finite value.
    pub min: f32,
    /// Largest finite value.
    pub max: f32,
    /// Values of exactly zero.
    pub zeros: u64,
}

impl Default for Passed {
    fn default() -> Self {
        Self { count: 0, finite: 0, min: f32::INFINITY, max: f32::NEG_INFINITY, zeros: 0 }
    }
}

impl Passed {
    /// The figures of some values.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = &'a f32>) -> Self {
        let mut passed = Self::default();
        for &value in values {
            passed.count += 1;
            if value.is_finite() {
                passed.finite += 1;
                passed.min = passed.min.min(value);
                passed.max = passed.max.max(value);
                passed.zeros += u64::from(value == 0.0);
            }
        }
        passed
    }

    /// These values and others together; the order does not matter.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            finite: self.finite + other.finite,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            zeros: self.zeros + other.zeros,
        }
    }

    /// Share of the values that were finite; 1 of none.
    #[must_use]
    pub fn finite_fraction(&self) -> f64 {
        if self.count == 0 { 1.0 } else { self.finite as f64 / self.count as f64 }
    }

    /// What no slab may pass on: values that are NaN or infinite.
    #[must_use]
    pub fn not_finite(&self) -> Option<String> {
        let share = (1.0 - self.finite_fraction()) * 100.0;
        (self.finite < self.count)
            .then(|| format!("{share:.4} % of the values are NaN or infinite"))
    }

    /// What no whole stage may end with: nothing, or one value everywhere.
    #[must_use]
    pub fn lifeless(&self) -> Option<String> {
        match self.count {
            0 => Some("there are no values at all".into()),
            _ => (self.min == self.max).then(|| format!("all values are {}", self.min)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_counts_the_same_however_the_values_are_grouped() {
        let values = [1.0, f32::NAN, -2.0, 0.0, 7.5, f32::INFINITY];
        let parts = values.chunks(2).map(Passed::of).fold(Passed::default(), Passed::with);
        assert_eq!(parts, Passed::of(&values));
        assert_eq!((parts.min, parts.max, parts.zeros), (-2.0, 7.5, 1));
    }

    #[test]
    fn a_gate_refuses_nan_constant_and_empty_values() {
        assert!(Passed::of(&[1.0, f32::NAN]).not_finite().unwrap().contains("50.0000 %"));
        assert!(Passed::of(&[0.0; 9]).lifeless().unwrap().contains("all values are 0"));
        assert!(Passed::of(&[]).lifeless().is_some());
        let fit = Passed::of(&[0.0, 1.0]);
        assert_eq!((fit.not_finite(), fit.lifeless()), (None, None));
    }
}
