//! Counted quanta and the spread of their light. Knows no pixels.

use rand::Rng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};
use voltomo_numeric::cast::to_f32;

/// From so many quanta on their number is drawn from a skewed normal distribution.
const MANY: f32 = 32.0;

/// A compound Poisson signal: quanta of one size, each with a gamma distributed amount of light.
///
/// With the Swank factor A the light of a quantum has the mean 1 and the variance 1/A − 1, so that
/// a signal of λ quanta has the variance λ/A.
/// Source: Swank 1973, doi:10.1063/1.1662918.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Counting {
    /// Relative variance of the light of one quantum, 1/A − 1.
    excess: f32,
}

impl Counting {
    /// `swank` 0 stands for 1.
    pub(super) fn new(swank: f64) -> Self {
        let excess = if swank > 0.0 { 1.0 / swank - 1.0 } else { 0.0 };
        Self { excess: to_f32(excess) }
    }

    /// A signal with the mean `mean` of quanta of the size `size` (in the unit of the mean).
    ///
    /// Exact below 32 quanta; above, a normal number with the right mean, variance and skewness.
    #[inline]
    pub(super) fn draw(self, mean: f32, size: f32, source: &mut impl Rng) -> f32 {
        let quanta = mean / size;
        if quanta >= MANY {
            let width = 1.0 + self.excess;
            let skewness = (1.0 + 2.0 * self.excess) / (quanta * width).sqrt();
            let normal: f32 = StandardNormal.sample(source);
            let bent = normal + skewness * (normal * normal - 1.0) / 6.0;
            return size * (quanta + (quanta * width).sqrt() * bent).max(0.0);
        }
        size * self.few(quanta, source)
    }

    fn few(self, quanta: f32, source: &mut impl Rng) -> f32 {
        let counted = Poisson::new(quanta).map_or(0.0, |poisson| poisson.sample(source));
        if counted == 0.0 || self.excess == 0.0 {
            return counted;
        }
        Gamma::new(counted / self.excess, self.excess)
            .map_or(counted, |gamma: Gamma<f32>| gamma.sample(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::instrument::random::{Chance, Effect};

    /// Mean, variance over mean, and skewness against the formula of a compound Poisson number.
    #[test]
    fn draws_have_the_moments_of_a_compound_poisson_number_on_both_sides_of_the_seam() {
        let counting = Counting::new(0.65);
        for (mean, size) in [(0.05f32, 1.0f32), (3.0, 1.0), (31.0, 1.0), (33.0, 1.0), (90.0, 2.5)] {
            let mut source = Chance::new(5).stream(0, Effect::Counting, 0);
            let draws: Vec<f64> =
                (0..200_000).map(|_| f64::from(counting.draw(mean, size, &mut source))).collect();
            let count = draws.len() as f64;
            let average = draws.iter().sum::<f64>() / count;
            let moment =
                |n: i32| draws.iter().map(|draw| (draw - average).powi(n)).sum::<f64>() / count;
            let (mean, size, e) = (f64::from(mean), f64::from(size), 1.0 / 0.65 - 1.0);
            let quanta = mean / size;
            let expected = size * mean * (1.0 + e);
            let error = 5.0 * (expected / count).sqrt();
            assert!((average - mean).abs() < error, "{average} {mean}");
            let rough = if quanta < 1.0 { 0.06 } else { 0.02 };
            assert!((moment(2) / expected - 1.0).abs() < rough, "{} {expected}", moment(2));
            let skewness = (1.0 + 2.0 * e) / (quanta * (1.0 + e)).sqrt();
            let found = moment(3) / moment(2).powf(1.5);
            assert!((found / skewness - 1.0).abs() < 0.12, "{mean}: {found} {skewness}");
        }
    }
}
