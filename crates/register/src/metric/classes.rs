//! Classes of X-ray attenuation, which pass smoothly into each other. Knows no neutrons.

use voltomo_numeric::cast::{to_f32, to_index};

/// Levels of the distribution on which the classes are found.
const LEVELS: usize = 512;
/// Rounds of moving the classes.
const ROUNDS: usize = 60;

/// Attenuations, rising; a value between two of them belongs to both in part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Classes {
    knots: Vec<f32>,
}

impl Classes {
    /// `count` classes that are nearest to the values: one-dimensional k-means on the
    /// square root of the attenuation, so that the spread of steel does not take all of them.
    /// Fewer where the values are fewer.
    ///
    /// Source: Lloyd 1982, doi:10.1109/TIT.1982.1056489.
    pub(crate) fn of(values: impl Iterator<Item = f32>, count: usize) -> Self {
        let mut values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
        values.iter_mut().for_each(|value| *value = value.max(0.0).sqrt());
        values.sort_by(f32::total_cmp);
        let Some(last) = values.len().checked_sub(1) else { return Self { knots: vec![0.0] } };
        let top = f64::from(values[last - last / 1000]).max(1e-6);
        let mut counts = [0.0; LEVELS];
        for value in &values {
            let level = to_index(f64::from(*value) / top * (LEVELS - 1) as f64 + 0.5);
            counts[level.min(LEVELS - 1)] += 1.0;
        }
        let centres = means(&counts, count);
        let knots = centres.into_iter().map(|centre| {
            let root = centre / (LEVELS - 1) as f64 * top;
            to_f32(root * root)
        });
        let mut knots: Vec<f32> = knots.collect();
        knots.dedup_by(|b, a| *b - *a < 1e-6);
        Self { knots }
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.knots.len()
    }

    /// Attenuation of each, 1/cm.
    pub(crate) fn attenuations(&self) -> &[f32] {
        &self.knots
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

    /// `Σ_k coefficient_k · share_k` of a value.
    #[inline]
    pub(crate) fn mixed(&self, value: f32, coefficients: &[f32]) -> f32 {
        let above = self.knots.partition_point(|knot| *knot <= value);
        if above == 0 {
            coefficients[0]
        } else if above == self.knots.len() {
            coefficients[above - 1]
        } else {
            let (low, high) = (self.knots[above - 1], self.knots[above]);
            let share = (value - low) / (high - low);
            coefficients[above - 1] * (1.0 - share) + coefficients[above] * share
        }
    }
}

/// Centres of `count` classes of a distribution, rising; the first guess cuts it into parts of
/// equal range.
fn means(counts: &[f64; LEVELS], count: usize) -> Vec<f64> {
    let mut centres: Vec<f64> =
        (0..count).map(|k| (k as f64 + 0.5) / count as f64 * (LEVELS - 1) as f64).collect();
    for _ in 0..ROUNDS {
        let (mut sums, mut totals) = (vec![0.0; count], vec![0.0; count]);
        for (level, number) in counts.iter().enumerate() {
            let level = level as f64;
            let above = centres.partition_point(|centre| *centre <= level);
            let nearest = match above {
                0 => 0,
                above if above == count => count - 1,
                above if level - centres[above - 1] <= centres[above] - level => above - 1,
                above => above,
            };
            sums[nearest] += number * level;
            totals[nearest] += number;
        }
        for (k, centre) in centres.iter_mut().enumerate().filter(|(k, _)| totals[*k] > 0.0) {
            *centre = sums[k] / totals[k];
        }
        centres.sort_by(f64::total_cmp);
    }
    centres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_lie_on_the_peaks_and_shares_add_up_to_one() {
        let classes = Classes::of((0..3000).map(|k| [0.0, 2.0, 9.0][k % 3]), 3);
        for (found, wanted) in classes.attenuations().iter().zip([0.0, 2.0, 9.0]) {
            assert!((found - wanted).abs() < 0.05, "{classes:?}");
        }
        for value in [-1.0, 0.0, 1.3, 5.5, 40.0] {
            let mut shares = [0.0; 3];
            classes.spread(value, &mut shares);
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            let mixed = classes.mixed(value, &[0.5, -1.0, 2.0]);
            assert!((mixed - (0.5 * shares[0] - shares[1] + 2.0 * shares[2])).abs() < 1e-6);
        }
    }

    #[test]
    fn even_values_make_one_class() {
        let classes = Classes::of([2.0; 27].into_iter(), 4);
        let mut shares = vec![0.0; classes.count()];
        classes.spread(2.0, &mut shares);
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
