//! Some views added to one column of voxels: the innermost loops. Knows no tiles.
//!
//! The two detector columns beside a ray are blended first. A vector of voxels then sees few
//! neighbouring rows of the blend, as long as a voxel is no larger than [`WIDEST_STEP`] pixels:
//! each voxel picks its two rows out of registers. The sums stay in registers from view to view.

use voltomo_numeric::cast::to_f32;

use super::sights::{FRONT, PATCH, Reach, Sights};
use crate::kernel::pick::Pick;

/// Views that a column of voxels takes in one go, its sums in registers.
pub(super) const VIEWS: usize = 4;
/// Further rows away, all is zero.
const FAR: i32 = 1 << 23;

/// The same for each number up to a constant one of at most eight, one after the other: sums with
/// constant indices stay in registers.
macro_rules! unrolled {
    ($count:expr, |$k:ident| $body:expr) => {
        unrolled!($count, $k, $body, 0 1 2 3 4 5 6 7)
    };
    ($count:expr, $k:ident, $body:expr, $($number:literal)*) => {
        $(if $number < $count {
            const fn number() -> usize { $number }
            let $k = number();
            $body
        })*
    };
}

/// A view, and where the columns of voxels of a patch fall on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    /// From the first value on that lies before the view's first column by [`FRONT`].
    pub(super) values: &'a [f32],
    /// From one detector column to the next.
    pub(super) stride: usize,
    pub(super) sights: &'a Sights,
    /// First voxel of the column, which the sights begin with.
    pub(super) z: usize,
}

/// Adds the views to the column of voxels `x` of the patch, vector by vector, in their order.
///
/// # Safety
///
/// As [`Pick`]; `sums` is aligned and holds whole vectors, no more than the sights were made for;
/// they were made for these views.
#[inline(always)]
pub(super) unsafe fn add<V: Pick, const MANY: usize>(
    views: &[Shown<'_>],
    x: usize,
    sums: &mut [f32],
) {
    let (count, sums) = (sums.len() / V::COUNT, sums.as_mut_ptr());
    let is_wide = |view: &Shown<'_>| view.sights.reach == Reach::Beyond;
    let together = if views.iter().any(is_wide) { 1 } else { VIEWS };
    for views in views.chunks(together) {
        // SAFETY: of this function.
        unsafe {
            if is_wide(&views[0]) {
                add_wide::<V>(&views[0], (x, count), sums);
                continue;
            }
            let mut first = 0;
            while first + MANY <= count {
                add_some::<V, MANY>(views, (x, first), sums.add(first * V::COUNT));
                first += MANY;
            }
            while first < count {
                add_some::<V, 1>(views, (x, first), sums.add(first * V::COUNT));
                first += 1;
            }
        }
    }
}

/// The same for the vectors `first..first + MANY`.
///
/// # Safety
///
/// As [`add`]; `sums` are those of the first of these vectors.
#[inline(always)]
unsafe fn add_some<V: Pick, const MANY: usize>(
    views: &[Shown<'_>],
    (x, first): (usize, usize),
    sums: *mut f32,
) {
    // SAFETY: of this function. No closures: they would lose the instructions that it has.
    unsafe {
        let mut sum: [V; MANY] = std::array::from_fn(|k| V::load(sums.add(k * V::COUNT)));
        for view in views {
            if !view.sights.is_seen[x] {
                continue;
            }
            match view.sights.reach {
                Reach::One => add_view::<V, MANY, 1>(view, (x, first), &mut sum),
                Reach::Two => add_view::<V, MANY, 2>(view, (x, first), &mut sum),
                _ => add_view::<V, MANY, 4>(view, (x, first), &mut sum),
            }
        }
        unrolled!(MANY, |k| sum[k].store(sums.add(k * V::COUNT)));
    }
}

/// One view; `REGISTERS`: as many as hold all rows that a vector sees.
///
/// # Safety
///
/// As [`add`].
#[inline(always)]
unsafe fn add_view<V: Pick, const MANY: usize, const REGISTERS: usize>(
    view: &Shown<'_>,
    (x, first): (usize, usize),
    sum: &mut [V; MANY],
) {
    // SAFETY: of this function; wherever a sight begins, there are as many rows as four vectors.
    unsafe {
        let sights = view.sights;
        let weights = [V::splat(sights.weights[0][x]), V::splat(sights.weights[1][x])];
        let along = V::lane_numbers().times(V::splat(sights.pace[x]));
        let [left, right] = [view.values.as_ptr(), view.values.as_ptr().add(view.stride)];
        let place = first * PATCH + x;
        let starts = sights.start.as_flattened().as_ptr().add(place);
        let offsets = sights.offset.as_flattened().as_ptr().add(place);
        unrolled!(MANY, |k| {
            let start = *starts.add(k * PATCH) as usize;
            let row = along.plus(V::splat(*offsets.add(k * PATCH)));
            let columns = [left.add(start), right.add(start)];
            sum[k] = sum[k].plus(between::<V, REGISTERS>(columns, weights, row));
        });
    }
}

/// The blend of two columns at the rows `row`, counted from where the columns are given.
///
/// # Safety
///
/// As [`Pick`]; there are as many rows as `REGISTERS` vectors, and one more.
#[inline(always)]
unsafe fn between<V: Pick, const REGISTERS: usize>(
    columns: [*const f32; 2],
    weights: [V; 2],
    row: V,
) -> V {
    // SAFETY: of this function.
    unsafe {
        let (index, way) = row.split();
        let near = blend(columns, 0, weights);
        let (upper, lower) = match REGISTERS {
            1 => (near.pick(index), blend(columns, 1, weights).pick(index)),
            2 => {
                let far = blend(columns, V::COUNT, weights);
                (near.pick_two(far, index), near.pick_two(far, V::next(index)))
            }
            _ => {
                let next = blend(columns, V::COUNT, weights);
                let far = blend(columns, 2 * V::COUNT, weights);
                let rows = [near, next, far, blend(columns, 3 * V::COUNT, weights)];
                (V::pick_four(rows, index), V::pick_four(rows, V::next(index)))
            }
        };
        upper.add_product(way, lower.minus(upper))
    }
}

/// Rows of two columns, `ahead` rows further on.
///
/// # Safety
///
/// As [`Pick`]; there is a whole vector.
#[inline(always)]
unsafe fn blend<V: Pick>(columns: [*const f32; 2], ahead: usize, weights: [V; 2]) -> V {
    // SAFETY: of this function.
    unsafe {
        let [left, right] =
            [V::load_any(columns[0].add(ahead)), V::load_any(columns[1].add(ahead))];
        left.times(weights[0]).add_product(right, weights[1])
    }
}

/// For voxels so large that their rows are picked out of memory.
///
/// # Safety
///
/// As [`add`].
#[inline(always)]
unsafe fn add_wide<V: Pick>(view: &Shown<'_>, (x, count): (usize, usize), sums: *mut f32) {
    let sights = view.sights;
    if !sights.is_seen[x] {
        return;
    }
    let last = sights.last_row();
    // SAFETY: rows are kept within the column: whole numbers below 2²⁴ are exact.
    unsafe {
        let along = V::lane_numbers().times(V::splat(sights.pace[x]));
        let weights = [V::splat(sights.weights[0][x]), V::splat(sights.weights[1][x])];
        let column = view.values.as_ptr().add(FRONT + sights.left[x] as usize);
        for k in 0..count {
            let (start, offset) = sights.place(x, view.z + k * V::COUNT);
            let start = start.clamp(-FAR, FAR);
            let row = along.plus(V::splat(offset));
            let low = V::splat(to_f32(f64::from(-start)));
            let high = V::splat(to_f32(f64::from(last - start)));
            let (index, way) = row.within(low, high).split();
            let left = column.wrapping_offset(start as isize);
            let columns = [left, left.wrapping_add(view.stride)];
            let upper = gather(columns, index, weights);
            let lower = gather(columns, V::next(index), weights);
            let sum = sums.add(k * V::COUNT);
            V::load(sum).plus(upper.add_product(way, lower.minus(upper))).store(sum);
        }
    }
}

/// # Safety
///
/// As [`Pick`].
#[inline(always)]
unsafe fn gather<V: Pick>(columns: [*const f32; 2], index: V::Index, weights: [V; 2]) -> V {
    // SAFETY: of this function.
    unsafe {
        let [left, right] = [V::pick_from(columns[0], index), V::pick_from(columns[1], index)];
        left.times(weights[0]).add_product(right, weights[1])
    }
}
