//! Vectors of NEON. Know no geometry.

use std::arch::aarch64::{
    float32x4_t, int32x4_t, uint8x16x2_t, uint8x16x4_t, vabsq_f32, vaddq_f32, vaddq_s32,
    vcvtq_f32_s32, vcvtq_s32_f32, vdupq_n_s32, vdupq_n_u32, vld1q_f32, vmaxnmq_f32, vminnmq_f32,
    vmlaq_u32, vmulq_f32, vqtbl1q_u8, vqtbl2q_u8, vqtbl4q_u8, vreinterpretq_f32_u8,
    vreinterpretq_u8_f32, vreinterpretq_u8_u32, vreinterpretq_u32_s32, vst1q_f32, vst1q_s32,
    vsubq_f32,
};

use super::Pick;

/// The bytes of the value that each lane wants.
macro_rules! bytes {
    ($index:expr) => {{
        let scaled = (vdupq_n_u32(0x0302_0100), vdupq_n_u32(0x0404_0404));
        vreinterpretq_u8_u32(vmlaq_u32(scaled.0, vreinterpretq_u32_s32($index), scaled.1))
    }};
}

impl Pick for float32x4_t {
    type Index = int32x4_t;
    const PICKS_OF_TWO: bool = false;

    #[inline(always)]
    unsafe fn lane_numbers() -> Self {
        // SAFETY: of the trait.
        unsafe { vld1q_f32([0.0, 1.0, 2.0, 3.0].as_ptr()) }
    }

    #[inline(always)]
    unsafe fn load_any(from: *const f32) -> Self {
        // SAFETY: of the trait.
        unsafe { vld1q_f32(from) }
    }

    #[inline(always)]
    unsafe fn store_any(self, to: *mut f32) {
        // SAFETY: of the trait.
        unsafe { vst1q_f32(to, self) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { vaddq_f32(self, other) }
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { vmulq_f32(self, other) }
    }

    #[inline(always)]
    unsafe fn most(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { vmaxnmq_f32(self, other) }
    }

    #[inline(always)]
    unsafe fn least(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { vminnmq_f32(self, other) }
    }

    #[inline(always)]
    unsafe fn magnitude(self) -> Self {
        // SAFETY: of the trait.
        unsafe { vabsq_f32(self) }
    }

    #[inline(always)]
    unsafe fn within(self, low: Self, high: Self) -> Self {
        // SAFETY: of the trait. Of a number and none, these return the number.
        unsafe { vminnmq_f32(vmaxnmq_f32(self, low), high) }
    }

    #[inline(always)]
    unsafe fn split(self) -> (Self::Index, Self) {
        // SAFETY: of the trait.
        unsafe {
            let whole = vcvtq_s32_f32(self);
            (whole, vsubq_f32(self, vcvtq_f32_s32(whole)))
        }
    }

    #[inline(always)]
    unsafe fn next(index: Self::Index) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { vaddq_s32(index, vdupq_n_s32(1)) }
    }

    #[inline(always)]
    unsafe fn indices(value: i32) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { vdupq_n_s32(value) }
    }

    #[inline(always)]
    unsafe fn further(index: Self::Index, by: Self::Index) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { vaddq_s32(index, by) }
    }

    #[inline(always)]
    unsafe fn pick(self, index: Self::Index) -> Self {
        // SAFETY: of the trait.
        unsafe { vreinterpretq_f32_u8(vqtbl1q_u8(vreinterpretq_u8_f32(self), bytes!(index))) }
    }

    #[inline(always)]
    unsafe fn pick_two(self, far: Self, index: Self::Index) -> Self {
        // SAFETY: of the trait.
        unsafe {
            let both = uint8x16x2_t(vreinterpretq_u8_f32(self), vreinterpretq_u8_f32(far));
            vreinterpretq_f32_u8(vqtbl2q_u8(both, bytes!(index)))
        }
    }

    #[inline(always)]
    unsafe fn pick_four([a, b, c, d]: [Self; 4], index: Self::Index) -> Self {
        // SAFETY: of the trait.
        unsafe {
            let all = uint8x16x4_t(
                vreinterpretq_u8_f32(a),
                vreinterpretq_u8_f32(b),
                vreinterpretq_u8_f32(c),
                vreinterpretq_u8_f32(d),
            );
            vreinterpretq_f32_u8(vqtbl4q_u8(all, bytes!(index)))
        }
    }

    #[inline(always)]
    unsafe fn pick_from(from: *const f32, index: Self::Index) -> Self {
        let mut places = [0i32; 4];
        // SAFETY: of the trait.
        unsafe {
            vst1q_s32(places.as_mut_ptr(), index);
            vld1q_f32(places.map(|k| *from.offset(k as isize)).as_ptr())
        }
    }
}
