//! What the choice of a threshold does to a number that follows from it. Knows no volumes.

use serde::Serialize;
use voltomo_numeric::{cast::to_f32, histogram::Histogram};

/// Thresholds that are tried.
const STEPS: usize = 21;
/// Thresholds that part the values nearly as well as the best one: by this share of its variance
/// between the classes.
const NEARLY: f64 = 0.98;

/// A number, and what other thresholds would have made of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Swept {
    /// The number at the threshold that was chosen.
    pub value: f64,
    /// Half of the span of the number over the sweep.
    pub spread: f64,
    /// Least and largest number of the sweep.
    pub range: [f64; 2],
    /// Threshold and number, step by step.
    pub points: Vec<[f64; 2]>,
}

/// Works out a number at a threshold and at others around it.
///
/// `threshold`: the chosen one. `span`: least and largest to try, in the same unit. `number`: what
/// follows from a threshold, a volume fraction say. Numbers that are NaN count for nothing.
#[must_use]
pub fn sweep(threshold: f32, span: [f32; 2], number: impl Fn(f32) -> f64) -> Swept {
    let value = number(threshold);
    let [low, high] = span.map(f64::from);
    let step = |index: usize| low + (high - low) * index as f64 / (STEPS - 1) as f64;
    let point = |index: usize| [step(index), number(to_f32(step(index)))];
    let points: Vec<[f64; 2]> = (0..STEPS).map(point).collect();
    let numbers = points.iter().map(|point| point[1]).chain([value]).filter(|it| !it.is_nan());
    let start = [f64::INFINITY, f64::NEG_INFINITY];
    let range = numbers.fold(start, |[low, high], it| [low.min(it), high.max(it)]);
    Swept { value, spread: (0.5 * (range[1] - range[0])).max(0.0), range, points }
}

/// The thresholds next to a chosen one that part the values nearly as well: from the first to the
/// last without a break of which the variance between the classes is at least 0.98 of the chosen
/// one's.
///
/// A deep valley between two peaks gives a span that hardly moves a volume; a shallow one a span
/// that does. After Pietsch et al. 2018, doi:10.1039/c7se00498b (the variance between the classes
/// tells how uncertain a threshold is). `None` where the threshold parts nothing.
#[must_use]
pub fn nearly_as_good(histogram: &Histogram, threshold: f32) -> Option<[f32; 2]> {
    let counts = histogram.counts();
    let total = histogram.total() as f64;
    let all: f64 = counts.iter().enumerate().map(|(k, count)| k as f64 * *count as f64).sum();
    let (mut below, mut sum) = (0.0, 0.0);
    let between: Vec<f64> = (0..counts.len())
        .map(|level| {
            below += counts[level] as f64;
            sum += level as f64 * counts[level] as f64;
            let above = total - below;
            let is_parted = below > 0.0 && above > 0.0;
            let square = (sum / below - (all - sum) / above).powi(2);
            if is_parted { below * above * square } else { 0.0 }
        })
        .collect();
    // A threshold at the lower edge of a level parts it from the level before.
    let level = histogram.level(threshold)?.checked_sub(1)?;
    let least = NEARLY * between[level];
    if least <= 0.0 {
        return None;
    }
    let is_less = |value: &f64| *value < least;
    let first = between[..level].iter().rposition(is_less).map_or(0, |it| it + 1);
    let end = between[level..].iter().position(is_less).map_or(between.len(), |it| level + it);
    Some([histogram.edge((first + 1) as f64), histogram.edge(end as f64)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_hills(apart: f64) -> Histogram {
        let hill = |k: f64, middle: f64| (-0.5 * ((k - middle) / 12.0_f64).powi(2)).exp();
        let both = |k: f64| hill(k, 128.0 - apart / 2.0) + hill(k, 128.0 + apart / 2.0);
        let counts: Vec<u64> = (0..256)
            .map(|k| voltomo_numeric::cast::to_index(1e5 * both(f64::from(k))) as u64)
            .collect();
        Histogram::of_counts(&counts).unwrap()
    }

    #[test]
    fn hills_far_apart_leave_less_spread_than_hills_that_overlap() {
        let spread = |apart: f64| {
            let histogram = two_hills(apart);
            let span = nearly_as_good(&histogram, 128.0).unwrap();
            assert!(span[0] < 128.0 && span[1] > 128.0, "{span:?}");
            let share = |threshold: f32| {
                let level = histogram.level(threshold).unwrap();
                histogram.counts()[level..].iter().sum::<u64>() as f64 / histogram.total() as f64
            };
            let swept = sweep(128.0, span, share);
            assert!((swept.value - 0.5).abs() < 0.01 && swept.range[0] <= swept.value);
            swept.spread
        };
        let (far, near) = (spread(110.0), spread(40.0));
        assert!(far < 0.02 && near > 2.0 * far, "{far} {near}");
    }

    #[test]
    fn a_threshold_that_parts_nothing_has_no_span() {
        assert_eq!(nearly_as_good(&two_hills(60.0), -5.0), None);
        assert_eq!(nearly_as_good(&two_hills(60.0), f32::NAN), None);
        let one = Histogram::of_counts(&[0, 5, 0]).unwrap();
        assert_eq!(nearly_as_good(&one, 1.5), None);
    }
}
