//! Samples onto a strip of the Fourier plane: vectors across slices. Knows no transform.

use std::ops::Range;

use voltomo_numeric::cast::to_f32;

use super::{
    cells::Cell,
    lines::{Copy, Line},
    spectra::Spectra,
    window::{WIDTH, Window},
};
use crate::kernel::backproject::Processor;

/// Columns of a strip.
pub(super) const COLUMNS: usize = 16;
/// Rows below a strip, which stand for its first ones.
pub(super) const MARGIN: usize = WIDTH - 1;

/// Where all samples lie.
#[derive(Debug)]
pub(super) struct Samples {
    pub(super) lines: Vec<Line>,
    pub(super) copies: Vec<Copy>,
    /// The last sample of each line.
    pub(super) last: usize,
    pub(super) window: Window,
    /// Rows of the plane.
    pub(super) rows: usize,
}

/// Neighbouring columns of the plane, `[row, column, cell]`, with [`MARGIN`] rows more.
#[derive(Debug)]
pub(super) struct Strip<'a> {
    pub(super) cells: &'a mut [Cell],
    pub(super) columns: Range<usize>,
}

/// Cells of a strip of a plane of `rows` rows.
pub(super) fn strip_cells(rows: usize, width: usize) -> usize {
    (rows + MARGIN) * COLUMNS * width
}

/// Adds all samples that meet the strip, line by line in their order.
#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
pub(super) fn spread(processor: Processor, samples: (&Samples, &Spectra), strip: &mut Strip<'_>) {
    match processor {
        // SAFETY: chosen only where the processor was found to have these instructions.
        #[cfg(target_arch = "x86_64")]
        Processor::Avx512 => unsafe { spread_avx512(samples, strip) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Processor::Avx2 => unsafe { spread_avx2(samples, strip) },
        _ => spread_width::<{ cfg!(target_arch = "aarch64") }>(samples, strip),
    }
    strip.fold(samples.0.rows, samples.1.width());
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn spread_avx512(samples: (&Samples, &Spectra), strip: &mut Strip<'_>) {
    spread_width::<true>(samples, strip);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn spread_avx2(samples: (&Samples, &Spectra), strip: &mut Strip<'_>) {
    spread_width::<true>(samples, strip);
}

#[inline(always)]
fn spread_width<const FUSED: bool>(samples: (&Samples, &Spectra), strip: &mut Strip<'_>) {
    match samples.1.width() {
        1 => strip.add_lines::<1, FUSED>(samples),
        _ => strip.add_lines::<2, FUSED>(samples),
    }
}

impl Strip<'_> {
    #[inline(always)]
    fn add_lines<const CELLS: usize, const FUSED: bool>(
        &mut self,
        (samples, spectra): (&Samples, &Spectra),
    ) {
        for line in &samples.lines {
            let (values, _) = spectra.view(line.view).as_chunks::<CELLS>();
            for &copy in &samples.copies {
                // The opposite half is the conjugate; a turned line has its halves swapped.
                let sign = if line.is_turned { -copy.side } else { copy.side };
                for k in line.samples(copy, &self.columns, samples.last) {
                    let at =
                        [copy.side * line.y * k as f64, copy.side * line.x * k as f64 + copy.shift];
                    let value = conjugate_if(to_f32(sign), &values[k]);
                    self.add::<CELLS, FUSED>(samples, at, &value);
                }
            }
        }
    }

    /// Adds one sample at the place `[y, x]` of the plane, in cells.
    #[inline(always)]
    fn add<const CELLS: usize, const FUSED: bool>(
        &mut self,
        samples: &Samples,
        at: [f64; 2],
        value: &[Cell; CELLS],
    ) {
        let [(y, below), (x, left)] = at.map(first_cell);
        let start = to_i32(self.columns.start);
        let first = (start - x).max(0);
        let end = (to_i32(self.columns.end) - x).min(to_i32(WIDTH));
        if first >= end {
            return;
        }
        let y = y.rem_euclid(to_i32(samples.rows)).unsigned_abs() as usize;
        let column = (x + first - start).unsigned_abs() as usize;
        let (first, end) = (first.unsigned_abs() as usize, end.unsigned_abs() as usize);
        let across = samples.window.weights::<FUSED>(left);
        let down = samples.window.weights::<FUSED>(below);
        let (cells, _) = self.cells.as_chunks_mut::<CELLS>();
        for (row, down) in down.iter().enumerate().take(WIDTH) {
            let value = scaled(*down, value);
            let begin = (y + row) * COLUMNS + column;
            let cells = &mut cells[begin..begin + (end - first)];
            for (cell, across) in cells.iter_mut().zip(&across[first..end]) {
                add_scaled::<CELLS, FUSED>(cell, *across, &value);
            }
        }
    }

    /// Adds the rows below the plane to the first ones, which they stand for.
    fn fold(&mut self, rows: usize, width: usize) {
        let (plane, margin) = self.cells.split_at_mut(rows * COLUMNS * width);
        for (to, from) in plane.iter_mut().zip(margin) {
            to.0.iter_mut().zip(from.0).for_each(|(to, from)| *to += from);
        }
    }
}

/// The first cell that a window around `place` touches, and how far inside it lies, 0 to 1.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "a cell index, some thousands at most")]
fn first_cell(place: f64) -> (i32, f32) {
    let edge = place - WIDTH as f64 / 2.0;
    let first = edge.ceil();
    (first as i32, to_f32(first - edge))
}

#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a cell index, some thousands at most"
)]
fn to_i32(index: usize) -> i32 {
    index as i32
}

#[inline(always)]
fn conjugate_if<const CELLS: usize>(sign: f32, value: &[Cell; CELLS]) -> [Cell; CELLS] {
    let mut value = *value;
    for cell in &mut value {
        cell.0.iter_mut().skip(1).step_by(2).for_each(|part| *part *= sign);
    }
    value
}

#[inline(always)]
fn scaled<const CELLS: usize>(factor: f32, value: &[Cell; CELLS]) -> [Cell; CELLS] {
    value.map(|cell| Cell(cell.0.map(|part| part * factor)))
}

#[inline(always)]
fn add_scaled<const CELLS: usize, const FUSED: bool>(
    to: &mut [Cell; CELLS],
    factor: f32,
    value: &[Cell; CELLS],
) {
    for (to, value) in to.iter_mut().zip(value) {
        for (to, value) in to.0.iter_mut().zip(value.0) {
            *to = if FUSED { value.mul_add(factor, *to) } else { *to + value * factor };
        }
    }
}
