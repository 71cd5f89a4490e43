//! The loops of sheets of any rays, sixteen rays or voxels an instruction. Knows no threads.
//!
//! Sixteen neighbouring rays meet a column of voxels within a window of 32, and sixteen voxels lie
//! among 32 rays, else the plain loops take over.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_abs_ps, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps,
    _mm512_cvttps_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_mul_ps,
    _mm512_permutex2var_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    _mm512_sub_ps,
};

use voltomo_numeric::cast::to_f32;

use super::{
    block::Block,
    fan::{GROUP, MARGIN},
    lanes::lane_numbers,
    sheaf::Crossing,
    sheet::{Passage, Places, TAPS},
};

/// 1 − |distance|, or zero.
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
fn hat(distance: __m512) -> __m512 {
    let left = _mm512_sub_ps(_mm512_set1_ps(1.0), _mm512_abs_ps(distance));
    _mm512_max_ps(left, _mm512_setzero_ps())
}

/// Thirty-two values from an index on.
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
fn window(values: &[f32], from: usize) -> [__m512; 2] {
    let seen = &values[from..from + MARGIN];
    // SAFETY: these are the thirty-two values.
    unsafe { [_mm512_loadu_ps(seen.as_ptr()), _mm512_loadu_ps(seen.as_ptr().add(GROUP))] }
}

/// Adds to sixteen values.
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
fn add_to(values: &mut [f32], more: __m512) {
    let values = &mut values[..GROUP];
    // SAFETY: these are sixteen values.
    unsafe {
        let sum = _mm512_add_ps(_mm512_loadu_ps(values.as_ptr()), more);
        _mm512_storeu_ps(values.as_mut_ptr(), sum);
    }
}

impl Passage<'_> {
    /// As [`Passage::walk_portable`].
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) fn walk_avx512(&self, block: &Block, sums: &mut [f32]) {
        self.each_walk(|crossing, place, ray| {
            let sums = &mut sums[ray + MARGIN..];
            if place.0.fits[place.1] {
                add_to(sums, self.meet_avx512((block, crossing), place, ray));
            } else {
                self.meet_portable((block, crossing), place, (ray, sums));
            }
        });
    }

    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn meet_avx512(
        &self,
        (block, crossing): (&Block, &Crossing),
        (places, k): (&Places, usize),
        ray: usize,
    ) -> __m512 {
        let depth = _mm512_set1_ps(to_f32(crossing.depth));
        let offset = _mm512_set1_ps(places.offsets[k]);
        let place = _mm512_fmadd_ps(depth, window(&self.sheet.up, ray + MARGIN)[0], offset);
        let below = _mm512_cvttps_epi32(place);
        let above = _mm512_add_epi32(below, _mm512_set1_epi32(1));
        let way = _mm512_sub_ps(place, _mm512_cvtepi32_ps(below));
        let [start, slope] = crossing.across;
        let beside = _mm512_set1_ps(to_f32(start + slope * places.lowest[k]));
        let right = _mm512_fmadd_ps(place, _mm512_set1_ps(to_f32(slope)), beside);
        let mut sum = _mm512_setzero_ps();
        for x in places.touched[0][k]..places.touched[1][k] {
            let column = self.column(block, crossing.plane, x as usize);
            let [near, far] = window(&block.values, column + places.starts[k] as usize);
            let lower = _mm512_permutex2var_ps(near, below, far);
            let upper = _mm512_permutex2var_ps(near, above, far);
            let value = _mm512_fmadd_ps(way, _mm512_sub_ps(upper, lower), lower);
            let weight = hat(_mm512_sub_ps(right, _mm512_set1_ps(x as f32)));
            sum = _mm512_fmadd_ps(value, weight, sum);
        }
        sum
    }

    /// As [`Passage::give_portable`].
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) fn give_avx512(&self, rays: &[f32], block: &mut Block) {
        self.each_give(|crossing, place, z| {
            if !place.0.fits[place.1] {
                return self.share_portable((crossing, z), place, (rays, &mut *block));
            }
            let shares = self.shares((crossing, z), place, rays);
            let (places, k) = place;
            for x in places.touched[0][k]..places.touched[1][k] {
                let to = self.column(block, crossing.plane, x as usize) + MARGIN + z;
                add_to(&mut block.values[to..], shares.of_column(x as f32));
            }
        });
    }

    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn shares(
        &self,
        (crossing, z): (&Crossing, usize),
        (places, k): (&Places, usize),
        rays: &[f32],
    ) -> Shares {
        let depth = _mm512_set1_ps(to_f32(crossing.depth));
        let height = _mm512_set1_ps(to_f32(crossing.z - z as f64));
        let [start, slope] = crossing.across;
        let beside = _mm512_set1_ps(to_f32(start + slope * z as f64));
        let slope = _mm512_set1_ps(to_f32(slope));
        let (values, ups) = (
            window(rays, places.starts[k] as usize),
            window(&self.sheet.up, places.starts[k] as usize),
        );
        let step = _mm512_set1_ps(places.steps[k]);
        let first = _mm512_set1_ps(places.offsets[k]);
        let mut index: __m512i = _mm512_cvttps_epi32(_mm512_fmadd_ps(lane_numbers(), step, first));
        let zero = _mm512_setzero_ps();
        let count = (places.taps[k] as usize).min(TAPS);
        let mut shares = Shares { values: [zero; TAPS], places: [zero; TAPS], count };
        for tap in 0..count {
            let up = _mm512_permutex2var_ps(ups[0], index, ups[1]);
            let up = _mm512_fmadd_ps(depth, up, height);
            let value = _mm512_permutex2var_ps(values[0], index, values[1]);
            shares.values[tap] = _mm512_mul_ps(hat(_mm512_sub_ps(up, lane_numbers())), value);
            shares.places[tap] = _mm512_fmadd_ps(up, slope, beside);
            index = _mm512_add_epi32(index, _mm512_set1_epi32(1));
        }
        shares
    }
}

/// What the rays about sixteen voxels give to their heights.
struct Shares {
    /// One a tap: the next ray of each voxel.
    values: [__m512; TAPS],
    /// Where this ray meets the plane.
    places: [__m512; TAPS],
    count: usize,
}

impl Shares {
    /// What of it falls to a column of voxels.
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn of_column(&self, x: f32) -> __m512 {
        let mut share = _mm512_setzero_ps();
        for tap in 0..self.count.min(TAPS) {
            let weight = hat(_mm512_sub_ps(self.places[tap], _mm512_set1_ps(x)));
            share = _mm512_fmadd_ps(weight, self.values[tap], share);
        }
        share
    }
}
