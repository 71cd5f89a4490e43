//! One view added to one column of voxels: the innermost loop. Knows no tiles.
//!
//! Sixteen voxels of a column at a time see at most 31 neighbouring detector rows, as long as a
//! voxel is no larger than [`WIDEST_STEP`] pixels. Both detector columns beside the ray are blended
//! for these rows first; then each voxel picks its two rows out of 32 values in registers.

use voltomo_numeric::cast::to_f32;

use super::views::MARGIN;

/// Voxels taken at once.
pub(super) const GROUP: usize = 16;
/// Voxels along the axis that are summed in one go: eight groups.
pub(super) const CHUNK: usize = 128;
/// Detector rows from one voxel to the next up to which sixteen voxels see no more than 31 rows.
pub(super) const WIDEST_STEP: f64 = 1.9;
/// Most rows beyond the window at which a group may still touch it.
const REACH: f64 = 31.0;

/// What a view shows a column of voxels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    /// The two detector columns beside the ray, with their margins.
    pub(super) columns: [&'a [f32]; 2],
    /// What each of them weighs.
    pub(super) weights: [f32; 2],
    /// Frame row of the voxel z = 0.
    pub(super) row: f64,
    /// Rows from one voxel to the next.
    pub(super) step: f64,
    /// Frame row of the first row held, and rows held.
    pub(super) held: (f64, f64),
}

/// Sixteen voxels that touch the window of rows.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// Index of the first value to be read, margins counted.
    start: usize,
    /// Row of the first voxel from there.
    offset: f32,
}

impl Sight<'_> {
    /// Where the group of voxels from `z` on lies; `None` where it sees nothing.
    #[inline(always)]
    fn place(&self, z: usize) -> Option<Place> {
        let row = self.row + z as f64 * self.step;
        let floor = row.floor();
        let first = floor - self.held.0;
        // A row that is no number sees nothing either.
        if !(first >= -REACH && first <= self.held.1) {
            return None;
        }
        let start = voltomo_numeric::cast::to_index(first + MARGIN as f64);
        Some(Place { start, offset: to_f32(row - floor) })
    }
}

/// Adds the view to the voxels from index `z` on, group by group; `sums` holds whole groups.
#[inline(always)]
pub(super) fn add_portable<const FUSED: bool>(sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
    let step = to_f32(sight.step);
    for (group, sums) in sums.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
        let Some(place) = sight.place(z + group * GROUP) else { continue };
        let seen = place.start..place.start + MARGIN;
        let (left, right) = (&sight.columns[0][seen.clone()], &sight.columns[1][seen]);
        let mut blend = [0.0f32; MARGIN];
        for ((value, left), right) in blend.iter_mut().zip(left).zip(right) {
            *value = fused::<FUSED>(*right, sight.weights[1], left * sight.weights[0]);
        }
        for (lane, sum) in sums.iter_mut().enumerate() {
            let row = fused::<FUSED>(lane_number(lane), step, place.offset);
            #[allow(clippy::cast_possible_truncation, reason = "a floor from 0 to 30 is meant")]
            let below = row as i32;
            let index = (below.unsigned_abs() as usize).min(MARGIN - 2);
            let (upper, lower) = (blend[index], blend[index + 1]);
            *sum += fused::<FUSED>(row - below as f32, lower - upper, upper);
        }
    }
}

#[inline(always)]
fn fused<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn lane_number(lane: usize) -> f32 {
    lane as f32
}

/// As [`add_portable`], 16 voxels an instruction; no more than [`CHUNK`] voxels.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
pub(super) fn add_avx512(sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
    use std::arch::x86_64::{
        _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_cvttps_epi32, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_mul_ps, _mm512_permutex2var_ps, _mm512_set_ps, _mm512_set1_epi32,
        _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_ps,
    };
    let lanes = _mm512_set_ps(
        15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0,
    );
    let along = _mm512_mul_ps(lanes, _mm512_set1_ps(to_f32(sight.step)));
    let [left_weight, right_weight] = sight.weights.map(|weight| _mm512_set1_ps(weight));
    let places = places_avx512(sight, z);
    for (group, sums) in sums.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
        let (start, offset) = (places.starts[group], places.offsets[group]);
        if places.seen & (1 << group) == 0 {
            continue;
        }
        // SAFETY: a place that is seen begins no more than 31 rows before the window and no more
        // than one behind it, and so many margins stand there; `sums` holds 16 values.
        unsafe {
            let blend = |at: usize| {
                let from = start.unsigned_abs() as usize + at;
                let left = _mm512_loadu_ps(sight.columns[0].as_ptr().add(from));
                let right = _mm512_loadu_ps(sight.columns[1].as_ptr().add(from));
                _mm512_fmadd_ps(right, right_weight, _mm512_mul_ps(left, left_weight))
            };
            let (near, far) = (blend(0), blend(GROUP));
            let row = _mm512_add_ps(along, _mm512_set1_ps(offset));
            let below = _mm512_cvttps_epi32(row);
            let upper = _mm512_permutex2var_ps(near, below, far);
            let next = _mm512_add_epi32(below, _mm512_set1_epi32(1));
            let lower = _mm512_permutex2var_ps(near, next, far);
            let way = _mm512_sub_ps(row, _mm512_cvtepi32_ps(below));
            let value = _mm512_fmadd_ps(way, _mm512_sub_ps(lower, upper), upper);
            let sum = _mm512_loadu_ps(sums.as_ptr());
            _mm512_storeu_ps(sums.as_mut_ptr(), _mm512_add_ps(sum, value));
        }
    }
}

/// As [`Sight::place`], for all groups of a chunk.
#[cfg(target_arch = "x86_64")]
struct Places {
    starts: [i32; CHUNK / GROUP],
    offsets: [f32; CHUNK / GROUP],
    /// One bit a group.
    seen: u8,
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
fn places_avx512(sight: &Sight<'_>, z: usize) -> Places {
    use std::arch::x86_64::{
        _CMP_GE_OQ, _CMP_LE_OQ, _mm256_storeu_ps, _mm256_storeu_si256, _mm512_add_pd,
        _mm512_cmp_pd_mask, _mm512_cvtpd_ps, _mm512_cvttpd_epi32, _mm512_fmadd_pd,
        _mm512_roundscale_pd, _mm512_set_pd, _mm512_set1_pd, _mm512_sub_pd,
    };
    let groups = _mm512_set_pd(112.0, 96.0, 80.0, 64.0, 48.0, 32.0, 16.0, 0.0);
    let voxel = _mm512_add_pd(groups, _mm512_set1_pd(z as f64));
    let row = _mm512_fmadd_pd(voxel, _mm512_set1_pd(sight.step), _mm512_set1_pd(sight.row));
    let floor = _mm512_roundscale_pd::<1>(row);
    let first = _mm512_sub_pd(floor, _mm512_set1_pd(sight.held.0));
    let seen = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(first, _mm512_set1_pd(-REACH))
        & _mm512_cmp_pd_mask::<_CMP_LE_OQ>(first, _mm512_set1_pd(sight.held.1));
    let start = _mm512_cvttpd_epi32(_mm512_add_pd(first, _mm512_set1_pd(MARGIN as f64)));
    let offset = _mm512_cvtpd_ps(_mm512_sub_pd(row, floor));
    let mut places = Places { starts: [0; 8], offsets: [0.0; 8], seen };
    // SAFETY: both arrays hold eight values.
    unsafe {
        _mm256_storeu_si256(places.starts.as_mut_ptr().cast(), start);
        _mm256_storeu_ps(places.offsets.as_mut_ptr(), offset);
    }
    places
}

/// As [`add_portable`] for voxels larger than [`WIDEST_STEP`] pixels: each picks its rows itself.
#[inline(always)]
pub(super) fn add_wide(sight: &Sight<'_>, z: usize, sums: &mut [f32]) {
    for (k, sum) in sums.iter_mut().enumerate() {
        let row = sight.row + (z + k) as f64 * sight.step;
        let floor = row.floor();
        let first = floor - sight.held.0;
        if !(first >= -1.0 && first < sight.held.1) {
            continue;
        }
        let start = voltomo_numeric::cast::to_index(first + MARGIN as f64);
        let value = |row: usize| {
            let [left, right] = sight.columns.map(|column| column[row]);
            left * sight.weights[0] + right * sight.weights[1]
        };
        let (upper, lower) = (value(start), value(start + 1));
        *sum += to_f32(row - floor) * (lower - upper) + upper;
    }
}
