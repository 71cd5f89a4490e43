//! How far two independent pictures of the same thing agree, frequency by frequency. Makes neither.

use ndarray::{Array3, ArrayView3, Axis};

use crate::{
    cast::{to_f32, to_index},
    fft::{Complex, forward},
};

/// Correlation of the Fourier transforms of two halves on shells (on rings, of a single slice).
#[derive(Debug, Clone, PartialEq)]
pub struct ShellCorrelation {
    /// Correlation on each shell, −1 to 1; the first is the mean and its nearest frequencies.
    pub correlation: Vec<f64>,
    /// What a shell must exceed at half a bit of information a voxel.
    pub half_bit: Vec<f64>,
    /// Cycles a voxel from one shell to the next; the last lies at half a cycle.
    pub frequency_step: f64,
}

impl ShellCorrelation {
    /// Cycles a voxel at which the correlation first falls below half a bit; `None` where it
    /// never does up to half a cycle a voxel.
    ///
    /// The shells up to a twentieth of a cycle hold few frequencies and are not asked.
    #[must_use]
    pub fn half_bit_frequency(&self) -> Option<f64> {
        let first = to_index((0.05 / self.frequency_step).ceil()).max(1);
        let excess = |k: usize| self.correlation[k] - self.half_bit[k];
        let below = (first..self.correlation.len()).find(|k| excess(*k) < 0.0)?;
        if below == first {
            return Some(below as f64 * self.frequency_step);
        }
        let [before, after] = [excess(below - 1), excess(below)];
        Some((below as f64 - 1.0 + before / (before - after)) * self.frequency_step)
    }
}

/// The correlation of two halves of a data set, `[z, y, x]` alike: of one slice ring by ring, of
/// several shell by shell.
///
/// Each half loses its mean and fades out to nothing towards the faces (a cosine bell over the
/// outer quarter) along every axis of more than one voxel. Memory: two complex copies.
/// Source: van Heel & Schatz 2005, doi:10.1016/j.jsb.2005.05.009, with the half-bit threshold for
/// halves of one data set.
///
/// # Panics
/// Halves of different shapes: an error of the program.
#[must_use]
pub fn shell_correlation(one: ArrayView3<'_, f32>, other: ArrayView3<'_, f32>) -> ShellCorrelation {
    assert_eq!(one.dim(), other.dim(), "halves of one shape");
    let [one, other] = [one, other].map(transformed);
    let (depth, rows, columns) = one.dim();
    let shape = [depth, rows, columns];
    let finest = shape.iter().filter(|count| **count > 1).min().copied().unwrap_or(2);
    let shells = finest / 2 + 1;
    let frequency_step = 1.0 / finest as f64;
    let mut sums = vec![(0.0, 0.0, 0.0, 0u64); shells];
    for ((index, a), b) in one.indexed_iter().zip(&other) {
        let at = [index.0, index.1, index.2];
        let squares = (0..3).map(|axis| frequency(at[axis], shape[axis]).powi(2));
        let radius = squares.sum::<f64>().sqrt() / frequency_step;
        if let Some((cross, first, second, count)) = sums.get_mut(to_index(radius.round())) {
            *cross += f64::from((a * b.conj()).re);
            *first += f64::from(a.norm_sqr());
            *second += f64::from(b.norm_sqr());
            *count += 1;
        }
    }
    let correlation = sums.iter().map(|(cross, first, second, _)| {
        let power = (first * second).sqrt();
        if power > 0.0 { cross / power } else { 0.0 }
    });
    // A real half has every frequency twice.
    let half_bit = sums.iter().map(|(.., count)| half_bit(0.5 * *count as f64));
    ShellCorrelation {
        correlation: correlation.collect(),
        half_bit: half_bit.collect(),
        frequency_step,
    }
}

/// Signed frequency of the element, cycles a voxel.
fn frequency(index: usize, count: usize) -> f64 {
    let signed = if 2 * index > count { index as f64 - count as f64 } else { index as f64 };
    signed / count as f64
}

/// Correlation of halves at half a bit of information in their sum, for so many frequencies.
fn half_bit(frequencies: f64) -> f64 {
    let root = frequencies.max(1.0).sqrt();
    (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root)
}

/// Transform of the half without its mean, faded out to its faces.
fn transformed(half: ArrayView3<'_, f32>) -> Array3<Complex<f32>> {
    let mean =
        to_f32(half.iter().map(|value| f64::from(*value)).sum::<f64>() / half.len().max(1) as f64);
    let (depth, rows, columns) = half.dim();
    let [deep, high, wide] = [depth, rows, columns].map(bell);
    let mut values = Array3::from_shape_fn(half.dim(), |(z, y, x)| {
        Complex::new((half[[z, y, x]] - mean) * deep[z] * high[y] * wide[x], 0.0)
    });
    for axis in 0..3 {
        let plan = forward(values.len_of(Axis(axis)));
        let mut line = vec![Complex::default(); plan.len()];
        for mut lane in values.lanes_mut(Axis(axis)) {
            line.iter_mut().zip(lane.iter()).for_each(|(into, value)| *into = *value);
            plan.process(&mut line);
            lane.iter_mut().zip(&line).for_each(|(into, value)| *into = *value);
        }
    }
    values
}

/// One in the middle half, a cosine bell down to the ends.
fn bell(count: usize) -> Vec<f32> {
    let height = |index: usize| {
        let end = (index as f64 + 0.5).min(count as f64 - 0.5 - index as f64) / count as f64;
        let part = (end / 0.125).min(1.0);
        to_f32((std::f64::consts::FRAC_PI_2 * part).sin().powi(2))
    };
    if count == 1 { vec![1.0] } else { (0..count).map(height).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White noise of variance 1.
    fn noise(shape: (usize, usize, usize), seed: u64) -> Array3<f32> {
        let mut state = seed;
        let mut uniform = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5
        };
        Array3::from_shape_simple_fn(shape, || to_f32((0..12).map(|_| uniform()).sum()))
    }

    #[test]
    fn white_halves_correlate_as_their_signal_to_noise_says() {
        for shape in [(1, 128, 128), (32, 32, 32)] {
            let signal = noise(shape, 3);
            let halves = [5, 7].map(|seed| &signal + &noise(shape, seed));
            let found = shell_correlation(halves[0].view(), halves[1].view());
            let shells = &found.correlation[4..];
            let mean = shells.iter().sum::<f64>() / shells.len() as f64;
            assert!((mean - 0.5).abs() < 0.04, "{mean} of S/(S + N) = 0.5");
            assert_eq!(found.half_bit_frequency(), None);
        }
    }

    #[test]
    fn the_same_is_one_and_the_unlike_falls_below_half_a_bit_at_once() {
        let half = noise((1, 96, 96), 1);
        let same = shell_correlation(half.view(), half.view());
        assert!(same.correlation.iter().all(|value| (value - 1.0).abs() < 1e-5));
        let other = shell_correlation(half.view(), noise((1, 96, 96), 2).view());
        assert!(other.half_bit_frequency().unwrap() < 0.1);
    }

    #[test]
    fn a_blurred_signal_is_told_apart_up_to_where_noise_takes_over() {
        // A Gaussian of 1.5 pixels takes the power of the signal to that of the noise of 0.1 at
        // exp(-4 pi^2 sigma^2 f^2) = 0.01.
        let (sigma, count) = (1.5f64, 256usize);
        let white = noise((1, count, count), 11);
        let kernel: Vec<f64> =
            (-7..=7).map(|k| (-0.5 * (f64::from(k) / sigma).powi(2)).exp()).collect();
        let sum: f64 = kernel.iter().sum();
        let shifted = |at: usize, k: usize| (at + count + k - 7) % count;
        let blur = |from: &Array3<f32>, [rows, columns]: [bool; 2]| {
            let at = |place: usize, k: usize, is_on| if is_on { shifted(place, k) } else { place };
            Array3::from_shape_fn(from.dim(), |(z, y, x)| {
                let of = |k: usize| f64::from(from[[z, at(y, k, rows), at(x, k, columns)]]);
                to_f32(kernel.iter().enumerate().map(|(k, weight)| weight / sum * of(k)).sum())
            })
        };
        let signal = blur(&blur(&white, [true, false]), [false, true]);
        let halves = [21, 22].map(|seed| &signal + &(noise((1, count, count), seed) * 0.1));
        let found = shell_correlation(halves[0].view(), halves[1].view());
        let even = (100f64.ln() / (4.0 * std::f64::consts::PI.powi(2) * sigma * sigma)).sqrt();
        let at = found.correlation[to_index((even / found.frequency_step).round())];
        assert!((at - 0.5).abs() < 0.1, "{at} where signal and noise are even");
        let told = found.half_bit_frequency().unwrap();
        assert!(told > even && told < 1.25 * even, "{told} of {even}");
    }
}
