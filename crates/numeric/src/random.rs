//! Normal deviates from a seed, the same on every machine. Knows no use of them.

/// A stream of random numbers: SplitMix64.
///
/// Source: Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
    /// The second of two normal deviates that were made together.
    kept: Option<f64>,
}

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed, kept: None }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// The next number of the even distribution above 0 and up to 1.
    pub fn even(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// The next deviate of the normal distribution of mean 0 and standard deviation 1.
    ///
    /// Source: Box & Muller 1958, doi:10.1214/aoms/1177706645.
    pub fn normal(&mut self) -> f64 {
        if let Some(kept) = self.kept.take() {
            return kept;
        }
        let radius = (-2.0 * self.even().ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.even()).sin_cos();
        self.kept = Some(radius * sin);
        radius * cos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first three numbers of the seed 1234567, as the authors' generator gives them.
    #[test]
    fn the_stream_is_that_of_its_authors() {
        let mut random = Random::new(1_234_567);
        let first = [random.bits(), random.bits(), random.bits()];
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn normal_deviates_have_mean_nought_and_deviation_one() {
        let mut random = Random::new(3);
        let values: Vec<f64> = (0..40_000).map(|_| random.normal()).collect();
        let mean = values.iter().sum::<f64>() / 4e4;
        let variance = values.iter().map(|value| value * value).sum::<f64>() / 4e4;
        assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }
}
