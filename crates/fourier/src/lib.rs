//! Fourier transforms with plans kept, and a filter for two real rows at once. Knows no physics.
//!
//! A crate of its own since every crate that plans a transform compiles all of its algorithms.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

pub use rustfft::{Fft, num_complex::Complex};
use rustfft::{FftDirection, FftPlanner};

static PLANS: LazyLock<Mutex<FftPlanner<f32>>> = LazyLock::new(|| Mutex::new(FftPlanner::new()));

/// The forward transform of `length` values (not scaled); planned once a length.
#[must_use]
pub fn forward(length: usize) -> Arc<dyn Fft<f32>> {
    plan(length, FftDirection::Forward)
}

/// The inverse transform of `length` values, not scaled: after [`forward`] it returns `length`
/// times the input.
#[must_use]
pub fn inverse(length: usize) -> Arc<dyn Fft<f32>> {
    plan(length, FftDirection::Inverse)
}

/// The forward transform of `length` values in double precision, not scaled.
#[must_use]
pub fn forward_f64(length: usize) -> Arc<dyn Fft<f64>> {
    FftPlanner::new().plan_fft_forward(length)
}

/// The inverse transform of `length` values in double precision, not scaled.
#[must_use]
pub fn inverse_f64(length: usize) -> Arc<dyn Fft<f64>> {
    FftPlanner::new().plan_fft_inverse(length)
}

fn plan(length: usize, direction: FftDirection) -> Arc<dyn Fft<f32>> {
    // A planner holds only finished plans, so one that a panic left behind is still good.
    PLANS.lock().unwrap_or_else(PoisonError::into_inner).plan_fft(length, direction)
}

/// The smallest even length 2ᵃ·3ᵇ·5ᶜ that is at least `length`: quick to transform.
#[must_use]
pub fn fast_length(length: usize) -> usize {
    let without = |mut rest: usize, factor: usize| {
        while rest.is_multiple_of(factor) {
            rest /= factor;
        }
        rest
    };
    let is_fast = |length: usize| without(without(without(length, 2), 3), 5) == 1;
    (length.max(2)..).find(|&length| length.is_multiple_of(2) && is_fast(length)).unwrap_or(length)
}

/// The smallest length 2ᵃ·3ᵇ or 2ᵃ·3ᵇ·5, a multiple of 4, that is at least `length`: a transform of
/// it takes little more a value than one of a power of two.
#[must_use]
pub fn quick_length(length: usize) -> usize {
    let is_quick = |length: usize| {
        let rest = if length.is_multiple_of(5) { length / 5 } else { length };
        let rest = rest >> rest.trailing_zeros();
        // 3²⁰ is divided by all powers of three that are met.
        3usize.pow(20).is_multiple_of(rest)
    };
    (length.max(4).next_multiple_of(4)..)
        .step_by(4)
        .find(|&length| is_quick(length))
        .unwrap_or(length)
}

/// The spectrum `Σₙ h[n]·cos(2πkn/N)` of a real, even kernel `h[n] = h[N − n]`; real and even too.
#[must_use]
pub fn even_spectrum(kernel: &[f64]) -> Vec<f64> {
    let mut values: Vec<_> = kernel.iter().map(|&value| Complex::new(value, 0.0)).collect();
    forward_f64(kernel.len()).process(&mut values);
    values.into_iter().map(|value| value.re).collect()
}

/// Filters two real rows in one complex transform: one as the real, one as the imaginary part.
/// A real, even response keeps them apart.
pub struct PairFilter {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    /// Response over N, so that the inverse transform needs no scaling.
    response: Vec<f32>,
    /// Values that come out for each that goes in.
    factor: usize,
}

impl std::fmt::Debug for PairFilter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PairFilter").field("length", &self.length()).finish()
    }
}

impl PairFilter {
    /// The filter with this response, `response[k] = response[N − k]` for the frequencies `k`/N.
    #[must_use]
    pub fn new(response: &[f64]) -> Self {
        let length = response.len();
        let scale = 1.0 / length as f64;
        let response = response.iter().map(|value| rounded(value * scale)).collect();
        Self { forward: forward(length), inverse: inverse(length), response, factor: 1 }
    }

    /// The same filter with `factor` values coming out for each that goes in: the values between
    /// are those of the Fourier series of the row.
    #[must_use]
    pub fn upsampled(self, factor: usize) -> Self {
        Self { inverse: inverse(self.length() * factor), factor, ..self }
    }

    /// Values of a row that goes in, padding included.
    #[must_use]
    pub fn length(&self) -> usize {
        self.response.len()
    }

    /// Values of a row that comes out.
    #[must_use]
    pub fn output_length(&self) -> usize {
        self.response.len() * self.factor
    }

    /// Values of scratch that [`Self::apply`] needs.
    #[must_use]
    pub fn scratch_length(&self) -> usize {
        self.forward.get_inplace_scratch_len().max(self.inverse.get_inplace_scratch_len())
    }

    /// Convolves both rows, periodically, in place. `pair` has room for what comes out, and holds
    /// first what goes in; `scratch` at least [`Self::scratch_length`].
    pub fn apply(&self, pair: &mut [Complex<f32>], scratch: &mut [Complex<f32>]) {
        let length = self.length();
        let spectrum = &mut pair[..length];
        self.forward.process_with_scratch(spectrum, scratch);
        spectrum.iter_mut().zip(&self.response).for_each(|(value, factor)| *value *= factor);
        if self.factor > 1 {
            widen(pair, length);
        }
        self.inverse.process_with_scratch(pair, scratch);
    }
}

/// Makes a spectrum of `length` frequencies (an even number) one of as many as there is room for.
fn widen(spectrum: &mut [Complex<f32>], length: usize) {
    let (half, end) = (length / 2, spectrum.len());
    spectrum.copy_within(half..length, end - half);
    spectrum[half..end - half].fill(Complex::default());
    // The highest frequency stands for both of its signs.
    let nyquist = spectrum[end - half] * 0.5;
    (spectrum[half], spectrum[end - half]) = (nyquist, nyquist);
}

#[allow(clippy::cast_possible_truncation, reason = "the filter works in single precision")]
fn rounded(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    #[test]
    fn fast_length_is_even_of_small_primes_and_not_below() {
        assert_eq!([1, 7, 31, 97, 4097].map(fast_length), [2, 8, 32, 100, 4320]);
        assert_eq!(fast_length(4096), 4096);
    }

    #[test]
    fn quick_length_is_a_multiple_of_four_of_twos_threes_and_one_five() {
        assert_eq!([1, 5, 41, 2473, 2601].map(quick_length), [4, 8, 48, 2560, 2880]);
        assert_eq!([1280, 2048, 2592].map(quick_length), [1280, 2048, 2592]);
    }

    /// The slow twin: a circular convolution as plain as its formula, with the kernel that the
    /// response stands for.
    #[test]
    fn pair_filter_agrees_with_the_plain_convolution_of_each_row() {
        let length = 30;
        let kernel: Vec<f64> =
            (0..length).map(|n| 1.0 / (1.0 + n.min(length - n) as f64)).collect();
        let rows = [0.7, 2.3].map(|pace: f64| -> Vec<f64> {
            (0..length).map(|n| (n as f64 * pace).sin() + pace).collect()
        });
        let filter = PairFilter::new(&even_spectrum(&kernel));
        let mut pair: Vec<_> =
            (0..length).map(|n| Complex::new(rounded(rows[0][n]), rounded(rows[1][n]))).collect();
        filter.apply(&mut pair, &mut vec![Complex::default(); filter.scratch_length()]);
        for n in 0..length {
            let slow = |row: &[f64]| -> f64 {
                (0..length).map(|m| row[m] * kernel[(n + length - m) % length]).sum()
            };
            assert!((f64::from(pair[n].re) - slow(&rows[0])).abs() < 2e-5);
            assert!((f64::from(pair[n].im) - slow(&rows[1])).abs() < 2e-5);
        }
    }

    #[test]
    fn upsampled_filter_keeps_the_values_and_follows_the_waves_between_them() {
        let (length, factor) = (24, 3);
        let waves = [(3.0, 0.4), (11.0, 1.1), (12.0, 0.0)];
        let row = |part: usize, n: f64| {
            let phase = |(k, start): &(f64, f64)| TAU * k * n / length as f64 + start * part as f64;
            waves.iter().map(|wave| phase(wave).cos()).sum::<f64>()
        };
        let filter = PairFilter::new(&vec![1.0; length]).upsampled(factor);
        let mut pair = vec![Complex::default(); filter.output_length()];
        for (n, value) in pair.iter_mut().take(length).enumerate() {
            *value = Complex::new(rounded(row(0, n as f64)), rounded(row(1, n as f64)));
        }
        filter.apply(&mut pair, &mut vec![Complex::default(); filter.scratch_length()]);
        for (n, value) in pair.into_iter().enumerate() {
            let place = n as f64 / factor as f64;
            assert!((f64::from(value.re) - row(0, place)).abs() < 1e-5, "{n}");
            assert!((f64::from(value.im) - row(1, place)).abs() < 1e-5, "{n}");
        }
    }

    #[test]
    fn even_spectrum_agrees_with_the_plain_sum_of_cosines() {
        let kernel: Vec<f64> = [4.0, 1.0, -2.0, 0.5, -2.0, 1.0].into();
        for (k, value) in even_spectrum(&kernel).into_iter().enumerate() {
            let slow = |(n, h): (usize, &f64)| h * (TAU * (k * n) as f64 / 6.0).cos();
            assert!((value - kernel.iter().enumerate().map(slow).sum::<f64>()).abs() < 1e-12);
        }
    }
}
