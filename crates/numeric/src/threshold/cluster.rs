//! Thresholds between the means of classes. Knows counts of levels.

use super::levels::cumulated;

/// Sums of counts and of counts × level, up to and with each level.
struct Sums {
    counts: Vec<f64>,
    moments: Vec<f64>,
}

impl Sums {
    fn of(counts: &[u64]) -> Self {
        let moments = counts.iter().enumerate().map(|(level, count)| (level as u64 * count) as f64);
        Self {
            counts: cumulated(counts.iter().map(|count| *count as f64)),
            moments: cumulated(moments),
        }
    }

    /// Count and moment of the levels after `from` (all where `None`), up to and with `to`.
    fn between(&self, from: Option<usize>, to: usize) -> (f64, f64) {
        let before = |sums: &[f64]| from.map_or(0.0, |from| sums[from]);
        (self.counts[to] - before(&self.counts), self.moments[to] - before(&self.moments))
    }

    fn last(&self) -> usize {
        self.counts.len() - 1
    }

    /// Mean level up to a level, and above it.
    fn means(&self, level: usize) -> [f64; 2] {
        let mean = |(count, moment): (f64, f64)| moment / count;
        [mean(self.between(None, level)), mean(self.between(Some(level), self.last()))]
    }
}

/// The last levels of all classes but the highest, so that the variance within the classes is
/// least; `None` where there are fewer filled levels than classes, or fewer than 2 classes.
///
/// Exact: the best partition of the levels up to each one follows from the best ones of one class
/// fewer. It is the k-means of one dimension, too. Of equal ones that with the lowest levels.
/// Source: Otsu 1979, doi:10.1109/TSMC.1979.4310076; for more classes Liao, Chen & Chung 2001,
/// J. Inf. Sci. Eng. 17, 713.
#[must_use]
pub fn multi_otsu(counts: &[u64], classes: usize) -> Option<Vec<usize>> {
    let filled = counts.iter().filter(|count| **count > 0).count();
    if classes < 2 || filled < classes {
        return None;
    }
    let sums = Sums::of(counts);
    // What a class adds to the variance between classes, save for a constant.
    let gain = |from: Option<usize>, to: usize| {
        let (count, moment) = sums.between(from, to);
        if count > 0.0 { moment * moment / count } else { f64::NEG_INFINITY }
    };
    let mut best: Vec<f64> = (0..counts.len()).map(|to| gain(None, to)).collect();
    let mut cuts: Vec<Vec<usize>> = Vec::new();
    for _ in 1..classes {
        let step: Vec<(f64, usize)> = (0..counts.len())
            .map(|to| {
                let candidates = (0..to).map(|cut| (best[cut] + gain(Some(cut), to), cut));
                candidates.fold((f64::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a })
            })
            .collect();
        best = step.iter().map(|it| it.0).collect();
        cuts.push(step.iter().map(|it| it.1).collect());
    }
    let mut levels = Vec::with_capacity(classes - 1);
    let mut to = counts.len() - 1;
    for cut in cuts.iter().rev() {
        to = cut[to];
        levels.push(to);
    }
    levels.reverse();
    Some(levels)
}

/// The lowest level that is the mean of the means of both classes, rounded down.
/// Source: Ridler & Calvard 1978, doi:10.1109/TSMC.1978.4310039.
pub(super) fn isodata(counts: &[u64]) -> Option<usize> {
    let sums = Sums::of(counts);
    (0..sums.last()).find(|level| {
        let [below, above] = sums.means(*level);
        let above_it = 0.5 * (below + above) - *level as f64;
        (0.0..1.0).contains(&above_it)
    })
}

/// ImageJ's default: the first level from below that is not under the mean of both means. The end
/// levels count for nothing (they hold what was erased or clipped), and a mode of more than twice
/// the next highest count is cut down to 1.5 times that.
/// Source: ImageJ 1 (public domain), after Ridler & Calvard 1978.
pub(super) fn iterated_upwards(counts: &[u64]) -> Option<usize> {
    let mut counts = counts.to_vec();
    let mode = (0..counts.len()).rev().max_by_key(|level| counts[*level])?;
    let others = counts.iter().enumerate().filter(|(level, _)| *level != mode);
    let second = others.map(|(_, count)| *count).max()?;
    if second > 0 && counts[mode] > 2 * second {
        counts[mode] = second + second / 2;
    }
    let whole = counts.clone();
    *counts.first_mut()? = 0;
    *counts.last_mut()? = 0;
    if counts.iter().filter(|count| **count > 0).count() < 2 {
        counts = whole;
    }
    let first = counts.iter().position(|count| *count > 0)?;
    let last = counts.iter().rposition(|count| *count > 0)?;
    let sums = Sums::of(&counts);
    let mean = |level: usize| sums.means(level).iter().sum::<f64>() / 2.0;
    let level = (first..last).find(|level| (level + 2) as f64 > mean(*level));
    let level = crate::cast::to_index(mean(level.unwrap_or(last - 1)).round());
    Some(level.clamp(first, last - 1))
}

/// Steps of an iteration that settles in a few.
const STEPS: usize = 1000;

/// Least cross entropy between the picture and its two levels, from the mean on:
/// t ← (m₁ − m₀) / (ln m₁ − ln m₀).
/// Source: Li & Lee 1993, doi:10.1016/0031-3203(93)90115-D; Li & Tam 1998,
/// doi:10.1016/S0167-8655(98)00057-9.
pub(super) fn li(counts: &[u64]) -> Option<usize> {
    let sums = Sums::of(counts);
    let (count, moment) = sums.between(None, sums.last());
    let mut threshold = moment / count;
    for _ in 0..STEPS {
        let level = crate::cast::to_index(threshold).min(sums.last() - 1);
        let [below, above] = sums.means(level);
        // All of the lower class at nought: its logarithm, and so the step, has no limit.
        if below <= 0.0 {
            break;
        }
        let next = (above - below) / (above.ln() - below.ln());
        let step = (next - threshold).abs();
        threshold = next;
        if step <= 0.5 {
            break;
        }
    }
    Some(crate::cast::to_index(threshold))
}
