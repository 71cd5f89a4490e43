//! What reading between pixels makes of noise that they share. Knows no frames.

use voltomo_numeric::interpolate::CubicTaps;
use voltomo_types::NoiseCorrelation;

/// Places between two pixels that stand for all.
pub(crate) const PLACES: usize = 32;

/// How values are read out of frames: sums of pixels, in the mean over many places.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Mean of the products of weights, 0, 1, 2 … rows apart.
    rows: Vec<f64>,
    /// The same of columns.
    columns: Vec<f64>,
    /// Variance of a value that is told where the weights' squares are summed, pixels of variance 1.
    told: f64,
}

impl Reading {
    /// Pixel by pixel.
    pub(crate) fn plain() -> Self {
        Self { rows: vec![1.0], columns: vec![1.0], told: 1.0 }
    }

    /// Of rows by cubic convolution: the mean of the values at each of `places` plus `heights`.
    pub(crate) fn cubic(places: &[f64], heights: &[f64]) -> Self {
        let mut all = Self { rows: vec![], columns: vec![1.0], told: 0.0 };
        let part = 1.0 / places.len() as f64;
        let [least, most] = heights
            .iter()
            .fold([0.0f64; 2], |[least, most], height| [least.min(*height), most.max(*height)]);
        let before = 2.0 - least.floor();
        let count = voltomo_numeric::cast::to_index(before + most.ceil()) + 4;
        for place in places {
            let mut weights = vec![0.0; count];
            for height in heights {
                let taps = CubicTaps::at(place.rem_euclid(1.0) + before + height, count);
                for (index, weight) in taps.index.into_iter().zip(taps.weight) {
                    let weight = f64::from(weight) / heights.len() as f64;
                    weights[index] += weight;
                    all.told += part * weight * weight;
                }
            }
            add_products(&weights, part, &mut all.rows);
        }
        all
    }

    /// Of rows by straight lines, at all places between two of them alike.
    pub(crate) fn linear() -> Self {
        Self { rows: vec![2.0 / 3.0, 1.0 / 6.0], columns: vec![1.0], told: 2.0 / 3.0 }
    }

    /// With the columns read as `across` reads rows.
    pub(crate) fn and_across(self, across: &Self) -> Self {
        Self { columns: across.rows.clone(), told: self.told * across.told, ..self }
    }

    /// What is read is read again by `second`.
    pub(crate) fn then(&self, second: &Self) -> Self {
        Self {
            rows: twice(&self.rows, &second.rows),
            columns: twice(&self.columns, &second.columns),
            told: self.told * second.told,
        }
    }

    /// Power at a frequency along the rows, in cycles a column, of the noise of what is read, over
    /// the variance that is told.
    pub(crate) fn power(&self, noise: &NoiseCorrelation, frequency: f64) -> f64 {
        let mirrored =
            |of: &dyn Fn(usize) -> f64, count: usize| of(0) + 2.0 * (1..count).map(of).sum::<f64>();
        let apart = |k: usize| i64::try_from(k).unwrap_or(i64::MAX);
        let rows = |k: usize| self.rows[k] * noise.power(apart(k), frequency);
        let turn = std::f64::consts::TAU * frequency;
        let columns = |k: usize| self.columns[k] * (turn * k as f64).cos();
        mirrored(&rows, self.rows.len()) * mirrored(&columns, self.columns.len()) / self.told
    }
}

/// Adds the products of weights 0, 1, 2 … apart, times `part`.
fn add_products(weights: &[f64], part: f64, into: &mut Vec<f64>) {
    into.resize(into.len().max(weights.len()), 0.0);
    for (apart, sum) in into.iter_mut().enumerate().take(weights.len()) {
        let products = weights.iter().zip(&weights[apart..]).map(|(one, other)| one * other);
        *sum += part * products.sum::<f64>();
    }
}

/// Both one after the other: each list, mirrored, folded with the other.
fn twice(one: &[f64], other: &[f64]) -> Vec<f64> {
    let at = |of: &[f64], k: isize| of.get(k.unsigned_abs()).copied().unwrap_or(0.0);
    let signed = |k: usize| isize::try_from(k).unwrap_or(isize::MAX);
    let last = signed(one.len()) - 1;
    let value = |k: usize| (-last..=last).map(|j| at(one, j) * at(other, signed(k) - j)).sum();
    (0..one.len() + other.len() - 1).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> NoiseCorrelation {
        NoiseCorrelation::new(vec![vec![1.0, 0.5], vec![0.6, 0.3]])
    }

    #[test]
    fn pixel_by_pixel_the_power_is_that_of_the_noise() {
        let reading = Reading::cubic(&[3.0, 4.0], &[0.0]);
        for frequency in [0.0, 0.2, 0.5] {
            let expected = shared().power(0, frequency);
            assert!((reading.power(&shared(), frequency) - expected).abs() < 1e-6);
            assert_eq!(Reading::plain().power(&shared(), frequency), expected);
        }
    }

    /// Halfway between two rows the cubic's weights are −1/16, 9/16, 9/16, −1/16.
    #[test]
    fn halfway_between_two_rows_the_noise_is_that_of_the_weighted_rows() {
        let reading = Reading::cubic(&[0.5], &[0.0]);
        let weights = [-0.0625, 0.5625, 0.5625, -0.0625];
        let rows: Vec<_> = weights.iter().zip(0..).map(|(w, row)| ([row, 0], *w)).collect();
        let told: f64 = weights.iter().map(|w| w * w).sum();
        let expected = shared().variance_of(&rows) / told;
        let columns = 4096;
        let found = (0..columns)
            .map(|k| reading.power(&shared(), f64::from(k) / f64::from(columns)))
            .sum::<f64>()
            / f64::from(columns);
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn the_mean_of_two_rows_of_white_noise_has_half_its_variance_as_told() {
        let reading = Reading::cubic(&[0.0], &[-0.5, 0.5]);
        let power = reading.power(&NoiseCorrelation::white(), 0.1);
        // Both are read between rows and share two of them, which the told variance leaves out.
        let weights = [-0.0625, 0.5, 1.125, 0.5, -0.0625].map(|w: f64| w / 2.0);
        let told = 2.0 * (2.0 * 0.0625f64.powi(2) + 2.0 * 0.5625f64.powi(2)) / 4.0;
        let expected = weights.iter().map(|w| w * w).sum::<f64>() / told;
        assert!((power - expected).abs() < 1e-6, "{power} {expected}");
    }

    #[test]
    fn linear_reading_after_linear_reading_smooths_twice() {
        let twice = Reading::linear().then(&Reading::linear());
        let expected = [2.0 / 3.0 * 2.0 / 3.0 + 2.0 / 36.0, 2.0 / 3.0 / 3.0, 1.0 / 36.0];
        for (found, expected) in twice.rows.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12);
        }
        // White noise loses no power at frequency 0 and most at the highest along the columns.
        let white = NoiseCorrelation::white();
        let across = Reading::plain().and_across(&Reading::linear());
        assert!(across.power(&white, 0.0) > 2.9 * across.power(&white, 0.5));
    }
}
