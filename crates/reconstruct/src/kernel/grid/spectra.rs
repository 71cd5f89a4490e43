//! Spectra of the rows of several slices, side by side. Knows no plane.

use std::{
    f64::consts::{PI, TAU},
    sync::Arc,
};

use voltomo_numeric::{
    cast::to_f32,
    fft::{Complex, Fft, forward},
};

use super::cells::{Cell, Runs, SLICES, reshape};
use crate::kernel::backproject::RayPath;

/// Turns rows into spectra of slices: with phase zero in their middle, averaged over their voxels.
pub(super) struct RowTransform {
    forward: Arc<dyn Fft<f32>>,
    /// For each view, from one sample to the next: the turns of the phase, and the cycles a voxel
    /// along y and x.
    steps: Vec<[f64; 3]>,
}

impl std::fmt::Debug for RowTransform {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RowTransform").field("period", &self.period()).finish()
    }
}

impl RowTransform {
    /// `middle`: voxel `[y, x]` where the phase is zero.
    pub(super) fn new(period: usize, paths: &[RayPath], [y, x]: [usize; 2]) -> Self {
        let step = |path: &RayPath| {
            let middle = path.start + y as f64 * path.along_y + x as f64 * path.along_x;
            [middle, path.along_y, path.along_x].map(|columns| columns / period as f64)
        };
        Self { forward: forward(period), steps: paths.iter().map(step).collect() }
    }

    /// Columns after which rows repeat.
    pub(super) fn period(&self) -> usize {
        self.forward.len()
    }

    /// Samples of a spectrum: up to the Nyquist frequency.
    pub(super) fn samples(&self) -> usize {
        self.period() / 2 + 1
    }

    /// Length and scratch of the transform.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.period(), self.forward.get_inplace_scratch_len())
    }

    pub(super) fn view_count(&self) -> usize {
        self.steps.len()
    }

    /// `e^{2πikm}·sinc(k·y)·sinc(k·x)/P` for all samples `k`, with the view's steps `m`, `y`, `x`;
    /// half of it at both ends of the spectrum, since each sample is taken twice, once as its
    /// conjugate.
    fn factors(&self, view: usize, factors: &mut Vec<Complex<f32>>) {
        factors.clear();
        let [middle, y, x] = self.steps.get(view).copied().unwrap_or_default();
        let mut phase = Turning::by(TAU * middle.fract());
        let (mut down, mut across) = (Turning::by(PI * y), Turning::by(PI * x));
        for k in 0..self.samples() {
            let share = if k == 0 || 2 * k == self.period() { 0.5 } else { 1.0 };
            let mean = down.sinc(PI * y * k as f64) * across.sinc(PI * x * k as f64);
            let factor = phase.now * (share * mean / self.period() as f64);
            factors.push(Complex::new(to_f32(factor.re), to_f32(factor.im)));
            phase.go_on();
            down.go_on();
            across.go_on();
        }
    }
}

/// `e^{ikφ}` for rising `k`, without a sine for each.
struct Turning {
    now: Complex<f64>,
    step: Complex<f64>,
}

impl Turning {
    fn by(angle: f64) -> Self {
        Self { now: Complex::new(1.0, 0.0), step: Complex::from_polar(1.0, angle) }
    }

    fn go_on(&mut self) {
        self.now *= self.step;
    }

    /// sin(φ)/φ at the angle where it is.
    fn sinc(&self, angle: f64) -> f64 {
        if angle.abs() < 1e-4 { 1.0 - angle * angle / 6.0 } else { self.now.im / angle }
    }
}

/// Spectra, `[view, sample, slice]`.
#[derive(Debug, Default)]
pub(super) struct Spectra {
    cells: Vec<Cell>,
    /// Cells a sample.
    width: usize,
    samples: usize,
}

impl Spectra {
    pub(super) fn reshape(&mut self, (views, samples): (usize, usize), width: usize) {
        (self.width, self.samples) = (width, samples);
        reshape(&mut self.cells, views * samples * width);
    }

    pub(super) fn bytes((views, samples): (usize, usize), width: usize) -> u64 {
        (views * samples * width * size_of::<Cell>()) as u64
    }

    /// Samples of one view, `[sample, cell]`.
    pub(super) fn view(&self, view: usize) -> &[Cell] {
        let count = self.samples * self.width;
        &self.cells[view * count..(view + 1) * count]
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Two views at a time, to be written.
    pub(super) fn parts_mut(&mut self) -> Vec<SpectraPart<'_>> {
        let (width, count) = (self.width, self.samples * self.width);
        let parts = self.cells.chunks_mut(2 * count).enumerate();
        parts.map(|(pair, cells)| SpectraPart { first: 2 * pair, cells, width }).collect()
    }
}

/// The spectra of two neighbouring views.
#[derive(Debug)]
pub struct SpectraPart<'a> {
    /// Index of the first view.
    first: usize,
    cells: &'a mut [Cell],
    width: usize,
}

/// What one thread needs to transform rows.
#[derive(Debug, Default)]
pub struct RowScratch {
    /// Rows of both views, one as the real, one as the imaginary part; a run a slice.
    runs: Runs,
    factors: [Vec<Complex<f32>>; 2],
}

impl RowTransform {
    pub(super) fn scratch(&self, slices: usize) -> RowScratch {
        let mut scratch = RowScratch::default();
        scratch.runs.reshape(slices, self.sizes());
        scratch
    }

    pub(super) fn scratch_bytes(&self, slices: usize) -> u64 {
        Runs::bytes(slices, self.sizes()) + 2 * 8 * self.samples() as u64
    }

    /// Transforms the rows of two views, each `[slice, column]`, one after the other, of `columns`
    /// columns.
    pub(super) fn write(
        &self,
        part: SpectraPart<'_>,
        (rows, columns): ([&[f32]; 2], usize),
        scratch: &mut RowScratch,
    ) {
        let (runs, stride, transform) = scratch.runs.parts();
        let pairs = rows[0].chunks(columns).zip(rows[1].chunks(columns));
        let slices = pairs.len();
        for ((first, second), run) in pairs.zip(runs.chunks_mut(stride)) {
            let run = &mut run[..self.period()];
            let (data, padding) = run.split_at_mut(columns);
            for ((value, re), im) in data.iter_mut().zip(first).zip(second) {
                *value = Complex::new(*re, *im);
            }
            padding.fill(Complex::default());
            self.forward.process_with_scratch(run, transform);
        }
        let views = part.cells.chunks_mut(self.samples() * part.width);
        for (k, (cells, factors)) in views.zip(&mut scratch.factors).enumerate() {
            self.factors(part.first + k, factors);
            let cells = cells.chunks_mut(part.width);
            self.part_views(cells.zip(&*factors), (k, slices), (runs, stride));
        }
    }

    /// Takes the spectrum of one of the two views out of the spectra of both.
    fn part_views<'a>(
        &self,
        samples: impl Iterator<Item = (&'a mut [Cell], &'a Complex<f32>)>,
        (view, slices): (usize, usize),
        (runs, stride): (&[Complex<f32>], usize),
    ) {
        let period = self.period();
        for (k, (cells, factor)) in samples.enumerate() {
            let opposite = if k == 0 { 0 } else { period - k };
            for slice in 0..cells.len() * SLICES {
                let at = |k: usize| runs[slice * stride + k];
                let is_there = slice < slices;
                let value = if is_there { part(view, at(k), at(opposite)) } else { Complex::ZERO };
                cells[slice / SLICES].set(slice % SLICES, factor * value);
            }
        }
    }
}

/// The spectrum of the real part (view 0) or of the imaginary one (view 1) of complex values, of
/// whose spectrum two opposite samples are known.
fn part(view: usize, here: Complex<f32>, there: Complex<f32>) -> Complex<f32> {
    match view {
        0 => (here + there.conj()) * 0.5,
        _ => {
            let odd = (here - there.conj()) * 0.5;
            Complex::new(odd.im, -odd.re)
        }
    }
}
