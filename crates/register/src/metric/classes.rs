//! Classes of X-ray attenuation, which pass smoothly into each other. Knows no neutrons.

use voltomo_numeric::cast::to_f32;

/// Attenuations, rising; a value between two of them belongs to both in part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Classes {
    knots: Vec<f32>,
}

impl Classes {
    /// `count` classes from 0 to the largest value but a thousandth of them, at equal steps of the
    /// square root: plastics and carbon, of low attenuation, are told apart as finely as metals are.
    /// One where all values are alike.
    pub(crate) fn of(values: impl Iterator<Item = f32>, count: usize) -> Self {
        let mut values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f32::total_cmp);
        let top = values.len().checked_sub(1).map_or(0.0, |last| values[last - last / 1000]);
        let root = f64::from(top.max(0.0)).sqrt();
        if root <= 0.0 || count < 2 {
            return Self { knots: vec![0.0] };
        }
        let knot = |k: usize| to_f32((root * k as f64 / (count - 1) as f64).powi(2));
        Self { knots: (0..count).map(knot).collect() }
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.knots.len()
    }

    /// Adds the shares of a value to those of each class; they add up to 1.
    #[inline]
    pub(crate) fn spread(&self, value: f32, into: &mut [f32]) {
        let above = self.knots.partition_point(|knot| *knot <= value);
        if above == 0 {
            into[0] += 1.0;
        } else if above == self.knots.len() {
            into[above - 1] += 1.0;
        } else {
            let (low, high) = (self.knots[above - 1], self.knots[above]);
            let share = (value - low) / (high - low);
            into[above - 1] += 1.0 - share;
            into[above] += share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_one_and_their_mean_is_the_value() {
        let classes = Classes::of((0..3000).map(|k| [0.0, 2.0, 9.0][k % 3]), 4);
        let knots = [0.0, 1.0, 4.0, 9.0];
        for value in [-1.0, 0.0, 1.3, 5.5, 9.0, 40.0] {
            let mut shares = [0.0; 4];
            classes.spread(value, &mut shares);
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            let mean: f32 = shares.iter().zip(knots).map(|(share, knot)| share * knot).sum();
            assert!((mean - value.clamp(0.0, 9.0)).abs() < 1e-5, "{value}: {mean}");
        }
    }

    #[test]
    fn nothing_but_air_makes_one_class() {
        assert_eq!(Classes::of([0.0; 27].into_iter(), 4).count(), 1);
        assert_eq!(Classes::of(std::iter::empty(), 4).count(), 1);
    }
}
