//! Vectors of AVX-512. Know no geometry.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_abs_ps, _mm512_add_epi32, _mm512_add_ps, _mm512_add_round_ps,
    _mm512_castps_si512, _mm512_cvttps_epi32, _mm512_i32gather_ps, _mm512_loadu_ps,
    _mm512_mask_blend_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps, _mm512_permutex2var_ps,
    _mm512_permutexvar_ps, _mm512_reduce_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setr_ps,
    _mm512_storeu_ps, _mm512_sub_ps, _mm512_test_epi32_mask,
};

use super::Pick;

impl Pick for __m512 {
    type Index = __m512i;
    const PICKS_OF_TWO: bool = true;

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
    unsafe fn store_any(self, to: *mut f32) {
        // SAFETY: of the trait.
        unsafe { _mm512_storeu_ps(to, self) }
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
    unsafe fn most(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { _mm512_max_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn least(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { _mm512_min_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn magnitude(self) -> Self {
        // SAFETY: of the trait.
        unsafe { _mm512_abs_ps(self) }
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
    unsafe fn split_low(self) -> (Self::Index, Self) {
        // What is added so that the last digits are those of the whole number, rounded down.
        const ANCHOR: f32 = 8_388_608.0;
        // SAFETY: of the trait.
        unsafe {
            let anchor = _mm512_set1_ps(ANCHOR);
            let whole = _mm512_add_round_ps::<0x09>(self, anchor);
            let way = _mm512_sub_ps(self, _mm512_sub_ps(whole, anchor));
            (_mm512_castps_si512(whole), way)
        }
    }

    #[inline(always)]
    unsafe fn next(index: Self::Index) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { _mm512_add_epi32(index, _mm512_set1_epi32(1)) }
    }

    #[inline(always)]
    unsafe fn indices(value: i32) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { _mm512_set1_epi32(value) }
    }

    #[inline(always)]
    unsafe fn further(index: Self::Index, by: Self::Index) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { _mm512_add_epi32(index, by) }
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
