//! The inner or outer edge of a spiral around the clock: a circle aside, and a step where the sheet
//! ends. Knows no volume.

use std::f64::consts::TAU;

use voltomo_numeric::eigen::{solve_symmetric, symmetric};

use crate::round::median;

/// Places at which the step is tried.
const STEPS: usize = 180;
/// Residuals beyond so many robust standard deviations do not count.
const REACH: f64 = 4.0;
/// Terms: radius, shift along x, shift along y, step.
const TERMS: usize = 4;

/// `r(φ) = radius + x·cos φ + y·sin φ + step·(((φ − start) mod 2π)/2π − ½)`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sawtooth {
    /// Mean radius.
    pub(super) radius: f64,
    /// Where its middle lies, `[x, y]`.
    pub(super) centre: [f64; 2],
    /// What it grows by in one turn; negative where it falls with the angle.
    pub(super) step: f64,
    /// Angle at which it steps back, radians.
    pub(super) start: f64,
    /// Standard deviations of radius, x, y, step.
    pub(super) sigmas: [f64; TERMS],
    /// Robust standard deviation of the points about it.
    pub(super) scatter: f64,
}

fn bases(angle: f64, start: f64) -> [f64; TERMS] {
    [1.0, angle.cos(), angle.sin(), (angle - start).rem_euclid(TAU) / TAU - 0.5]
}

impl Sawtooth {
    /// Through points `(angle, radius)`, the step tried all around the clock; `None` for fewer than
    /// twenty points.
    pub(super) fn through(points: &[(f64, f64)]) -> Option<Self> {
        let points: Vec<(f64, f64)> =
            points.iter().copied().filter(|(angle, value)| (angle * value).is_finite()).collect();
        if points.len() < 5 * TERMS {
            return None;
        }
        let tries = (0..STEPS).map(|k| TAU * k as f64 / STEPS as f64);
        let fits = tries.filter_map(|start| Self::with_start(&points, start));
        fits.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(fit, _)| fit)
    }

    /// Radius at an angle.
    pub(super) fn at(&self, angle: f64) -> f64 {
        let terms = [self.radius, self.centre[0], self.centre[1], self.step];
        terms.iter().zip(bases(angle, self.start)).map(|(term, base)| term * base).sum()
    }

    /// The fit with its step at an angle, and the mean of its bounded squares.
    fn with_start(points: &[(f64, f64)], start: f64) -> Option<(Self, f64)> {
        let mut weights = vec![1.0; points.len()];
        let mut found = None;
        for _ in 0..5 {
            let (mut matrix, mut right) = ([0.0; TERMS * TERMS], [0.0; TERMS]);
            for ((angle, value), weight) in points.iter().zip(&weights) {
                let base = bases(*angle, start);
                for i in 0..TERMS {
                    right[i] += weight * base[i] * value;
                    (0..TERMS).for_each(|j| matrix[TERMS * i + j] += weight * base[i] * base[j]);
                }
            }
            let terms: [f64; TERMS] = solve_symmetric(&matrix, &right).try_into().ok()?;
            let misses: Vec<f64> = points
                .iter()
                .map(|(angle, value)| {
                    let base = bases(*angle, start);
                    value - (0..TERMS).map(|i| terms[i] * base[i]).sum::<f64>()
                })
                .collect();
            let scatter = 1.4826 * median(misses.iter().map(|it| it.abs()).collect())?;
            let reach = REACH * scatter.max(1e-9);
            weights = misses.iter().map(|it| f64::from(u8::from(it.abs() <= reach))).collect();
            let bounded = misses.iter().map(|it| it.abs().min(reach).powi(2)).sum::<f64>();
            found = Some((terms, scatter, bounded, matrix));
        }
        let (terms, scatter, bounded, matrix) = found?;
        let mut sigmas = [0.0; TERMS];
        for one in symmetric(&matrix, TERMS).iter().filter(|one| one.value > 1e-12) {
            (0..TERMS).for_each(|i| sigmas[i] += one.vector[i].powi(2) / one.value);
        }
        let [radius, x, y, step] = terms;
        let sigmas = sigmas.map(|it: f64| scatter * it.sqrt());
        Some((Self { radius, centre: [x, y], step, start, sigmas, scatter }, bounded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spiral_aside_is_told_from_its_step() {
        let truth = Sawtooth {
            radius: 1.75,
            centre: [-0.12, 0.03],
            step: 0.4,
            start: 6.2,
            sigmas: [0.0; 4],
            scatter: 0.0,
        };
        let points: Vec<(f64, f64)> = (0..144)
            .map(|k| TAU * f64::from(k) / 144.0)
            .map(|angle| {
                let buckled = if (1.0..1.6).contains(&angle) { -0.5 } else { 0.0 };
                (angle, truth.at(angle) + buckled + 0.004 * (37.0 * angle).sin())
            })
            .collect();
        let found = Sawtooth::through(&points).unwrap();
        assert!((found.centre[0] + 0.12).hypot(found.centre[1] - 0.03) < 0.01, "{found:?}");
        assert!((found.step - 0.4).abs() < 0.03 && (found.radius - 1.75).abs() < 0.01, "{found:?}");
        assert!((found.start - 6.2).abs() < 0.1, "{found:?}");
        assert_eq!(Sawtooth::through(&points[..10]), None);
    }
}
