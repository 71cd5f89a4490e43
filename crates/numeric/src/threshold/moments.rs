//! Thresholds from moments of the histogram. Knows counts of levels.

use super::levels::{cumulated, largest, shares};
use crate::cast::to_index;

/// Steps of an iteration that settles in a few.
const STEPS: usize = 1000;
/// Variance of values spread evenly over one level.
const OF_A_LEVEL: f64 = 1.0 / 12.0;

/// Σ p·kⁿ.
fn moment(shares: &[f64], power: i32) -> f64 {
    shares.iter().enumerate().map(|(k, share)| share * (k as f64).powi(power)).sum()
}

/// The mean level.
/// Source: Glasbey 1993, doi:10.1006/cgip.1993.1040.
pub(super) fn mean(counts: &[u64]) -> Option<usize> {
    Some(to_index(moment(&shares(counts), 1)))
}

/// The share of values below so that a picture of two levels has the same mean, variance and third
/// moment.
/// Source: Tsai 1985, doi:10.1016/0734-189X(85)90133-1.
pub(super) fn preserved(counts: &[u64]) -> Option<usize> {
    let shares = shares(counts);
    let [m1, m2, m3] = [1, 2, 3].map(|power| moment(&shares, power));
    let determinant = m2 - m1 * m1;
    let c0 = (m1 * m3 - m2 * m2) / determinant;
    let c1 = (m1 * m2 - m3) / determinant;
    let root = (c1 * c1 - 4.0 * c0).sqrt();
    let (z0, z1) = ((-c1 - root) / 2.0, (-c1 + root) / 2.0);
    let wanted = (z1 - m1) / (z1 - z0);
    cumulated(shares.into_iter()).iter().position(|sum| *sum > wanted)
}

/// Share, mean and variance of both classes of a level.
struct Normals {
    below: [f64; 3],
    above: [f64; 3],
}

/// Sums up to each level of p, p·k and p·k².
struct Sums([Vec<f64>; 3]);

impl Sums {
    fn of(counts: &[u64]) -> Self {
        let shares = shares(counts);
        Self([0, 1, 2].map(|power| {
            cumulated(shares.iter().enumerate().map(|(k, share)| share * (k as f64).powi(power)))
        }))
    }

    fn normals(&self, level: usize) -> Normals {
        let last = self.0[0].len() - 1;
        let of = |[share, first, second]: [f64; 3]| {
            let mean = first / share;
            [share, mean, (second / share - mean * mean).max(0.0) + OF_A_LEVEL]
        };
        let below = [0, 1, 2].map(|power: usize| self.0[power][level]);
        let above = [0, 1, 2].map(|power: usize| self.0[power][last] - self.0[power][level]);
        Normals { below: of(below), above: of(above) }
    }
}

/// Where two normal distributions of both classes' moments cross, found again until it stays; from
/// the mean on. Where that has no answer, the level of the least criterion of all.
/// Source: Kittler & Illingworth 1986, doi:10.1016/0031-3203(86)90030-0.
pub(super) fn least_error(counts: &[u64]) -> Option<usize> {
    let sums = Sums::of(counts);
    let last = counts.len() - 1;
    let mut level = to_index(sums.0[1][last]).min(last - 1);
    for _ in 0..STEPS {
        let Some(next) = crossing(&sums.normals(level)).map(to_index) else {
            break;
        };
        if next == level {
            return Some(level);
        }
        if next >= last {
            break;
        }
        level = next;
    }
    largest(last, |level| {
        let Normals { below, above } = sums.normals(level);
        let part = |[share, _, variance]: [f64; 3]| share * (0.5 * variance.ln() - share.ln());
        -(part(below) + part(above))
    })
}

/// The level between both means where the two densities are equal.
fn crossing(normals: &Normals) -> Option<f64> {
    let ([p, m, s], [q, n, t]) = (normals.below, normals.above);
    let w0 = 1.0 / s - 1.0 / t;
    let w1 = m / s - n / t;
    let w2 = m * m / s - n * n / t + (s * q * q / (t * p * p)).ln();
    let square = w1 * w1 - w0 * w2;
    let found = if w0.abs() < 1e-12 { w2 / (2.0 * w1) } else { (w1 + square.sqrt()) / w0 };
    // NaN fails, too.
    (found >= 0.0).then_some(found)
}
