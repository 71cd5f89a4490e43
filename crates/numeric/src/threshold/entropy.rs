//! Thresholds of largest entropy or correlation. Knows counts of levels.

use super::levels::{cumulated, largest, shares};
use crate::cast::to_index;

/// Levels by which two thresholds count as one.
const NEAR: usize = 5;

/// Shares of the levels, and their sums.
struct Classes {
    shares: Vec<f64>,
    below: Vec<f64>,
}

impl Classes {
    fn of(counts: &[u64]) -> Self {
        let shares = shares(counts);
        let below = cumulated(shares.iter().copied());
        Self { shares, below }
    }

    /// Σ f(p / P) over both classes, joined by `join`.
    fn sum(&self, level: usize, term: impl Fn(f64) -> f64, join: impl Fn(f64) -> f64) -> f64 {
        let (lower, upper) = self.shares.split_at(level + 1);
        let part = |class: &[f64], whole: f64| {
            let filled = class.iter().filter(|share| **share > 0.0);
            join(filled.map(|share| term(share / whole)).sum())
        };
        let below = self.below[level];
        part(lower, below) + part(upper, 1.0 - below)
    }

    /// Threshold of the largest Rényi entropy of order α; of Shannon's where α = 1.
    fn most_entropy(&self, alpha: f64) -> Option<usize> {
        largest(self.shares.len() - 1, |level| {
            if alpha == 1.0 {
                self.sum(level, |share| -share * share.ln(), |sum| sum)
            } else {
                self.sum(level, |share| share.powf(alpha), |sum| sum.ln() / (1.0 - alpha))
            }
        })
    }
}

/// Largest sum of the Shannon entropies of both classes.
/// Source: Kapur, Sahoo & Wong 1985, doi:10.1016/0734-189X(85)90125-2.
pub(super) fn kapur(counts: &[u64]) -> Option<usize> {
    Classes::of(counts).most_entropy(1.0)
}

/// The thresholds of the largest Rényi entropies of order ½, 1 and 2, weighted by how near each
/// other they are and by the share of the values between them.
/// Source: Sahoo, Wilkins & Yeager 1997, doi:10.1016/S0031-3203(96)00065-9.
pub(super) fn renyi(counts: &[u64]) -> Option<usize> {
    let classes = Classes::of(counts);
    let mut found = [0; 3];
    for (level, alpha) in found.iter_mut().zip([0.5, 1.0, 2.0]) {
        *level = classes.most_entropy(alpha)?;
    }
    found.sort_unstable();
    let is_near = [found[1] - found[0] <= NEAR, found[2] - found[1] <= NEAR];
    let weights = match is_near {
        [true, false] => [0.0, 1.0, 3.0],
        [false, true] => [3.0, 1.0, 0.0],
        _ => [1.0, 2.0, 1.0],
    };
    let below = [classes.below[found[0]], classes.below[found[2]]];
    let between = (below[1] - below[0]) / 4.0;
    let shares = [
        below[0] + between * weights[0],
        between * weights[1],
        1.0 - below[1] + between * weights[2],
    ];
    let level: f64 = found.iter().zip(shares).map(|(level, share)| *level as f64 * share).sum();
    // Sums of shares fall short of 1 in their last digits.
    Some(to_index(level + 1e-9))
}

/// Largest sum of the correlations of both classes, −ln Σ (p/P)² each.
/// Source: Yen, Chang & Chang 1995, doi:10.1109/83.366472.
pub(super) fn yen(counts: &[u64]) -> Option<usize> {
    Classes::of(counts).most_entropy(2.0)
}
