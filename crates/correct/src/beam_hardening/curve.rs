//! A table from measured to linear line integrals. Knows no spectrum.

use voltomo_numeric::cast::to_index;

use crate::CorrectError;

/// A rising curve through the origin, at equal steps of the measured line integral; straight
/// between its nodes, and straight on beyond its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    step: f64,
    values: Vec<f64>,
}

impl Curve {
    /// The curve whose node k is the linear line integral of the measured one `k·step`.
    ///
    /// # Errors
    /// Less than two nodes, a first one that is not 0, or nodes that do not rise.
    pub fn new(step: f64, values: Vec<f64>) -> Result<Self, CorrectError> {
        let rises = values.windows(2).all(|pair| pair[0] < pair[1]);
        let is_usable = step > 0.0 && values.len() > 1 && values[0] == 0.0 && rises;
        if is_usable && values.iter().all(|value| value.is_finite()) {
            return Ok(Self { step, values });
        }
        Err(CorrectError::HardeningCurve { nodes: values.len() })
    }

    /// The linear line integral of a measured one.
    #[must_use]
    pub fn at(&self, measured: f64) -> f64 {
        let place = measured / self.step;
        let node = to_index(place).min(self.values.len() - 2);
        let (low, high) = (self.values[node], self.values[node + 1]);
        low + (high - low) * (place - node as f64)
    }

    /// The measured line integral of a linear one, and the slope of the curve there.
    #[must_use]
    pub fn undone(&self, linear: f64) -> (f64, f64) {
        let above = self.values.partition_point(|value| *value <= linear);
        let node = above.saturating_sub(1).min(self.values.len() - 2);
        let rise = self.values[node + 1] - self.values[node];
        let place = node as f64 + (linear - self.values[node]) / rise;
        (place * self.step, rise / self.step)
    }

    /// The largest measured line integral of the table.
    #[must_use]
    pub fn end(&self) -> f64 {
        self.step * (self.values.len() - 1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_through_its_nodes_and_straight_on() {
        let curve = Curve::new(0.5, vec![0.0, 0.6, 1.4]).unwrap();
        let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-12, "{found}");
        near(curve.at(0.5), 0.6);
        near(curve.at(0.75), 1.0);
        near(curve.at(-0.25), -0.3);
        near(curve.at(1.5), 2.2);
        near(curve.end(), 1.0);
        for measured in [-0.3, 0.1, 0.6, 2.0] {
            near(curve.undone(curve.at(measured)).0, measured);
        }
        near(curve.undone(1.0).1, 1.6);
    }

    #[test]
    fn bad_a_curve_that_does_not_rise_is_refused() {
        for values in [vec![0.0], vec![0.1, 0.2], vec![0.0, 1.0, 1.0], vec![0.0, f64::NAN]] {
            assert!(Curve::new(0.5, values).is_err());
        }
    }
}
