//! The loops of even, upright sheets, sixteen rays or voxels an instruction. Knows no threads.

use std::arch::x86_64::{
    __m512, _mm512_abs_ps, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps,
    _mm512_cvttps_epi32, _mm512_fmadd_ps, _mm512_fnmadd_ps, _mm512_loadu_ps, _mm512_max_ps,
    _mm512_mul_ps, _mm512_permutex2var_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_storeu_ps, _mm512_sub_ps,
};

use voltomo_numeric::cast::to_f32;

use super::{
    block::Block,
    fan::{GROUP, MARGIN},
    lanes::lane_numbers,
    rail::{Rails, Taps},
};

/// `sum + value·weight`, in place.
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
fn add_to(values: &mut [f32], more: __m512, weight: f32) {
    let values = &mut values[..GROUP];
    // SAFETY: these are sixteen values.
    unsafe {
        let sum = _mm512_loadu_ps(values.as_ptr());
        let sum = _mm512_fmadd_ps(more, _mm512_set1_ps(weight), sum);
        _mm512_storeu_ps(values.as_mut_ptr(), sum);
    }
}

impl Taps {
    /// What sixteen voxels take from the rays of a window, the first of them at `offset`.
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn shares(&self, seen: &[f32], offset: f32) -> __m512 {
        let seen = &seen[..MARGIN];
        // SAFETY: these are thirty-two values.
        let (near, far) =
            unsafe { (_mm512_loadu_ps(seen.as_ptr()), _mm512_loadu_ps(seen.as_ptr().add(GROUP))) };
        let (one, spacing) = (_mm512_set1_ps(1.0), _mm512_set1_ps(self.spacing));
        let step = _mm512_set1_ps(self.step);
        let place = _mm512_fmadd_ps(lane_numbers(), step, _mm512_set1_ps(offset));
        let mut index = _mm512_cvttps_epi32(place);
        let way = _mm512_sub_ps(place, _mm512_cvtepi32_ps(index));
        let mut distance = _mm512_sub_ps(_mm512_set1_ps(self.nearest), way);
        let mut share = _mm512_setzero_ps();
        for _ in 0..self.count {
            let weight = _mm512_fnmadd_ps(_mm512_abs_ps(distance), spacing, one);
            let weight = _mm512_max_ps(weight, _mm512_setzero_ps());
            let value = _mm512_permutex2var_ps(near, index, far);
            share = _mm512_fmadd_ps(weight, value, share);
            index = _mm512_add_epi32(index, _mm512_set1_epi32(1));
            distance = _mm512_add_ps(distance, one);
        }
        share
    }
}

impl Rails<'_> {
    /// As [`Self::walk_portable`].
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) fn walk_avx512(&self, block: &Block, sums: &mut [f32]) {
        self.each_walk::<true>(|rail, windows, rays| {
            let columns = rail.columns.map(|column| &block.values[column..column + block.deep]);
            let [left_weight, right_weight] = rail.weights.map(|weight| _mm512_set1_ps(weight));
            let step = _mm512_set1_ps(to_f32(rail.line[1]));
            let sums = &mut sums[MARGIN + rays.start..MARGIN + rays.end];
            for (group, sums) in sums.chunks_exact_mut(GROUP).enumerate() {
                let offset = _mm512_set1_ps(windows.offsets[group]);
                let place = _mm512_fmadd_ps(lane_numbers(), step, offset);
                let below = _mm512_cvttps_epi32(place);
                let way = _mm512_sub_ps(place, _mm512_cvtepi32_ps(below));
                // SAFETY: a window begins no later than 32 values before the end of a column.
                let blend = |at: usize| unsafe {
                    let from = windows.starts[group] as usize + at;
                    let left = _mm512_loadu_ps(columns[0].as_ptr().add(from));
                    let right = _mm512_loadu_ps(columns[1].as_ptr().add(from));
                    _mm512_fmadd_ps(right, right_weight, _mm512_mul_ps(left, left_weight))
                };
                let (near, far) = (blend(0), blend(GROUP));
                let lower = _mm512_permutex2var_ps(near, below, far);
                let above = _mm512_add_epi32(below, _mm512_set1_epi32(1));
                let upper = _mm512_permutex2var_ps(near, above, far);
                let value = _mm512_fmadd_ps(way, _mm512_sub_ps(upper, lower), lower);
                add_to(sums, value, 1.0);
            }
        });
    }

    /// As [`Self::give_portable`].
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) fn give_avx512(&self, rays: &[f32], block: &mut Block) {
        self.each_give::<true>(|(rail, taps), windows, voxels| {
            for (group, z) in voxels.step_by(GROUP).enumerate() {
                let seen = &rays[windows.starts[group] as usize..];
                let share = taps.shares(seen, windows.offsets[group]);
                for (column, weight) in rail.columns.into_iter().zip(rail.weights) {
                    add_to(&mut block.values[column + MARGIN + z..], share, weight);
                }
            }
        });
    }
}
