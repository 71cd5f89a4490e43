//! Where the roll is darker than its surroundings, in neutrons, and which of it is as thin as a stripe.
//! Knows no winding.

use std::f64::consts::TAU;

use ndarray::{Array3, ArrayViewMut1, Axis, s};
use voltomo_numeric::cast::{to_f32, to_index};

use super::core::Core;
use super::regions;
use super::survey::{ANGLES, Survey};
use crate::round::{median, median_and_sigma};

/// Heights taken together, mm: a stripe is high.
const ROW_MM: f64 = 2.0;
/// Arc of a patch, mm: no stripe is narrower.
const ARC_MM: f64 = 0.5;
/// What is wider in radius is no stripe but a zone, mm.
pub(super) const WIDEST_MM: f64 = 0.8;
/// So far beyond its sides a zone's edges are uneven, mm at the rim.
const ZONE_EDGE_MM: f64 = 1.2;

/// The roll's shortfall against its surroundings: `[row, angle, radius]`, in shares of the roll.
pub(super) struct Shortfall {
    pub(super) map: Array3<f32>,
    /// Where more is dark along the radius than a stripe is wide.
    is_wide: Array3<bool>,
    pub(super) rows: Vec<f64>,
    pub(super) row_mm: f64,
    pub(super) first: usize,
    pub(super) noise: f64,
}

impl Shortfall {
    /// In rows of two millimetres; `None` where the roll is too narrow.
    pub(super) fn of(survey: &Survey<'_>, core: Option<&Core>) -> Option<Self> {
        let [low, high] = survey.roll?;
        let edge = if high - low > 10.0 { 0.75 } else { 0.0 };
        let (low, high) = (low + edge, high - edge);
        let unrolled = &survey.unrolled;
        let step = unrolled.radial_step;
        // Blurred edges of void and rim would pass for stripes.
        let inner = core.map_or(0.12 * survey.body.radius, Core::outermost);
        let first = unrolled.radius_index(inner + 0.15);
        let last = unrolled.radius_index(survey.body.radius - 1.3);
        let count = to_index(((high - low) / ROW_MM).round()).max(1);
        let row_mm = (high - low) / count as f64;
        if last <= first + to_index(1.5 / step) {
            return None;
        }
        let mut map = Array3::<f32>::zeros((count, ANGLES, last - first));
        let mut rows = Vec::new();
        for (row, mut plane) in map.outer_iter_mut().enumerate() {
            let from = low + row as f64 * row_mm;
            rows.push(from + 0.5 * row_mm);
            let mut heights = unrolled.height_range([from, from + row_mm]);
            if heights.is_empty() {
                heights = 0..unrolled.heights.len().min(1);
            }
            let mean = unrolled.mean_over(heights);
            plane.assign(&mean.slice(s![.., first..last]));
        }
        // What scatter adds to a void shows in the mandrel's.
        let void = core.map_or(survey.levels.air, |core| core.level);
        relative(&mut map, void);
        let values: Vec<f64> = map.iter().step_by(7).map(|it| f64::from(*it)).collect();
        let (_, noise) = median_and_sigma(&values)?;
        let is_wide = Array3::from_elem(map.dim(), false);
        Some(Self { map, is_wide, rows, row_mm, first, noise })
    }

    /// Connected places above the threshold, `[row, angle, radius]`, but for those in and about zones
    /// that are dark over more of the radius than a stripe is wide. Stripes that cross a zone are
    /// told by what stands out of it.
    pub(super) fn own_regions(
        &mut self,
        survey: &Survey<'_>,
        threshold: f64,
    ) -> Vec<Vec<[usize; 3]>> {
        let widest = WIDEST_MM / survey.unrolled.radial_step;
        let lanes = self.map.lanes_mut(Axis(2)).into_iter().zip(self.is_wide.lanes_mut(Axis(2)));
        lanes.for_each(|(lane, is_wide)| lower((lane, is_wide), (threshold, widest)));
        let level = to_f32(threshold);
        let mut regions = regions::above_in(&self.map.mapv(|value| value > level));
        // What is uneven within a zone or at its edges is no stripe of its own.
        let is_wide = grown(&self.is_wide, ZONE_EDGE_MM / survey.body.radius);
        regions.retain(|it| 2 * it.iter().filter(|at| is_wide[**at]).count() < it.len());
        regions
    }
}

/// Values against the median of their surroundings at the same radius and height, smoothed over a
/// patch: 1 is void, 0 as the roll.
fn relative(map: &mut Array3<f32>, void: f64) {
    let void = to_f32(void);
    for mut plane in map.outer_iter_mut() {
        for mut ring in plane.columns_mut() {
            let level = median(ring.iter().map(|it| f64::from(*it)).collect()).unwrap_or(f64::NAN);
            let level = to_f32(level) - void;
            ring.mapv_inplace(|value| 1.0 - (value - void) / level);
        }
        let old = plane.to_owned();
        let reach = to_index(ARC_MM / 5.0 / TAU * ANGLES as f64 / 2.0);
        for ((angle, radius), value) in plane.indexed_iter_mut() {
            let near =
                (0..=2 * reach).map(|k| old[[(angle + ANGLES + k - reach) % ANGLES, radius]]);
            *value = near.sum::<f32>() / (2 * reach + 1) as f32;
        }
    }
}

/// Lowers what is dark over more of the radius than a stripe is wide, as a dry zone or a bubble is, by
/// its middle level: of stripes that cross it remains what stands out of it.
///
/// `lane`: shortfall along the radius; the flags tell where it was lowered. `threshold`: where darkness begins; `widest`: values a stripe
/// is wide, between halves of its peak.
fn lower(
    (mut lane, mut is_wide): (ArrayViewMut1<'_, f32>, ArrayViewMut1<'_, bool>),
    (threshold, widest): (f64, f64),
) {
    let level = to_f32(threshold);
    let flags: Vec<bool> = lane.iter().map(|value| *value > level).collect();
    let mut from = 0;
    while let Some(start) = (from..flags.len()).find(|k| flags[*k]) {
        let run = regions::run(flags.clone(), start);
        let values: Vec<f64> = run.clone().map(|k| f64::from(lane[k])).collect();
        let half = 0.5 * values.iter().copied().fold(0.0, f64::max);
        let dark: Vec<f64> = values.into_iter().filter(|value| *value > half).collect();
        if dark.len() as f64 > widest {
            let plateau = to_f32(median(dark).unwrap_or(0.0)).min(0.9);
            lane.slice_mut(s![run.clone()])
                .mapv_inplace(|value| ((value - plateau) / (1.0 - plateau)).max(0.0));
            is_wide.slice_mut(s![run.clone()]).fill(true);
        }
        from = run.end;
    }
}

/// Flags, `[row, angle, radius]`, grown by a row and by some angle, radians.
fn grown(flags: &Array3<bool>, angle: f64) -> Array3<bool> {
    let (rows, angles, _) = flags.dim();
    let reach = to_index((angle / TAU * angles as f64).ceil());
    let mut grown = flags.clone();
    for ((h, a, k), _) in flags.indexed_iter().filter(|it| *it.1) {
        for row in h.saturating_sub(1)..(h + 2).min(rows) {
            (0..=2 * reach).for_each(|d| grown[[row, (a + angles + d - reach) % angles, k]] = true);
        }
    }
    grown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stripe_stands_out_of_the_dry_zone_that_it_crosses() {
        let zone = |k: usize| if (20..60).contains(&k) { 0.5 } else { 0.0 };
        let stripe = |k: usize| 0.3 * (-0.5 * ((k as f64 - 40.0) / 2.0).powi(2)).exp();
        let both = |k: usize| to_f32(stripe(k) + (1.0 - stripe(k)) * zone(k));
        let mut lane: ndarray::Array1<f32> = (0..80).map(both).collect();
        let mut wide = ndarray::Array1::from_elem(80, false);
        lower((lane.view_mut(), wide.view_mut()), (0.12, 10.0));
        assert!((0..80).all(|k| wide[k] == (20..60).contains(&k)), "{wide}");
        for (k, value) in lane.iter().enumerate() {
            assert!((f64::from(*value) - stripe(k)).abs() < 0.02, "{k}: {value}");
        }
        let alone: ndarray::Array1<f32> = (0..80).map(|k| to_f32(stripe(k))).collect();
        let mut kept = alone.clone();
        lower((kept.view_mut(), wide.view_mut()), (0.12, 10.0));
        assert_eq!(kept, alone);
    }
    #[test]
    fn flags_grow_across_the_beginning_of_the_circle() {
        let mut flags = Array3::from_elem((4, 36, 2), false);
        flags[[1, 0, 1]] = true;
        let found = grown(&flags, 0.3);
        for ((h, a, k), flag) in found.indexed_iter() {
            assert_eq!(*flag, h < 3 && (a <= 2 || a >= 34) && k == 1, "{h} {a} {k}");
        }
    }
}
