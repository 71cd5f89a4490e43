//! Complex numbers of several slices side by side, in whole cache lines. Knows no geometry.

use voltomo_numeric::fft::Complex;

/// Slices whose complex numbers fill one cache line.
pub(super) const SLICES: usize = 8;

/// Eight slices at one place, real and imaginary parts in turn; a cache line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(super) struct Cell(pub(super) [f32; 2 * SLICES]);

/// Nothing.
pub(super) const ZERO: Cell = Cell([0.0; 2 * SLICES]);

impl Cell {
    pub(super) fn get(&self, slice: usize) -> Complex<f32> {
        Complex::new(self.0[2 * slice], self.0[2 * slice + 1])
    }

    pub(super) fn set(&mut self, slice: usize, value: Complex<f32>) {
        (self.0[2 * slice], self.0[2 * slice + 1]) = (value.re, value.im);
    }
}

/// Makes room for `count` cells; memory is kept where it is large enough. What stood there may
/// stand there still.
pub(super) fn reshape(cells: &mut Vec<Cell>, count: usize) {
    if cells.capacity() < count {
        // Freed before the new room is taken, so that both are never held together.
        *cells = Vec::new();
    }
    cells.resize(count, ZERO);
}

/// Runs of complex numbers, one a slice, in which transforms are made.
#[derive(Debug, Default)]
pub(super) struct Runs {
    values: Vec<Complex<f32>>,
    transform: Vec<Complex<f32>>,
    stride: usize,
}

impl Runs {
    /// For `count` runs of `length` values, and a transform that needs `scratch` values.
    pub(super) fn reshape(&mut self, count: usize, (length, scratch): (usize, usize)) {
        self.stride = Self::stride(length);
        self.values.resize(count * self.stride, Complex::default());
        self.transform.resize(scratch, Complex::default());
    }

    /// Runs a whole number of pages apart would fall on the same places of the cache.
    fn stride(length: usize) -> usize {
        length.next_multiple_of(SLICES) + SLICES
    }

    /// Bytes of `count` runs.
    pub(super) fn bytes(count: usize, (length, scratch): (usize, usize)) -> u64 {
        8 * (count * Self::stride(length) + scratch) as u64
    }

    /// All values, run after run, how far they are apart, and the scratch of the transform.
    pub(super) fn parts(&mut self) -> (&mut [Complex<f32>], usize, &mut [Complex<f32>]) {
        (&mut self.values, self.stride, &mut self.transform)
    }
}
