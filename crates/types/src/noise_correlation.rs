//! How far the noise of neighbouring pixels is the same noise. Measures nothing.

use std::f64::consts::TAU;

/// Correlation of the noise of two pixels by how far they are apart; 1 of a pixel with itself.
///
/// Light that spreads in a screen, and charge that spreads in a sensor, makes pixels share the noise
/// of one quantum.
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseCorrelation {
    /// `[rows apart][columns apart]`, from 0 on; the same to both sides; nothing beyond.
    lags: Vec<Vec<f64>>,
}

impl NoiseCorrelation {
    /// Each pixel has noise of its own.
    #[must_use]
    pub fn white() -> Self {
        Self { lags: vec![vec![1.0]] }
    }

    /// From `[rows apart][columns apart]`; the first is taken as 1.
    #[must_use]
    pub fn new(mut lags: Vec<Vec<f64>>) -> Self {
        if let Some(first) = lags.first_mut().and_then(|row| row.first_mut()) {
            *first = 1.0;
        }
        Self { lags }
    }

    /// Of pixels so many rows and columns apart, to either side.
    #[must_use]
    pub fn at(&self, [rows, columns]: [i64; 2]) -> f64 {
        let lag = |apart: i64| usize::try_from(apart.abs()).ok();
        let row = lag(rows).and_then(|rows| self.lags.get(rows));
        row.zip(lag(columns)).and_then(|(row, columns)| row.get(columns)).copied().unwrap_or(0.0)
    }

    /// `[rows, columns]` from which on pixels share nothing.
    #[must_use]
    pub fn reach(&self) -> [i64; 2] {
        let columns = self.lags.iter().map(Vec::len).max().unwrap_or(0);
        [self.lags.len(), columns].map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Power of the noise at a frequency along the rows, in cycles a column, of one row with another
    /// so many rows apart; 1 at all frequencies where noise is white.
    #[must_use]
    pub fn power(&self, rows_apart: i64, frequency: f64) -> f64 {
        let columns = 1..self.reach()[1];
        let turn = TAU * frequency;
        let beside = columns.map(|k| 2.0 * self.at([rows_apart, k]) * (turn * k as f64).cos());
        self.at([rows_apart, 0]) + beside.sum::<f64>()
    }

    /// Variance of a sum of pixels, `weights` times each with its place `[row, column]`, where one
    /// pixel has the variance 1.
    #[must_use]
    pub fn variance_of(&self, weights: &[([i64; 2], f64)]) -> f64 {
        let with = |([row, column], weight): &([i64; 2], f64)| {
            let pair = |([y, x], other): &([i64; 2], f64)| other * self.at([y - row, x - column]);
            weight * weights.iter().map(pair).sum::<f64>()
        };
        weights.iter().map(with).sum()
    }

    /// That of bins of `bin` × `bin` pixels, and the variance of the mean of a bin's pixels where one
    /// pixel has the variance 1.
    #[must_use]
    pub fn binned(&self, bin: usize) -> (Self, f64) {
        let bin = i64::try_from(bin.max(1)).unwrap_or(1);
        let covariance = |rows: i64, columns: i64| -> f64 {
            let lags = |apart: i64| (1 - bin..bin).map(move |d| (apart * bin + d, bin - d.abs()));
            let across = |(y, share): (i64, i64)| {
                let along = lags(columns).map(|(x, part)| part as f64 * self.at([y, x]));
                share as f64 * along.sum::<f64>()
            };
            lags(rows).map(across).sum::<f64>() / (bin as f64).powi(4)
        };
        let variance = covariance(0, 0);
        let [rows, columns] = self.reach().map(|count| (count - 1 + bin - 1) / bin + 1);
        let row = |rows: i64| (0..columns).map(|x| covariance(rows, x) / variance).collect();
        (Self::new((0..rows).map(row).collect()), variance)
    }

    /// Of pixels of one row, from 0 columns apart on.
    #[must_use]
    pub fn along_rows(&self) -> &[f64] {
        self.lags.first().map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise that a box of three by one pixels has smoothed.
    fn boxed() -> NoiseCorrelation {
        NoiseCorrelation::new(vec![vec![1.0, 2.0 / 3.0, 1.0 / 3.0]])
    }

    #[test]
    fn white_noise_has_all_frequencies_alike_and_bins_as_the_mean_does() {
        let white = NoiseCorrelation::white();
        assert_eq!([0.0, 0.3].map(|f| white.power(0, f)), [1.0, 1.0]);
        assert_eq!(white.power(1, 0.1), 0.0);
        let (binned, variance) = white.binned(3);
        assert!((variance - 1.0 / 9.0).abs() < 1e-15);
        assert_eq!(binned.at([0, 1]), 0.0);
    }

    #[test]
    fn smoothed_noise_has_the_power_of_what_smoothed_it() {
        for frequency in [0.0, 0.1, 1.0 / 3.0, 0.5] {
            let box_of_three = (1.0 + 2.0 * (TAU * frequency).cos()) / 3.0;
            let expected = 3.0 * box_of_three * box_of_three;
            assert!((boxed().power(0, frequency) - expected).abs() < 1e-12, "{frequency}");
        }
    }

    #[test]
    fn the_mean_of_two_pixels_of_shared_noise_is_little_better_than_one() {
        let mean = boxed().variance_of(&[([0, 0], 0.5), ([0, 1], 0.5)]);
        assert!((mean - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        let (binned, variance) = boxed().binned(2);
        // Two columns of one row share two thirds, the rows nothing.
        assert!((variance - mean / 2.0).abs() < 1e-12);
        // Columns 0 and 1 with 2 and 3: (1/3 + 0 + 2/3 + 1/3)/4, for a variance of (1 + 2/3)/2.
        let expected = (4.0 / 3.0 / 4.0) / mean;
        assert!((binned.at([0, 1]) - expected).abs() < 1e-12, "{}", binned.at([0, 1]));
    }
}
