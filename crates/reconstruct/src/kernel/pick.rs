//! Vectors that pick their values out of registers: what a column of voxels is made of. Knows no
//! geometry.

use crate::kernel::simd::{Plain, Vector};

/// A [`Vector`] whose lanes each pick a value.
///
/// # Safety
///
/// As [`Vector`]; `load_any` and `pick_from` read within what they are given.
pub(super) trait Pick: Vector {
    /// One whole number a lane.
    type Index: Copy;

    /// `[0, 1, 2, …]`.
    unsafe fn lane_numbers() -> Self;
    unsafe fn load_any(from: *const f32) -> Self;
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    /// Between two bounds; the lower where it is no number.
    unsafe fn within(self, low: Self, high: Self) -> Self;
    /// Cut to a whole number, and what was cut off.
    unsafe fn split(self) -> (Self::Index, Self);
    unsafe fn next(index: Self::Index) -> Self::Index;
    /// `self[index]`, of one register.
    unsafe fn pick(self, index: Self::Index) -> Self;
    /// The same of two registers, `far` behind `self`.
    unsafe fn pick_two(self, far: Self, index: Self::Index) -> Self;
    /// The same of four.
    unsafe fn pick_four(rows: [Self; 4], index: Self::Index) -> Self;
    /// `from[index]`, out of memory.
    unsafe fn pick_from(from: *const f32, index: Self::Index) -> Self;
}

impl Pick for Plain {
    type Index = [i32; 4];

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
    unsafe fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] + other.0[k]))
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] * other.0[k]))
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

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        __m512, __m512i, _mm512_add_epi32, _mm512_add_ps, _mm512_cvttps_epi32, _mm512_i32gather_ps,
        _mm512_loadu_ps, _mm512_mask_blend_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps,
        _mm512_permutex2var_ps, _mm512_permutexvar_ps, _mm512_reduce_ps, _mm512_set1_epi32,
        _mm512_setr_ps, _mm512_test_epi32_mask,
    };

    use super::Pick;

    impl Pick for __m512 {
        type Index = __m512i;

        #[inline(always)]
        unsafe fn lane_numbers() -> Self {
            // SAFETY: of the trait.
            unsafe {
                _mm512_setr_ps(
                    0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0,
                    15.0,
                )
            }
        }

        #[inline(always)]
        unsafe fn load_any(from: *const f32) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm512_loadu_ps(from) }
        }

        #[inline(always)]
        unsafe fn plus(self, other: Self) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm512_add_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn times(self, other: Self) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm512_mul_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn within(self, low: Self, high: Self) -> Self {
            // SAFETY: of the trait. Where one is no number, the instructions return the second.
            unsafe { _mm512_min_ps(_mm512_max_ps(self, low), high) }
        }

        #[inline(always)]
        unsafe fn split(self) -> (Self::Index, Self) {
            // SAFETY: of the trait.
            unsafe {
                // What is left after rounding down to whole numbers.
                (_mm512_cvttps_epi32(self), _mm512_reduce_ps::<0x09>(self))
            }
        }

        #[inline(always)]
        unsafe fn next(index: Self::Index) -> Self::Index {
            // SAFETY: of the trait.
            unsafe { _mm512_add_epi32(index, _mm512_set1_epi32(1)) }
        }

        #[inline(always)]
        unsafe fn pick(self, index: Self::Index) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm512_permutexvar_ps(index, self) }
        }

        #[inline(always)]
        unsafe fn pick_two(self, far: Self, index: Self::Index) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm512_permutex2var_ps(self, index, far) }
        }

        #[inline(always)]
        unsafe fn pick_four([a, b, c, d]: [Self; 4], index: Self::Index) -> Self {
            // SAFETY: of the trait. The lowest five bits pick of two registers, the sixth which two.
            unsafe {
                let is_far = _mm512_test_epi32_mask(index, _mm512_set1_epi32(32));
                let near = _mm512_permutex2var_ps(a, index, b);
                _mm512_mask_blend_ps(is_far, near, _mm512_permutex2var_ps(c, index, d))
            }
        }

        #[inline(always)]
        unsafe fn pick_from(from: *const f32, index: Self::Index) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm512_i32gather_ps::<4>(index, from) }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256, __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_blendv_ps, _mm256_castsi256_ps,
        _mm256_cvtepi32_ps, _mm256_cvttps_epi32, _mm256_i32gather_ps, _mm256_loadu_ps,
        _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_permutevar8x32_ps, _mm256_set1_epi32,
        _mm256_setr_ps, _mm256_slli_epi32, _mm256_sub_ps,
    };

    use super::Pick;

    impl Pick for __m256 {
        type Index = __m256i;

        #[inline(always)]
        unsafe fn lane_numbers() -> Self {
            // SAFETY: of the trait.
            unsafe { _mm256_setr_ps(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0) }
        }

        #[inline(always)]
        unsafe fn load_any(from: *const f32) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm256_loadu_ps(from) }
        }

        #[inline(always)]
        unsafe fn plus(self, other: Self) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm256_add_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn times(self, other: Self) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm256_mul_ps(self, other) }
        }

        #[inline(always)]
        unsafe fn within(self, low: Self, high: Self) -> Self {
            // SAFETY: of the trait. Where one is no number, the instructions return the second.
            unsafe { _mm256_min_ps(_mm256_max_ps(self, low), high) }
        }

        #[inline(always)]
        unsafe fn split(self) -> (Self::Index, Self) {
            // SAFETY: of the trait.
            unsafe {
                let whole = _mm256_cvttps_epi32(self);
                (whole, _mm256_sub_ps(self, _mm256_cvtepi32_ps(whole)))
            }
        }

        #[inline(always)]
        unsafe fn next(index: Self::Index) -> Self::Index {
            // SAFETY: of the trait.
            unsafe { _mm256_add_epi32(index, _mm256_set1_epi32(1)) }
        }

        #[inline(always)]
        unsafe fn pick(self, index: Self::Index) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm256_permutevar8x32_ps(self, index) }
        }

        #[inline(always)]
        unsafe fn pick_two(self, far: Self, index: Self::Index) -> Self {
            // SAFETY: of the trait. The fourth bit says which register: brought to the sign.
            unsafe {
                let is_far = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(index));
                _mm256_blendv_ps(self.pick(index), far.pick(index), is_far)
            }
        }

        #[inline(always)]
        unsafe fn pick_four([a, b, c, d]: [Self; 4], index: Self::Index) -> Self {
            // SAFETY: of the trait. The fifth bit says which two registers.
            unsafe {
                let is_far = _mm256_castsi256_ps(_mm256_slli_epi32::<27>(index));
                _mm256_blendv_ps(a.pick_two(b, index), c.pick_two(d, index), is_far)
            }
        }

        #[inline(always)]
        unsafe fn pick_from(from: *const f32, index: Self::Index) -> Self {
            // SAFETY: of the trait.
            unsafe { _mm256_i32gather_ps::<4>(from, index) }
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use std::arch::aarch64::{
        float32x4_t, int32x4_t, uint8x16x2_t, uint8x16x4_t, vaddq_f32, vaddq_s32, vcvtq_f32_s32,
        vcvtq_s32_f32, vdupq_n_s32, vdupq_n_u32, vld1q_f32, vmaxnmq_f32, vminnmq_f32, vmlaq_u32,
        vmulq_f32, vqtbl1q_u8, vqtbl2q_u8, vqtbl4q_u8, vreinterpretq_f32_u8, vreinterpretq_u8_f32,
        vreinterpretq_u8_u32, vreinterpretq_u32_s32, vst1q_s32, vsubq_f32,
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
}
