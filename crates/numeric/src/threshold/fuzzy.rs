//! Thresholds by the membership of levels in fuzzy classes. Knows counts of levels.

use super::levels::{cumulated, largest, shares};

/// Least fuzziness: each level belongs to its class by 1 / (1 + |level − mean of the class| / range),
/// and Shannon's entropy of that is summed over all values.
/// Source: Huang & Wang 1995, doi:10.1016/0031-3203(94)E0043-K.
pub(super) fn huang(counts: &[u64]) -> Option<usize> {
    let levels = counts.len();
    let sums = cumulated(counts.iter().map(|count| *count as f64));
    let moments = cumulated(counts.iter().enumerate().map(|(k, n)| k as f64 * *n as f64));
    let (total, all) = (sums[levels - 1], moments[levels - 1]);
    let range = (levels - 1) as f64;
    let entropy = |distance: f64| {
        let belongs = 1.0 / (1.0 + distance / range);
        let term = |share: f64| if share > 0.0 { -share * share.ln() } else { 0.0 };
        term(belongs) + term(1.0 - belongs)
    };
    largest(levels - 1, |level| {
        let below = moments[level] / sums[level];
        let above = (all - moments[level]) / (total - sums[level]);
        let fuzzy = |(k, count): (usize, &u64)| {
            let mean = if k <= level { below } else { above };
            *count as f64 * entropy((k as f64 - mean).abs())
        };
        -counts.iter().enumerate().map(fuzzy).sum::<f64>()
    })
}

/// The level at which the fuzzy information of both classes is most nearly equal; the membership
/// of a level rises from ½ at the threshold to 1 at the end of its class.
/// Source: Shanbhag 1994, doi:10.1006/cgip.1994.1037.
pub(super) fn shanbhag(counts: &[u64]) -> Option<usize> {
    let shares = shares(counts);
    let sums = cumulated(shares.iter().copied());
    largest(counts.len() - 1, |level| {
        let (below, above) = (sums[level], 1.0 - sums[level]);
        let lower = (0..=level).map(|k| {
            let beyond = if k == 0 { 0.0 } else { sums[k - 1] };
            -shares[k] * (1.0 - 0.5 * beyond / below).ln()
        });
        let upper = (level + 1..counts.len())
            .map(|k| -shares[k] * (1.0 - 0.5 * (1.0 - sums[k]) / above).ln());
        let information = [lower.sum::<f64>() * 0.5 / below, upper.sum::<f64>() * 0.5 / above];
        -(information[0] - information[1]).abs()
    })
}
