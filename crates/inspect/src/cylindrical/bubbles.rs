//! Small voids in the soaked roll, in neutrons, as finely as the volume shows them. Knows no stripe and
//! no dry zone.

use std::f64::consts::{PI, TAU};
use std::ops::Range;

use ndarray::{Array3, ArrayView1, Axis, Zip, s};
use voltomo_numeric::cast::{to_f32, to_index};

use super::core::Core;
use super::regions;
use super::report::Place;
use super::survey::{ANGLES, Survey};
use crate::round::{median, median_and_sigma};
use crate::unrolled::{Raster, Unrolled};

/// Finer samples than this show no more than the blur leaves, mm.
const STEP_MM: f64 = 0.08;
/// Each value is a mean over so much along height, turn and radius: about the blur of a scan with
/// neutrons, and what a smaller bubble fills after it, mm.
const WINDOW_MM: f64 = 0.25;
/// A place is held against what lies between so far and so far to either side of it, mm.
const BESIDE_MM: [f64; 2] = [1.4, 3.0];
/// Heights that are looked at together, mm.
const SLAB_MM: f64 = 12.0;
/// What lacks less than this share of the roll may be metal as well,
const LEAST: f64 = 0.1;
/// and what stands out by fewer standard deviations noise.
const SIGMAS: f64 = 6.0;
/// A bubble is no wider at half of its depth, mm,
const WIDEST_MM: f64 = 2.6;
/// and where it is wider than this,
const WIDE_MM: f64 = 1.2;
/// it lacks more than a dry pore does.
const EMPTY: f64 = 0.72;
/// The blur carries its darkness so far beyond half of its depth, mm.
const BLUR_MM: f64 = 0.25;
/// Where windings end a place is held against what lies between so far and so far to either side of it
/// along the turn, mm: the nearest that no bubble reaches, since the edges are uneven.
const ALONG_MM: [f64; 2] = [1.4, 2.2];
/// What is less bright than this share of the roll shows no bubble.
const FAINT: f64 = 0.2;
/// Beside a place that takes this share of the roll in the body, more is not told.
const MOST_USUAL: f32 = 0.8;
/// Where windings end, what lacks less than this share of what is beside it is uneven,
const LEAST_AT_END: f64 = 0.25;
/// and so is what stands out by fewer standard deviations: sheets that run along the voxels beat.
const SIGMAS_AT_END: f64 = 10.0;
/// There the blur lets no bubble seem narrower than this, mm.
const NARROW_MM: f64 = 0.15;
/// No bubble is so many times as high or wide as it is narrow; sheets that run along the voxels are, and
/// the slot of a disc.
const ROUND: f64 = 2.0;
/// Against the darkest of what is about it a bubble is at least by this share as dark as along the turn,
const AROUND: f64 = 0.25;
/// at radii so near to its own, mm.
const NEAR_MM: f64 = 0.8;
/// So far behind the mandrel's void windings are whole, mm.
const BESIDE_VOID_MM: f64 = 0.1;
/// The least void that is told there, mm³: a ball of 0.3 mm.
const LEAST_AT_END_MM3: f64 = 0.014;
/// Separators stand so far above the body at most, mm.
const BEYOND_MM: f64 = 4.5;
/// Two bubbles do not lie nearer than this, mm.
const APART_MM: f64 = 0.3;

/// A small void.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bubble {
    pub(super) place: Place,
    /// Its volume, mm³.
    pub(super) void: f64,
    /// How far it stands out of the noise.
    pub(super) sigmas: f64,
}

/// Every small void between two heights of the roll.
///
/// The same windings, tab and gaps lie above and below a place; a bubble is darker than both of these,
/// and than what lies to either side of it along the turn.
pub(super) fn find(survey: &Survey<'_>, core: Option<&Core>, [low, high]: [f64; 2]) -> Vec<Bubble> {
    let count = to_index(((high - low) / SLAB_MM).ceil()).max(1);
    let edge = |k: usize| low + k as f64 * (high - low) / count as f64;
    let slabs = (0..count).map(|k| {
        let halo = [edge(k) - BESIDE_MM[1], edge(k + 1) + BESIDE_MM[1]];
        let slab = Slab::of(survey, core, [halo[0].max(low), halo[1].min(high)]);
        slab.map_or_else(Vec::new, |slab| slab.bubbles([edge(k), edge(k + 1)]))
    });
    slabs.flatten().collect()
}

/// Every small void where the windings end above: from the upper border of the roll's body, mm, up to the
/// disc, through which a bubble may reach. Below, disc, tab and floor are one.
///
/// What is above and below a place differs there. A bubble is darker than what lies to either side of
/// it along the turn, and no tab, gap or dry zone of the body goes on there.
pub(super) fn at_top(survey: &Survey<'_>, core: Option<&Core>, border: f64) -> Vec<Bubble> {
    let inside = border - BESIDE_MM[1];
    let high = (border + BEYOND_MM).min(survey.body.seen[1]);
    let Some(mut slab) = Slab::of(survey, core, [inside, high]) else { return Vec::new() };
    slab.compare_along_turn([inside, border]);
    // Beside the void edges of windings stand.
    let inner = core.map_or(0.0, |core| core.outermost() + BESIDE_VOID_MM);
    let is_before = |index: &usize| slab.radius(*index) < inner;
    slab.whole_from = (0..slab.radii.len()).take_while(is_before).count();
    // A bubble at the border is whole on one of its sides.
    let mut bubbles = slab.bubbles([border - APART_MM, slab.end(border)]);
    bubbles.retain(|it| it.place.radius > inner && it.void > LEAST_AT_END_MM3);
    bubbles
}

/// Bubbles, but for those that were found twice.
pub(super) fn once(bubbles: Vec<Bubble>) -> Vec<Bubble> {
    let mut kept: Vec<Bubble> = Vec::new();
    for bubble in bubbles {
        let is_told = |other: &Bubble| bubble.place.apart(&other.place) < APART_MM;
        if !kept.iter().any(is_told) {
            kept.push(bubble);
        }
    }
    kept
}

/// A part of the roll unrolled finely; `[height, angle, radius]`.
struct Slab {
    space: Unrolled,
    radii: Range<usize>,
    /// Smoothed values: 0 is void, 1 the roll's mean.
    level: Array3<f32>,
    /// By how much a place is darker than the darker of what lies above and below it; where windings
    /// end, which share of the darker of both sides it lacks.
    dark: Array3<f32>,
    /// Middle and standard deviation of that, by height.
    noise: Vec<(f64, f64)>,
    is_end: bool,
    /// Index of the radius from which on windings are whole there.
    whole_from: usize,
}

impl Slab {
    fn of(survey: &Survey<'_>, core: Option<&Core>, heights: [f64; 2]) -> Option<Self> {
        let body = &survey.body;
        let step = survey.seen.grid.voxel.max(STEP_MM);
        let outer = body.radius - 1.2;
        let raster = Raster {
            heights,
            height_step: step,
            angles: ANGLES,
            radius: outer + step,
            radial_step: step,
        };
        if heights[1] - heights[0] < 1.5 * BESIDE_MM[1] {
            return None;
        }
        let space = Unrolled::of(&survey.seen, &body.frame, &raster);
        let inner = core.map_or(0.15 * body.radius, |core| core.edge.radius);
        let radii = space.radius_index(inner)..space.radius_index(outer);
        if radii.len() < 3 {
            return None;
        }
        let void = core.map_or(survey.levels.air, |core| core.level);
        let [void, roll] = [void, survey.levels.roll].map(to_f32);
        // What is not known is no bubble.
        let share =
            |value: &f32| if value.is_finite() { (value - void) / (roll - void) } else { 1.0 };
        let level = space.map.slice(s![.., .., radii.clone()]).mapv(|value| share(&value));
        let dark = Array3::zeros(level.dim());
        let noise = Vec::new();
        let mut slab = Self { space, radii, level, dark, noise, is_end: false, whole_from: 0 };
        slab.compare();
        let values: Vec<f64> = slab.dark.iter().step_by(13).map(|it| f64::from(*it)).collect();
        slab.noise = vec![median_and_sigma(&values)?; slab.level.shape()[0]];
        Some(slab)
    }

    fn radius(&self, index: usize) -> f64 {
        self.space.radius(self.radii.start + index)
    }

    /// Length of a sample along each axis at a radius, mm.
    fn lengths(&self, index: usize) -> [f64; 3] {
        let arc = TAU / ANGLES as f64 * self.radius(index);
        [self.space.height_step, arc, self.space.radial_step]
    }

    /// Smooths the levels and holds them against what lies above and below.
    fn compare(&mut self) {
        let half = |length: f64| to_index(0.5 * WINDOW_MM / length + 0.25);
        let [height, _, radial] = self.lengths(0);
        let beside = BESIDE_MM.map(|mm| to_index(mm / height));
        let arcs: Vec<usize> = (0..self.radii.len()).map(|r| half(self.lengths(r)[1])).collect();
        let planes = self.level.axis_iter_mut(Axis(0));
        planes.for_each(|mut plane| {
            for mut lane in plane.rows_mut() {
                let sums = Sums::of(lane.view(), 0);
                lane.indexed_iter_mut().for_each(|(k, value)| *value = sums.about(k, half(radial)));
            }
            for (mut ring, half) in plane.columns_mut().into_iter().zip(&arcs) {
                let sums = Sums::of(ring.view(), *half);
                ring.indexed_iter_mut().for_each(|(k, value)| *value = sums.about(k, *half));
            }
        });
        Zip::from(self.level.lanes_mut(Axis(0))).and(self.dark.lanes_mut(Axis(0))).par_for_each(
            |mut lane, mut dark| {
                let sums = Sums::of(lane.view(), 0);
                lane.indexed_iter_mut().for_each(|(k, value)| *value = sums.about(k, half(height)));
                for (k, dark) in dark.iter_mut().enumerate() {
                    *dark = sums.darker_side(k, beside).unwrap_or(0.0) - lane[k];
                }
            },
        );
    }

    /// Holds each place against the darker of both its sides along the turn, as a share of it, and takes
    /// off what stands upright at it in the body.
    fn compare_along_turn(&mut self, body: [f64; 2]) {
        let arcs: Vec<f64> = (0..self.radii.len()).map(|r| self.lengths(r)[1]).collect();
        let rows = self.space.height_range(body);
        let rings = self.level.axis_iter(Axis(2)).zip(self.dark.axis_iter_mut(Axis(2)));
        for ((level, mut dark), arc) in rings.zip(arcs) {
            let beside = ALONG_MM.map(|mm| to_index(mm / arc).min(ANGLES / 2));
            for (ring, mut dark) in level.outer_iter().zip(dark.outer_iter_mut()) {
                let sums = Sums::of(ring, beside[1]);
                let side = |a: usize| sums.darker_side(a, beside).filter(|it| *it > to_f32(FAINT));
                let share = |a: usize| side(a).map_or(0.0, |side| 1.0 - ring[a] / side);
                dark.indexed_iter_mut().for_each(|(a, dark)| *dark = share(a));
            }
        }
        self.dark.lanes_mut(Axis(0)).into_iter().for_each(|mut lane| {
            let values = lane.slice(s![rows.clone()]).iter().map(|it| f64::from(*it)).collect();
            let usual = median(values).map_or(0.0, to_f32).clamp(0.0, MOST_USUAL);
            lane.mapv_inplace(|value| (value - usual) / (1.0 - usual));
        });
        let noise = |plane: ndarray::ArrayView2<'_, f32>| {
            let values: Vec<f64> = plane.iter().step_by(7).map(|it| f64::from(*it)).collect();
            median_and_sigma(&values).unwrap_or((0.0, f64::INFINITY))
        };
        self.noise = self.dark.outer_iter().map(noise).collect();
        self.is_end = true;
    }

    /// How far above a height something of the roll is seen, mm.
    fn end(&self, from: f64) -> f64 {
        let is_seen = |h: &usize| {
            let plane = self.level.index_axis(Axis(0), *h);
            let values = plane.iter().step_by(7).map(|it| f64::from(*it)).collect();
            median(values).is_some_and(|level| level > FAINT)
        };
        let above = (0..self.space.heights.len()).filter(|h| self.space.heights[*h] > from);
        above.take_while(is_seen).last().map_or(from, |h| self.space.heights[h])
    }

    /// Bubbles whose middle lies between two heights.
    fn bubbles(&self, [low, high]: [f64; 2]) -> Vec<Bubble> {
        let (sigmas, least) =
            if self.is_end { (SIGMAS_AT_END, LEAST_AT_END) } else { (SIGMAS, LEAST) };
        let mut is_dark = Array3::from_elem(self.dark.dim(), false);
        let planes = is_dark.outer_iter_mut().zip(self.dark.outer_iter());
        for ((mut flags, dark), (middle, sigma)) in planes.zip(&self.noise) {
            let threshold = to_f32(middle + (sigmas * sigma).max(least));
            flags.zip_mut_with(&dark, |flag, value| *flag = *value > threshold);
        }
        let regions = regions::above_in(&is_dark);
        let bubbles = regions.iter().filter_map(|region| self.bubble(region));
        bubbles.filter(|it| (low..high).contains(&it.place.height)).collect()
    }

    fn darkness(&self, at: [usize; 3]) -> f64 {
        f64::from(self.dark[at]) - self.noise[at[0]].0
    }

    /// What a dark region is, if it is as small and as empty as a bubble.
    fn bubble(&self, region: &[[usize; 3]]) -> Option<Bubble> {
        let order =
            |a: &[usize; 3], b: &[usize; 3]| self.darkness(*a).total_cmp(&self.darkness(*b));
        let top = region.iter().copied().max_by(order)?;
        let peak = self.darkness(top);
        let near: Vec<[usize; 3]> =
            region.iter().copied().filter(|at| self.darkness(*at) > 0.5 * peak).collect();
        let lengths = self.lengths(top[2]);
        let reach = [0, 1, 2].map(|axis| reach(&near, top, axis));
        let extent = |axis: usize| (reach[axis][0] + reach[axis][1] + 1) as f64 * lengths[axis];
        let widest = extent(0).max(extent(1)).max(extent(2));
        // Windings end unevenly above and below, and a dent moves those at the rim.
        let [height, _, radius] = [0, 1, 2].map(|axis| {
            let last = self.dark.shape()[axis] - 1;
            [top[axis] - reach[axis][0].min(top[axis]) == 0, top[axis] + reach[axis][1] >= last]
        });
        let is_cut = height[0] || height[1] || radius[1];
        if widest > WIDEST_MM || ((widest > WIDE_MM || is_cut) && peak < EMPTY) {
            return None;
        }
        let is_local = if self.is_end {
            top[2] >= self.whole_from
                && is_round([0, 1, 2].map(extent))
                && self.share_around(top) > AROUND * peak
        } else {
            self.darkness_along_turn(top) > 0.5 * peak
        };
        is_local.then(|| self.measured(top, reach)).flatten()
    }

    /// By how much a place is darker than the darker of what lies on either side along the turn.
    fn darkness_along_turn(&self, [h, a, r]: [usize; 3]) -> f64 {
        let ring = self.level.slice(s![h, .., r]);
        let beside = BESIDE_MM.map(|mm| to_index(mm / self.lengths(r)[1]).min(ANGLES / 2));
        let side = Sums::of(ring, beside[1]).darker_side(a, beside);
        side.map_or(0.0, |side| f64::from(side - ring[a]))
    }

    /// Which share a place lacks of the darkest of what lies about it at its height: on either side along
    /// the radius, and along the turn at radii near its own, since a slot is straight.
    fn share_around(&self, [h, a, r]: [usize; 3]) -> f64 {
        let plane = self.level.index_axis(Axis(0), h);
        let samples = |mm: f64| to_index(mm / self.space.radial_step);
        let lane = plane.slice(s![a, self.whole_from..]);
        let across = Sums::of(lane, 0).darker_side(r - self.whole_from, ALONG_MM.map(samples));
        let first = r.saturating_sub(samples(NEAR_MM)).max(self.whole_from);
        let end = (r + samples(NEAR_MM) + 1).min(self.radii.len());
        let along = (first..end).filter_map(|r| {
            let beside = ALONG_MM.map(|mm| to_index(mm / self.lengths(r)[1]).min(ANGLES / 2));
            Sums::of(plane.column(r), beside[1]).darker_side(a, beside)
        });
        let darkest = along.chain(across).fold(f32::INFINITY, f32::min);
        if darkest > to_f32(FAINT) { 1.0 - f64::from(plane[[a, r]] / darkest) } else { 0.0 }
    }

    /// Place and volume of what is missing about a place; `reach`: samples to either side of it.
    fn measured(&self, top: [usize; 3], reach: [[usize; 2]; 3]) -> Option<Bubble> {
        let lengths = self.lengths(top[2]);
        let more = lengths.map(|length| to_index((BLUR_MM / length).ceil()));
        let [below, above] = [0, 1].map(|side| [0, 1, 2].map(|k| reach[k][side] + more[k]));
        let range = |axis: usize| {
            let end = (top[axis] + above[axis] + 1).min(self.dark.shape()[axis]);
            top[axis].saturating_sub(below[axis])..end
        };
        let angles = (0..=below[1] + above[1]).map(|k| (top[1] + ANGLES + k - below[1]) % ANGLES);
        let [mut x, mut y, mut z, mut void] = [0.0; 4];
        for a in angles {
            let (sin, cos) = self.space.angle(a).sin_cos();
            for (h, r) in range(0).flat_map(|h| range(2).map(move |r| (h, r))) {
                let weight = self.darkness([h, a, r]) * self.lengths(r).iter().product::<f64>();
                x += weight * self.radius(r) * cos;
                y += weight * self.radius(r) * sin;
                z += weight * self.space.heights[h];
                void += weight;
            }
        }
        let (x, y, height) = (x / void, y / void, z / void);
        let extent = [(6.0 * void / PI).cbrt(); 3];
        let place = Place { height, radius: x.hypot(y), angle: y.atan2(x), extent };
        let sigmas = self.darkness(top) / self.noise[top[0]].1.max(1e-9);
        (void > 0.0).then_some(Bubble { place, void, sigmas })
    }
}

/// Whether what is so high, so long along the turn and so deep, mm, may be a bubble at an end of the roll.
fn is_round([height, arc, depth]: [f64; 3]) -> bool {
    let least = arc.min(depth);
    least.min(height) > NARROW_MM && height.max(arc).max(depth) < ROUND * least
}

/// Samples of some places before and after one of them along an axis; the middle one is a circle.
fn reach(places: &[[usize; 3]], from: [usize; 3], axis: usize) -> [usize; 2] {
    let turn = if axis == 1 { ANGLES } else { usize::MAX / 4 };
    let most = |apart: &dyn Fn(usize, usize) -> usize| {
        let all = places.iter().map(|at| apart(at[axis], from[axis]));
        all.filter(|it| *it <= turn / 2).max().unwrap_or(0)
    };
    [most(&|at, from| (turn + from - at) % turn), most(&|at, from| (turn + at - from) % turn)]
}

/// Sums of the values before each place of a lane, from which the mean over any range follows.
struct Sums {
    before: Vec<f64>,
    /// So many values of a ring stand again before its first and after its last.
    again: usize,
}

impl Sums {
    /// `again`: how far means may reach beyond the ends of a ring; 0 for a lane that is none.
    fn of(lane: ArrayView1<'_, f32>, again: usize) -> Self {
        let count = lane.len();
        let mut before = vec![0.0; count + 2 * again + 1];
        for k in 0..count + 2 * again {
            let at = if again == 0 { k } else { (k + count - again % count) % count };
            before[k + 1] = before[k] + f64::from(lane[at]);
        }
        Self { before, again }
    }

    /// Mean over places `from` (below 0: before the first) to `end`, without it, as far as there are
    /// any; `None` where fewer than `enough` are.
    fn mean(&self, [from, end]: [isize; 2], enough: usize) -> Option<f32> {
        let last = self.before.len() - 1;
        let [from, end] = [from, end].map(|at| at.saturating_add_unsigned(self.again).max(0));
        let [from, end] = [from, end].map(|at| at.cast_unsigned().min(last));
        let count = end.saturating_sub(from);
        let sum = self.before[end] - self.before[from.min(end)];
        (count >= enough.max(1)).then(|| to_f32(sum / count as f64))
    }

    /// Mean over a place and `half` on either side of it.
    fn about(&self, at: usize, half: usize) -> f32 {
        let [at, half] = [at, half].map(usize::cast_signed);
        self.mean([at - half, at + half + 1], 1).unwrap_or(f32::NAN)
    }

    /// The lesser of the means between `near` and `far` on either side of a place; `None` where the
    /// lane holds half of neither.
    fn darker_side(&self, at: usize, [near, far]: [usize; 2]) -> Option<f32> {
        let enough = (far - near).div_ceil(2);
        let [at, near, far] = [at, near, far].map(usize::cast_signed);
        let sides = [[at - far, at - near + 1], [at + near, at + far + 1]];
        sides.into_iter().filter_map(|side| self.mean(side, enough)).reduce(f32::min)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;

    use super::*;

    #[test]
    fn sides_go_around_a_ring_and_end_with_a_lane() {
        let values: Array1<f32> = (0..12_u8).map(f32::from).collect();
        let ring = Sums::of(values.view(), 4);
        assert_eq!(ring.about(0, 1), (11.0 + 0.0 + 1.0) / 3.0);
        assert_eq!(ring.darker_side(1, [2, 3]), Some(3.5));
        assert_eq!(ring.darker_side(10, [2, 4]), Some((0.0 + 1.0 + 2.0) / 3.0));
        let lane = Sums::of(values.view(), 0);
        assert_eq!(lane.about(0, 1), 0.5);
        assert_eq!(lane.darker_side(1, [2, 3]), Some(3.5));
        assert_eq!(lane.darker_side(5, [2, 3]), Some(2.5));
        assert_eq!(lane.darker_side(5, [8, 11]), None);
    }

    #[test]
    fn places_reach_across_the_beginning_of_the_circle() {
        let places = [[4, ANGLES - 2, 3], [5, 1, 3], [3, 0, 4]];
        let from = [4, 0, 3];
        assert_eq!([0, 1, 2].map(|axis| reach(&places, from, axis)), [[1, 1], [2, 1], [0, 1]]);
    }
}
