//! One view added to one column of voxels: the innermost loop. Knows no tiles.
//!
//! A vector of voxels of a column sees few neighbouring detector rows, as long as a voxel is no
//! larger than [`WIDEST_STEP`] pixels. Both detector columns beside the ray are blended for these
//! rows first; then each voxel picks its two rows out of the registers.

use voltomo_numeric::cast::to_f32;

use super::{pick::Pick, views::MARGIN};

/// Most voxels that a vector takes.
pub(super) const GROUP: usize = 16;
/// Voxels along the axis that are summed in one go.
pub(super) const CHUNK: usize = 128;
/// Detector rows from one voxel to the next up to which the voxels of a vector find both of their
/// rows in one register and in the one that begins a row later.
const NARROW_STEP: f64 = 0.999;
/// The same for two registers one behind the other.
const WIDEST_STEP: f64 = 1.9;

#[allow(clippy::cast_possible_truncation, reason = "a small number")]
const BESIDE: i32 = MARGIN as i32;
/// Further rows away, all is zero.
const FAR: i32 = 1 << 23;

/// What a view shows a column of voxels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    /// The two detector columns beside the ray, with their margins.
    pub(super) columns: [&'a [f32]; 2],
    /// What each of them weighs.
    pub(super) weights: [f32; 2],
    /// Frame row of the voxel z = 0.
    pub(super) row: f64,
    /// Rows from one voxel to the next.
    pub(super) step: f64,
    /// Frame row of the first row held, and rows held.
    pub(super) held: (i32, i32),
}

/// Where the vectors of a chunk begin.
struct Places {
    /// Index of the first value, margins counted; may lie before or behind them.
    start: [i32; CHUNK / 4],
    /// Row of the first voxel from there.
    offset: [f32; CHUNK / 4],
}

impl Places {
    #[inline(always)]
    fn new<const COUNT: usize>(sight: &Sight<'_>, z: usize) -> Self {
        let mut places = Self { start: [0; CHUNK / 4], offset: [0.0; CHUNK / 4] };
        let first = MARGIN as f64 - f64::from(sight.held.0);
        for k in 0..CHUNK / COUNT {
            let row = sight.row + (z + k * COUNT) as f64 * sight.step;
            #[allow(clippy::cast_possible_truncation, reason = "the whole part is meant")]
            let cut = row as i32;
            // Rounded down, without a call of a library.
            let floor = f64::from(cut) - f64::from(u8::from(f64::from(cut) > row));
            places.offset[k] = to_f32(row - floor);
            #[allow(clippy::cast_possible_truncation, reason = "whole; far rows are cut later")]
            let start = (floor + first) as i32;
            places.start[k] = start;
        }
        places
    }
}

/// Adds the view to the voxels from index `z` on, vector by vector.
///
/// # Safety
///
/// As [`Pick`]; `sums` holds whole vectors, no more than [`CHUNK`] voxels, and is aligned.
#[inline(always)]
pub(super) unsafe fn add<V: Pick>(sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
    // SAFETY: of this function.
    unsafe {
        if sight.step <= NARROW_STEP {
            add_near::<V, true>(sight, z, sums);
        } else if sight.step <= WIDEST_STEP {
            add_near::<V, false>(sight, z, sums);
        } else {
            add_wide::<V>(sight, z, sums);
        }
    }
}

/// # Safety
///
/// As [`add`].
#[inline(always)]
unsafe fn add_near<V: Pick, const IS_NARROW: bool>(sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
    let places = places::<V>(sight, z);
    let most = sight.held.1 + BESIDE;
    // SAFETY: a vector that begins before the margin sees only zeros, as one that begins with it,
    // and behind the last row likewise; from `most` on there are `MARGIN` values, two vectors.
    unsafe {
        let along = V::lane_numbers().times(V::splat(to_f32(sight.step)));
        let weights = sight.weights.map(|weight| V::splat(weight));
        let count = sums.len() / V::COUNT;
        for k in 0..count {
            let start = places.start[k].clamp(0, most).unsigned_abs() as usize;
            let blend = |at: usize| {
                let [left, right] =
                    sight.columns.map(|it| V::load_any(it.as_ptr().add(start + at)));
                left.times(weights[0]).add_product(right, weights[1])
            };
            let (index, way) = along.plus(V::splat(places.offset[k])).split();
            let near = blend(0);
            let (upper, lower) = if IS_NARROW {
                (near.pick(index), blend(1).pick(index))
            } else {
                let far = blend(V::COUNT);
                (near.pick_two(far, index), near.pick_two(far, V::next(index)))
            };
            let sum = sums.as_mut_ptr().add(k * V::COUNT);
            V::load(sum).plus(upper).add_product(way, lower.minus(upper)).store(sum);
        }
    }
}

#[inline(always)]
fn places<V: Pick>(sight: &Sight<'_>, z: usize) -> Places {
    match V::COUNT {
        16 => Places::new::<16>(sight, z),
        8 => Places::new::<8>(sight, z),
        _ => Places::new::<4>(sight, z),
    }
}

/// For voxels so large that their rows are picked out of memory.
///
/// # Safety
///
/// As [`add`].
#[inline(always)]
unsafe fn add_wide<V: Pick>(sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
    let places = places::<V>(sight, z);
    let last = sight.held.1 + 2 * BESIDE - 2;
    // SAFETY: rows are kept within the margins: whole numbers below 2²⁴ are exact.
    unsafe {
        let along = V::lane_numbers().times(V::splat(to_f32(sight.step)));
        let weights = sight.weights.map(|weight| V::splat(weight));
        let count = sums.len() / V::COUNT;
        for k in 0..count {
            let start = places.start[k].clamp(-FAR, FAR);
            let row = along.plus(V::splat(places.offset[k]));
            let ends = [-start, last - start].map(|end| V::splat(to_f32(f64::from(end))));
            let (index, way) = row.within(ends[0], ends[1]).split();
            let blend = |index: V::Index| {
                let from = sight.columns.map(|it| it.as_ptr().wrapping_offset(start as isize));
                let [left, right] = from.map(|from| V::pick_from(from, index));
                left.times(weights[0]).add_product(right, weights[1])
            };
            let (upper, lower) = (blend(index), blend(V::next(index)));
            let sum = sums.as_mut_ptr().add(k * V::COUNT);
            V::load(sum).plus(upper).add_product(way, lower.minus(upper)).store(sum);
        }
    }
}
