//! Vectors of plain Rust. Know no geometry.

use super::Pick;
use crate::kernel::simd::Plain;

impl Pick for Plain {
    type Index = [i32; 4];
    const PICKS_OF_TWO: bool = false;

    #[inline(always)]
    unsafe fn lane_numbers() -> Self {
        Self([0.0, 1.0, 2.0, 3.0])
    }

    #[inline(always)]
    unsafe fn load_any(from: *const f32) -> Self {
        // SAFETY: of the trait.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store_any(self, to: *mut f32) {
        // SAFETY: of the trait.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] + other.0[k]))
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] * other.0[k]))
    }

    #[inline(always)]
    unsafe fn most(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k].max(other.0[k])))
    }

    #[inline(always)]
    unsafe fn least(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k].min(other.0[k])))
    }

    #[inline(always)]
    unsafe fn magnitude(self) -> Self {
        Self(self.0.map(f32::abs))
    }

    #[inline(always)]
    unsafe fn within(self, low: Self, high: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k].max(low.0[k]).min(high.0[k])))
    }

    #[inline(always)]
    unsafe fn split(self) -> (Self::Index, Self) {
        #[allow(clippy::cast_possible_truncation, reason = "the whole part is meant")]
        let whole = self.0.map(|value| value as i32);
        (whole, Self(std::array::from_fn(|k| self.0[k] - whole[k] as f32)))
    }

    #[inline(always)]
    unsafe fn next(index: Self::Index) -> Self::Index {
        index.map(|value| value + 1)
    }

    #[inline(always)]
    unsafe fn indices(value: i32) -> Self::Index {
        [value; 4]
    }

    #[inline(always)]
    unsafe fn further(index: Self::Index, by: Self::Index) -> Self::Index {
        std::array::from_fn(|k| index[k] + by[k])
    }

    #[inline(always)]
    unsafe fn pick(self, index: Self::Index) -> Self {
        Self(index.map(|k| self.0[(k & 3).unsigned_abs() as usize]))
    }

    #[inline(always)]
    unsafe fn pick_two(self, far: Self, index: Self::Index) -> Self {
        let both = [self.0, far.0];
        let at = |k: i32| (k & 7).unsigned_abs() as usize;
        Self(index.map(|k| both[at(k) / 4][at(k) % 4]))
    }

    #[inline(always)]
    unsafe fn pick_four(rows: [Self; 4], index: Self::Index) -> Self {
        let at = |k: i32| (k & 15).unsigned_abs() as usize;
        Self(index.map(|k| rows[at(k) / 4].0[at(k) % 4]))
    }

    #[inline(always)]
    unsafe fn pick_from(from: *const f32, index: Self::Index) -> Self {
        // SAFETY: of the trait.
        Self(index.map(|k| unsafe { *from.offset(k as isize) }))
    }
}
