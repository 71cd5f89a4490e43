//! How often values of each level occur, in whole numbers, so that parts add up in any order. Knows
//! no meaning of the values.

use crate::cast::{to_f32, to_index};

/// Counts of values on levels of equal width.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    low: f32,
    high: f32,
}

impl Histogram {
    /// An empty histogram of so many levels between two values; `None` where they do not rise, are
    /// not finite, or there are no levels.
    #[must_use]
    pub fn between(low: f32, high: f32, levels: usize) -> Option<Self> {
        let is_range = low < high && (high - low).is_finite() && levels > 0;
        is_range.then(|| Self { counts: vec![0; levels], low, high })
    }

    /// The histogram of the finite values, from their least to their largest; `None` where fewer
    /// than two differ.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f32> + Clone, levels: usize) -> Option<Self> {
        let finite = values.filter(|value| value.is_finite());
        let start = (f32::INFINITY, f32::NEG_INFINITY);
        let (low, high) = finite.clone().fold(start, |(low, high), it| (low.min(it), high.max(it)));
        // Nothing finite leaves them at infinity, the wrong way round.
        let mut histogram = Self::between(low, high, levels)?;
        finite.for_each(|value| histogram.add(value));
        Some(histogram)
    }

    /// A histogram of counts that are known, the levels `0..counts.len()` of width 1; `None` of no
    /// counts.
    #[must_use]
    pub fn of_counts(counts: &[u64]) -> Option<Self> {
        let mut histogram = Self::between(0.0, to_f32(counts.len() as f64), counts.len())?;
        histogram.counts.copy_from_slice(counts);
        Some(histogram)
    }

    /// Counts a value; one beyond the ends counts at that end, NaN not at all.
    pub fn add(&mut self, value: f32) {
        if let Some(level) = self.level(value) {
            self.counts[level] += 1;
        }
    }

    /// Adds the counts of another histogram of the same levels.
    ///
    /// # Panics
    /// If the other one has other levels.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!((self.low, self.high), (other.low, other.high), "the same levels");
        assert_eq!(self.counts.len(), other.counts.len(), "the same levels");
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
    }

    /// The level of a value; that at the end for one beyond it, `None` for NaN.
    #[must_use]
    pub fn level(&self, value: f32) -> Option<usize> {
        let last = self.counts.len() - 1;
        let scale = self.counts.len() as f32 / (self.high - self.low);
        let level = to_index(f64::from((value - self.low) * scale)).min(last);
        (!value.is_nan()).then_some(level)
    }

    /// The value at which a level begins; of the number of levels: at which the last one ends.
    #[must_use]
    pub fn edge(&self, level: f64) -> f32 {
        let scale = self.counts.len() as f32 / (self.high - self.low);
        self.low + to_f32(level) / scale
    }

    /// Counts by level.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// All values counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The value that a share of the values counted lies below, linear within a level; `None`
    /// where nothing was counted.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f32> {
        let wanted = share.clamp(0.0, 1.0) * self.total() as f64;
        let mut below = 0.0;
        for (level, count) in self.counts.iter().enumerate().filter(|it| *it.1 > 0) {
            let count = *count as f64;
            if below + count >= wanted {
                return Some(self.edge(level as f64 + (wanted - below) / count));
            }
            below += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole_and_nan_is_not_counted() {
        let values: Vec<f32> = (0..999u16).map(|k| f32::from(k * 7 % 500) * 0.01).collect();
        let whole = Histogram::of(values.iter().copied(), 32).unwrap();
        let mut sum = Histogram::between(whole.low, whole.high, 32).unwrap();
        for part in values.chunks(100).rev() {
            let mut histogram = Histogram::between(whole.low, whole.high, 32).unwrap();
            part.iter().for_each(|value| histogram.add(*value));
            sum.merge(&histogram);
        }
        sum.add(f32::NAN);
        assert_eq!(sum, whole);
        assert_eq!(whole.total(), 999);
        assert!((whole.quantile(0.5).unwrap() - 2.5).abs() < 0.2);
    }

    #[test]
    fn values_beyond_the_ends_count_at_the_ends() {
        let mut histogram = Histogram::between(1.0, 2.0, 4).unwrap();
        [-5.0, 1.0, 1.3, 2.0, 9.0, f32::INFINITY].into_iter().for_each(|it| histogram.add(it));
        assert_eq!(histogram.counts(), [2, 1, 0, 3]);
        assert_eq!(histogram.edge(2.0), 1.5);
        assert_eq!(Histogram::between(1.0, 1.0, 4), None);
        assert_eq!(Histogram::of([f32::NAN, 2.0].into_iter(), 4), None);
    }
}
