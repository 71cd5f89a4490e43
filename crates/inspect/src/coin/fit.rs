//! Planes and low surfaces through scattered points, held against outliers. Knows no volume.

use voltomo_numeric::eigen::{solve_symmetric, symmetric};

use crate::round::median_and_sigma;

/// Points farther from the fit than so many robust standard deviations do not count.
const REACH: f64 = 3.5;
/// Rounds of leaving out and fitting again.
const ROUNDS: usize = 6;

/// A value and its standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    /// The value.
    pub(super) value: f64,
    /// One standard deviation.
    pub(super) sigma: f64,
}

/// `z = terms · (1, y, x, y², yx, x², …)` up to a degree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Surface {
    degree: usize,
    /// Factors, in the order above.
    pub(super) terms: Vec<f64>,
    /// Their standard deviations, by the scatter of the points.
    pub(super) sigmas: Vec<f64>,
    /// Robust standard deviation of the points about it.
    pub(super) scatter: f64,
    /// Share of the points that count.
    pub(super) kept: f64,
}

impl Surface {
    /// Through points `[z, y, x]`; `None` of fewer than three points a term.
    pub(super) fn through(points: &[[f64; 3]], degree: usize) -> Option<Self> {
        let size = (degree + 1) * (degree + 2) / 2;
        let points: Vec<[f64; 3]> =
            points.iter().copied().filter(|point| point.iter().all(|it| it.is_finite())).collect();
        if points.len() < 3 * size {
            return None;
        }
        let heights: Vec<f64> = points.iter().map(|point| point[0]).collect();
        let middle = crate::round::median(heights)?;
        let mut surface = Self {
            degree,
            terms: vec![0.0; size],
            sigmas: vec![0.0; size],
            scatter: 0.0,
            kept: 1.0,
        };
        surface.terms[0] = middle;
        for round in 0..ROUNDS {
            let rest: Vec<f64> = points.iter().map(|it| it[0] - surface.at(it[1], it[2])).collect();
            surface.scatter = median_and_sigma(&rest)?.1;
            let reach = if round < 2 { f64::INFINITY } else { REACH * surface.scatter + 1e-12 };
            let near: Vec<[f64; 3]> = points
                .iter()
                .zip(&rest)
                .filter(|(_, rest)| rest.abs() <= reach)
                .map(|(point, _)| *point)
                .collect();
            surface.kept = near.len() as f64 / points.len() as f64;
            surface.fit(&near);
        }
        Some(surface)
    }

    /// Its height.
    pub(super) fn at(&self, y: f64, x: f64) -> f64 {
        self.terms.iter().zip(bases(self.degree, y, x)).map(|(term, base)| term * base).sum()
    }

    fn fit(&mut self, points: &[[f64; 3]]) {
        let size = self.terms.len();
        let (mut matrix, mut right) = (vec![0.0; size * size], vec![0.0; size]);
        for [z, y, x] in points {
            let base = bases(self.degree, *y, *x);
            for i in 0..size {
                right[i] += base[i] * z;
                for j in 0..size {
                    matrix[i * size + j] += base[i] * base[j];
                }
            }
        }
        let mut variances = vec![0.0; size];
        for one in symmetric(&matrix, size).iter().filter(|one| one.value > 1e-9) {
            for (variance, v) in variances.iter_mut().zip(&one.vector) {
                *variance += v * v / one.value;
            }
        }
        self.terms = solve_symmetric(&matrix, &right);
        self.sigmas = variances.into_iter().map(|it| it.sqrt() * self.scatter).collect();
    }
}

fn bases(degree: usize, y: f64, x: f64) -> Vec<f64> {
    let power = |base: f64, times: usize| (0..times).map(|_| base).product::<f64>();
    (0..=degree)
        .flat_map(|total| (0..=total).map(move |by_x| power(y, total - by_x) * power(x, by_x)))
        .collect()
}
