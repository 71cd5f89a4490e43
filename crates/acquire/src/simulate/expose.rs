//! Line integrals into counts, with the noise of counting. Knows no phantom.

use ndarray::{Array2, Array3};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

/// How a detector turns a beam into counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Counts of the open beam in a pixel.
    pub open_beam: f64,
    /// Counts of the dark field, without noise.
    pub dark: f64,
    /// Seed of the noise; `None` gives the expected counts themselves.
    pub seed: Option<u64>,
}

/// Counts `dark + Poisson(open_beam·dose·exp(−p))` for the line integrals `p`,
/// `[angle, row, column]`; `dose` is one factor a frame (empty: all 1).
///
/// The noise of a frame depends on the seed and the index of the frame alone.
#[must_use]
pub fn expose(line_integrals: &Array3<f32>, exposure: Exposure, dose: &[f64]) -> Array3<f32> {
    let mut counts = line_integrals.clone();
    counts.outer_iter_mut().into_par_iter().enumerate().for_each(|(frame, mut radiograph)| {
        let open_beam = exposure.open_beam * dose.get(frame).copied().unwrap_or(1.0);
        let mut source = exposure.seed.map(|seed| generator(seed, frame));
        radiograph.map_inplace(|value| {
            let expected = open_beam * f64::from(-*value).exp();
            let counted = source.as_mut().map_or(expected, |source| poisson(expected, source));
            *value = to_f32(counted + exposure.dark);
        });
    });
    counts
}

impl Exposure {
    /// `count` frames of an evenly lit open beam, `[frame, row, column]`.
    #[must_use]
    pub fn flats(&self, shape: (usize, usize, usize)) -> Array3<f32> {
        let other = Self { seed: self.seed.map(|seed| seed ^ 0x00F1_A700), ..*self };
        expose(&Array3::zeros(shape), other, &[])
    }

    /// One dark field, `[row, column]`.
    #[must_use]
    pub fn dark(&self, shape: (usize, usize)) -> Array2<f32> {
        Array2::from_elem(shape, to_f32(self.dark))
    }
}

fn generator(seed: u64, frame: usize) -> ChaCha8Rng {
    let mut source = ChaCha8Rng::seed_from_u64(seed);
    source.set_stream(frame as u64);
    source
}

fn poisson(expected: f64, source: &mut ChaCha8Rng) -> f64 {
    Poisson::new(expected).map_or(0.0, |counts| counts.sample(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_and_the_variance_of_the_beam() {
        let exposure = Exposure { open_beam: 500.0, dark: 100.0, seed: Some(7) };
        let counts = exposure.flats((4, 50, 50));
        let mean = counts.mean().unwrap();
        let variance = counts.mapv(|c| (c - mean).powi(2)).mean().unwrap();
        assert!((mean - 600.0).abs() < 2.0, "{mean}");
        assert!((variance - 500.0).abs() < 30.0, "{variance}");
    }

    #[test]
    fn counts_without_a_seed_are_the_expected_ones() {
        let exposure = Exposure { open_beam: 1000.0, dark: 10.0, seed: None };
        let line_integrals = Array3::from_elem((2, 1, 1), std::f32::consts::LN_2);
        let counts = expose(&line_integrals, exposure, &[1.0, 0.5]);
        assert!((counts[[0, 0, 0]] - 510.0).abs() < 1e-3);
        assert!((counts[[1, 0, 0]] - 260.0).abs() < 1e-3);
    }
}
