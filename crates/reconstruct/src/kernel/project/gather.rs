//! From the rays that cross a block to its voxels: the adjoint of the walk. Knows no threads.
//!
//! A vector of neighbouring voxels lies among the rays of a window of two vectors: both are loaded,
//! and each voxel picks the rays about it out of the registers, as many as may lie within a voxel of
//! it, and weighs them.

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    blend::{Columns, Line, Uprights, is_flat},
    block::{Block, Profiles, SIDE, VECTORS},
    fan::MARGIN,
    trace::{Sheet, Traces},
    walk::{MOST_LEAN, WIDEST},
    windows::{Bounds, Places, SLACK, Windows, alignment},
};
use crate::kernel::pick::Pick;

/// Least voxels from ray to ray with which no more than two, three and four rays lie about a voxel; of
/// two, those before a vector of voxels lie within a vector of rays, whatever is lost in rounding.
const TWO: f64 = 1.0 + 1e-5;
const THREE: f64 = 0.67;
const FOUR: f64 = 0.6;

/// Gives the values of rays to the voxels about them.
#[derive(Debug)]
pub(super) struct Giver {
    /// One a vector of voxels.
    windows: [Windows; VECTORS],
    bends: [Bends; VECTORS],
    columns: Columns,
}

impl Default for Giver {
    fn default() -> Self {
        let windows = [Windows::EMPTY; VECTORS];
        Self { windows, bends: [Bends::EMPTY; VECTORS], columns: Columns::default() }
    }
}

/// A sheet of rays that meets a block whose planes are columns of voxels, or rows.
pub(super) struct Gift<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) traces: &'a Traces,
    /// `[ray + MARGIN]`, with zeros beside them.
    pub(super) rays: &'a [f32],
    pub(super) is_column: bool,
}

impl Giver {
    /// Adds to a block what rays give there: each to the two heights about it.
    ///
    /// # Safety
    ///
    /// As [`Pick`]; the profiles have their room.
    #[inline(always)]
    pub(super) unsafe fn give<V: Pick>(
        &mut self,
        gift: &Gift<'_>,
        block: &mut Block,
        profiles: &mut Profiles,
    ) {
        // With four rays a voxel, windows of eight values are too short.
        let narrowest = if V::COUNT < 8 { THREE } else { FOUR };
        let [least, most] = gift.traces.spacings;
        let is_straight =
            gift.traces.lean * V::COUNT as f64 <= MOST_LEAN && !is_flat(gift.traces.turn, V::COUNT);
        let fits = least >= narrowest && most <= WIDEST && is_straight;
        // SAFETY: of this function.
        unsafe {
            match (gift.sheet.is_even(), fits, least) {
                (_, false, _) => self.give_exactly::<V>(gift, block, profiles.of_plane_mut(0)),
                (true, _, TWO..) => self.give_even::<V, 2>(gift, block),
                (true, _, THREE..) => self.give_even::<V, 3>(gift, block),
                (true, ..) => self.give_even::<V, 4>(gift, block),
                (_, _, TWO..) => self.give_leaning::<V, 2>(gift, block),
                (_, _, THREE..) => self.give_leaning::<V, 3>(gift, block),
                _ => self.give_leaning::<V, 4>(gift, block),
            }
        }
    }

    /// # Safety
    ///
    /// As [`Self::give`].
    #[inline(always)]
    unsafe fn give_even<V: Pick, const TAPS: usize>(&mut self, gift: &Gift<'_>, block: &mut Block) {
        let (traces, count) = (gift.traces, block.deep() / V::COUNT);
        let of_plane = |plane: usize| {
            let [start, rate, below, _] = traces.finder(plane);
            let below = 1.0 / below;
            [start * below + Taps::<TAPS>::AHEAD, rate * below]
        };
        let places = Places::new(of_plane, of_plane(traces.touched.start)[1] < 0.0);
        let bounds = Taps::<TAPS>::bounds::<V>(traces.spacings[0], gift.rays.len());
        Windows::fill_all(&mut self.windows[..count], &places, (0.0, V::COUNT), bounds);
        let uprights = Uprights::new(traces, block, gift.is_column);
        let (voxels, rays) = (block.values_mut().as_mut_ptr(), gift.rays.as_ptr());
        // SAFETY: of this function; windows lie within the rays.
        unsafe {
            // The compiler must not know it: it would make it again and again.
            let one = V::indices(std::hint::black_box(1));
            for plane in traces.touched.clone() {
                let pace = places.paces[plane];
                let along = V::lane_numbers().times(V::splat(pace));
                let [near, far] = [0, 1].map(|side| V::splat(uprights.weights[side][plane]));
                let left = voxels.add(uprights.columns[plane]);
                for (k, windows) in self.windows.iter().enumerate().take(count) {
                    let from = rays.add(windows.starts[plane] as usize);
                    let place = along.plus(V::splat(windows.offsets[plane]));
                    let (index, way) = place.split_low();
                    let weights = even_weights::<V, TAPS>(way, 1.0 / pace.abs());
                    let value = picked::<V, TAPS>(from, (index, one), weights);
                    let left = left.add(k * V::COUNT);
                    let right = left.add(uprights.across);
                    V::load(left).add_product(near, value).store(left);
                    V::load(right).add_product(far, value).store(right);
                }
            }
        }
    }

    /// # Safety
    ///
    /// As [`Self::give`].
    #[inline(always)]
    unsafe fn give_leaning<V: Pick, const TAPS: usize>(
        &mut self,
        gift: &Gift<'_>,
        block: &mut Block,
    ) {
        let (traces, count) = (gift.traces, block.deep() / V::COUNT);
        let bounds = Taps::<TAPS>::bounds::<V>(traces.spacings[0], gift.rays.len());
        for (k, bends) in self.bends.iter_mut().enumerate().take(count) {
            bends.fill::<V, TAPS>(traces, (k * V::COUNT) as f64, (&mut self.windows[k], bounds));
        }
        self.columns.fill::<V>(traces, count);
        let rays = gift.rays.as_ptr();
        // SAFETY: of this function; windows lie within the rays.
        unsafe {
            let turn = V::lane_numbers().times(V::splat(to_f32(traces.turn)));
            let one = V::indices(std::hint::black_box(1));
            for plane in traces.touched.clone() {
                let line = Line::new(traces, block, (plane, gift.is_column));
                let voxels = block.values_mut().as_mut_ptr();
                let [low, high] = traces.heights(plane).map(|z| z.max(0.0));
                let end = (to_index(high) + 1).div_ceil(V::COUNT).min(count);
                for k in to_index(low) / V::COUNT..end {
                    let windows = self.windows.get_unchecked(k);
                    let from = rays.add(windows.starts[plane] as usize);
                    let bends = self.bends.get_unchecked(k);
                    let (place, spacing) = bends.places::<V>(plane, windows.offsets[plane]);
                    let (index, way) = place.split_low();
                    let weights = leaning_weights::<V, TAPS>(way, spacing, bends.leans[plane]);
                    let value = picked::<V, TAPS>(from, (index, one), weights);
                    self.columns.give((&line, plane), (k, turn, value), voxels);
                }
            }
        }
    }

    /// # Safety
    ///
    /// As [`Self::give`].
    #[inline(always)]
    unsafe fn give_exactly<V: Pick>(
        &mut self,
        gift: &Gift<'_>,
        block: &mut Block,
        profile: &mut [f32],
    ) {
        let traces = gift.traces;
        self.columns.fill::<V>(traces, block.deep() / V::COUNT);
        for plane in traces.touched.clone() {
            gather_exactly(gift.sheet, (traces, plane), gift.rays, profile);
            let line = Line::new(traces, block, (plane, gift.is_column));
            // SAFETY: of this function.
            unsafe { self.columns.spread::<V>((&line, plane), profile, block) };
        }
    }
}

/// Which rays a voxel takes: those from one before the place of the voxel on.
///
/// Of an even number it lies between the two in the middle, of an odd one next to that in the middle.
struct Taps<const COUNT: usize>;

impl<const COUNT: usize> Taps<COUNT> {
    /// Rays before the one that a voxel lies at or behind, or that is next to it.
    const BEFORE: usize = (COUNT - 1) / 2;
    /// What is added to the place of a voxel so that the first ray is found by rounding down.
    const AHEAD: f64 = if COUNT % 2 == 1 { 0.5 } else { 0.0 } - Self::BEFORE as f64;

    /// For rays so far apart, on a line of so many values.
    #[inline(always)]
    fn bounds<V: Pick>(spacing: f64, length: usize) -> Bounds {
        let align =
            if is_near::<V, COUNT>() { 1 } else { alignment(1.0 / spacing, V::COUNT, COUNT - 1) };
        Bounds::new(MARGIN, length - 2 * V::COUNT, align)
    }

    /// How far a ray lies from where what was rounded off is nothing.
    const fn ahead(ray: usize) -> f32 {
        ray as f32 - Self::BEFORE as f32 + if COUNT % 2 == 1 { 0.5 } else { 0.0 }
    }

    /// Whether a ray lies on this side of the voxel, or on either; else beyond it.
    const fn is_before(ray: usize) -> bool {
        2 * ray + 1 < COUNT
    }

    const fn is_amid(ray: usize) -> bool {
        2 * ray + 1 == COUNT
    }
}

/// What the rays about a voxel weigh.
///
/// # Safety
///
/// As [`Pick`].
#[inline(always)]
unsafe fn even_weights<V: Pick, const TAPS: usize>(way: V, spacing: f32) -> [V; TAPS] {
    // SAFETY: of this function.
    unsafe {
        let (less, more) = (V::splat(-spacing), V::splat(spacing));
        let mut weights = [V::splat(0.0); TAPS];
        for (ray, weight) in weights.iter_mut().enumerate() {
            let ahead = Taps::<TAPS>::ahead(ray) * spacing;
            *weight = if Taps::<TAPS>::is_before(ray) {
                V::splat(1.0 + ahead).add_product(way, less)
            } else if Taps::<TAPS>::is_amid(ray) {
                V::splat(1.0).minus(V::splat(-ahead).add_product(way, more).magnitude())
            } else {
                V::splat(1.0 - ahead).add_product(way, more)
            };
            // That in the middle is never as far as a voxel.
            if !Taps::<TAPS>::is_amid(ray) {
                *weight = weight.most(V::splat(0.0));
            }
        }
        weights
    }
}

/// Whether each ray about a voxel is picked out of one register.
const fn is_near<V: Pick, const TAPS: usize>() -> bool {
    !V::PICKS_OF_TWO && TAPS == 2
}

/// Weighted sum of neighbouring values of a window, from an index on.
///
/// # Safety
///
/// As [`Pick`]; there are two vectors, and all values lie in them.
#[inline(always)]
unsafe fn picked<V: Pick, const TAPS: usize>(
    from: *const f32,
    (mut index, one): (V::Index, V::Index),
    weights: [V; TAPS],
) -> V {
    // SAFETY: of this function.
    unsafe {
        if is_near::<V, TAPS>() {
            let next = V::load_any(from.add(1)).pick(index);
            let first = V::load_any(from).pick(index).times(weights[0]);
            return first.add_product(next, weights[1]);
        }
        let [near, far] = [V::load_any(from), V::load_any(from.add(V::COUNT))];
        let mut sum = near.pick_two(far, index).times(weights[0]);
        for weight in &weights[1..] {
            index = V::further(index, one);
            sum = sum.add_product(near.pick_two(far, index), *weight);
        }
        sum
    }
}

/// The rays about a vector of voxels on each plane, where they are not evenly spaced.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Bends {
    /// Rays from voxel to voxel at the first one, and its reciprocal.
    rates: [f32; SIDE],
    spacings: [f32; SIDE],
    /// How much of itself the rate loses from voxel to voxel, and the spacing from ray to ray.
    bends: [f32; SIDE],
    leans: [f32; SIDE],
}

impl Bends {
    const EMPTY: Self =
        Self { rates: [0.0; SIDE], spacings: [0.0; SIDE], bends: [0.0; SIDE], leans: [0.0; SIDE] };

    /// Those of the vector from z on, and where it begins.
    #[inline(always)]
    fn fill<V: Pick, const TAPS: usize>(
        &mut self,
        traces: &Traces,
        z: f64,
        (windows, bounds): (&mut Windows, Bounds),
    ) {
        let lanes = V::COUNT as f64 - 1.0;
        for plane in 0..SIDE {
            let [start, rate, below, lean] = traces.finder(plane);
            let change = rate * below - start * lean;
            let depth = below + lean * z;
            let (one, turned) = (1.0 / depth, depth / change);
            let position = (start + rate * z) * one + Taps::<TAPS>::AHEAD;
            let (rate, bend) = (change * one * one, lean * one);
            let bent = lanes * bend;
            let reach = rate * lanes * (1.0 - bent * (1.0 - bent));
            let (reach, slack) = if reach < 0.0 { (reach, SLACK) } else { (0.0, 0.0) };
            windows.begin(plane, (position + reach, to_f32(-reach), slack), bounds);
            self.rates[plane] = to_f32(rate);
            self.spacings[plane] = to_f32(depth * turned);
            self.bends[plane] = to_f32(bend);
            self.leans[plane] = to_f32(-lean * turned);
        }
    }

    /// Places of voxels in their window, and voxels from ray to ray there.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn places<V: Pick>(&self, plane: usize, offset: f32) -> (V, V) {
        // SAFETY: of this function.
        unsafe {
            let (lanes, whole) = (V::lane_numbers(), V::splat(1.0));
            let bent = lanes.times(V::splat(self.bends[plane]));
            let kept = whole.add_product(bent, bent.minus(whole));
            let along = lanes.times(V::splat(self.rates[plane]));
            let wider = whole.plus(bent);
            let spacing = V::splat(self.spacings[plane]).times(wider.times(wider));
            (V::splat(offset).add_product(along, kept), spacing)
        }
    }
}

/// What the rays about a voxel weigh, the spacing there given.
///
/// # Safety
///
/// As [`Pick`].
#[inline(always)]
unsafe fn leaning_weights<V: Pick, const TAPS: usize>(way: V, spacing: V, lean: f32) -> [V; TAPS] {
    // SAFETY: of this function.
    unsafe {
        let (one, lean, spacing) = (V::splat(1.0), V::splat(-lean), spacing.magnitude());
        let mut weights = [one; TAPS];
        for (ray, weight) in weights.iter_mut().enumerate() {
            let beyond = V::splat(Taps::<TAPS>::ahead(ray)).minus(way);
            let change = one.add_product(beyond, lean);
            let distance = beyond.times(spacing);
            *weight = if Taps::<TAPS>::is_before(ray) {
                one.add_product(distance, change)
            } else if Taps::<TAPS>::is_amid(ray) {
                one.minus(distance.times(change).magnitude())
            } else {
                one.minus(distance.times(change))
            };
            // That in the middle is never as far as a voxel.
            if !Taps::<TAPS>::is_amid(ray) {
                *weight = weight.most(V::splat(0.0));
            }
        }
        weights
    }
}

/// Writes to the profile, `[z + MARGIN]`, what rays of any spacing give there.
fn gather_exactly(
    sheet: &Sheet,
    (traces, plane): (&Traces, usize),
    rays: &[f32],
    profile: &mut [f32],
) {
    let deep = profile.len() - 2 * MARGIN;
    let profile = &mut profile[MARGIN..MARGIN + deep];
    profile.fill(0.0);
    for ray in traces.rays.clone() {
        let (place, value) = (traces.height_of(plane, (sheet, ray)), rays[ray + MARGIN]);
        let below = place.floor();
        for (at, weight) in [(below, 1.0 - (place - below)), (below + 1.0, place - below)] {
            if at >= 0.0 && at < deep as f64 {
                profile[to_index(at)] += to_f32(weight) * value;
            }
        }
    }
}
