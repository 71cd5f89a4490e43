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
/// Vectors of rays that go through the planes together.
const TOGETHER: usize = 4;

/// How rays that are not evenly spaced rise: tabled, since it is the same on every plane.
#[derive(Debug, Default)]
pub(super) struct Rises {
    /// q of each ray, from that of the first of its vector.
    of_ray: Vec<Strip>,
    /// q of the first ray of a vector, and of the last one from there.
    of_vector: Vec<[f64; 2]>,
}

impl Rises {
    /// Tables the rays of a sheet that meet a block, and those that share a vector with them.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn table<V: Pick>(&mut self, sheet: &Sheet, rays: &Range<usize>) {
        self.of_ray.resize(sheet.rays.div_ceil(GROUP), Strip::ZERO);
        self.of_vector.resize(sheet.rays.div_ceil(GROUP) * GROUP / V::COUNT, [0.0; 2]);
        // SAFETY: of this function.
        unsafe {
            let (lanes, one) = (V::lane_numbers(), V::splat(1.0));
            let last = V::COUNT as f64 - 1.0;
            for vector in rays.start / V::COUNT..rays.end.div_ceil(V::COUNT) {
                let ray = vector * V::COUNT;
                let [q, change, lean] = sheet.rise(ray as f64);
                self.of_vector[vector] = [q, sheet.rise(ray as f64 + last)[0] - q];
                let to = self.of_ray[ray / GROUP].0[ray % GROUP..].as_mut_ptr();
                if lean.abs() * V::COUNT as f64 <= MOST_LEAN {
                    let bent = lanes.times(V::splat(to_f32(lean)));
                    let kept = one.add_product(bent, bent.minus(one));
                    lanes.times(V::splat(to_f32(change))).times(kept).store(to);
                } else {
                    let rise = |k: usize| to_f32(sheet.rise((ray + k) as f64)[0] - q);
                    (0..V::COUNT).for_each(|k| *to.add(k) = rise(k));
                }
            }
        }
    }

    #[inline(always)]
    fn part(&self, ray: usize) -> *const f32 {
        self.of_ray[ray / GROUP].0[ray % GROUP..].as_ptr()
    }
}

/// Rays that walk through a block.
pub(super) struct Walkers<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) traces: &'a Traces,
    /// Of a sheet that is not even.
    pub(super) rises: &'a Rises,
    /// One a plane, `[z + MARGIN]`; for an even sheet only where rays are too far apart.
    pub(super) profiles: &'a Profiles,
    /// Voxels of the block, and where the traces of an even sheet stand among them.
    pub(super) voxels: &'a [f32],
    pub(super) uprights: &'a Uprights,
}

impl Walkers<'_> {
    /// Adds to `sums`, `[ray + MARGIN]`, the values of the planes where the rays of a sheet meet
    /// them, linear from z to z.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn walk<V: Pick>(&self, sums: &mut [f32]) {
        let traces = self.traces;
        if traces.spacings[1] > WIDEST {
            return traces.touched.clone().for_each(|plane| self.walk_exactly(plane, sums));
        }
        // SAFETY: of this function.
        unsafe {
            let is_near = !V::PICKS_OF_TWO && traces.spacings[1] <= NEAREST;
            match (self.sheet.is_even(), is_near) {
                (true, true) => self.walk_all::<V, true, true>(sums),
                (true, false) => self.walk_all::<V, true, false>(sums),
                _ => self.walk_all::<V, false, false>(sums),
            }
        }
    }

    /// `NEAR`: rays are no more than a voxel apart, and each picks its values out of one register.
    ///
    /// # Safety
    ///
    /// As [`Self::walk`].
    #[inline(always)]
    unsafe fn walk_all<V: Pick, const EVEN: bool, const NEAR: bool>(&self, sums: &mut [f32]) {
        let (traces, [q, change, _]) = (self.traces, self.sheet.rise(0.0));
        let of_plane = |plane: usize| {
            let depth = traces.depth(plane);
            if EVEN { [traces.base + depth * q, depth * change] } else { [traces.base, depth] }
        };
        let falls = traces.depth(traces.touched.start) * change < 0.0;
        let places = Places::new(of_plane, falls);
        let mut windows = [Windows::EMPTY; TOGETHER];
        let align = if NEAR { 1 } else { alignment(traces.spacings[1], V::COUNT, 1) };
        let bounds = Bounds::new(MARGIN, self.profiles.length() - 2 * V::COUNT, align);
        let (first, until) = (traces.rays.start / V::COUNT * V::COUNT, traces.rays.end);
        for ray in (first..until).step_by(TOGETHER * V::COUNT) {
            let count = (until - ray).div_ceil(V::COUNT).min(TOGETHER);
            for (k, windows) in windows.iter_mut().enumerate().take(count) {
                windows.fill(&places, self.vector::<V, EVEN>(ray + k * V::COUNT), bounds);
            }
            // SAFETY: of this function; windows lie within the planes.
            unsafe {
                if count == TOGETHER {
                    self.sum::<V, TOGETHER, EVEN, NEAR>((&windows, &places), ray, sums);
                    continue;
                }
                for (k, window) in windows.iter().enumerate().take(count) {
                    let ray = ray + k * V::COUNT;
                    self.sum::<V, 1, EVEN, NEAR>((&[*window], &places), ray, sums);
                }
            }
        }
    }

    /// What the position of the first ray of a vector grows with, and how much more that of the last
    /// one has of it.
    #[inline(always)]
    fn vector<V: Pick, const EVEN: bool>(&self, ray: usize) -> [f64; 2] {
        if EVEN {
            [ray as f64, V::COUNT as f64 - 1.0]
        } else {
            self.rises.of_vector[ray / V::COUNT]
        }
    }

    /// # Safety
    ///
    /// As [`Self::walk`].
    #[inline(always)]
    unsafe fn sum<V: Pick, const MANY: usize, const EVEN: bool, const NEAR: bool>(
        &self,
        (windows, places): (&[Windows; MANY], &Places),
        ray: usize,
        sums: &mut [f32],
    ) {
        let sums = sums[ray + MARGIN..ray + MARGIN + MANY * V::COUNT].as_mut_ptr();
        // SAFETY: of this function.
        unsafe {
            // The compiler must not know it: it would make it again and again.
            let one = V::indices(std::hint::black_box(1));
            let (mut unit, mut sum) = ([V::lane_numbers(); MANY], [V::splat(0.0); MANY]);
            for k in 0..MANY {
                if !EVEN {
                    unit[k] = V::load(self.rises.part(ray + k * V::COUNT));
                }
                sum[k] = V::load_any(sums.add(k * V::COUNT));
            }
            for plane in self.traces.touched.clone() {
                let pace = V::splat(*places.paces.get_unchecked(plane));
                let from = self.line::<EVEN>(plane);
                let (across, weights) = self.uprights.blend::<V>(plane);
                for k in 0..MANY {
                    let start = *windows[k].starts.get_unchecked(plane) as usize;
                    let offset = V::splat(*windows[k].offsets.get_unchecked(plane));
                    let place = offset.add_product(unit[k], pace);
                    let window = Window { from: from.add(start), across, weights, one };
                    sum[k] = sum[k].plus(window.between::<EVEN, NEAR>(place));
                }
            }
            for (k, sum) in sum.into_iter().enumerate() {
                sum.store_any(sums.add(k * V::COUNT));
            }
        }
    }

    /// From where the windows of a plane count.
    ///
    /// # Safety
    ///
    /// As [`Self::walk`].
    #[inline(always)]
    unsafe fn line<const EVEN: bool>(&self, plane: usize) -> *const f32 {
        // SAFETY: of this function; before a column there are as many zeros as before a profile.
        unsafe {
            if EVEN {
                let column = *self.uprights.columns.get_unchecked(plane);
                return self.voxels.as_ptr().add(column - MARGIN);
            }
            self.profiles.values().as_ptr().add(plane * self.profiles.length())
        }
    }

    /// As [`Self::walk`], for rays of any spacing on a plane.
    fn walk_exactly(&self, plane: usize, sums: &mut [f32]) {
        let profile = self.profiles.of_plane(plane);
        let last = profile.len() as f64 - 2.0;
        for ray in self.traces.rays.clone() {
            let place = self.traces.height_of(plane, (self.sheet, ray)) + MARGIN as f64;
            if place >= 0.0 && place < last {
                let (below, way) = (to_index(place.floor()), to_f32(place - place.floor()));
                let (lower, upper) = (profile[below], profile[below + 1]);
                sums[ray + MARGIN] += lower + way * (upper - lower);
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
    unsafe fn between<const EVEN: bool, const NEAR: bool>(&self, place: V) -> V {
        // SAFETY: of this function.
        unsafe {
            let (index, way) = place.split_low();
            let near = self.values::<EVEN>(0);
            let [lower, upper] = if NEAR {
                [near.pick(index), self.values::<EVEN>(1).pick(index)]
            } else {
                let far = self.values::<EVEN>(V::COUNT);
                [near.pick_two(far, index), near.pick_two(far, V::further(index, self.one))]
            };
            lower.add_product(way, upper.minus(lower))
        }
    }

    /// # Safety
    ///
    /// As [`Self::between`].
    #[inline(always)]
    unsafe fn values<const EVEN: bool>(&self, ahead: usize) -> V {
        // SAFETY: of this function.
        unsafe {
            let left = V::load_any(self.from.add(ahead));
            if EVEN {
                let right = V::load_any(self.from.add(ahead + self.across));
                left.times(self.weights[0]).add_product(self.weights[1], right)
            } else {
                left
            }
        }
    }
}
