//! The roll in blocks, in neutrons: which share of each is missing against its surroundings. Knows no
//! kind of fault.

use std::f64::consts::TAU;
use std::ops::Range;

use ndarray::{Array2, Array3, ArrayViewMut2, Axis, s};
use voltomo_numeric::cast::{to_f32, to_index};

use super::core::Core;
use super::regions;
use super::stripes::Stripe;
use super::survey::{ANGLES, Survey};
use crate::round::{median, median_and_sigma};

/// Blocks: height, arc at mid radius, radius, mm.
const BLOCK: [f64; 3] = [0.5, 0.4, 0.4];
/// Beyond the electrodes the separators are looked at so far, mm,
const BEYOND_MM: f64 = 3.0;
/// where they are so bright, in shares of the roll,
const SEPARATORS: f64 = 0.15;
/// and no more than this times as bright as the row before.
const RISE: f64 = 1.15;
/// There a block is held against what lies between so far and so far to either side of it, mm.
const BESIDE_MM: [f64; 2] = [1.4, 3.0];
/// What is missing over more than this along the radius is no stripe, mm.
const WIDE_MM: f64 = 1.2;
/// A stripe takes no more than this of a block.
const MOST_USUAL: f32 = 0.8;

/// The roll in blocks.
pub(super) struct Blocks {
    /// `[height, angle, radius]`: 1 is void, 0 as its surroundings.
    pub(super) missing: Array3<f32>,
    /// Rows that hold both electrodes; in those beyond them separators stand alone.
    pub(super) body: Range<usize>,
    pub(super) heights: Vec<f64>,
    pub(super) height_step: f64,
    pub(super) first_radius: f64,
    pub(super) radial_step: f64,
    /// Standard deviation of a block of the body.
    pub(super) noise: f64,
}

/// Which samples of the unrolled cell make a block.
struct Cut {
    /// First height, radius.
    first: [usize; 2],
    /// Heights, angles, radii in a block.
    size: [usize; 3],
    shape: (usize, usize, usize),
    body: Range<usize>,
}

impl Cut {
    fn of(survey: &Survey<'_>, core: Option<&Core>) -> Option<Self> {
        let [low, high] = survey.roll?;
        let unrolled = &survey.unrolled;
        let edge = if high - low > 6.0 { 1.0 } else { 0.0 };
        let range = unrolled.height_range([low + edge, high - edge]);
        let rows = to_index((BLOCK[0] / unrolled.height_step).round()).max(1);
        let width = to_index((BLOCK[2] / unrolled.radial_step).round()).max(1);
        let inner = core.map_or(0.15 * survey.body.radius, |core| core.outermost() + 0.2);
        let first = unrolled.radius_index(inner);
        let radii = unrolled.radius_index(survey.body.radius - 1.2).checked_sub(first)? / width;
        let turn = to_index(BLOCK[1] / (0.5 * survey.body.radius) / TAU * ANGLES as f64).max(1);
        let count = range.len() / rows;
        if count == 0 || radii < 3 {
            return None;
        }
        let most = to_index((BEYOND_MM / unrolled.height_step).round()) / rows;
        let below = most.min(range.start / rows);
        let above = most.min((unrolled.heights.len() - range.start) / rows - count);
        Some(Self {
            first: [range.start - below * rows, first],
            size: [rows, turn, width],
            shape: (below + count + above, ANGLES / turn, radii),
            body: below..below + count,
        })
    }

    /// Mean of each block.
    fn means(&self, survey: &Survey<'_>) -> Array3<f32> {
        let ([h0, r0], [rows, turn, width]) = (self.first, self.size);
        Array3::from_shape_fn(self.shape, |(h, a, r)| {
            let (h, a, r) = (h0 + h * rows, a * turn, r0 + r * width);
            let part = survey.unrolled.map.slice(s![h..h + rows, a..a + turn, r..r + width]);
            part.mean().unwrap_or(f32::NAN)
        })
    }
}

impl Blocks {
    /// Blocks of the roll, and of the separators that stand above and below it.
    pub(super) fn of(survey: &Survey<'_>, core: Option<&Core>) -> Option<Self> {
        let cut = Cut::of(survey, core)?;
        let unrolled = &survey.unrolled;
        let void = core.map_or(survey.levels.air, |core| core.level);
        let means = cut.means(survey);
        let rows = shown(&means, &cut.body, (void, survey.levels.roll));
        let [size, _, width] = cut.size;
        let height_step = size as f64 * unrolled.height_step;
        let lowest = unrolled.heights[cut.first[0] + rows.start * size];
        let lowest = lowest + 0.5 * (height_step - unrolled.height_step);
        let mut blocks = Self {
            missing: means.slice(s![rows.clone(), .., ..]).to_owned(),
            body: cut.body.start - rows.start..cut.body.end - rows.start,
            heights: (0..rows.len()).map(|h| lowest + h as f64 * height_step).collect(),
            height_step,
            first_radius: unrolled.radius(cut.first[1])
                + 0.5 * (width as f64 - 1.0) * unrolled.radial_step,
            radial_step: width as f64 * unrolled.radial_step,
            noise: 0.0,
        };
        blocks.compare(void, SEPARATORS * (survey.levels.roll - void));
        let values: Vec<f64> = blocks.body().iter().map(|it| f64::from(*it)).collect();
        blocks.noise = median_and_sigma(&values)?.1;
        Some(blocks)
    }

    /// The blocks that hold both electrodes.
    pub(super) fn body(&self) -> ndarray::ArrayView3<'_, f32> {
        self.missing.slice(s![self.body.clone(), .., ..])
    }

    /// Lowest and highest of them, mm.
    pub(super) fn body_heights(&self) -> [f64; 2] {
        let half = 0.5 * self.height_step;
        [self.heights[self.body.start] - half, self.heights[self.body.end - 1] + half]
    }

    pub(super) fn radius(&self, index: usize) -> f64 {
        self.first_radius + index as f64 * self.radial_step
    }

    pub(super) fn turn(&self) -> f64 {
        TAU / self.missing.shape()[1] as f64
    }

    /// Means into what is missing. `least`: separators that are less bright than this show nothing.
    fn compare(&mut self, void: f64, least: f64) {
        let arcs: Vec<f64> =
            (0..self.missing.shape()[2]).map(|r| self.radius(r) * self.turn()).collect();
        for (h, mut row) in self.missing.outer_iter_mut().enumerate() {
            if self.body.contains(&h) {
                row.columns_mut().into_iter().for_each(|ring| against_ring(ring, void));
            } else {
                against_sides(&mut row, &arcs, (void, least));
            }
        }
    }

    /// Takes out what stands upright at one place, as tab and gaps do: they have findings of their
    /// own. What is missing over more of the radius than a stripe is wide stays, less the stripe.
    ///
    /// `threshold`: share of a block beyond which it is missing.
    pub(super) fn hide(&mut self, stripes: &[Stripe], threshold: f64) {
        let wide = self.wide(threshold);
        let usual = self.usual(&wide);
        let turn = self.turn();
        let (first, step) = (self.first_radius, self.radial_step);
        for ((h, a, r), value) in self.missing.indexed_iter_mut() {
            let radius = first + r as f64 * step;
            let is_in = |stripe: &Stripe| {
                let angle = (a as f64 + 0.5) * turn - stripe.angle;
                let arc = ((angle + 0.5 * TAU).rem_euclid(TAU) - 0.5 * TAU).abs() * stripe.radius;
                (radius - stripe.radius).abs() < 0.7
                    && arc < 0.6 * stripe.arc + 1.0
                    && (stripe.heights[0] - 1.0..stripe.heights[1] + 1.0).contains(&self.heights[h])
            };
            if !wide[[h, a, r]] && stripes.iter().any(is_in) {
                *value = 0.0;
            } else if self.body.contains(&h) {
                *value = (*value - usual[[a, r]]) / (1.0 - usual[[a, r]]);
            }
        }
    }

    /// Blocks in a row of missing ones along the radius that is wider than a stripe.
    fn wide(&self, threshold: f64) -> Array3<bool> {
        let level = to_f32(threshold);
        let mut wide = Array3::from_elem(self.missing.dim(), false);
        for (lane, mut flags) in
            self.missing.lanes(Axis(2)).into_iter().zip(wide.lanes_mut(Axis(2)))
        {
            let above: Vec<bool> = lane.iter().map(|it| *it > level).collect();
            for (r, flag) in flags.iter_mut().enumerate().filter(|it| above[it.0]) {
                *flag = regions::run(above.clone(), r).len() as f64 * self.radial_step > WIDE_MM;
            }
        }
        wide
    }

    /// What is missing at most heights of the body, wide places aside: `[angle, radius]`.
    fn usual(&self, wide: &Array3<bool>) -> Array2<f32> {
        let (_, angles, radii) = self.missing.dim();
        Array2::from_shape_fn((angles, radii), |(a, r)| {
            let narrow = self.body.clone().filter(|h| !wide[[*h, a, r]]);
            let values = narrow.map(|h| f64::from(self.missing[[h, a, r]])).collect();
            median(values).map_or(0.0, to_f32).clamp(0.0, MOST_USUAL)
        })
    }
}

/// The rows about the body in which separators stand: less bright from row to row away from it, since
/// what is brighter again is an insulator or the floor.
fn shown(means: &Array3<f32>, body: &Range<usize>, (void, roll): (f64, f64)) -> Range<usize> {
    let level = |row: usize| {
        let values = means.index_axis(Axis(0), row).iter().map(|it| f64::from(*it)).collect();
        median(values).map_or(f64::NAN, |it| (it - void) / (roll - void))
    };
    let is_shown =
        |row: usize, inner: usize| level(row) > SEPARATORS && level(row) < RISE * level(inner);
    let below = (0..body.start).rev().take_while(|row| is_shown(*row, row + 1)).count();
    let above = (body.end..means.shape()[0]).take_while(|row| is_shown(*row, row - 1)).count();
    body.start - below..body.end + above
}

/// A ring's values into what is missing of its median: 1 is void, 0 as the ring.
fn against_ring(mut ring: ndarray::ArrayViewMut1<'_, f32>, void: f64) {
    let level = median(ring.iter().map(|it| f64::from(*it)).collect()).unwrap_or(f64::NAN);
    let (level, void) = (to_f32(level - void), to_f32(void));
    ring.mapv_inplace(|value| 1.0 - (value - void) / level);
}

/// Values of a row, `[angle, radius]`, into what is missing of the darker of both sides along the
/// turn. Edges of windings stand at uneven heights, so that a ring has brighter and darker parts
/// there; a bubble is darker than both of its sides.
///
/// `arcs`: length of a block by radius, mm. `least`: sides that are less bright show nothing.
fn against_sides(row: &mut ArrayViewMut2<'_, f32>, arcs: &[f64], (void, least): (f64, f64)) {
    let count = row.nrows();
    for (mut ring, arc) in row.columns_mut().into_iter().zip(arcs) {
        let old: Vec<f64> = ring.iter().map(|it| f64::from(*it)).collect();
        let [near, far] = BESIDE_MM.map(|mm| to_index((mm / arc).round()).clamp(1, count / 2));
        let side = |places: &mut dyn Iterator<Item = usize>| {
            median(places.map(|k| old[k % count]).collect()).unwrap_or(f64::NAN)
        };
        for (a, value) in ring.iter_mut().enumerate() {
            let after = side(&mut (near..=far).map(|k| a + k));
            let before = side(&mut (near..=far).map(|k| a + count - k));
            let level = after.min(before) - void;
            let share = if level > least { 1.0 - (old[a] - void) / level } else { 0.0 };
            *value = to_f32(share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 rows of 72 directions and 12 radii; rows 4 to 16 are the body.
    fn blocks(of: impl Fn(usize, usize, usize) -> f32) -> Blocks {
        let shape = (20, 72, 12);
        Blocks {
            missing: Array3::from_shape_fn(shape, |(h, a, r)| of(h, a, r)),
            body: 4..16,
            heights: (0..20).map(|h| 0.5 * f64::from(h)).collect(),
            height_step: 0.5,
            first_radius: 2.2,
            radial_step: 0.42,
            noise: 0.02,
        }
    }

    #[test]
    fn a_dry_zone_across_a_stripe_stays_and_the_stripe_goes() {
        let is_dry = |h: usize, a: usize, r: usize| {
            (7..11).contains(&h) && (26..36).contains(&a) && (3..8).contains(&r)
        };
        let mut found = blocks(|h, a, r| {
            let stripe = if (28..34).contains(&a) && r == 5 { 0.4 } else { 0.0 };
            if is_dry(h, a, r) { stripe + (1.0 - stripe) * 0.5 } else { stripe }
        });
        found.hide(&[], 0.25);
        for ((h, a, r), value) in
            found.missing.indexed_iter().filter(|it| (4..16).contains(&it.0.0))
        {
            let wanted = if is_dry(h, a, r) { 0.5 } else { 0.0 };
            assert!((value - wanted).abs() < 1e-5, "{h} {a} {r}: {value}");
        }
    }

    #[test]
    fn beyond_the_electrodes_a_bubble_shows_and_an_edge_does_not() {
        let edge = |a: usize| if (10..40).contains(&a) { 0.4 } else { 0.9 };
        let is_bubble = |a: usize| (20..23).contains(&a) || (55..58).contains(&a);
        let mut row =
            Array2::from_shape_fn((72, 1), |(a, _)| if is_bubble(a) { 0.0 } else { edge(a) });
        against_sides(&mut row.view_mut(), &[0.4], (0.0, 0.2));
        for (a, value) in row.iter().enumerate() {
            assert_eq!(*value > 0.25, is_bubble(a), "{a}: {value}");
        }
    }
}
