//! A length around the clock as a circle with few harmonics, fitted against outliers. Knows no
//! volume.

use voltomo_numeric::eigen::{solve_symmetric, symmetric};

/// Residuals beyond so many robust standard deviations do not count (Tukey's biweight).
const REACH: f64 = 4.685;
/// Rounds of reweighting.
const ROUNDS: usize = 12;

/// `r(φ) = c₀ + Σ c₂ₖ₋₁ cos kφ + c₂ₖ sin kφ`.
#[derive(Debug, Clone, PartialEq)]
pub struct Harmonics {
    /// c₀, then cosine and sine of each harmonic.
    pub terms: Vec<f64>,
    /// Standard deviation of each term, by the scatter of the kept points.
    pub sigmas: Vec<f64>,
    /// Robust standard deviation of the points about the fit.
    pub scatter: f64,
    /// Share of the points within reach.
    pub kept: f64,
}

impl Harmonics {
    /// The value at an angle, radians.
    #[must_use]
    pub fn at(&self, angle: f64) -> f64 {
        let mut value = 0.0;
        for (term, base) in self.terms.iter().zip(bases(angle, self.terms.len())) {
            value += term * base;
        }
        value
    }

    /// Amplitude of harmonic `k`, its standard deviation, and the angle of its first maximum.
    #[must_use]
    pub fn amplitude(&self, k: usize) -> (f64, f64, f64) {
        let [c, s] = [2 * k - 1, 2 * k].map(|i| self.terms.get(i).copied().unwrap_or(0.0));
        let sigma = self.sigmas.get(2 * k).copied().unwrap_or(0.0);
        (c.hypot(s), sigma, s.atan2(c) / k as f64)
    }
}

fn bases(angle: f64, count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| {
        let k = i.div_ceil(2) as f64;
        if i % 2 == 1 { (k * angle).cos() } else { (k * angle).sin() + f64::from(u8::from(i == 0)) }
    })
}

/// Harmonics up to `order` through points `(angle, value)`, by Tukey's biweight from a start of
/// medians; values that are no numbers do not count. `None` for fewer than three points a term.
///
/// Source: Holland & Welsch 1977, doi:10.1080/03610927708827533.
#[must_use]
pub fn harmonics(points: &[(f64, f64)], order: usize) -> Option<Harmonics> {
    let size = 2 * order + 1;
    let points: Vec<(f64, f64)> =
        points.iter().copied().filter(|(angle, value)| (angle * value).is_finite()).collect();
    if points.len() < 3 * size {
        return None;
    }
    let mut terms = vec![0.0; size];
    terms[0] = median(points.iter().map(|(_, value)| *value).collect())?;
    let (mut sigmas, mut scatter, mut kept) = (vec![0.0; size], 0.0, 1.0);
    for round in 0..ROUNDS {
        let fit = |angle: f64| -> f64 {
            terms.iter().zip(bases(angle, size)).map(|(term, base)| term * base).sum()
        };
        let residuals: Vec<f64> = points.iter().map(|(angle, value)| value - fit(*angle)).collect();
        scatter = 1.4826 * median(residuals.iter().map(|it| it.abs()).collect())?;
        // The first fit is of a circle that may lie aside: nothing is an outlier yet.
        let reach = REACH * if round < 2 { 3.0 } else { 1.0 } * scatter.max(1e-12);
        let weights: Vec<f64> =
            residuals.iter().map(|it| (1.0 - (it / reach).powi(2)).max(0.0).powi(2)).collect();
        kept = weights.iter().filter(|weight| **weight > 0.0).count() as f64 / points.len() as f64;
        (terms, sigmas) = weighted(&points, &weights, size);
        sigmas.iter_mut().for_each(|sigma| *sigma *= scatter);
    }
    Some(Harmonics { terms, sigmas, scatter, kept })
}

/// Terms of least squares, and the square roots of the diagonal of the inverse matrix.
fn weighted(points: &[(f64, f64)], weights: &[f64], size: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut matrix, mut right) = (vec![0.0; size * size], vec![0.0; size]);
    for ((angle, value), weight) in points.iter().zip(weights) {
        let base: Vec<f64> = bases(*angle, size).collect();
        for i in 0..size {
            right[i] += weight * base[i] * value;
            for j in 0..size {
                matrix[i * size + j] += weight * base[i] * base[j];
            }
        }
    }
    let mut variances = vec![0.0; size];
    for one in symmetric(&matrix, size).iter().filter(|one| one.value > 1e-12) {
        for (variance, v) in variances.iter_mut().zip(&one.vector) {
            *variance += v * v / one.value;
        }
    }
    (solve_symmetric(&matrix, &right), variances.into_iter().map(f64::sqrt).collect())
}

/// The middle value, NaN left out; `None` of nothing.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| !value.is_nan());
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if below.len() < middle || values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = values[..middle].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(0.5 * (lower + upper))
}

/// Median and robust standard deviation (1.4826 times the median distance), NaN left out.
#[must_use]
pub fn median_and_sigma(values: &[f64]) -> Option<(f64, f64)> {
    let middle = median(values.to_vec())?;
    let distances = values.iter().map(|value| (value - middle).abs()).collect();
    Some((middle, 1.4826 * median(distances)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_wild_points_does_not_move_the_circle() {
        let clean =
            |angle: f64| 9.1 + 0.2 * angle.cos() - 0.1 * angle.sin() + 0.05 * (2.0 * angle).sin();
        let points: Vec<(f64, f64)> = (0..360)
            .map(|k| f64::from(k).to_radians())
            .enumerate()
            .map(|(k, angle)| {
                (
                    angle,
                    clean(angle) + if k % 4 == 0 { -1.0 } else { 1e-4 * (7.7 * k as f64).sin() },
                )
            })
            .collect();
        let found = harmonics(&points, 2).unwrap();
        for (term, wanted) in found.terms.iter().zip([9.1, 0.2, -0.1, 0.0, 0.05]) {
            assert!((term - wanted).abs() < 1e-4, "{found:?}");
        }
        assert!((found.kept - 0.75).abs() < 0.02);
        assert!((found.amplitude(2).2 - 45.0_f64.to_radians()).abs() < 1e-2);
    }

    #[test]
    fn median_of_even_and_odd_counts() {
        assert_eq!(median(vec![3.0, 1.0, f64::NAN, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
