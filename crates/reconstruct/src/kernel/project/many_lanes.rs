//! The innermost loops of many slices: a ray through lines of voxels, a voxel from the rays about it,
//! vectors across slices. Knows no tiles and no threads.

use std::ops::Range;

use voltomo_numeric::cast::to_f32;

use super::{
    Fan, Stack, Walk,
    fan::{GROUP, MARGIN, WALK, Windows},
    lanes::FANS,
    stack::{BESIDE, Line},
};
use crate::kernel::simd::{Vector, fused};

/// Places before the first one of a line that a window counts.
const BEFORE: i32 = {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "a small number"
    )]
    let margin = MARGIN as i32;
    margin
};

/// The last index of a window that has one behind it.
const LAST: f32 = 31.0;

/// The whole part of a place in a window, and the rest.
#[inline(always)]
fn split(place: f32) -> (i32, f32) {
    // What is no number becomes the lower end.
    let place = if place > 0.0 { place } else { 0.0 };
    let place = if place < LAST { place } else { LAST };
    // SAFETY: a number, and small; without the check for it, loops become vectors.
    let below: i32 = unsafe { place.to_int_unchecked() };
    (below, place - below as f32)
}

#[inline(always)]
fn signed(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// How rays walk the voxels of a stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    /// Lines, and places of a line.
    pub(super) count: usize,
    pub(super) length: usize,
    /// From one place to the next, and from one line to the next.
    pub(super) step: usize,
    line: usize,
}

impl Reach {
    #[inline(always)]
    pub(super) fn of(voxels: &Stack, walk: Walk) -> Self {
        let (count, length, stride) = (voxels.count(), voxels.length(), voxels.stride());
        match walk {
            Walk::Rows => Self { count, length, step: 1, line: stride },
            Walk::Columns => Self { count: length, length: count, step: stride, line: 1 },
        }
    }
}

/// Where sixteen rays meet some lines.
pub(super) struct Met {
    /// The nearer place, counted over the whole stack; the other is one step further.
    at: [[i32; GROUP]; WALK],
    /// How far the ray is from the nearer to the other.
    way: [[f32; GROUP]; WALK],
}

impl Met {
    pub(super) const EMPTY: Self = Self { at: [[0; GROUP]; WALK], way: [[0.0; GROUP]; WALK] };

    /// From the windows of some lines.
    #[inline(always)]
    pub(super) fn place<V: Vector>(
        &mut self,
        windows: &Windows<WALK>,
        (lines, reach): (Range<usize>, &Reach),
        spacing: f64,
    ) {
        let (spacing, step, end) = (to_f32(spacing), signed(reach.step), signed(reach.length));
        let places = self.at.iter_mut().zip(&mut self.way);
        for (k, (line, (at, way))) in lines.zip(places).enumerate() {
            let base = signed((line + BESIDE) * reach.line + BESIDE * reach.step);
            let start = windows.starts[k].cast_signed() - BEFORE;
            for lane in 0..GROUP {
                let place = fused(V::FUSED, lane as f32, spacing, windows.offsets[k]);
                let (below, rest) = split(place);
                // Beside the line there are two zeros.
                at[lane] = base + step * (start + below).max(-2).min(end);
                way[lane] = rest;
            }
        }
    }
}

/// Adds to `sums`, `[ray]`, what rays meet on `count` lines.
///
/// # Safety
///
/// As [`Vector`]; `N` vectors are a place; the places are of these voxels.
#[inline(always)]
pub(super) unsafe fn meet<V: Vector, const N: usize>(
    (voxels, step): (&[Line], usize),
    (met, count): (&Met, usize),
    sums: &mut [Line],
) {
    let rays = sums.len() * Stack::LINE / (N * V::COUNT);
    let sums: *mut f32 = sums.as_mut_ptr().cast();
    let mut ray = 0;
    // SAFETY: of this function.
    unsafe {
        // As many sums as registers hold.
        while N <= 2 && ray + 2 <= rays {
            meet_some::<V, N, 2>((voxels, step), (met, count, ray), sums);
            ray += 2;
        }
        while ray < rays {
            meet_some::<V, N, 1>((voxels, step), (met, count, ray), sums);
            ray += 1;
        }
    }
}

/// The same for `RAYS` rays, whose sums wait for each other's no more.
///
/// # Safety
///
/// As [`meet`].
#[inline(always)]
unsafe fn meet_some<V: Vector, const N: usize, const RAYS: usize>(
    (voxels, step): (&[Line], usize),
    (met, count, ray): (&Met, usize, usize),
    sums: *mut f32,
) {
    let from: *const f32 = voxels.as_ptr().cast();
    let step = step * N * V::COUNT;
    // SAFETY: of this function.
    unsafe {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let (mut lower, mut upper) = ([[zero; N]; RAYS], [[zero; N]; RAYS]);
        for k in 0..count.min(WALK) {
            for r in 0..RAYS {
                let at = met.at[k][(ray + r) % GROUP].cast_unsigned() as usize;
                let way = V::splat(met.way[k][(ray + r) % GROUP]);
                let rest = one.minus(way);
                let near = from.add(at * N * V::COUNT);
                for n in 0..N {
                    let place = near.add(n * V::COUNT);
                    lower[r][n] = lower[r][n].add_product(V::load(place), rest);
                    upper[r][n] = upper[r][n].add_product(V::load(place.add(step)), way);
                }
            }
        }
        for r in 0..RAYS {
            for n in 0..N {
                let to = sums.add(((ray + r) * N + n) * V::COUNT);
                let both = lower[r][n].add_product(upper[r][n], one);
                V::load(to).add_product(both, one).store(to);
            }
        }
    }
}

/// Which rays of a few fans give how much to sixteen voxels.
pub(super) struct Given {
    /// The nearer ray, counted over the whole stack; the other is the next.
    at: [[i32; GROUP]; FANS],
    /// What they weigh.
    weights: [[[f32; GROUP]; 2]; FANS],
}

impl Given {
    pub(super) const EMPTY: Self =
        Self { at: [[0; GROUP]; FANS], weights: [[[0.0; GROUP]; 2]; FANS] };

    /// Of a fan, from the window of the voxels; `line`: where ray 0 of it is, and its rays.
    #[inline(always)]
    pub(super) fn place<V: Vector>(
        &mut self,
        (k, fan): (usize, &Fan),
        (start, offset): (u32, f32),
        (line, rays): (usize, usize),
    ) {
        let (step, spacing) = (to_f32(fan.ray_of()[2]), to_f32(fan.spacing.abs()));
        let (base, end) = (signed(line), signed(rays));
        let start = start.cast_signed() - BEFORE;
        let ([below_weights, above_weights], at) = (&mut self.weights[k], &mut self.at[k]);
        for lane in 0..GROUP {
            let (below, way) = split(fused(V::FUSED, lane as f32, step, offset));
            at[lane] = base + (start + below).max(-2).min(end);
            below_weights[lane] = fused(V::FUSED, -way, spacing, 1.0).max(0.0);
            above_weights[lane] = fused(V::FUSED, way - 1.0, spacing, 1.0).max(0.0);
        }
    }
}

/// Adds to voxels what the rays of `count` fans give them.
///
/// # Safety
///
/// As [`Vector`]; `N` vectors are a place; the places are of these rays.
#[inline(always)]
pub(super) unsafe fn give<V: Vector, const N: usize>(
    rays: &[Line],
    (given, count): (&Given, usize),
    voxels: &mut [Line],
) {
    // SAFETY: of this function.
    unsafe {
        match count {
            1 => give_some::<V, N, 1>(rays, given, voxels),
            2 => give_some::<V, N, 2>(rays, given, voxels),
            3 => give_some::<V, N, 3>(rays, given, voxels),
            _ => give_some::<V, N, FANS>(rays, given, voxels),
        }
    }
}

/// # Safety
///
/// As [`give`].
#[inline(always)]
unsafe fn give_some<V: Vector, const N: usize, const COUNT: usize>(
    rays: &[Line],
    given: &Given,
    voxels: &mut [Line],
) {
    let from: *const f32 = rays.as_ptr().cast();
    // SAFETY: of this function.
    unsafe {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let count = (voxels.len() * Stack::LINE / (N * V::COUNT)).min(GROUP);
        let voxels: *mut f32 = voxels.as_mut_ptr().cast();
        for x in 0..count {
            let (mut lower, mut upper) = ([zero; N], [zero; N]);
            for k in 0..COUNT {
                let near = from.add(given.at[k][x].cast_unsigned() as usize * N * V::COUNT);
                let [below, above] = &given.weights[k];
                let (below, above) = (V::splat(below[x]), V::splat(above[x]));
                for n in 0..N {
                    let place = near.add(n * V::COUNT);
                    lower[n] = lower[n].add_product(V::load(place), below);
                    upper[n] = upper[n].add_product(V::load(place.add(N * V::COUNT)), above);
                }
            }
            for n in 0..N {
                let to = voxels.add((x * N + n) * V::COUNT);
                let both = lower[n].add_product(upper[n], one);
                V::load(to).add_product(both, one).store(to);
            }
        }
    }
}
