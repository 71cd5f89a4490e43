//! The slow part of rows of equal length, by a Gaussian window on their waves. Knows no stripes.

use std::f64::consts::TAU;

use voltomo_numeric::{
    cast::to_index,
    fft::{Complex, PairFilter, quick_length},
};

use super::plane::mirrored;

/// Reach of the Gaussian in real space, in its standard deviations: beyond it lie 6·10⁻⁵ of it.
const REACH: f64 = 4.0;

/// A low pass for rows of one length, which are mirrored at both ends.
#[derive(Debug)]
pub(super) struct LowPass {
    filter: PairFilter,
    length: usize,
    /// Mirrored values before the row and after it.
    beside: [usize; 2],
}

impl LowPass {
    /// A Gaussian: a wave that fits k times into the row is left with `exp(−k²/2σ²)` of its height.
    /// The row is convolved with a Gaussian whose standard deviation is its length over 2πσ, cut
    /// off at four of them.
    pub(super) fn gaussian(length: usize, sigma: f32) -> Self {
        let sigma = f64::from(sigma);
        let beside = to_index((REACH * length as f64 / (TAU * sigma)).ceil()).min(length);
        let response = |waves: f64| (-0.5 * (waves / sigma).powi(2)).exp();
        Self::with(length, [beside; 2], (quick_length(length + 2 * beside), &response))
    }

    /// A wave that fits `waves` times into the row is left with `response(waves)` of its height.
    /// Exact, for few rows: the transform has twice their length.
    pub(super) fn exact(length: usize, response: &dyn Fn(f64) -> f64) -> Self {
        Self::with(length, [0, length], (2 * length, response))
    }

    fn with(
        length: usize,
        beside: [usize; 2],
        (padded, response): (usize, &dyn Fn(f64) -> f64),
    ) -> Self {
        let waves = |k: usize| k.min(padded - k) as f64 * length as f64 / padded as f64;
        let response: Vec<f64> = (0..padded).map(|k| response(waves(k))).collect();
        Self { filter: PairFilter::new(&response), length, beside }
    }

    /// Replaces each row in `plane` by its slow part.
    pub(super) fn apply(&self, plane: &mut [f32]) {
        let mut pair = vec![Complex::default(); self.filter.output_length()];
        let mut scratch = vec![Complex::default(); self.filter.scratch_length()];
        for two in plane.chunks_mut(2 * self.length) {
            let (one, other) = two.split_at_mut(self.length);
            self.fill(&mut pair, |place| {
                Complex::new(one[place], other.get(place).copied().unwrap_or(0.0))
            });
            self.filter.apply(&mut pair, &mut scratch);
            let slow = &pair[self.beside[0]..];
            one.iter_mut().zip(slow).for_each(|(into, both)| *into = both.re);
            other.iter_mut().zip(slow).for_each(|(into, both)| *into = both.im);
        }
    }

    /// The row with its mirrored ends. What the transform's length leaves over beyond them is
    /// filled with the last value on either side: it lies out of the Gaussian's reach.
    fn fill(&self, pair: &mut [Complex<f32>], at: impl Fn(usize) -> Complex<f32>) {
        let (length, [before, after]) = (self.length, self.beside);
        let end = before + length + after;
        for (place, into) in pair[..before].iter_mut().enumerate() {
            *into = at(mirrored(place.cast_signed() - before.cast_signed(), length));
        }
        let (row, beyond) = pair[before..end].split_at_mut(length);
        row.iter_mut().enumerate().for_each(|(place, into)| *into = at(place));
        for (place, into) in beyond.iter_mut().enumerate() {
            *into = at(mirrored((length + place).cast_signed(), length));
        }
        let (last, first, middle) = (pair[end - 1], pair[0], usize::midpoint(end, pair.len()));
        pair[end..middle].fill(last);
        pair[middle..].fill(first);
    }
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::cast::to_f32;

    use super::*;

    /// A wave of half periods is its own mirror image, so it keeps exactly its share.
    #[test]
    fn waves_that_fit_their_mirror_image_are_left_with_the_gaussians_share() {
        let (length, sigma) = (200usize, 3.0f32);
        let share = |waves: f64| (-0.5 * (waves / f64::from(sigma)).powi(2)).exp();
        for halves in [0.0, 1.0, 6.0, 15.0] {
            let wave = |k: usize| (0.5 * TAU * halves * (k as f64 + 0.5) / length as f64).cos();
            let row = |k: usize| to_f32(wave(k % length)) * (1 + k / length) as f32;
            let plane: Vec<f32> = (0..3 * length).map(row).collect();
            let both =
                [(LowPass::gaussian(length, sigma), 6e-4), (LowPass::exact(length, &share), 5e-6)];
            for (low_pass, tolerance) in both {
                let mut plane = plane.clone();
                low_pass.apply(&mut plane);
                for (k, value) in plane.into_iter().enumerate() {
                    let expected = share(0.5 * halves) * wave(k % length) * (1 + k / length) as f64;
                    assert!((f64::from(value) - expected).abs() < tolerance, "{halves} {k}");
                }
            }
        }
    }
}
