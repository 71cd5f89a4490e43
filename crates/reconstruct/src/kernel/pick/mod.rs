//! Vectors that pick their values out of registers: what columns of voxels and rays are made of. Knows
//! no geometry.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod plain;

use crate::kernel::simd::Vector;

/// A [`Vector`] whose lanes each pick a value.
///
/// # Safety
///
/// As [`Vector`]; `load_any` and `pick_from` read within what they are given.
pub(super) trait Pick: Vector {
    /// One whole number a lane.
    type Index: Copy;
    /// Whether [`Self::pick_two`] is one instruction.
    const PICKS_OF_TWO: bool;

    /// `[0, 1, 2, …]`.
    unsafe fn lane_numbers() -> Self;
    unsafe fn load_any(from: *const f32) -> Self;
    unsafe fn store_any(self, to: *mut f32);
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    /// The larger one.
    unsafe fn most(self, other: Self) -> Self;
    /// The smaller one.
    unsafe fn least(self, other: Self) -> Self;
    unsafe fn magnitude(self) -> Self;
    /// Between two bounds; the lower where it is no number.
    unsafe fn within(self, low: Self, high: Self) -> Self;
    /// Cut to a whole number, and what was cut off.
    unsafe fn split(self) -> (Self::Index, Self);
    /// The same, of a value from 0 to 2²²; of the whole number only what [`Self::pick_two`] looks at.
    #[inline(always)]
    unsafe fn split_low(self) -> (Self::Index, Self) {
        // SAFETY: of the trait.
        unsafe { self.split() }
    }
    unsafe fn next(index: Self::Index) -> Self::Index;
    /// The same in all lanes.
    unsafe fn indices(value: i32) -> Self::Index;
    unsafe fn further(index: Self::Index, by: Self::Index) -> Self::Index;
    /// `self[index]`, of one register.
    unsafe fn pick(self, index: Self::Index) -> Self;
    /// The same of two registers, `far` behind `self`.
    unsafe fn pick_two(self, far: Self, index: Self::Index) -> Self;
    /// The same of four.
    unsafe fn pick_four(rows: [Self; 4], index: Self::Index) -> Self;
    /// `from[index]`, out of memory.
    unsafe fn pick_from(from: *const f32, index: Self::Index) -> Self;
}
