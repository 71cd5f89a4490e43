//! From the profile of a plane to the rays that cross it. Knows no planes and no threads.
//!
//! A vector of neighbouring rays meets a profile within a window of two vectors: both are loaded, and
//! each ray picks its two values out of the registers.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    block::{Profiles, SIDE, Strip},
    fan::{GROUP, MARGIN},
    trace::{Sheet, Traces},
    windows::{PLACES, Windows},
};
use crate::kernel::pick::Pick;

/// Most voxels from ray to ray that fit the windows.
const WIDEST: f64 = 1.95;
/// Most voxels from ray to ray with which a vector of rays lies within a vector of voxels, whatever
/// is lost in rounding.
const NEAREST: f64 = 1.0 - 1e-5;
/// Most that the spacing of rays may change over a vector, as a part of it, for three terms of its
/// series to tell it.
pub(super) const MOST_LEAN: f64 = 6e-3;

/// How rays that are not evenly spaced rise: tabled, since it is the same on every plane.
#[derive(Debug, Default)]
pub(super) struct Rises {
    /// q of each ray, from that of the first of its vector.
    of_ray: Vec<Strip>,
    /// q of the first ray of a vector, and of the last one from there.
    of_first: Vec<f64>,
    of_last: Vec<f64>,
}

impl Rises {
    /// Tables the rays of a sheet that meet a block, and those that share a vector with them.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn table<V: Pick>(&mut self, sheet: &Sheet, rays: &Range<usize>) {
        let count = sheet.rays.div_ceil(GROUP) * GROUP / V::COUNT;
        self.of_ray.resize(sheet.rays.div_ceil(GROUP), Strip::ZERO);
        // Windows are placed eight at a time.
        self.of_first.resize(count + 8, 0.0);
        self.of_last.resize(count + 8, 0.0);
        // SAFETY: of this function.
        unsafe {
            let (lanes, one) = (V::lane_numbers(), V::splat(1.0));
            let last = V::COUNT as f64 - 1.0;
            for vector in rays.start / V::COUNT..rays.end.div_ceil(V::COUNT) {
                let ray = vector * V::COUNT;
                let [q, change, lean] = sheet.rise(ray as f64);
                self.of_first[vector] = q;
                self.of_last[vector] = sheet.rise(ray as f64 + last)[0] - q;
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

/// Windows on all planes of a block.
#[derive(Debug)]
pub(super) struct AllWindows {
    of_plane: [Windows; SIDE],
    /// How far neighbouring units of rays are apart on a plane.
    paces: [f32; SIDE],
}

impl Default for AllWindows {
    fn default() -> Self {
        Self { of_plane: [const { Windows::EMPTY }; SIDE], paces: [0.0; SIDE] }
    }
}

/// Rays that walk through a block.
pub(super) struct Walkers<'a> {
    pub(super) sheet: &'a Sheet,
    /// Of a sheet that is not even.
    pub(super) rises: &'a Rises,
    pub(super) traces: &'a Traces,
    /// One a plane, `[z + MARGIN]`.
    pub(super) profiles: &'a Profiles,
}

impl Walkers<'_> {
    /// Adds to `sums`, `[ray + MARGIN]`, the values of the profiles where the rays of a sheet meet
    /// them, linear from z to z.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    pub(super) unsafe fn walk<V: Pick>(&self, windows: &mut AllWindows, sums: &mut [f32]) {
        let (traces, one) = (self.traces, std::hint::black_box(1));
        if traces.spacings[1] > WIDEST {
            return traces.touched.clone().for_each(|plane| self.walk_exactly(plane, sums));
        }
        let (first, until) = (traces.rays.start / V::COUNT * V::COUNT, traces.rays.end);
        for ray in (first..until).step_by(PLACES * V::COUNT) {
            let count = (until - ray).div_ceil(V::COUNT).min(PLACES);
            let sums = &mut sums[ray + MARGIN..ray + MARGIN + count * V::COUNT];
            // SAFETY: of this function; windows lie within the profiles.
            unsafe {
                self.place::<V>((ray, count), windows);
                match (self.sheet.is_even(), traces.spacings[1] <= NEAREST) {
                    (true, true) => self.sum::<V, true, true>((windows, one), ray, sums),
                    (true, false) => self.sum::<V, true, false>((windows, one), ray, sums),
                    _ => self.sum::<V, false, false>((windows, one), ray, sums),
                }
            }
        }
    }

    /// Places vectors of rays on all planes, so many from one on.
    #[inline(always)]
    fn place<V: Pick>(&self, (ray, count): (usize, usize), windows: &mut AllWindows) {
        let (rises, length) = (self.rises, self.profiles.length());
        let [_, change, _] = self.sheet.rise(0.0);
        let rise = self.sheet.rise(ray as f64)[0];
        for plane in self.traces.touched.clone() {
            let (depth, to) = (self.traces.depth(plane), &mut windows.of_plane[plane]);
            if self.sheet.is_even() {
                let line = [self.traces.base + depth * rise, depth * change];
                to.fill_evenly((V::COUNT, length), (count, line), (0.0, 0));
                windows.paces[plane] = to_f32(depth * change);
            } else {
                let vectors = ray / V::COUNT..ray / V::COUNT + count.next_multiple_of(8);
                let of_first = &rises.of_first[vectors.clone()];
                let line = ([self.traces.base, depth], of_first, &rises.of_last[vectors]);
                to.fill_leaning(line, length - 2 * V::COUNT);
                windows.paces[plane] = to_f32(depth);
            }
        }
    }

    /// `NEAR`: rays are no more than a voxel apart. `one`: 1, which the compiler must not know.
    ///
    /// # Safety
    ///
    /// As [`Self::walk`].
    #[inline(always)]
    unsafe fn sum<V: Pick, const EVEN: bool, const NEAR: bool>(
        &self,
        (windows, one): (&AllWindows, i32),
        ray: usize,
        sums: &mut [f32],
    ) {
        let (profiles, to) = (self.profiles.values().as_ptr(), sums.as_mut_ptr());
        let (length, touched) = (self.profiles.length(), self.traces.touched.clone());
        // SAFETY: of this function.
        unsafe {
            let one = V::indices(one);
            for k in 0..sums.len() / V::COUNT {
                let unit = if EVEN {
                    V::lane_numbers()
                } else {
                    V::load(self.rises.part(ray + k * V::COUNT))
                };
                let mut sum = V::load_any(to.add(k * V::COUNT));
                for plane in touched.clone() {
                    let window = windows.of_plane.get_unchecked(plane);
                    let pace = V::splat(*windows.paces.get_unchecked(plane));
                    let from = profiles.add(plane * length + window.starts[k] as usize);
                    let place = V::splat(window.offsets[k]).add_product(unit, pace);
                    sum = sum.plus(between::<V, NEAR>(place, from, one));
                }
                sum.store_any(to.add(k * V::COUNT));
            }
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

/// The values at places in a window.
///
/// # Safety
///
/// As [`Pick`]; there are two vectors, all places lie in them, in the first where `NEAR` is set.
#[inline(always)]
unsafe fn between<V: Pick, const NEAR: bool>(place: V, from: *const f32, one: V::Index) -> V {
    // SAFETY: of this function.
    unsafe {
        let (index, way) = place.split();
        let [lower, upper] = if NEAR {
            [V::load_any(from).pick(index), V::load_any(from.add(1)).pick(index)]
        } else {
            let [near, far] = [V::load_any(from), V::load_any(from.add(V::COUNT))];
            [near.pick_two(far, index), near.pick_two(far, V::further(index, one))]
        };
        lower.add_product(way, upper.minus(lower))
    }
}
