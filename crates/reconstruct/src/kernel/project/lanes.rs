//! The innermost loops: sixteen rays through a line of voxels, sixteen voxels of a line from the
//! rays about them. Knows no tiles and no threads.
//!
//! Sixteen neighbouring rays meet a line within 32 voxels, and sixteen voxels lie between the rays
//! of a window of 32: both are two loads, and a choice out of two registers instead of a gather.

use super::fan::{GROUP, MARGIN, WALK, Windows};

/// Groups of voxels that are summed in one go.
pub(super) const SEGMENT: usize = 32;
/// Fans that a voxel takes in one go, its sums in registers.
pub(super) const FANS: usize = 4;

/// Sixteen values of each of a few slices.
pub(super) type Sums<const LANES: usize> = [[f32; GROUP]; LANES];

/// A piece of the walk of sixteen rays.
pub(super) struct Piece<'a> {
    /// Lines, `[line, slice, position + MARGIN]`, from the first one of the piece on.
    pub(super) lines: &'a [f32],
    /// Values from one slice of a line to the next.
    pub(super) stride: usize,
    /// One window a line.
    pub(super) windows: &'a Windows<WALK>,
    /// Lines.
    pub(super) count: usize,
    /// From one ray to the next.
    pub(super) spacing: f32,
}

#[inline(always)]
pub(super) fn fused<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// The index below a place in a window, and the way from there to the next.
#[inline(always)]
pub(super) fn split(place: f32) -> (usize, f32) {
    #[allow(clippy::cast_possible_truncation, reason = "a floor from 0 to 30 is meant")]
    let below = place as i32;
    let index = (below.unsigned_abs() as usize).min(MARGIN - 2);
    (index, place - index as f32)
}

/// Adds to `sums` what the rays meet.
#[inline(always)]
pub(super) fn walk_portable<const LANES: usize, const FUSED: bool>(
    piece: &Piece<'_>,
    sums: &mut Sums<LANES>,
) {
    let lines = piece.lines.chunks_exact(LANES * piece.stride).take(piece.count);
    let (mut below, mut above) = ([[0.0f32; GROUP]; LANES], [[0.0f32; GROUP]; LANES]);
    for (k, line) in lines.enumerate() {
        let (start, offset) = (piece.windows.starts[k] as usize, piece.windows.offsets[k]);
        let places: [(usize, f32); GROUP] =
            std::array::from_fn(|lane| split(fused::<FUSED>(lane as f32, piece.spacing, offset)));
        for (lane, slice) in line.chunks_exact(piece.stride).enumerate().take(LANES) {
            let seen: &[f32; MARGIN] = slice[start..].first_chunk().unwrap_or(&[0.0; MARGIN]);
            let sums = below[lane].iter_mut().zip(&mut above[lane]);
            for ((lower, upper), (index, way)) in sums.zip(places) {
                *lower = fused::<FUSED>(seen[index], 1.0 - way, *lower);
                *upper = fused::<FUSED>(seen[index + 1], way, *upper);
            }
        }
    }
    for (sums, (below, above)) in sums.iter_mut().zip(below.iter().zip(&above)) {
        let both = below.iter().zip(above).map(|(lower, upper)| lower + upper);
        sums.iter_mut().zip(both).for_each(|(sum, both)| *sum += both);
    }
}

/// As [`walk_portable`], 16 rays an instruction.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
pub(super) fn walk_avx512<const LANES: usize>(piece: &Piece<'_>, sums: &mut Sums<LANES>) {
    use std::arch::x86_64::{
        _mm512_add_epi32, _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_cvttps_epi32, _mm512_fmadd_ps,
        _mm512_loadu_ps, _mm512_permutex2var_ps, _mm512_set1_epi32, _mm512_set1_ps,
        _mm512_setzero_ps, _mm512_storeu_ps, _mm512_sub_ps,
    };
    let reach = piece.lines.len().min(piece.count * LANES * piece.stride);
    assert!(piece.count <= WALK && reach == piece.count * LANES * piece.stride);
    let (lanes, spacing) = (lane_numbers(), _mm512_set1_ps(piece.spacing));
    let (ones, next) = (_mm512_set1_ps(1.0), _mm512_set1_epi32(1));
    let (mut lower, mut upper) = ([_mm512_setzero_ps(); LANES], [_mm512_setzero_ps(); LANES]);
    for k in 0..piece.count {
        let offset = _mm512_set1_ps(piece.windows.offsets[k]);
        let place = _mm512_fmadd_ps(lanes, spacing, offset);
        let below = _mm512_cvttps_epi32(place);
        let above = _mm512_add_epi32(below, next);
        let way = _mm512_sub_ps(place, _mm512_cvtepi32_ps(below));
        let rest = _mm512_sub_ps(ones, way);
        for lane in 0..LANES {
            let at = (k * LANES + lane) * piece.stride + piece.windows.starts[k] as usize;
            // SAFETY: a window begins no later than 32 values before the end of its line, and the
            // lines asked for are there.
            let (near, far) = unsafe {
                let from = piece.lines.as_ptr().add(at);
                (_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(GROUP)))
            };
            let left = _mm512_permutex2var_ps(near, below, far);
            let right = _mm512_permutex2var_ps(near, above, far);
            lower[lane] = _mm512_fmadd_ps(left, rest, lower[lane]);
            upper[lane] = _mm512_fmadd_ps(right, way, upper[lane]);
        }
    }
    for lane in 0..LANES {
        let both = _mm512_add_ps(lower[lane], upper[lane]);
        // SAFETY: the sums of a slice are sixteen values.
        unsafe {
            let to = sums[lane].as_mut_ptr();
            _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), both));
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn lane_numbers() -> std::arch::x86_64::__m512 {
    std::arch::x86_64::_mm512_set_ps(
        15.0, 14.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0,
    )
}

/// What one fan gives to a segment of a line of voxels.
#[derive(Clone, Copy)]
pub(super) struct Share<'a> {
    /// Values of the rays, `[slice, ray + MARGIN]`.
    pub(super) rays: &'a [f32],
    /// Values from one slice to the next.
    pub(super) stride: usize,
    /// One window of rays a group of voxels.
    pub(super) windows: &'a Windows<SEGMENT>,
    /// Rays from one voxel to the next.
    pub(super) step: f32,
    /// Voxels from one ray to the next, positive.
    pub(super) spacing: f32,
}

/// Adds the shares of some fans to `count` groups of voxels, `voxels` = `[slice, group, 16]` with
/// the slices `stride` apart.
#[inline(always)]
pub(super) fn gather_portable<const LANES: usize, const FUSED: bool>(
    shares: &[Share<'_>],
    count: usize,
    (voxels, stride): (&mut [f32], usize),
) {
    for group in 0..count {
        let (mut lower, mut upper) = ([[0.0f32; GROUP]; LANES], [[0.0f32; GROUP]; LANES]);
        for share in shares {
            let start = share.windows.starts[group] as usize;
            let offset = share.windows.offsets[group];
            let places: [(usize, [f32; 2]); GROUP] = std::array::from_fn(|lane| {
                let (index, way) = split(fused::<FUSED>(lane as f32, share.step, offset));
                let below = fused::<FUSED>(-way, share.spacing, 1.0).max(0.0);
                let above = fused::<FUSED>(way - 1.0, share.spacing, 1.0).max(0.0);
                (index, [below, above])
            });
            for slice in 0..LANES {
                let from = &share.rays[slice * share.stride + start..];
                let seen: &[f32; MARGIN] = from.first_chunk().unwrap_or(&[0.0; MARGIN]);
                let sums = lower[slice].iter_mut().zip(&mut upper[slice]);
                for ((lower, upper), (index, [below, above])) in sums.zip(places) {
                    *lower = fused::<FUSED>(seen[index], below, *lower);
                    *upper = fused::<FUSED>(seen[index + 1], above, *upper);
                }
            }
        }
        for slice in 0..LANES {
            let sums = &mut voxels[slice * stride + group * GROUP..][..GROUP];
            let both = lower[slice].iter().zip(&upper[slice]).map(|(lower, upper)| lower + upper);
            sums.iter_mut().zip(both).for_each(|(sum, both)| *sum += both);
        }
    }
}

/// As [`gather_portable`], 16 voxels an instruction.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
#[inline]
pub(super) fn gather_avx512<const LANES: usize>(
    shares: &[Share<'_>],
    count: usize,
    (voxels, stride): (&mut [f32], usize),
) {
    use std::arch::x86_64::{_mm512_add_ps, _mm512_loadu_ps, _mm512_setzero_ps, _mm512_storeu_ps};
    assert!(count <= SEGMENT && voxels.len() >= (LANES - 1) * stride + count * GROUP);
    assert!(shares.iter().all(|share| share.rays.len() >= LANES * share.stride));
    for group in 0..count {
        let (mut lower, mut upper) = ([_mm512_setzero_ps(); LANES], [_mm512_setzero_ps(); LANES]);
        for share in shares {
            share.add_avx512(group, &mut lower, &mut upper);
        }
        for lane in 0..LANES {
            let both = _mm512_add_ps(lower[lane], upper[lane]);
            // SAFETY: the voxels of `count` groups of each slice are there.
            unsafe {
                let to = voxels.as_mut_ptr().add(lane * stride + group * GROUP);
                _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), both));
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Share<'_> {
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn add_avx512<const LANES: usize>(
        &self,
        group: usize,
        lower: &mut [std::arch::x86_64::__m512; LANES],
        upper: &mut [std::arch::x86_64::__m512; LANES],
    ) {
        use std::arch::x86_64::{
            _mm512_add_epi32, _mm512_cvtepi32_ps, _mm512_cvttps_epi32, _mm512_fmadd_ps,
            _mm512_fnmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_permutex2var_ps,
            _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps, _mm512_sub_ps,
        };
        let (offset, step) = (self.windows.offsets[group], _mm512_set1_ps(self.step));
        let place = _mm512_fmadd_ps(lane_numbers(), step, _mm512_set1_ps(offset));
        let index = _mm512_cvttps_epi32(place);
        let next = _mm512_add_epi32(index, _mm512_set1_epi32(1));
        let way = _mm512_sub_ps(place, _mm512_cvtepi32_ps(index));
        let (one, spacing) = (_mm512_set1_ps(1.0), _mm512_set1_ps(self.spacing));
        let zero = _mm512_setzero_ps();
        let below = _mm512_max_ps(_mm512_fnmadd_ps(way, spacing, one), zero);
        let above = _mm512_fmadd_ps(_mm512_sub_ps(way, one), spacing, one);
        let above = _mm512_max_ps(above, zero);
        for lane in 0..LANES {
            let at = lane * self.stride + self.windows.starts[group] as usize;
            // SAFETY: a window begins no later than 32 values before the end of its slice's rays.
            let (near, far) = unsafe {
                let from = self.rays.as_ptr().add(at);
                (_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(GROUP)))
            };
            let first = _mm512_permutex2var_ps(near, index, far);
            let second = _mm512_permutex2var_ps(near, next, far);
            lower[lane] = _mm512_fmadd_ps(first, below, lower[lane]);
            upper[lane] = _mm512_fmadd_ps(second, above, upper[lane]);
        }
    }
}
