//! Beam hardening by a polynomial of the line integral. Knows no spectrum.

use voltomo_types::Problem;

/// Where a polynomial is looked at: no line integral is larger (a transmission of 1e-13).
const LARGEST: f64 = 30.0;
/// Places at which its slope is looked at.
const STEPS: u32 = 30_000;

/// `p' = c₁ p + c₂ p² + … + c_n pⁿ`; below zero it goes on straight, with the slope c₁.
#[derive(Debug, Clone, PartialEq)]
pub struct Polynomial {
    coefficients: Vec<f64>,
    /// Up to here it rises.
    rises_to: f64,
}

impl Polynomial {
    /// A polynomial by its coefficients, c₁ first.
    ///
    /// # Errors
    /// No coefficients, one that is no number, or a polynomial that does not rise from zero on.
    pub fn new(coefficients: &[f64]) -> Result<Self, Problem> {
        const KEY: &str = "correct.beam_hardening.coefficients";
        let expected = "c1, c2, … of p' = c1 p + c2 p² + …, the first above 0";
        if coefficients.is_empty() || coefficients.iter().any(|value| !value.is_finite()) {
            return Err(Problem::new(KEY, format!("{coefficients:?}"), expected));
        }
        if coefficients[0] <= 0.0 {
            let found = format!("{coefficients:?}, which falls where it begins");
            return Err(Problem::new(KEY, found, expected));
        }
        let falls = (1..=STEPS)
            .map(|step| LARGEST * f64::from(step) / f64::from(STEPS))
            .find(|at| slope(coefficients, *at) <= 0.0);
        let rises_to = falls.map_or(f64::INFINITY, |at| at - LARGEST / f64::from(STEPS));
        Ok(Self { coefficients: coefficients.to_vec(), rises_to })
    }

    /// The largest line integral up to which it rises; +∞ where it rises throughout.
    #[must_use]
    pub fn rises_to(&self) -> f64 {
        self.rises_to
    }

    /// The corrected line integral.
    #[must_use]
    pub fn at(&self, line_integral: f64) -> f64 {
        if line_integral <= 0.0 {
            return self.coefficients[0] * line_integral;
        }
        let sum = self.coefficients.iter().rev().fold(0.0, |sum, c| sum * line_integral + c);
        sum * line_integral
    }

    /// Slope of the correction there.
    #[must_use]
    pub fn slope(&self, line_integral: f64) -> f64 {
        slope(&self.coefficients, line_integral.max(0.0))
    }

    /// The line integral that was corrected to `corrected`, by bisection where it rises.
    #[must_use]
    pub fn undone(&self, corrected: f64) -> f64 {
        if corrected <= 0.0 {
            return corrected / self.coefficients[0];
        }
        let (mut low, mut high) = (0.0, self.rises_to.min(LARGEST));
        for _ in 0..48 {
            let middle = 0.5 * (low + high);
            if self.at(middle) < corrected { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

/// `c₁ + 2 c₂ p + 3 c₃ p² + …`
fn slope(coefficients: &[f64], at: f64) -> f64 {
    let mut degree = coefficients.len() as f64;
    coefficients.iter().rev().fold(0.0, |sum, c| {
        let sum = sum * at + c * degree;
        degree -= 1.0;
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_polynomial_is_its_formula_and_can_be_undone() {
        let cubic = Polynomial::new(&[1.0, 0.05, 0.002]).unwrap();
        let wanted = 2.0 + 0.05 * 4.0 + 0.002 * 8.0;
        assert!((cubic.at(2.0) - wanted).abs() < 1e-12);
        assert!((cubic.slope(2.0) - (1.0 + 0.2 + 0.024)).abs() < 1e-12);
        assert!((cubic.undone(wanted) - 2.0).abs() < 1e-9);
        assert_eq!((cubic.at(-0.5), cubic.undone(-0.5)), (-0.5, -0.5));
        assert_eq!(cubic.rises_to(), f64::INFINITY);
    }

    #[test]
    fn bad_a_polynomial_that_turns_says_where() {
        let turning = Polynomial::new(&[1.0, -0.1]).unwrap();
        assert!((turning.rises_to() - 5.0).abs() < 0.002, "{}", turning.rises_to());
        for bad in [&[][..], &[0.0, 1.0], &[-1.0], &[1.0, f64::NAN]] {
            let problem = Polynomial::new(bad).unwrap_err();
            assert_eq!(problem.key, "correct.beam_hardening.coefficients");
        }
    }
}
