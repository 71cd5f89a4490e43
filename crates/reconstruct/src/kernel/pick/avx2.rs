//! Vectors of AVX2. Know no geometry.

use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi32, _mm256_add_ps, _mm256_andnot_ps, _mm256_blendv_ps,
    _mm256_castsi256_ps, _mm256_cvtepi32_ps, _mm256_cvttps_epi32, _mm256_i32gather_ps,
    _mm256_loadu_ps, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps, _mm256_permutevar8x32_ps,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setr_ps, _mm256_slli_epi32, _mm256_storeu_ps,
    _mm256_sub_ps,
};

use super::Pick;

impl Pick for __m256 {
    type Index = __m256i;
    const PICKS_OF_TWO: bool = false;

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
    unsafe fn store_any(self, to: *mut f32) {
        // SAFETY: of the trait.
        unsafe { _mm256_storeu_ps(to, self) }
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
    unsafe fn most(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { _mm256_max_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn least(self, other: Self) -> Self {
        // SAFETY: of the trait.
        unsafe { _mm256_min_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn magnitude(self) -> Self {
        // SAFETY: of the trait.
        unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self) }
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
    unsafe fn indices(value: i32) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { _mm256_set1_epi32(value) }
    }

    #[inline(always)]
    unsafe fn further(index: Self::Index, by: Self::Index) -> Self::Index {
        // SAFETY: of the trait.
        unsafe { _mm256_add_epi32(index, by) }
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
