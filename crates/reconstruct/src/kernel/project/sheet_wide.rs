//! The loops of sheets, sixteen rays or voxels an instruction. Knows no threads.
//!
//! Sixteen neighbouring rays meet a column of voxels within a window of 32, and sixteen voxels lie
//! among 32 rays, else the plain loops take over.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_abs_ps, _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps,
    _mm512_cvttps_epi32, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_mul_ps,
    _mm512_permutex2var_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    _mm512_sub_ps,
};

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    block::Block,
    fan::{GROUP, MARGIN},
    lanes::lane_numbers,
    sheaf::Crossing,
    sheet::{Meeting, Passage, Seen},
};

/// Most steps from the lowest to the highest place in a window.
const REACH: f64 = 30.0;
/// Most rays a voxel that are kept in registers.
const TAPS: usize = 5;

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

impl Passage<'_> {
    /// As [`Passage::walk_portable`].
    #[target_feature(enable = "avx512f,avx2,fma")]
    pub(super) fn walk_avx512(&self, block: &Block, sums: &mut [f32]) {
        let first = self.rays.start - self.rays.start % GROUP;
        for ray in (first..self.rays.end).step_by(GROUP) {
            let sums = &mut sums[ray + MARGIN..][..GROUP];
            let mut found = _mm512_setzero_ps();
            for (plane, crossing) in self.crossings.iter().enumerate() {
                let Some(meeting) = self.meeting(crossing, ray) else { continue };
                if meeting.reach > REACH {
                    self.meet_portable((block, plane), (ray, &meeting), sums);
                } else if self.sheet.upright {
                    found = _mm512_add_ps(found, self.meet_upright((block, plane), ray, &meeting));
                } else {
                    found = _mm512_add_ps(found, self.meet_leaning((block, plane), ray, &meeting));
                }
            }
            // SAFETY: a group is sixteen values.
            unsafe {
                let sum = _mm512_add_ps(_mm512_loadu_ps(sums.as_ptr()), found);
                _mm512_storeu_ps(sums.as_mut_ptr(), sum);
            }
        }
    }

    /// Places of sixteen rays above the lowest voxel: indices, and the way to the next voxel.
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn places(&self, plane: usize, ray: usize, lowest: f64) -> (__m512i, __m512) {
        let crossing = &self.crossings[plane];
        let depth = _mm512_set1_ps(to_f32(crossing.depth));
        let z = _mm512_set1_ps(to_f32(crossing.z - lowest));
        let place = _mm512_fmadd_ps(depth, window(&self.sheet.up, ray + MARGIN)[0], z);
        let below = _mm512_cvttps_epi32(place);
        (below, _mm512_sub_ps(place, _mm512_cvtepi32_ps(below)))
    }

    /// All rays at one place across the plane: its columns are blended first.
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn meet_upright(
        &self,
        (block, plane): (&Block, usize),
        ray: usize,
        meeting: &Meeting,
    ) -> __m512 {
        let (below, way) = self.places(plane, ray, meeting.lowest);
        let start = to_index(meeting.lowest + MARGIN as f64);
        let (mut near, mut far) = (_mm512_setzero_ps(), _mm512_setzero_ps());
        for x in meeting.touched[0]..=meeting.touched[1] {
            let weight = (1.0 - (self.crossings[plane].across - x as f64).abs()).max(0.0);
            let weight = _mm512_set1_ps(to_f32(weight));
            let [one, two] = window(&block.values, self.column(block, plane, x) + start);
            near = _mm512_fmadd_ps(one, weight, near);
            far = _mm512_fmadd_ps(two, weight, far);
        }
        let above = _mm512_add_epi32(below, _mm512_set1_epi32(1));
        let lower = _mm512_permutex2var_ps(near, below, far);
        let upper = _mm512_permutex2var_ps(near, above, far);
        _mm512_fmadd_ps(way, _mm512_sub_ps(upper, lower), lower)
    }

    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn meet_leaning(
        &self,
        (block, plane): (&Block, usize),
        ray: usize,
        meeting: &Meeting,
    ) -> __m512 {
        let (below, way) = self.places(plane, ray, meeting.lowest);
        let above = _mm512_add_epi32(below, _mm512_set1_epi32(1));
        let start = to_index(meeting.lowest + MARGIN as f64);
        let crossing = &self.crossings[plane];
        let depth = _mm512_set1_ps(to_f32(crossing.depth));
        let middle = _mm512_set1_ps(to_f32(crossing.across));
        let right = _mm512_fmadd_ps(depth, window(&self.sheet.across, ray + MARGIN)[0], middle);
        let mut sum = _mm512_setzero_ps();
        for x in meeting.touched[0]..=meeting.touched[1] {
            let [near, far] = window(&block.values, self.column(block, plane, x) + start);
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
        for (plane, crossing) in self.crossings.iter().enumerate() {
            for z in (0..self.span.count[0]).step_by(GROUP) {
                let Some(seen) = self.seen(crossing, z) else { continue };
                if seen.reach > REACH || seen.taps > TAPS {
                    self.share_portable((plane, z), (&seen, rays), block);
                } else {
                    self.share_avx512((plane, z), (&seen, rays), block);
                }
            }
        }
    }

    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn share_avx512(
        &self,
        (plane, z): (usize, usize),
        (seen, rays): (&Seen, &[f32]),
        block: &mut Block,
    ) {
        let crossing = &self.crossings[plane];
        let depth = _mm512_set1_ps(to_f32(crossing.depth));
        let height = _mm512_set1_ps(to_f32(crossing.z - z as f64));
        let start = to_index(seen.lowest + MARGIN as f64);
        let (values, ups) = (window(rays, start), window(&self.sheet.up, start));
        let step = _mm512_set1_ps(to_f32(seen.step));
        let first = _mm512_set1_ps(to_f32(seen.first + 1.0));
        let mut index = _mm512_cvttps_epi32(_mm512_fmadd_ps(lane_numbers(), step, first));
        let below = _mm512_sub_ps(height, lane_numbers());
        let mut shares = Shares {
            values: [_mm512_setzero_ps(); TAPS],
            places: [index; TAPS],
            sum: _mm512_setzero_ps(),
            taps: seen.taps,
            across: window(&self.sheet.across, start),
        };
        for tap in 0..seen.taps {
            let up = _mm512_permutex2var_ps(ups[0], index, ups[1]);
            let weight = hat(_mm512_fmadd_ps(depth, up, below));
            let value = _mm512_permutex2var_ps(values[0], index, values[1]);
            shares.values[tap] = _mm512_mul_ps(weight, value);
            shares.sum = _mm512_add_ps(shares.sum, shares.values[tap]);
            shares.places[tap] = index;
            index = _mm512_add_epi32(index, _mm512_set1_epi32(1));
        }
        for x in self.touched(crossing, [seen.lowest, seen.lowest + seen.reach]) {
            let share = shares.of_column(crossing, x, self.sheet.upright);
            let to = self.column(block, plane, x) + MARGIN + z;
            let voxels = &mut block.values[to..to + GROUP];
            // SAFETY: these are sixteen values.
            unsafe {
                let voxel = _mm512_loadu_ps(voxels.as_ptr());
                _mm512_storeu_ps(voxels.as_mut_ptr(), _mm512_add_ps(voxel, share));
            }
        }
    }
}

/// What the rays about sixteen voxels give to their heights.
struct Shares {
    /// One a tap: the next ray of each voxel.
    values: [__m512; TAPS],
    /// Which ray of the window.
    places: [__m512i; TAPS],
    /// All taps together.
    sum: __m512,
    taps: usize,
    /// Places of the rays of the window across the plane, less that of the middle one.
    across: [__m512; 2],
}

impl Shares {
    /// What of it falls to a column of voxels.
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn of_column(&self, crossing: &Crossing, x: usize, upright: bool) -> __m512 {
        let beside = crossing.across - x as f64;
        if upright {
            let weight = (1.0 - beside.abs()).max(0.0);
            return _mm512_mul_ps(self.sum, _mm512_set1_ps(to_f32(weight)));
        }
        let (depth, beside) =
            (_mm512_set1_ps(to_f32(crossing.depth)), _mm512_set1_ps(to_f32(beside)));
        let mut share = _mm512_setzero_ps();
        for tap in 0..self.taps.min(TAPS) {
            let place = _mm512_permutex2var_ps(self.across[0], self.places[tap], self.across[1]);
            let weight = hat(_mm512_fmadd_ps(depth, place, beside));
            share = _mm512_fmadd_ps(weight, self.values[tap], share);
        }
        share
    }
}
