//! From the voxels of a block to the rays that cross it. Knows no threads.
//!
//! A vector of neighbouring rays meets a plane within a window of two vectors of voxels: both are
//! loaded, and each ray picks its two values out of the registers. Where traces stand upright the two
//! columns of voxels are blended on the way; else their blend was made before, as a profile.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    blend::Uprights,
    block::{Profiles, Strip},
    fan::{GROUP, MARGIN},
    trace::{Sheet, Traces},
    windows::{Bounds, Places, Windows, alignment},
};
use crate::kernel::pick::Pick;

/// Most voxels from ray to ray that fit the windows.
pub(super) const WIDEST: f64 = 1.95;
/// Most voxels from ray to ray with which a vector of rays lies within a vector of voxels, whatever
/// is lost in rounding.
const NEAREST: f64 = 1.0 - 1e-5;
/// Most that the spacing of rays may change over a vector, as a part of it, for three terms of its
/// series to tell it.
pub(super) const MOST_LEAN: f64 = 6e-3;

/// Where the rays of a sheet meet the planes of a block, vector by vector from the first ray that
/// meets it.
#[derive(Debug)]
pub(super) struct Rises {
    /// Of rays that are not evenly spaced: q of each, from that of the first of its vector. It is the
    /// same on every plane.
    of_ray: Vec<Strip>,
    windows: Vec<Windows>,
    places: Places,
}

impl Default for Rises {
    fn default() -> Self {
        Self { of_ray: Vec::new(), windows: Vec::new(), places: Places::NONE }
    }
}

impl Rises {
    /// Tables the rays that meet a block whose lines have so many values.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn table<V: Pick>(&mut self, (sheet, traces): Rays<'_>, length: usize) {
        let ([q, change, _], is_even) = (sheet.rise(0.0), sheet.is_even());
        let falls = traces.depth(traces.touched.start) * change < 0.0;
        self.places = Places::new(
            |plane| {
                let depth = traces.depth(plane);
                if is_even {
                    [traces.base + depth * q, depth * change]
                } else {
                    [traces.base, depth]
                }
            },
            falls,
        );
        let align =
            if is_near::<V>(traces) { 1 } else { alignment(traces.spacings[1], V::COUNT, 1) };
        let bounds = Bounds::new(MARGIN, length - 2 * V::COUNT, align);
        let (first, count) = (traces.rays.start, traces.rays.len().div_ceil(V::COUNT));
        self.windows.resize(count, Windows::EMPTY);
        if is_even {
            let first = (first as f64, V::COUNT);
            return Windows::fill_all(&mut self.windows, &self.places, first, bounds);
        }
        self.of_ray.resize((count * V::COUNT).div_ceil(GROUP), Strip::ZERO);
        // Copied, so that the compiler knows that nothing changes it.
        let places = self.places;
        for vector in 0..count {
            // SAFETY: of this function.
            let place = unsafe { self.rise::<V>(sheet, vector, first + vector * V::COUNT) };
            self.windows[vector].fill(&places, place, bounds);
        }
    }

    /// Tables a vector: q of its first ray, and of the last one from there.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn rise<V: Pick>(&mut self, sheet: &Sheet, vector: usize, ray: usize) -> [f64; 2] {
        let [q, change, lean] = sheet.rise(ray as f64);
        let lanes = V::COUNT as f64 - 1.0;
        let bent = lanes * lean;
        let mut last = lanes * change * (1.0 - bent * (1.0 - bent));
        let place = vector * V::COUNT;
        let to = self.of_ray[place / GROUP].0[place % GROUP..].as_mut_ptr();
        // SAFETY: of this function; a vector does not lie in two strips.
        unsafe {
            if lean.abs() * V::COUNT as f64 <= MOST_LEAN {
                let (lanes, one) = (V::lane_numbers(), V::splat(1.0));
                let bent = lanes.times(V::splat(to_f32(lean)));
                let kept = one.add_product(bent, bent.minus(one));
                lanes.times(V::splat(to_f32(change))).times(kept).store(to);
            } else {
                let rise = |k: usize| sheet.rise((ray + k) as f64)[0] - q;
                (0..V::COUNT).for_each(|k| *to.add(k) = to_f32(rise(k)));
                last = rise(V::COUNT - 1);
            }
        }
        [q, last]
    }

    /// Vectors of rays.
    pub(super) fn count(&self) -> usize {
        self.windows.len()
    }

    /// The vectors of so many voxels, out of all, among which some of rays find theirs.
    #[inline(always)]
    pub(super) fn voxels<V: Pick>(
        &self,
        plane: usize,
        vectors: &Range<usize>,
        all: usize,
    ) -> Range<usize> {
        let [one, other] = [vectors.start, vectors.end - 1]
            .map(|vector| self.windows[vector].starts[plane] as usize);
        let first = one.min(other).saturating_sub(MARGIN) / V::COUNT;
        let last = (one.max(other) + 2 * V::COUNT).saturating_sub(MARGIN).div_ceil(V::COUNT);
        first.min(all)..last.min(all)
    }

    #[inline(always)]
    fn part<V: Pick>(&self, vector: usize) -> *const f32 {
        let place = vector * V::COUNT;
        self.of_ray[place / GROUP].0[place % GROUP..].as_ptr()
    }
}

/// The rays of a sheet, and where they meet a block.
pub(super) type Rays<'a> = (&'a Sheet, &'a Traces);

/// Whether each ray picks its values out of one register.
#[inline(always)]
fn is_near<V: Pick>(traces: &Traces) -> bool {
    !V::PICKS_OF_TWO && traces.spacings[1] <= NEAREST
}

/// Rays that walk through some planes of a block.
pub(super) struct Walkers<'a> {
    pub(super) rays: Rays<'a>,
    pub(super) rises: &'a Rises,
    pub(super) planes: Range<usize>,
    /// Vectors of rays.
    pub(super) vectors: Range<usize>,
}

impl Walkers<'_> {
    /// Adds to `sums`, `[ray + MARGIN]`, the values of the planes where evenly spaced rays meet them,
    /// linear from z to z; `voxels` are those of the block.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn walk_even<V: Pick>(
        &self,
        (voxels, uprights): (&[f32], &Uprights),
        sums: &mut [f32],
    ) {
        let across = uprights.across;
        // SAFETY: of this function; before a column there are as many zeros as before a profile.
        unsafe {
            let line = |plane: usize| {
                let from = voxels.as_ptr().add(*uprights.columns.get_unchecked(plane) - MARGIN);
                (from, [uprights.weights[0][plane], uprights.weights[1][plane]])
            };
            if is_near::<V>(self.rays.1) {
                self.walk_all::<V, true, true>((line, across), sums);
            } else {
                self.walk_all::<V, true, false>((line, across), sums);
            }
        }
    }

    /// The same for any rays, of which the planes' profiles are there.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn walk_profiles<V: Pick>(&self, profiles: &Profiles, sums: &mut [f32]) {
        let (from, length, first) =
            (profiles.values().as_ptr(), profiles.length(), self.planes.start);
        // SAFETY: of this function.
        unsafe {
            let line = |plane: usize| (from.add((plane - first) * length), [0.0; 2]);
            self.walk_all::<V, false, false>((line, 0), sums);
        }
    }

    /// `BLENDED`: of two columns, which weigh something.
    ///
    /// # Safety
    ///
    /// As [`Self::walk_even`].
    #[inline(always)]
    unsafe fn walk_all<V: Pick, const BLENDED: bool, const NEAR: bool>(
        &self,
        lines: (impl Fn(usize) -> (*const f32, [f32; 2]) + Copy, usize),
        sums: &mut [f32],
    ) {
        // SAFETY: of this function; windows lie within the planes.
        unsafe {
            // Few registers hold few vectors.
            if V::COUNT < GROUP {
                self.walk_some::<V, 2, BLENDED, NEAR>(lines, sums);
            } else {
                self.walk_some::<V, 4, BLENDED, NEAR>(lines, sums);
            }
        }
    }

    /// `TOGETHER`: vectors of rays that go through the planes together.
    ///
    /// # Safety
    ///
    /// As [`Self::walk_even`].
    #[inline(always)]
    unsafe fn walk_some<V: Pick, const TOGETHER: usize, const BLENDED: bool, const NEAR: bool>(
        &self,
        lines: (impl Fn(usize) -> (*const f32, [f32; 2]) + Copy, usize),
        sums: &mut [f32],
    ) {
        let windows = &self.rises.windows[self.vectors.clone()];
        let (windows, rest) = windows.as_chunks::<TOGETHER>();
        let (start, rest_start) = (self.vectors.start, self.vectors.end - rest.len());
        // SAFETY: of this function.
        unsafe {
            for (k, windows) in windows.iter().enumerate() {
                let first = start + k * TOGETHER;
                self.sum::<V, TOGETHER, BLENDED, NEAR>((windows, first), lines, sums);
            }
            for (k, window) in rest.iter().enumerate() {
                let windows = std::array::from_ref(window);
                self.sum::<V, 1, BLENDED, NEAR>((windows, rest_start + k), lines, sums);
            }
        }
    }

    /// # Safety
    ///
    /// As [`Self::walk_even`].
    #[inline(always)]
    unsafe fn sum<V: Pick, const MANY: usize, const BLENDED: bool, const NEAR: bool>(
        &self,
        (windows, first): (&[Windows; MANY], usize),
        (line, across): (impl Fn(usize) -> (*const f32, [f32; 2]), usize),
        sums: &mut [f32],
    ) {
        let ray = self.rays.1.rays.start + first * V::COUNT;
        let sums = sums[ray + MARGIN..ray + MARGIN + MANY * V::COUNT].as_mut_ptr();
        // SAFETY: of this function.
        unsafe {
            // The compiler must not know it: it would make it again and again.
            let one = V::indices(std::hint::black_box(1));
            let (mut unit, mut sum) = ([V::lane_numbers(); MANY], [V::splat(0.0); MANY]);
            for k in 0..MANY {
                if !BLENDED {
                    unit[k] = V::load(self.rises.part::<V>(first + k));
                }
                sum[k] = V::load_any(sums.add(k * V::COUNT));
            }
            for plane in self.planes.clone() {
                let pace = V::splat(*self.rises.places.paces.get_unchecked(plane));
                let (from, weights) = line(plane);
                let weights = [V::splat(weights[0]), V::splat(weights[1])];
                for k in 0..MANY {
                    let start = *windows[k].starts.get_unchecked(plane) as usize;
                    let offset = V::splat(*windows[k].offsets.get_unchecked(plane));
                    let place = offset.add_product(unit[k], pace);
                    let window = Window { from: from.add(start), across, weights, one };
                    sum[k] = sum[k].plus(window.between::<BLENDED, NEAR>(place));
                }
            }
            for (k, sum) in sum.into_iter().enumerate() {
                sum.store_any(sums.add(k * V::COUNT));
            }
        }
    }

    /// As [`Self::walk_profiles`], for rays of any spacing.
    pub(super) fn walk_exactly(&self, profiles: &Profiles, sums: &mut [f32]) {
        let (sheet, traces) = self.rays;
        for plane in self.planes.clone() {
            let profile = profiles.of_plane(plane - self.planes.start);
            let last = profile.len() as f64 - 2.0;
            for ray in traces.rays.clone() {
                let place = traces.height_of(plane, (sheet, ray)) + MARGIN as f64;
                if place >= 0.0 && place < last {
                    let (below, way) = (to_index(place.floor()), to_f32(place - place.floor()));
                    let (lower, upper) = (profile[below], profile[below + 1]);
                    sums[ray + MARGIN] += lower + way * (upper - lower);
                }
            }
        }
    }
}

/// Two vectors of values along z, or of each of two columns.
struct Window<V: Pick> {
    from: *const f32,
    /// From a column to the next, and the weights of both.
    across: usize,
    weights: [V; 2],
    /// 1 in all lanes.
    one: V::Index,
}

impl<V: Pick> Window<V> {
    /// The values at places in the window; in its first vector where `NEAR` is set.
    ///
    /// # Safety
    ///
    /// As [`Pick`]; all places lie in the window.
    #[inline(always)]
    unsafe fn between<const BLENDED: bool, const NEAR: bool>(&self, place: V) -> V {
        // SAFETY: of this function.
        unsafe {
            let (index, way) = place.split_low();
            let near = self.values::<BLENDED>(0);
            let [lower, upper] = if NEAR {
                [near.pick(index), self.values::<BLENDED>(1).pick(index)]
            } else {
                let far = self.values::<BLENDED>(V::COUNT);
                [near.pick_two(far, index), near.pick_two(far, V::further(index, self.one))]
            };
            lower.add_product(way, upper.minus(lower))
        }
    }

    /// # Safety
    ///
    /// As [`Self::between`].
    #[inline(always)]
    unsafe fn values<const BLENDED: bool>(&self, ahead: usize) -> V {
        // SAFETY: of this function.
        unsafe {
            let left = V::load_any(self.from.add(ahead));
            if BLENDED {
                let right = V::load_any(self.from.add(ahead + self.across));
                left.times(self.weights[0]).add_product(self.weights[1], right)
            } else {
                left
            }
        }
    }
}
