//! From the rays that cross a plane to its profile: the adjoint of the walk. Knows no planes and no
//! threads.
//!
//! A vector of neighbouring voxels lies among the rays of a window of two vectors: both are loaded,
//! and each voxel picks the rays about it out of the registers, as many as may lie within a voxel of
//! it, and weighs them.

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    fan::{MARGIN, clamped},
    trace::{Sheet, Traces},
    walk::MOST_LEAN,
    windows::{PLACES, SLACK, Windows},
};
use crate::kernel::pick::Pick;

/// Most voxels from ray to ray that fit the windows.
const WIDEST: f64 = 1.95;
/// Least voxels from ray to ray with which no more than two, three and four rays lie about a voxel.
const TWO: f64 = 1.0;
const THREE: f64 = 0.67;
const FOUR: f64 = 0.6;

/// Writes to the profile, `[z + MARGIN]`, what `rays`, `[ray + MARGIN]` with zeros beside them, give
/// there: each to the two heights about it.
///
/// # Safety
///
/// As [`Pick`]; the profile has its room.
#[inline(always)]
pub(super) unsafe fn gather<V: Pick>(
    sheet: &Sheet,
    (traces, plane): (&Traces, usize),
    rays: &[f32],
    profile: &mut [f32],
) {
    // With four rays a voxel, windows of eight values are too short.
    let narrowest = if V::COUNT < 8 { THREE } else { FOUR };
    let [least, most] = traces.spacings;
    let fits = least >= narrowest && most <= WIDEST;
    let (even, fits) = (sheet.is_even(), fits && traces.lean * V::COUNT as f64 <= MOST_LEAN);
    let trace = (traces, plane);
    // SAFETY: of this function.
    unsafe {
        match (even, fits, least) {
            (_, false, _) => gather_exactly(sheet, trace, rays, profile),
            (true, _, TWO..) => gather_even::<V, 2>(trace, rays, profile),
            (true, _, THREE..) => gather_even::<V, 3>(trace, rays, profile),
            (true, ..) => gather_even::<V, 4>(trace, rays, profile),
            (_, _, TWO..) => gather_leaning::<V, 2>(trace, rays, profile),
            (_, _, THREE..) => gather_leaning::<V, 3>(trace, rays, profile),
            _ => gather_leaning::<V, 4>(trace, rays, profile),
        }
    }
}

/// Which rays a voxel takes: those from one before the place of the voxel on.
///
/// Of an even number it lies between the two in the middle, of an odd one next to that in the middle.
struct Taps<const COUNT: usize>;

impl<const COUNT: usize> Taps<COUNT> {
    /// What is added to the place of a voxel before it is rounded down.
    const AHEAD: f64 = if COUNT % 2 == 1 { 0.5 } else { 0.0 };
    /// Rays before the one that is found so.
    const BEFORE: usize = (COUNT - 1) / 2;

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

/// # Safety
///
/// As [`gather`].
#[inline(always)]
unsafe fn gather_even<V: Pick, const TAPS: usize>(
    (traces, plane): (&Traces, usize),
    rays: &[f32],
    profile: &mut [f32],
) {
    let [start, rate, below, _] = traces.finder(plane);
    let (spacing, deep) = (to_f32((below / rate).abs()), profile.len() - 2 * MARGIN);
    let (start, rate) = (start / below, rate / below);
    let (shift, mut windows) = ((Taps::<TAPS>::AHEAD, Taps::<TAPS>::BEFORE), Windows::EMPTY);
    // SAFETY: of this function; windows lie within the rays.
    unsafe {
        // The compiler must not know it: it would make it again and again.
        let one = V::indices(std::hint::black_box(1));
        let along = V::lane_numbers().times(V::splat(to_f32(rate)));
        for first in (0..deep).step_by(PLACES * V::COUNT) {
            let count = (deep - first).div_ceil(V::COUNT).min(PLACES);
            let line = [start + first as f64 * rate, rate];
            windows.fill_evenly((V::COUNT, rays.len()), (count, line), shift);
            let to = profile[first + MARGIN..].as_mut_ptr();
            for k in 0..count {
                let from = rays.as_ptr().add(windows.starts[k] as usize);
                let place = along.plus(V::splat(windows.offsets[k]));
                let (index, way) = place.split();
                let weights = even_weights::<V, TAPS>(way, spacing);
                picked::<V, TAPS>(from, (index, one), weights).store(to.add(k * V::COUNT));
            }
        }
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
        let [near, far] = [V::load_any(from), V::load_any(from.add(V::COUNT))];
        let mut sum = near.pick_two(far, index).times(weights[0]);
        for weight in &weights[1..] {
            index = V::further(index, one);
            sum = sum.add_product(near.pick_two(far, index), *weight);
        }
        sum
    }
}

/// The rays about a vector of voxels, where they are not evenly spaced.
struct Leaning {
    windows: Windows,
    /// Rays from voxel to voxel at the first one, and its reciprocal.
    rates: [f32; PLACES],
    spacings: [f32; PLACES],
    /// How much of itself the rate loses from voxel to voxel, and the spacing from ray to ray.
    bends: [f32; PLACES],
    leans: [f32; PLACES],
}

impl Leaning {
    /// So many vectors from z on.
    #[inline(always)]
    fn fill<V: Pick, const TAPS: usize>(
        &mut self,
        (traces, plane): (&Traces, usize),
        (z, count): (usize, usize),
        length: usize,
    ) {
        let [start, rate, below, lean] = traces.finder(plane);
        let change = rate * below - start * lean;
        let margin = MARGIN as f64 - Taps::<TAPS>::BEFORE as f64;
        let (lanes, last) = (V::COUNT as f64 - 1.0, (length - 2 * V::COUNT) as f64);
        for eight in 0..count.div_ceil(8).min(PLACES / 8) {
            for k in 8 * eight..8 * eight + 8 {
                let z = (z + k * V::COUNT) as f64;
                let depth = below + lean * z;
                let one = 1.0 / depth;
                let position = (start + rate * z) * one + Taps::<TAPS>::AHEAD;
                let (rate, bend) = (change * one * one, lean * one);
                let bent = lanes * bend;
                let reach = rate * lanes * (1.0 - bent * (1.0 - bent));
                let floor = (position + if reach < 0.0 { reach - SLACK } else { 0.0 }).floor();
                self.windows.offsets[k] = to_f32(position - floor);
                self.windows.starts[k] = clamped(floor + margin, last);
                self.rates[k] = to_f32(rate);
                self.spacings[k] = to_f32(depth * depth / change);
                self.bends[k] = to_f32(bend);
                self.leans[k] = to_f32(-lean * depth / change);
            }
        }
    }
}

/// # Safety
///
/// As [`gather`].
#[inline(always)]
unsafe fn gather_leaning<V: Pick, const TAPS: usize>(
    trace: (&Traces, usize),
    rays: &[f32],
    profile: &mut [f32],
) {
    let deep = profile.len() - 2 * MARGIN;
    let mut leaning = Leaning {
        windows: Windows::EMPTY,
        rates: [0.0; PLACES],
        spacings: [0.0; PLACES],
        bends: [0.0; PLACES],
        leans: [0.0; PLACES],
    };
    // SAFETY: of this function; windows lie within the rays.
    unsafe {
        let (lanes, whole) = (V::lane_numbers(), V::splat(1.0));
        let one = V::indices(std::hint::black_box(1));
        for first in (0..deep).step_by(PLACES * V::COUNT) {
            let count = (deep - first).div_ceil(V::COUNT).min(PLACES);
            leaning.fill::<V, TAPS>(trace, (first, count), rays.len());
            let to = profile[first + MARGIN..].as_mut_ptr();
            for k in 0..count {
                let from = rays.as_ptr().add(leaning.windows.starts[k] as usize);
                let bent = lanes.times(V::splat(leaning.bends[k]));
                let kept = whole.add_product(bent, bent.minus(whole));
                let along = lanes.times(V::splat(leaning.rates[k]));
                let place = V::splat(leaning.windows.offsets[k]).add_product(along, kept);
                let (index, way) = place.split();
                let wider = whole.plus(bent);
                let spacing = V::splat(leaning.spacings[k]).times(wider.times(wider));
                let weights = leaning_weights::<V, TAPS>(way, spacing, leaning.leans[k]);
                picked::<V, TAPS>(from, (index, one), weights).store(to.add(k * V::COUNT));
            }
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

/// As [`gather`], for rays of any spacing.
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
