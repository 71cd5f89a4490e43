//! The inner or outer edge of a spiral around the clock: a circle aside, and a step where the sheet
//! ends. Knows no volume.

use std::f64::consts::TAU;

use voltomo_numeric::eigen::{solve_symmetric, symmetric};

use crate::round::median;

/// Places at which the step is tried.
const STEPS: usize = 180;
/// Residuals beyond so many robust standard deviations do not count.
const REACH: f64 = 4.0;
/// Edges buckle inwards: the quantile of the points that the first fit goes through.
const OUTWARD: f64 = 0.85;
/// Smaller misses count as this, mm.
const LEAST_MISS: f64 = 1e-3;
/// A miss outwards counts so many times as one inwards.
const OUTSIDE: f64 = 3.0;
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
        let fits: Vec<(Self, Vec<f64>)> =
            tries.filter_map(|start| Self::with_start(&points, start)).collect();
        // The median alone does not see the places that a step a little too far on misses; the mean
        // alone would bend the spiral into a buckle. So a miss inwards counts, but none more than another.
        // Nothing buckles outwards: a step that moves into a buckle to explain it leaves the edge beside
        // it outside.
        let least = fits.iter().map(|(fit, _)| fit.scatter).fold(f64::INFINITY, f64::min);
        let most = REACH * least.max(LEAST_MISS);
        let miss = |it: &f64| if *it > 0.0 { OUTSIDE * it } else { it.abs().min(most) };
        let cost = |all: &[f64]| all.iter().map(miss).sum::<f64>();
        fits.into_iter().min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b))).map(|(fit, _)| fit)
    }

    /// Radius at an angle.
    pub(super) fn at(&self, angle: f64) -> f64 {
        let terms = [self.radius, self.centre[0], self.centre[1], self.step];
        terms.iter().zip(bases(angle, self.start)).map(|(term, base)| term * base).sum()
    }

    /// The fit with its step at an angle, and its misses: first a quantile of the
    /// misses, which a buckle of a third of the circle does not move, then by least squares of what is near.
    fn with_start(points: &[(f64, f64)], start: f64) -> Option<(Self, Vec<f64>)> {
        let rows: Vec<([f64; TERMS], f64)> =
            points.iter().map(|(angle, value)| (bases(*angle, start), *value)).collect();
        let misses = |terms: &[f64; TERMS]| -> Vec<f64> {
            let fit = |base: &[f64; TERMS]| (0..TERMS).map(|i| terms[i] * base[i]).sum::<f64>();
            rows.iter().map(|(base, value)| value - fit(base)).collect()
        };
        let mut terms = solved(&rows, &vec![1.0; rows.len()])?.0;
        for _ in 0..20 {
            let side = |it: f64| if it > 0.0 { OUTWARD } else { 1.0 - OUTWARD };
            let weights: Vec<f64> =
                misses(&terms).iter().map(|it| side(*it) / it.abs().max(LEAST_MISS)).collect();
            terms = solved(&rows, &weights)?.0;
        }
        let all = misses(&terms);
        let scatter = 1.4826 * median(all.iter().map(|it| it.abs()).collect())?;
        let reach = REACH * scatter.max(LEAST_MISS);
        let weights: Vec<f64> =
            all.iter().map(|it| f64::from(u8::from(it.abs() <= reach))).collect();
        let ([radius, x, y, step], sigmas) = solved(&rows, &weights)?;
        let sigmas = sigmas.map(|it| scatter * it);
        let all = misses(&[radius, x, y, step]);
        Some((Self { radius, centre: [x, y], step, start, sigmas, scatter }, all))
    }
}

/// Terms of weighted least squares, and the square roots of the diagonal of the inverse matrix.
fn solved(rows: &[([f64; TERMS], f64)], weights: &[f64]) -> Option<([f64; TERMS], [f64; TERMS])> {
    let (mut matrix, mut right) = ([0.0; TERMS * TERMS], [0.0; TERMS]);
    for ((base, value), weight) in rows.iter().zip(weights) {
        for i in 0..TERMS {
            right[i] += weight * base[i] * value;
            (0..TERMS).for_each(|j| matrix[TERMS * i + j] += weight * base[i] * base[j]);
        }
    }
    let terms = solve_symmetric(&matrix, &right).try_into().ok()?;
    let mut variances = [0.0_f64; TERMS];
    for one in symmetric(&matrix, TERMS).iter().filter(|one| one.value > 1e-12) {
        (0..TERMS).for_each(|i| variances[i] += one.vector[i].powi(2) / one.value);
    }
    Some((terms, variances.map(f64::sqrt)))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

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
                let buckled = if (1.0..2.2).contains(&angle) { -1.0 } else { 0.0 };
                (angle, truth.at(angle) + buckled + 0.004 * (37.0 * angle).sin())
            })
            .collect();
        let found = Sawtooth::through(&points).unwrap();
        assert!((found.centre[0] + 0.12).hypot(found.centre[1] - 0.03) < 0.01, "{found:?}");
        assert!((found.step - 0.4).abs() < 0.03 && (found.radius - 1.75).abs() < 0.01, "{found:?}");
        assert!((found.start - 6.2).abs() < 0.1, "{found:?}");
        assert_eq!(Sawtooth::through(&points[..10]), None);
    }

    #[test]
    fn no_noise_moves_the_step_past_places_that_it_would_then_miss() {
        let truth = |angle: f64| 1.75 + 0.4 * ((angle - 6.2).rem_euclid(TAU) / TAU - 0.5);
        for seed in 0..12 {
            let mut chance = voltomo_numeric::random::Random::new(seed);
            let noisy = |angle: f64| (angle, truth(angle) + 0.01 * chance.normal());
            let points: Vec<(f64, f64)> =
                (0..144).map(|k| TAU * f64::from(k) / 144.0).map(noisy).collect();
            let found = Sawtooth::through(&points).unwrap();
            let off = (found.start - 6.2 + 0.5 * TAU).rem_euclid(TAU) - 0.5 * TAU;
            assert!(off.abs() < 0.1, "{seed}: {found:?}");
        }
    }

    #[test]
    fn a_step_beside_a_buckle_does_not_explain_it() {
        let truth = |angle: f64| 1.745 + 0.39 * ((angle - 6.18).rem_euclid(TAU) / TAU - 0.5);
        for (middle, depth) in [(5.6, 0.45), (5.79, 0.38), (5.79, 0.45), (5.79, 0.6)] {
            let aside = |angle: f64| (angle - middle + PI).rem_euclid(TAU) - PI;
            let buckle = |angle: f64| depth * (1.0 - (aside(angle) / 0.52).powi(2)).max(0.0);
            let uneven = |angle: f64| 0.015 * (7.0 * angle).sin();
            let points: Vec<(f64, f64)> = (0..144)
                .map(|k| TAU * f64::from(k) / 144.0)
                .map(|angle| (angle, truth(angle) - buckle(angle) + uneven(angle)))
                .collect();
            let found = Sawtooth::through(&points).unwrap();
            // At the step itself there is no edge to measure.
            let beside = |at: f64| ((at - found.start + PI).rem_euclid(TAU) - PI).abs() > 0.23;
            let far = points.iter().filter(|it| beside(it.0));
            let most = far.map(|it| found.at(it.0) - it.1).fold(0.0, f64::max);
            assert!((most - depth).abs() < 0.05, "{middle} {depth}: {most} {found:?}");
        }
    }
}
