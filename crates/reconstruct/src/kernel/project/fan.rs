//! Parallel rays in a slice, and the padded copies of slices and data that the inner loops read.
//! Knows no geometry and no threads.

use std::ops::Range;

use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

/// Zeros before and after every line: as many values as a step of the inner loops reads.
pub(super) const MARGIN: usize = 32;
/// Rays or voxels that are taken at once.
pub const GROUP: usize = 16;
/// Most slices that share their indices and weights.
pub const MOST_LANES: usize = 4;
/// Lines that a group of rays walks in one go.
pub(super) const WALK: usize = 64;

/// The lines of voxels that a ray goes through one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Image rows: the ray is nearer to y than to x.
    Rows,
    /// Image columns.
    Columns,
}

/// Evenly spaced parallel rays in a slice, for Joseph's method.
///
/// Ray `r` meets line `p` (a row, or a column) at the voxel position
/// `start + p·along + r·spacing` of that line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fan {
    /// Which lines the rays walk.
    pub walk: Walk,
    /// Position of ray 0 on line 0.
    pub start: f64,
    /// From one line to the next; −1 to 1.
    pub along: f64,
    /// From one ray to the next; its magnitude is 1 to 2, 2 excluded.
    pub spacing: f64,
    /// How many rays.
    pub rays: usize,
}

impl Fan {
    /// Where a ray meets a line.
    #[inline(always)]
    pub(super) fn position(&self, ray: usize, line: usize) -> f64 {
        self.start + ray as f64 * self.spacing + line as f64 * self.along
    }

    /// The lines of the band from line `band` on, on which the sixteen rays from `ray` on may meet
    /// voxels: of so many lines of so many voxels.
    #[inline(always)]
    pub(super) fn touched(
        &self,
        ray: usize,
        band: usize,
        [count, length]: [usize; 2],
    ) -> Range<usize> {
        let first = self.start + ray as f64 * self.spacing;
        let span = self.spacing * (GROUP - 1) as f64;
        // The middle of the sixteen lies from −1 − half to length + half.
        let (middle, half) = (first + span / 2.0, span.abs() / 2.0 + 1.0);
        let ends = [-half - middle, length as f64 + half - middle];
        let band = band..(band + WALK).min(count).max(band);
        if self.along.abs() < 1e-9 {
            return if ends[0] < 1.0 && ends[1] > -1.0 { band } else { band.start..band.start };
        }
        let [one, other] = ends.map(|end| end / self.along);
        let from = to_index((one.min(other) - 1.0).floor().max(0.0));
        let until = to_index((one.max(other) + 2.0).ceil().max(0.0));
        let start = from.clamp(band.start, band.end);
        start..until.clamp(start, band.end)
    }

    /// The ray through a voxel, `[constant, for each y, for each x]`.
    pub(super) fn ray_of(&self) -> [f64; 3] {
        let (line, across) = (-self.along / self.spacing, 1.0 / self.spacing);
        let constant = -self.start / self.spacing;
        match self.walk {
            Walk::Rows => [constant, line, across],
            Walk::Columns => [constant, across, line],
        }
    }
}

/// Values from one line of so many to the next.
#[must_use]
pub(super) fn stride(values: usize) -> usize {
    values.next_multiple_of(GROUP) + 2 * MARGIN
}

/// Lines of voxels of a few slices, `[line, slice, position + MARGIN]`, with zeros at both ends.
#[derive(Debug, Default)]
pub struct Lines {
    pub(super) values: Vec<f32>,
    pub(super) lanes: usize,
    pub(super) count: usize,
    pub(super) length: usize,
}

impl Lines {
    /// Bytes of so many slices.
    #[must_use]
    pub fn bytes(lanes: usize, count: usize, length: usize) -> u64 {
        4 * (lanes * count * stride(length)) as u64
    }

    /// Makes room for `count` lines of `length` voxels of `lanes` slices; the memory is kept.
    pub fn reshape(&mut self, lanes: usize, count: usize, length: usize) {
        if (self.lanes, self.count, self.length) != (lanes, count, length) {
            (self.lanes, self.count, self.length) = (lanes, count, length);
            self.values.clear();
            self.values.resize(lanes * count * stride(length), 0.0);
        }
    }

    /// Slices.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// The values of a line of a slice, and the zeros behind them.
    #[must_use]
    pub fn line(&self, line: usize, lane: usize) -> &[f32] {
        let stride = stride(self.length);
        &self.values[(line * self.lanes + lane) * stride..][MARGIN..stride]
    }

    /// As [`Self::line`], for every line and every slice of it; what is behind the values must
    /// stay, or become, zero.
    pub fn par_lines_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [f32]> {
        self.values.par_chunks_mut(stride(self.length)).map(|line| &mut line[MARGIN..])
    }

    /// As [`Self::par_lines_mut`], so many lines at a time.
    pub fn par_views_mut(
        &mut self,
        lines: usize,
    ) -> impl IndexedParallelIterator<Item = LinesPart<'_>> {
        let (lanes, stride) = (self.lanes, stride(self.length));
        let parts = self.values.par_chunks_mut((lines * lanes * stride).max(1));
        parts.map(move |values| LinesPart { values, lanes, stride })
    }

    /// Becomes the lines at right angles to those of `other`.
    pub fn transpose(&mut self, other: &Self) {
        let (lanes, from) = (other.lanes, stride(other.length));
        self.reshape(lanes, other.length, other.count);
        let (to, count) = (stride(self.length), self.length);
        let parts = self.values.par_chunks_mut(GROUP * lanes * to).enumerate();
        parts.for_each(|(part, values)| {
            let lines = values.len() / (lanes * to);
            for (place, lane) in (0..count).flat_map(|k| (0..lanes).map(move |lane| (k, lane))) {
                let seen = &other.values[(place * lanes + lane) * from + MARGIN + part * GROUP..];
                for (line, &value) in seen.iter().enumerate().take(lines) {
                    values[(line * lanes + lane) * to + MARGIN + place] = value;
                }
            }
        });
    }

    /// Values from one line to the next.
    pub(super) fn line_stride(&self) -> usize {
        self.lanes * stride(self.length)
    }

    /// Neighbouring lines to be written: `[line, slice, position + MARGIN]`.
    pub(super) fn parts_mut(&mut self, lines: usize) -> std::slice::ChunksMut<'_, f32> {
        let count = lines * self.line_stride();
        self.values.chunks_mut(count.max(1))
    }
}

/// Some neighbouring lines.
#[derive(Debug)]
pub struct LinesPart<'a> {
    values: &'a mut [f32],
    lanes: usize,
    stride: usize,
}

impl LinesPart<'_> {
    /// Sets all values to zero.
    pub fn clear(&mut self) {
        self.values.fill(0.0);
    }

    /// The values of a line of a slice; what is behind them must stay zero.
    pub fn line_mut(&mut self, line: usize, lane: usize) -> &mut [f32] {
        let at = (line * self.lanes + lane) * self.stride;
        &mut self.values[at..at + self.stride][MARGIN..]
    }
}

/// The whole number `value`, no less than 0 and no more than `last` (below 2³¹); 0 for what is no
/// number.
#[inline(always)]
pub(super) fn clamped(value: f64, last: f64) -> u32 {
    let value = value.max(0.0).min(last);
    // SAFETY: a number from 0 to `last`.
    unsafe { value.to_int_unchecked::<i32>() }.unsigned_abs()
}

/// Where the windows of 32 values begin that groups of rays or voxels read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows<const COUNT: usize> {
    /// Index of the first value of a line, margins counted.
    pub(super) starts: [u32; COUNT],
    /// Position of the first lane from there.
    pub(super) offsets: [f32; COUNT],
}

impl<const COUNT: usize> Windows<COUNT> {
    pub(super) const EMPTY: Self = Self { starts: [0; COUNT], offsets: [0.0; COUNT] };

    /// Windows `0..count` at the positions `first + k·along` of lane 0, the lanes `spacing` apart,
    /// on lines of `length` values; those beside a line lie in its zeros.
    #[inline(always)]
    pub(super) fn fill<const WIDE: bool>(&mut self, count: usize, line: [f64; 3], length: usize) {
        self.fill_from::<WIDE>((0, count), line, length);
    }

    /// The first windows become those that [`Self::fill`] would number `from..from + count`.
    #[inline(always)]
    pub(super) fn fill_from<const WIDE: bool>(
        &mut self,
        (from, count): (usize, usize),
        line: [f64; 3],
        length: usize,
    ) {
        #[cfg(target_arch = "x86_64")]
        if WIDE {
            // SAFETY: wide loops are chosen only where the processor has these instructions.
            return unsafe { self.fill_avx512((from, count), line, length) };
        }
        let [first, along, spacing] = line;
        let [lowest, last] = ends(spacing, length);
        for k in 0..count.min(COUNT) {
            let position = first + (from + k) as f64 * along;
            let floor = (position + lowest).floor();
            self.offsets[k] = to_f32(position - floor);
            self.starts[k] = clamped(floor + MARGIN as f64, last);
        }
    }

    /// As [`Self::fill`], 8 windows an instruction.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    #[inline]
    fn fill_avx512(
        &mut self,
        (from, count): (usize, usize),
        [first, along, spacing]: [f64; 3],
        length: usize,
    ) {
        use std::arch::x86_64::{
            _mm256_storeu_ps, _mm256_storeu_si256, _mm512_add_pd, _mm512_cvtpd_ps,
            _mm512_cvttpd_epi32, _mm512_fmadd_pd, _mm512_max_pd, _mm512_min_pd,
            _mm512_roundscale_pd, _mm512_set_pd, _mm512_set1_pd, _mm512_setzero_pd, _mm512_sub_pd,
        };
        let [lowest, last] = ends(spacing, length).map(|end| _mm512_set1_pd(end));
        let (margin, zero) = (_mm512_set1_pd(MARGIN as f64), _mm512_setzero_pd());
        let numbers = _mm512_set_pd(7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0);
        let (starts, _) = self.starts.as_chunks_mut::<8>();
        let (offsets, _) = self.offsets.as_chunks_mut::<8>();
        let chunks = starts.iter_mut().zip(offsets).take(count.div_ceil(8));
        for (chunk, (starts, offsets)) in chunks.enumerate() {
            let number = _mm512_add_pd(numbers, _mm512_set1_pd((from + 8 * chunk) as f64));
            let position = _mm512_fmadd_pd(number, _mm512_set1_pd(along), _mm512_set1_pd(first));
            let floor = _mm512_roundscale_pd::<1>(_mm512_add_pd(position, lowest));
            let start = _mm512_max_pd(_mm512_add_pd(floor, margin), zero);
            let start = _mm512_cvttpd_epi32(_mm512_min_pd(start, last));
            let offset = _mm512_cvtpd_ps(_mm512_sub_pd(position, floor));
            // SAFETY: both hold eight values.
            unsafe {
                _mm256_storeu_si256(starts.as_mut_ptr().cast(), start);
                _mm256_storeu_ps(offsets.as_mut_ptr(), offset);
            }
        }
    }
}

/// What is added to the position of lane 0 to have that of the lowest lane, and the last start of a
/// window.
#[inline(always)]
fn ends(spacing: f64, length: usize) -> [f64; 2] {
    let lowest = (spacing * (GROUP - 1) as f64).min(0.0);
    [lowest, (length.next_multiple_of(GROUP) + MARGIN) as f64]
}
