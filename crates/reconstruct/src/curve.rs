//! How an iteration went and why it ended, slabs together. Knows no method.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why the iteration of a problem ended (where slices are solved apart, each is a problem).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All iterations that were asked for are done.
    Iterations,
    /// The weighted residual is down to the noise that was named.
    Discrepancy,
    /// The volume hardly changes any more.
    Change,
    /// It cannot be improved: the gradient is nothing but rounding.
    Solved,
    /// A person stopped it.
    Cancelled,
}

/// The curve of an iteration: sums over all rays, so that those of slabs add up.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Curve {
    /// Iterations at most.
    pub planned: usize,
    /// Rays that weigh anything.
    pub rays: f64,
    /// `‖b‖²_W`.
    pub data: f64,
    /// `‖A·µ − b‖²_W` after each iteration.
    pub residual: Vec<f64>,
    /// What the method minimises, after each iteration; empty where it has no such function.
    pub objective: Vec<f64>,
    /// How many problems ended for which reason.
    pub endings: BTreeMap<Ending, usize>,
}

impl Curve {
    /// `‖A·µ − b‖_W/‖b‖_W` after each iteration.
    #[must_use]
    pub fn relative(&self) -> Vec<f64> {
        self.residual.iter().map(|residual| (residual / self.data).sqrt()).collect()
    }

    /// `‖A·µ − b‖²_W` a ray after each iteration: χ² a ray where the weights are 1/variance.
    #[must_use]
    pub fn per_ray(&self) -> Vec<f64> {
        self.residual.iter().map(|residual| residual / self.rays).collect()
    }

    /// Whether a person stopped it before its end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.endings.contains_key(&Ending::Cancelled)
    }

    /// The curve of this slab and another; the shorter one goes on with its last value.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        for (ending, count) in &other.endings {
            *self.endings.entry(*ending).or_default() += count;
        }
        Self {
            planned: self.planned.max(other.planned),
            rays: self.rays + other.rays,
            data: self.data + other.data,
            residual: sum(&self.residual, &other.residual),
            objective: sum(&self.objective, &other.objective),
            endings: self.endings,
        }
    }
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    let at = |curve: &[f64], k: usize| curve.get(k).or(curve.last()).copied().unwrap_or(0.0);
    (0..a.len().max(b.len())).map(|k| at(a, k) + at(b, k)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_slabs_add_up_and_the_shorter_goes_on_with_its_last_value() {
        let curve = |rays, residual: &[f64], ending| Curve {
            rays,
            data: 2.0 * rays,
            residual: residual.to_vec(),
            endings: [(ending, 1)].into(),
            ..Default::default()
        };
        let long = curve(5.0, &[5.0, 3.0, 2.0], Ending::Iterations);
        let both = long.with(&curve(3.0, &[4.0], Ending::Discrepancy));
        assert_eq!((both.data, &both.residual[..]), (16.0, &[9.0, 7.0, 6.0][..]));
        assert_eq!(both.per_ray()[2], 0.75);
        assert_eq!(both.endings, [(Ending::Iterations, 1), (Ending::Discrepancy, 1)].into());
        assert!(!both.is_cancelled());
    }
}
