//! Interpolation between samples of a regular array. Knows no physics.

use crate::cast::to_f32;

/// Weights of the samples at −1, 0, 1 and 2 for a value at `fraction` (0 to 1) between the samples
/// 0 and 1: cubic convolution, exact for polynomials up to the second degree, exactly
/// `[0, 1, 0, 0]` at 0.
///
/// Source: Keys 1981, a = −1/2, doi:10.1109/TASSP.1981.1163711.
#[must_use]
#[inline]
pub fn cubic_weights(fraction: f64) -> [f64; 4] {
    let t = fraction;
    [
        t * (-0.5 + t * (1.0 - 0.5 * t)),
        1.0 + t * t * (-2.5 + 1.5 * t),
        t * (0.5 + t * (2.0 - 1.5 * t)),
        t * t * (-0.5 + 0.5 * t),
    ]
}

/// The four samples around a position in a row of samples, and their weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CubicTaps {
    /// Index of each sample; beyond an end, the sample at the end.
    pub index: [usize; 4],
    /// Weight of each.
    pub weight: [f32; 4],
}

impl CubicTaps {
    /// The taps for `position` (0 = the first sample) among `count` ≥ 1 samples. A position within
    /// 10⁻⁶ of a sample is that sample.
    #[must_use]
    #[inline]
    pub fn at(position: f64, count: usize) -> Self {
        let nearest = position.round();
        let position = if (position - nearest).abs() < 1e-6 { nearest } else { position };
        let below = position.floor();
        let last = (count - 1) as f64;
        let index = [-1.0, 0.0, 1.0, 2.0]
            .map(|step: f64| crate::cast::to_index((below + step).clamp(0.0, last)));
        Self { index, weight: cubic_weights(position - below).map(to_f32) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpolated(samples: &[f64], position: f64) -> f64 {
        let taps = CubicTaps::at(position, samples.len());
        (0..4).map(|k| samples[taps.index[k]] * f64::from(taps.weight[k])).sum()
    }

    #[test]
    fn cubic_interpolation_is_exact_on_a_parabola() {
        let parabola = |x: f64| 0.3 * x * x - 2.0 * x + 5.0;
        let samples: Vec<f64> = (0..9).map(|k| parabola(f64::from(k))).collect();
        for position in [1.0, 2.25, 4.5, 6.999] {
            assert!((interpolated(&samples, position) - parabola(position)).abs() < 1e-5);
        }
    }

    #[test]
    fn cubic_taps_at_a_sample_are_that_sample_alone() {
        let taps = CubicTaps::at(3.0 + 1e-9, 8);
        assert_eq!((taps.index[1], taps.weight), (3, [0.0, 1.0, 0.0, 0.0]));
    }

    #[test]
    fn cubic_taps_beyond_an_end_are_the_sample_at_the_end() {
        let samples = [7.0, 1.0, 2.0, 4.0];
        assert!((interpolated(&samples, -9.3) - 7.0).abs() < 1e-6);
        assert!((interpolated(&samples, 12.6) - 4.0).abs() < 1e-6);
    }
}
