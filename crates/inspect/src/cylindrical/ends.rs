//! Where the body of a cell begins and ends along z, and which end is the lid. Knows no wall.

use std::ops::Range;

use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_types::Probe;

use crate::round::{median, median_and_sigma};
use crate::seen::Seen;

/// Rings of equal width from the axis to the can's outer radius.
const RINGS: usize = 16;
/// A ring holds something where it stands out of the outside by this share of the body's level.
const PRESENT: f64 = 0.3;

/// Contrast of the rings against the outside, slice by slice.
pub(super) struct Rings {
    /// `[slice][ring]`.
    contrast: Vec<[f64; RINGS]>,
    /// What a ring must rise to hold something.
    level: f64,
    /// Whether rays may have come from a point.
    is_cone: bool,
}

/// An end of the body within the volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct End {
    /// Slice coordinate of the end's face.
    pub(super) slice: f64,
    /// Standard deviation of it, slices.
    pub(super) sigma: f64,
    /// Outermost radius that holds something near the face, in shares of the can's.
    pub(super) width: f64,
}

impl Rings {
    /// Means about the axis `centre_of(slice)` = `[y, x]` and the radius, both in voxels.
    pub(super) fn of(
        seen: &Seen<'_>,
        centre_of: impl Fn(f64) -> [f64; 2] + Sync,
        radius: f64,
    ) -> Self {
        let count = seen.grid.shape[0];
        let contrast: Vec<[f64; RINGS]> = (0..count)
            .into_par_iter()
            .map(|slice| ring_means(seen, slice, (centre_of(slice as f64), radius)))
            .collect();
        let body = |rings: &[f64; RINGS]| median(rings[..RINGS - 2].to_vec());
        let levels: Vec<f64> = contrast.iter().filter_map(body).collect();
        // Slices without the cell pull the median down: take the upper half.
        let middle = median(levels.clone()).unwrap_or(0.0);
        let upper = levels.into_iter().filter(|level| *level >= middle).collect();
        let is_cone = seen.probe == Probe::Xray;
        Self { contrast, level: PRESENT * median(upper).unwrap_or(0.0), is_cone }
    }

    /// The slices that hold a part of the cell, from the first to the last.
    pub(super) fn present(&self) -> Range<usize> {
        let holds = |slice: usize| self.contrast[slice].iter().any(|it| *it > self.level);
        let pair = |slice: &usize| holds(*slice) && (self.contrast.len() == 1 || holds(slice + 1));
        let last = self.contrast.len().saturating_sub(1).max(1);
        let first = (0..last).find(pair);
        let end = (0..last).rev().find(pair).map(|slice| (slice + 2).min(self.contrast.len()));
        first.unwrap_or(0)..end.unwrap_or(0)
    }

    /// The end of the body towards slice 0 (or the last one); `None` where the volume cuts it.
    /// `voxel`: mm.
    pub(super) fn end(&self, is_first: bool, voxel: f64) -> Option<End> {
        let count = self.contrast.len();
        let present = self.present();
        let air = if is_first { present.start } else { count - present.end };
        if present.is_empty() || air < 2 {
            return None;
        }
        // Slices counted from outside inwards.
        let ring = |k: usize| self.contrast[if is_first { k } else { count - 1 - k }];
        let within = |mm: f64| to_index((mm / voxel).ceil()).max(2);
        let width_at = |k: usize| {
            let rings = ring(k);
            let most = rings.iter().copied().fold(0.0, f64::max);
            (0..RINGS).rev().find(|i| rings[*i] > PRESENT * most).map_or(0.0, |i| i as f64 + 1.0)
        };
        let near = (air + 1..air + 1 + within(0.4)).take_while(|k| *k < count);
        let width = median(near.map(width_at).collect())? / RINGS as f64;
        // A cone of X-rays smears flat faces: the face is the steepest of several rises.
        let reach = if self.is_cone { 2.0 } else { 0.6 };
        let steepest = self.steepest((air, within(reach)), &ring)?;
        let slice = if is_first { steepest } else { (count - 1) as f64 - steepest };
        // A smooth edge between slices is placed to about a fifth of a slice.
        Some(End { slice, sigma: 0.25, width })
    }

    /// Where the middle rings rise first and fastest, counted from outside.
    fn steepest(
        &self,
        (air, within): (usize, usize),
        ring: &dyn Fn(usize) -> [f64; RINGS],
    ) -> Option<f64> {
        let count = self.contrast.len();
        let middle = |k: usize| {
            let rings = ring(k);
            rings[1..RINGS / 4].iter().sum::<f64>() / (RINGS / 4 - 1) as f64
        };
        let outer = |k: usize| ring(k).into_iter().fold(f64::NEG_INFINITY, f64::max);
        let from = air.saturating_sub(within);
        let range: Vec<usize> = (from..(air + within).min(count)).collect();
        let is_middle_solid = range.iter().any(|k| middle(*k) > self.level);
        let value = |k: usize| if is_middle_solid { middle(k) } else { outer(k) };
        let rises: Vec<f64> = range.windows(2).map(|k| value(k[1]) - value(k[0])).collect();
        let most = rises.iter().copied().fold(0.0, f64::max);
        let at = (0..rises.len()).find(|&k| {
            let next = rises.get(k + 1).copied().unwrap_or(f64::NEG_INFINITY);
            rises[k] > if self.is_cone { 0.7 } else { 0.4 } * most && rises[k] >= next
        })?;
        let side = |k: Option<usize>| k.and_then(|k| rises.get(k)).copied().unwrap_or(0.0);
        let (before, after) = (side(at.checked_sub(1)), side(Some(at + 1)));
        let bend = before - 2.0 * rises[at] + after;
        let shift = if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-1.0, 1.0) } else { 0.0 };
        Some(range[at] as f64 + 0.5 + shift)
    }
}

/// Mean of each ring less the outside's.
fn ring_means(seen: &Seen<'_>, slice: usize, ([y, x], radius): ([f64; 2], f64)) -> [f64; RINGS] {
    let picture = seen.attenuation.index_axis(ndarray::Axis(0), slice);
    let (rows, columns) = picture.dim();
    let stride = to_index(radius / 80.0).max(1);
    let (mut sums, mut counts) = ([0.0; RINGS], [0.0_f64; RINGS]);
    let mut outside = Vec::new();
    for i in (0..rows).step_by(stride) {
        for j in (0..columns).step_by(stride) {
            let share = (i as f64 - y).hypot(j as f64 - x) / radius;
            let value = f64::from(picture[[i, j]]);
            if !value.is_finite() || (0.98..1.06).contains(&share) || share > 1.25 {
                continue;
            }
            if share > 1.0 {
                outside.push(value);
            } else {
                let ring = to_index(share * RINGS as f64).min(RINGS - 1);
                sums[ring] += value;
                counts[ring] += 1.0;
            }
        }
    }
    let air = median_and_sigma(&outside).map_or(0.0, |(middle, _)| middle);
    std::array::from_fn(|ring| sums[ring] / counts[ring].max(1.0) - air)
}
