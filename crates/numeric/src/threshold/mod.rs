//! Values that part a distribution in two or more classes. Knows no pictures.
//!
//! The sixteen global thresholds that ImageJ users know by name, each from its paper; the paper is
//! named where the method stands.

mod cluster;
mod entropy;
mod fuzzy;
mod levels;
mod moments;
mod shape;
mod smoothed;

pub use cluster::multi_otsu;

use crate::histogram::Histogram;

/// Levels that a distribution of values is cut into.
const LEVELS: usize = 256;

/// How to part a histogram in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GlobalThreshold {
    /// Iterated mean of both classes, upwards from the lowest level, the end levels left out and a
    /// single high peak cut down: ImageJ's own (public domain).
    Default,
    /// Least fuzziness.
    Huang,
    /// Middle between the two modes of the smoothed histogram.
    Intermodes,
    /// The level that is the mean of the means of both classes.
    IsoData,
    /// Least cross entropy.
    Li,
    /// Largest sum of the entropies of both classes.
    MaxEntropy,
    /// The mean.
    Mean,
    /// Least error of two normal distributions, by iteration.
    MinError,
    /// The minimum between the two modes of the smoothed histogram.
    Minimum,
    /// Two levels with the first three moments of the histogram.
    Moments,
    /// Largest variance between the classes.
    Otsu,
    /// Half of the values on either side.
    Percentile,
    /// Weighted mean of three thresholds of largest Rényi entropy.
    RenyiEntropy,
    /// Equal fuzzy information on both sides.
    Shanbhag,
    /// Farthest from the line between the peak and the end of the longer tail.
    Triangle,
    /// Largest correlation of both classes.
    Yen,
}

impl GlobalThreshold {
    /// All of them, by name.
    pub const ALL: [Self; 16] = [
        Self::Default,
        Self::Huang,
        Self::Intermodes,
        Self::IsoData,
        Self::Li,
        Self::MaxEntropy,
        Self::Mean,
        Self::MinError,
        Self::Minimum,
        Self::Moments,
        Self::Otsu,
        Self::Percentile,
        Self::RenyiEntropy,
        Self::Shanbhag,
        Self::Triangle,
        Self::Yen,
    ];

    /// The last level of the lower class.
    ///
    /// `None` where fewer than two levels hold values, or where the method finds none: no two
    /// modes, say.
    #[must_use]
    pub fn level(self, counts: &[u64]) -> Option<usize> {
        let first = counts.iter().position(|count| *count > 0)?;
        let last = counts.iter().rposition(|count| *count > 0)?;
        if first == last {
            return None;
        }
        // Empty levels at the ends say nothing, and would move the methods that use the ends.
        let inner = &counts[first..=last];
        let level = match self {
            Self::Default => cluster::iterated_upwards(counts).map(|level| level - first),
            Self::Huang => fuzzy::huang(inner),
            Self::Intermodes => smoothed::between_modes(inner),
            Self::IsoData => cluster::isodata(inner),
            Self::Li => cluster::li(inner),
            Self::MaxEntropy => entropy::kapur(inner),
            Self::Mean => moments::mean(inner),
            Self::MinError => moments::least_error(inner),
            Self::Minimum => smoothed::minimum(inner),
            Self::Moments => moments::preserved(inner),
            Self::Otsu => multi_otsu(inner, 2).map(|levels| levels[0]),
            Self::Percentile => shape::half(inner),
            Self::RenyiEntropy => entropy::renyi(inner),
            Self::Shanbhag => fuzzy::shanbhag(inner),
            Self::Triangle => shape::triangle(inner),
            Self::Yen => entropy::yen(inner),
        }?;
        // A threshold at the last level would part nothing.
        Some(first + level.min(inner.len() - 2))
    }

    /// The value that parts the classes: the upper end of the level of [`Self::level`]. Where
    /// empty levels follow, the middle of them is taken: they part the classes as well.
    #[must_use]
    pub fn value(self, histogram: &Histogram) -> Option<f32> {
        let level = self.level(histogram.counts())?;
        Some(histogram.edge(upper_edge(histogram.counts(), level)))
    }
}

/// Where the class up to a level ends: the middle of the empty levels behind it.
fn upper_edge(counts: &[u64], level: usize) -> f64 {
    let empty = counts[level + 1..].iter().take_while(|count| **count == 0).count();
    (level + 1) as f64 + 0.5 * empty as f64
}

/// The value that parts the finite values into two classes of the largest difference, weighted by
/// their sizes; `None` where fewer than two values differ.
///
/// The distribution is cut into 256 levels from its least to its largest value.
/// Source: Otsu 1979, doi:10.1109/TSMC.1979.4310076.
#[must_use]
pub fn otsu(values: impl Iterator<Item = f32> + Clone) -> Option<f32> {
    GlobalThreshold::Otsu.value(&Histogram::of(values, LEVELS)?)
}

#[cfg(test)]
mod tests;
