//! What blurs a frame: screen, collimation and focal spot, as responses to waves. Knows no frames.

use std::f64::consts::TAU;

/// Blurs that follow one another; all lengths in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Blur {
    /// Standard deviation of a Gaussian.
    pub(super) gaussian: f64,
    /// Half width at half height of a Lorentzian line spread.
    pub(super) lorentzian: f64,
    /// Diameter of an even disc.
    pub(super) disc: f64,
}

impl Blur {
    /// Response to a wave of so many cycles a pixel:
    /// `exp(−2π²σ²f²)·exp(−2πγf)·2J₁(πdf)/(πdf)`; 1 at nought.
    pub(super) fn response(&self, frequency: f64) -> f64 {
        let gaussian = (-0.5 * (TAU * self.gaussian * frequency).powi(2)).exp();
        let lorentzian = (-TAU * self.lorentzian * frequency).exp();
        let x = 0.5 * TAU * self.disc * frequency;
        let disc = if x < 1e-4 { 1.0 - x * x / 8.0 } else { 2.0 * bessel_j1(x) / x };
        gaussian * lorentzian * disc
    }

    /// Pixels that the kernel reaches, about: what lies farther is less than a part in a thousand.
    pub(super) fn reach(&self) -> f64 {
        5.0 * self.gaussian + 20.0 * self.lorentzian + self.disc
    }
}

/// J₁(x) for x ≥ 0, to 10⁻⁷.
///
/// Source: Abramowitz & Stegun 1964, 9.4.4 and 9.4.6.
fn bessel_j1(x: f64) -> f64 {
    let sum = |factors: &[f64], by: f64| factors.iter().rev().fold(0.0, |sum, c| sum * by + c);
    if x <= 3.0 {
        const NEAR: [f64; 7] = [
            0.5,
            -0.562_499_85,
            0.210_935_73,
            -0.039_542_89,
            0.004_433_19,
            -0.000_317_61,
            0.000_011_09,
        ];
        return x * sum(&NEAR, (x / 3.0) * (x / 3.0));
    }
    const SIZE: [f64; 7] = [
        0.797_884_56,
        1.56e-6,
        0.016_596_67,
        0.000_171_05,
        -0.002_495_11,
        0.001_136_53,
        -0.000_200_33,
    ];
    const PHASE: [f64; 7] = [
        -2.356_194_49,
        0.124_996_12,
        0.000_056_5,
        -0.006_378_79,
        0.000_743_48,
        0.000_798_24,
        -0.000_291_66,
    ];
    let by = 3.0 / x;
    sum(&SIZE, by) * (x + sum(&PHASE, by)).cos() / x.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// J₁(x) = 1/π ∫₀^π cos(τ − x·sin τ) dτ, which the trapezoidal rule takes exactly.
    #[test]
    fn bessel_agrees_with_its_integral() {
        for k in 0..400 {
            let x = 0.1 * f64::from(k);
            let steps = 200;
            let value = |n: u32| {
                let t = std::f64::consts::PI * f64::from(n) / f64::from(steps);
                let half = if n == 0 || n == steps { 0.5 } else { 1.0 };
                half * (t - x * t.sin()).cos()
            };
            let integral = (0..=steps).map(value).sum::<f64>() / f64::from(steps);
            assert!((bessel_j1(x) - integral).abs() < 1e-7, "{x}");
        }
    }

    #[test]
    fn a_disc_answers_as_the_sum_over_its_area() {
        let blur = Blur { disc: 6.0, ..Blur::default() };
        for frequency in [0.0, 0.05, 0.2, 0.45] {
            // Chords of the disc, each as wide as it is high at that place.
            let steps = 200_000;
            let chord = |k: u32| {
                let x = 3.0 * (2.0 * (f64::from(k) + 0.5) / f64::from(steps) - 1.0);
                ((9.0 - x * x).sqrt(), (TAU * frequency * x).cos())
            };
            let (area, wave) = (0..steps)
                .map(chord)
                .fold((0.0, 0.0), |(area, wave), (high, cos)| (area + high, wave + high * cos));
            assert!((blur.response(frequency) - wave / area).abs() < 1e-6, "{frequency}");
        }
    }
}
