//! Thresholds from the outline of the histogram. Knows counts of levels.

use super::levels::{cumulated, largest, shares};

/// The level up to which most nearly half of the values lie.
/// Source: Doyle 1962, doi:10.1145/321119.321123.
pub(super) fn half(counts: &[u64]) -> Option<usize> {
    let sums = cumulated(shares(counts).into_iter());
    largest(counts.len(), |level| -(sums[level] - 0.5).abs())
}

/// The level of the longer tail that is farthest below the line from its end to the peak.
/// Source: Zack, Rogers & Latt 1977, doi:10.1177/25.7.70454.
pub(super) fn triangle(counts: &[u64]) -> Option<usize> {
    let last = counts.len() - 1;
    let peak = largest(counts.len(), |level| counts[level] as f64)?;
    let is_turned = peak < last - peak;
    let count = |level: usize| counts[if is_turned { last - level } else { level }] as f64;
    let width = if is_turned { last - peak } else { peak };
    let height = count(width);
    let found = largest(width, |level| height * level as f64 - width as f64 * count(level))?;
    Some(if is_turned { last - found } else { found })
}
