//! A beam of many energies through one or two materials. Knows neither tubes nor names.

use super::curve::Curve;
use crate::CorrectError;

/// Nodes of a curve.
const NODES: usize = 4096;

/// A beam as its detector sees it, and what two materials make of each part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Polychromatic {
    /// Share of the signal of the open beam in each part; they sum to 1.
    pub weights: Vec<f64>,
    /// Attenuation of the first material in each part, 1/cm.
    pub first_per_cm: Vec<f64>,
    /// Attenuation of the second material in each part, 1/cm; zeros where there is none.
    pub second_per_cm: Vec<f64>,
    /// Attenuation that the corrected line integrals shall have, first and second material, 1/cm.
    pub linear_per_cm: [f64; 2],
}

impl Polychromatic {
    /// What is measured behind so much of both materials, cm: `−ln Σ w exp(−µ₁ L₁ − µ₂ L₂)`.
    #[must_use]
    pub fn line_integral(&self, lengths_cm: [f64; 2]) -> f64 {
        -self.transmission_and_slope(lengths_cm)[0].ln()
    }

    /// Transmission, and its derivatives by both lengths with the sign turned.
    fn transmission_and_slope(&self, [first, second]: [f64; 2]) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for (k, weight) in self.weights.iter().enumerate() {
            let (a, b) = (self.first_per_cm[k], self.second_per_cm[k]);
            let part = weight * (-a * first - b * second).exp();
            sums[0] += part;
            sums[1] += part * a;
            sums[2] += part * b;
        }
        sums
    }

    /// The length of material `which` (0 or 1), cm, that with `other_cm` of the other one gives
    /// the line integral; below zero where the other one alone gives more.
    ///
    /// Newton's method: the line integral is a concave, rising function of each length, so that it
    /// converges from below without overshoot.
    #[must_use]
    pub fn length(&self, line_integral: f64, which: usize, other_cm: f64) -> f64 {
        let mut lengths = [other_cm; 2];
        lengths[which] = 0.0;
        for _ in 0..100 {
            let sums = self.transmission_and_slope(lengths);
            let missing = line_integral + sums[0].ln();
            let step = missing * sums[0] / sums[1 + which];
            lengths[which] += step;
            if step.abs() <= 1e-12 * (1.0 + lengths[which].abs()) {
                break;
            }
        }
        lengths[which]
    }

    /// Attenuation of a thin layer of each material: means weighted with the signal, 1/cm.
    #[must_use]
    pub fn thin_per_cm(&self) -> [f64; 2] {
        let mean = |per_cm: &[f64]| self.weights.iter().zip(per_cm).map(|(w, mu)| w * mu).sum();
        [mean(&self.first_per_cm), mean(&self.second_per_cm)]
    }

    /// The curve that makes line integrals of the first material alone proportional to thickness,
    /// up to the measured line integral `largest`.
    ///
    /// Source: Herman 1979, doi:10.1088/0031-9155/24/1/008.
    ///
    /// # Errors
    /// A material that attenuates nothing in some part of the beam.
    pub fn curve(&self, largest: f64) -> Result<Curve, CorrectError> {
        let step = largest / (NODES - 1) as f64;
        let linear = |node: usize| self.linear_per_cm[0] * self.length(step * node as f64, 0, 0.0);
        // The origin is the origin, however the weights were rounded.
        let values = std::iter::once(0.0).chain((1..NODES).map(linear));
        Curve::new(step, values.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_lines() -> Polychromatic {
        let mut beam = Polychromatic {
            weights: vec![0.2, 0.5, 0.3],
            first_per_cm: vec![40.0, 12.0, 5.0],
            second_per_cm: vec![3.0, 1.2, 0.6],
            linear_per_cm: [0.0; 2],
        };
        beam.linear_per_cm = beam.thin_per_cm();
        beam
    }

    #[test]
    fn a_cylinder_of_one_material_is_proportional_to_its_chords() {
        let beam = three_lines();
        let curve = beam.curve(9.3).unwrap();
        let mu = beam.linear_per_cm[0];
        // Chords of a cylinder of 4 mm radius, by the formula alone.
        for k in 0..400 {
            let chord = 2.0 * (0.16 - (0.001 * f64::from(k)).powi(2)).sqrt();
            let parts = [0.2 * (-40.0 * chord).exp(), 0.5 * (-12.0 * chord).exp()];
            let measured = -(parts[0] + parts[1] + 0.3 * (-5.0 * chord).exp()).ln();
            assert!((curve.at(measured) / (mu * chord) - 1.0).abs() < 1e-4);
        }
        let uncorrected = beam.line_integral([0.8, 0.0]) / (mu * 0.8);
        assert!(uncorrected < 0.6, "hardening matters here: {uncorrected}");
    }

    #[test]
    fn a_length_behind_a_known_one_is_found_back() {
        let beam = three_lines();
        for (first, second) in [(0.044, 1.4), (0.0, 0.2), (0.3, 0.0), (0.1, 3.0)] {
            let measured = beam.line_integral([first, second]);
            assert!((beam.length(measured, 1, first) - second).abs() < 1e-9);
            assert!((beam.length(measured, 0, second) - first).abs() < 1e-9);
        }
    }
}
