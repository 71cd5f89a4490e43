//! How far the can's wall is, and how often the layers repeat along the radius. Traces nothing.

use ndarray::{Array2, ArrayView1};
use voltomo_numeric::cast::to_index;

/// The wall is brighter than the roll's mean by at least this factor.
const WALL_OVER_ROLL: f64 = 1.25;
/// Least correlation of a profile with itself, one pitch on.
const LEAST_CORRELATION: f64 = 0.1;
/// A shorter repeat is taken where its correlation reaches this share of the greatest.
const SHARE_OF_GREATEST: f64 = 0.75;

/// Radius of the inner face of the wall, mm, from an unrolled cross-section about the can's axis:
/// where the mean over the angles has risen half way from the roll to its greatest value.
///
/// A spiral's mean over the angles is flat, so that only what is concentric stands out. None where
/// nothing stands out.
#[must_use]
pub(super) fn wall(map: &Array2<f32>, step: f64) -> Option<f64> {
    let means: Vec<f64> = map.columns().into_iter().map_while(mean).collect();
    let greatest = |best: usize, i: usize| if means[i] > means[best] { i } else { best };
    let top = (means.len() / 4..means.len()).reduce(greatest)?;
    let mut roll: Vec<f64> = means[top * 3 / 10..top * 9 / 10].to_vec();
    roll.sort_unstable_by(f64::total_cmp);
    let level = *roll.get(roll.len() / 2)?;
    if level <= 0.0 || means[top] < WALL_OVER_ROLL * level {
        return None;
    }
    let half = 0.5 * (level + means[top]);
    let above = (0..top).rev().find(|i| means[*i] < half)?;
    let share = (half - means[above]) / (means[above + 1] - means[above]);
    Some((above as f64 + share) * step)
}

/// Mean of a radius over the angles where at least three quarters of them are known.
fn mean(column: ArrayView1<'_, f32>) -> Option<f64> {
    let known = column.iter().filter(|value| value.is_finite());
    let (count, sum) = known.fold((0, 0.0), |(count, sum), it| (count + 1, sum + f64::from(*it)));
    (4 * count >= 3 * column.len() && count > 0).then(|| sum / count as f64)
}

/// Levels of what fills the roll: its 5th and 95th percentile, of the samples within `limits`
/// (one number of samples an angle).
#[must_use]
pub(super) fn levels(map: &Array2<f32>, limits: &[usize]) -> Option<[f32; 2]> {
    let rows = map.outer_iter().zip(limits).step_by(4);
    let values = rows.flat_map(|(row, limit)| row.to_vec().into_iter().take(*limit));
    let mut values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f32::total_cmp);
    let at = |percent: usize| values.get(values.len() * percent / 100).copied();
    Some([at(5)?, at(95)?]).filter(|[low, high]| high > low)
}

/// Pitch of the layers along the radius in samples, from the mean over the angles of the
/// profiles' correlation with themselves; `range` in samples. None where nothing repeats.
#[must_use]
pub(super) fn pitch(map: &Array2<f32>, limits: &[usize], range: [usize; 2]) -> Option<f64> {
    let [low, high] = levels(map, limits)?;
    let mut sums = vec![0.0; range[1] + 2];
    let mut counts = vec![0.0; range[1] + 2];
    for (row, limit) in map.outer_iter().zip(limits).step_by(4) {
        let clipped: Vec<f64> = row.iter().take(*limit).map(|it| clip(*it, [low, high])).collect();
        let flat = flattened(&clipped, range[1]);
        for (lag, (sum, count)) in sums.iter_mut().zip(&mut counts).enumerate() {
            if lag < flat.len() {
                *sum += flat.iter().zip(&flat[lag..]).map(|(a, b)| a * b).sum::<f64>();
                *count += (flat.len() - lag) as f64;
            }
        }
    }
    let share: Vec<f64> = sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect();
    let is_peak = |lag: &usize| share[*lag] > share[lag - 1] && share[*lag] >= share[lag + 1];
    let peaks: Vec<usize> = (range[0].max(1)..=range[1]).filter(is_peak).collect();
    let greatest = peaks.iter().map(|lag| share[*lag]).fold(0.0, f64::max);
    if greatest < LEAST_CORRELATION * share[0] {
        return None;
    }
    let lag = peaks.into_iter().find(|lag| share[*lag] >= SHARE_OF_GREATEST * greatest)?;
    let [a, b, c] = [share[lag - 1], share[lag], share[lag + 1]];
    Some(lag as f64 + 0.5 * (a - c) / (a - 2.0 * b + c).min(-1e-30))
}

/// A value held below a little over the roll's highest level, so that metal counts no more than an
/// electrode; the lowest level where nothing is known.
pub(super) fn clip(value: f32, [low, high]: [f32; 2]) -> f64 {
    let value = if value.is_finite() { value } else { low };
    f64::from(value.min(high + 0.3 * (high - low)))
}

/// A profile without what changes more slowly than `window` samples.
fn flattened(profile: &[f64], window: usize) -> Vec<f64> {
    let mut before = vec![0.0; profile.len() + 1];
    for (i, value) in profile.iter().enumerate() {
        before[i + 1] = before[i] + value;
    }
    let half = to_index(0.5 * window as f64).max(1);
    let mean = |i: usize| {
        let (from, to) = (i.saturating_sub(half), (i + half + 1).min(profile.len()));
        (before[to] - before[from]) / (to - from) as f64
    };
    profile.iter().enumerate().map(|(i, value)| value - mean(i)).collect()
}
