//! The two passes of the inverse transform: along y strip by strip, then along x, two rows at once.
//! Knows no sample's place.

use ndarray::{ArrayViewMut3, Axis as ArrayAxis};
use voltomo_numeric::fft::Complex;

use super::{
    axis::Axis,
    cells::{Cell, Runs, SLICES, ZERO},
    spectra::Spectra,
    spread::{COLUMNS, Samples, Strip, spread},
};
use crate::kernel::backproject::{Circle, Processor};

/// What one thread needs.
#[derive(Debug, Default)]
pub(super) struct ThreadScratch {
    pub(super) strip: Vec<Cell>,
    runs: Runs,
}

/// From samples to strips that are transformed along y.
#[derive(Debug)]
pub(super) struct ColumnPass<'a> {
    pub(super) samples: (&'a Samples, &'a Spectra),
    pub(super) axis: &'a Axis,
    /// Columns of the plane.
    pub(super) columns: usize,
    pub(super) slices: usize,
    pub(super) processor: Processor,
}

impl ColumnPass<'_> {
    /// Fills `half`, `[y, column, cell]`, of one strip.
    pub(super) fn strip(&self, strip: usize, half: &mut [Cell], scratch: &mut ThreadScratch) {
        let first = strip * COLUMNS;
        let columns = first..(first + COLUMNS).min(self.columns);
        scratch.strip.fill(ZERO);
        let mut plane = Strip { cells: &mut scratch.strip, columns: columns.clone() };
        spread(self.processor, self.samples, &mut plane);

        scratch.runs.reshape(self.slices, self.axis.sizes());
        let width = self.samples.1.width();
        for column in 0..columns.len() {
            self.transform((column, width), (&scratch.strip, half), &mut scratch.runs);
        }
    }

    fn transform(
        &self,
        (column, width): (usize, usize),
        (plane, half): (&[Cell], &mut [Cell]),
        runs: &mut Runs,
    ) {
        let (runs, stride, transform) = runs.parts();
        let rows = plane.chunks(COLUMNS * width).take(self.axis.cells());
        for (y, row) in rows.enumerate() {
            let cells = &row[column * width..(column + 1) * width];
            for slice in 0..self.slices {
                runs[slice * stride + y] = cells[slice / SLICES].get(slice % SLICES);
            }
        }
        for run in runs.chunks_mut(stride) {
            self.axis.inverse.process_with_scratch(&mut run[..self.axis.cells()], transform);
        }
        for (y, row) in half.chunks_mut(COLUMNS * width).enumerate() {
            let cells = &mut row[column * width..(column + 1) * width];
            let place = self.axis.place(y);
            for slice in 0..self.slices {
                cells[slice / SLICES].set(slice % SLICES, runs[slice * stride + place]);
            }
        }
    }
}

/// From strips to rows of the slices.
#[derive(Debug)]
pub(super) struct RowPass<'a> {
    /// `[strip, y, column, cell]`.
    pub(super) half: &'a [Cell],
    /// Cells of a strip.
    pub(super) strip_length: usize,
    /// Cells of a column.
    pub(super) width: usize,
    pub(super) axes: &'a [Axis; 2],
    pub(super) columns: usize,
    pub(super) circle: Option<Circle>,
}

impl RowPass<'_> {
    /// Rows `2·pair` and the next one of all slices: their spectra are those of real rows, so one
    /// comes as the real, one as the imaginary part of a transform.
    pub(super) fn pair(
        &self,
        pair: usize,
        mut into: ArrayViewMut3<'_, f32>,
        scratch: &mut ThreadScratch,
    ) {
        let (slices, rows, _) = into.dim();
        let [_, axis] = self.axes;
        scratch.runs.reshape(slices, axis.sizes());
        let (runs, stride, transform) = scratch.runs.parts();
        for run in runs.chunks_mut(stride) {
            run.fill(Complex::default());
        }
        for column in 0..self.columns {
            let first = self.cells(2 * pair, column);
            let second = (rows == 2).then(|| self.cells(2 * pair + 1, column));
            for (slice, run) in runs.chunks_mut(stride).enumerate() {
                let value = |cells: &[Cell]| cells[slice / SLICES].get(slice % SLICES);
                join(
                    &mut run[..axis.cells()],
                    column,
                    [value(first), second.map_or(Complex::default(), value)],
                );
            }
        }
        for run in runs.chunks_mut(stride) {
            axis.inverse.process_with_scratch(&mut run[..axis.cells()], transform);
        }
        for (slice, mut rows) in into.outer_iter_mut().enumerate() {
            let run = &runs[slice * stride..(slice + 1) * stride];
            for (k, row) in rows.axis_iter_mut(ArrayAxis(0)).enumerate() {
                self.write_row(2 * pair + k, run, row);
            }
        }
    }

    fn cells(&self, y: usize, column: usize) -> &[Cell] {
        let (strip, column) = (column / COLUMNS, column % COLUMNS);
        let first = strip * self.strip_length + (y * COLUMNS + column) * self.width;
        &self.half[first..first + self.width]
    }

    fn write_row(&self, y: usize, run: &[Complex<f32>], mut row: ndarray::ArrayViewMut1<'_, f32>) {
        let [down, across] = self.axes;
        let factor = down.correction[y];
        let is_first = y.is_multiple_of(2);
        for ((x, voxel), correction) in row.indexed_iter_mut().zip(&across.correction) {
            let value = run[across.place(x)];
            let value = if is_first { value.re } else { value.im };
            *voxel = value * (factor * correction);
        }
        if let Some(circle) = self.circle {
            let outside = row.indexed_iter_mut().filter(|(x, _)| !circle.holds([y, *x]));
            outside.for_each(|(_, voxel)| *voxel = 0.0);
        }
    }
}

/// `a + ib` at the column and `ā + ib̄` opposite.
fn join(run: &mut [Complex<f32>], column: usize, [a, b]: [Complex<f32>; 2]) {
    let cells = run.len();
    if column == 0 || 2 * column == cells {
        run[column] = Complex::new(a.re, b.re);
    } else {
        run[column] = Complex::new(a.re - b.im, a.im + b.re);
        run[cells - column] = Complex::new(a.re + b.im, b.re - a.im);
    }
}
