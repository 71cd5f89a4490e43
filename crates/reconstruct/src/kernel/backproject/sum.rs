//! The inner loops: views added to the sums of a block of voxels, all slices at once. Knows
//! neither tiles nor threads.

use std::ops::Range;

use super::{
    Rays,
    bundle::{LINE, Line},
    places::{Footprint, Places, SIDE},
};
use crate::kernel::simd::{Plain, Processor, Vector};

/// Views that a voxel takes in one go, its sums in registers.
const VIEWS: usize = 8;

/// A square of voxels no larger than [`SIDE`]².
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Index of its first voxel, `[y, x]`.
    pub(super) first: [usize; 2],
    pub(super) height: usize,
    pub(super) width: usize,
}

/// Adds the views to the sums of a block, `[y, x, line]` with rows of [`SIDE`] voxels, in the order
/// of the views. The processor must be here.
pub(super) fn add_views(
    processor: Processor,
    rays: &Rays<'_>,
    (block, views): (Block, Range<usize>),
    sums: &mut [Line],
) {
    assert!(sums.len() >= SIDE * SIDE * rays.bundle.width(), "sums of a whole block");
    assert!(views.end <= rays.paths.len(), "views that are there");
    match processor {
        // SAFETY: the caller has found these instructions.
        #[cfg(target_arch = "x86_64")]
        Processor::Avx512 => unsafe { add_avx512(rays, (block, views), sums) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Processor::Avx2 => unsafe { add_avx2(rays, (block, views), sums) },
        // SAFETY: every processor of the family has them.
        #[cfg(target_arch = "aarch64")]
        Processor::Neon => unsafe {
            add::<std::arch::aarch64::float32x4_t, 4, 8, 16>(rays, (block, views), sums);
        },
        // SAFETY: it needs no instructions of its own.
        _ => unsafe { add::<Plain, 4, 8, 16>(rays, (block, views), sums) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn add_avx512(rays: &Rays<'_>, place: (Block, Range<usize>), sums: &mut [Line]) {
    // SAFETY: this function has the instructions.
    unsafe { add::<std::arch::x86_64::__m512, 1, 2, 4>(rays, place, sums) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn add_avx2(rays: &Rays<'_>, place: (Block, Range<usize>), sums: &mut [Line]) {
    // SAFETY: this function has the instructions.
    unsafe { add::<std::arch::x86_64::__m256, 2, 4, 8>(rays, place, sums) }
}

/// `ONE`, `TWO` and `FOUR`: vectors in so many lines.
///
/// # Safety
///
/// As [`Vector`].
#[inline(always)]
unsafe fn add<V: Vector, const ONE: usize, const TWO: usize, const FOUR: usize>(
    rays: &Rays<'_>,
    place: (Block, Range<usize>),
    sums: &mut [Line],
) {
    let is_cubic = rays.interpolation == super::Interpolation::Cubic;
    // SAFETY: of this function.
    unsafe {
        match (rays.bundle.width(), is_cubic) {
            (1, false) => add_taps::<V, ONE, 2>(rays, place, sums),
            (2, false) => add_taps::<V, TWO, 2>(rays, place, sums),
            (_, false) => add_taps::<V, FOUR, 2>(rays, place, sums),
            (1, true) => add_taps::<V, ONE, 4>(rays, place, sums),
            (2, true) => add_taps::<V, TWO, 4>(rays, place, sums),
            (_, true) => add_taps::<V, FOUR, 4>(rays, place, sums),
        }
    }
}

/// # Safety
///
/// As [`Vector`]; `VECTORS` are as wide as the lines of a column.
#[inline(always)]
unsafe fn add_taps<V: Vector, const VECTORS: usize, const TAPS: usize>(
    rays: &Rays<'_>,
    (block, views): (Block, Range<usize>),
    sums: &mut [Line],
) {
    debug_assert_eq!(VECTORS * V::COUNT, rays.bundle.width() * LINE);
    let mut view = views.start;
    while view < views.end {
        let count = if view + VIEWS <= views.end { VIEWS } else { 1 };
        // SAFETY: of this function.
        unsafe {
            if count == VIEWS {
                add_some::<V, VECTORS, TAPS, VIEWS>(rays, (block, view), sums);
            } else {
                add_some::<V, VECTORS, TAPS, 1>(rays, (block, view), sums);
            }
        }
        view += count;
    }
}

/// # Safety
///
/// As [`add_taps`]; `sums` is a whole block's and `COUNT` views from `first` are there.
#[inline(always)]
unsafe fn add_some<V: Vector, const VECTORS: usize, const TAPS: usize, const COUNT: usize>(
    rays: &Rays<'_>,
    (block, first): (Block, usize),
    sums: &mut [Line],
) {
    let rows: [*const f32; COUNT] =
        std::array::from_fn(|k| rays.bundle.angle(first + k).as_ptr().cast());
    let columns = rays.bundle.columns();
    let prints: [Footprint; COUNT] =
        std::array::from_fn(|k| Footprint::new(&rays.path(first + k), block.first, columns));
    for y in 0..block.height {
        let places: [Places<TAPS>; COUNT] = std::array::from_fn(|k| prints[k].row(y, V::FUSED));
        let row: *mut f32 = sums[y * SIDE * rays.bundle.width()..].as_mut_ptr().cast();
        for x in 0..block.width {
            // SAFETY: the sums hold `SIDE` voxels a row, and the columns that a place names are
            // within the row and its margins.
            unsafe {
                let sums = row.add(x * VECTORS * V::COUNT);
                add_voxel::<V, VECTORS, TAPS, COUNT>(&rows, &places, x, sums);
            }
        }
    }
}

/// Adds some views to one voxel of all slices.
///
/// # Safety
///
/// As [`Vector`]; the columns that `places` name are in `rows`; `sums` are `VECTORS`.
#[inline(always)]
unsafe fn add_voxel<V: Vector, const VECTORS: usize, const TAPS: usize, const COUNT: usize>(
    rows: &[*const f32; COUNT],
    places: &[Places<TAPS>; COUNT],
    x: usize,
    sums: *mut f32,
) {
    // SAFETY: of this function; rows and sums begin at whole lines.
    unsafe {
        let mut sum: [V; VECTORS] = std::array::from_fn(|k| V::load(sums.add(k * V::COUNT)));
        for (row, places) in rows.iter().zip(places) {
            let column = row.add(places.first[x] as usize * VECTORS * V::COUNT);
            let mut weights: [V; TAPS] =
                std::array::from_fn(|tap| V::splat(places.weights[tap][x]));
            if TAPS == 2 {
                // Quicker than to read both; the same bits.
                weights[0] = V::splat(1.0).minus(weights[1]);
            }
            for (tap, weight) in weights.into_iter().enumerate() {
                let column = column.add(tap * VECTORS * V::COUNT);
                for (k, sum) in sum.iter_mut().enumerate() {
                    *sum = sum.add_product(V::load(column.add(k * V::COUNT)), weight);
                }
            }
        }
        for (k, sum) in sum.into_iter().enumerate() {
            sum.store(sums.add(k * V::COUNT));
        }
    }
}
