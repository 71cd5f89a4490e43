//! Sums and maxima over the levels of a histogram. Knows no method.

/// The level for which a criterion is largest, the first of equals; levels without a number are
/// passed over.
pub(super) fn largest(levels: usize, criterion: impl Fn(usize) -> f64) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for level in 0..levels {
        let value = criterion(level);
        if !value.is_nan() && best.is_none_or(|(_, most)| value > most) {
            best = Some((level, value));
        }
    }
    best.map(|(level, _)| level)
}

/// Shares of the levels.
pub(super) fn shares(counts: &[u64]) -> Vec<f64> {
    let total: u64 = counts.iter().sum();
    counts.iter().map(|count| *count as f64 / total as f64).collect()
}

/// Sums up to and with each level.
pub(super) fn cumulated(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    values
        .map(|value| {
            sum += value;
            sum
        })
        .collect()
}
