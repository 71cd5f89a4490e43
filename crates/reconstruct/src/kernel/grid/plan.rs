//! The sizes of a gridding and its order of work. Knows no instructions.

use ndarray::ArrayViewMut3;
use rayon::prelude::*;
use voltomo_numeric::{cast::to_index, fft::quick_length};

use super::{
    axis::Axis,
    cells::{Cell, Runs, SLICES, reshape},
    lines::{copies, lines},
    passes::{ColumnPass, RowPass, ThreadScratch},
    spectra::{RowScratch, RowTransform, Spectra, SpectraPart},
    spread::{COLUMNS, Samples, strip_cells},
    window::{WIDTH, Window},
};
use crate::kernel::backproject::{Circle, Processor, RayPath};

/// Slices at once, at most.
const MOST_SLICES: usize = 2 * SLICES;

/// A band-limited back-projection, made ready for one set of views and one slice grid.
#[derive(Debug)]
pub struct Gridding {
    rows: RowTransform,
    row_columns: usize,
    samples: Samples,
    axes: [Axis; 2],
    /// Columns of the plane that are not zero, of those up to the Nyquist frequency.
    columns: usize,
    processor: Processor,
}

/// Memory that is used again from call to call.
#[derive(Debug, Default)]
pub struct Workspace {
    spectra: Spectra,
    /// Half of the plane after the transform along y, `[strip, y, column, cell]`.
    half: Vec<Cell>,
    threads: Vec<ThreadScratch>,
}

impl Gridding {
    /// For rows of `row_columns` columns, along whose `paths` the slice of `[y, x]` voxels lies.
    #[must_use]
    pub fn new(paths: &[RayPath], row_columns: usize, shape: [usize; 2]) -> Self {
        Self::with(Processor::found(), paths, row_columns, shape)
    }

    /// As [`Self::new`], with the instructions given. They must be there.
    pub(super) fn with(
        processor: Processor,
        paths: &[RayPath],
        row_columns: usize,
        shape: [usize; 2],
    ) -> Self {
        let period = period(paths, row_columns, shape);
        let axes = shape.map(Axis::new);
        let rows = RowTransform::new(period, paths, [axes[0].middle, axes[1].middle]);
        let lines =
            lines(paths, [0, 1].map(|axis: usize| axes[axis].cells() as f64 / period as f64));
        let last = rows.samples() - 1;
        let reach = lines.iter().map(|line| line.x).fold(0.0, f64::max) * last as f64;
        let columns = axes[1].cells() / 2 + 1;
        let samples = Samples {
            lines,
            copies: copies(reach, axes[1].cells()),
            last,
            window: Window::new(),
            rows: axes[0].cells(),
        };
        let columns = columns.min(to_index(reach) + WIDTH);
        Self { rows, row_columns, samples, axes, columns, processor }
    }

    /// Columns after which rows repeat.
    #[must_use]
    pub fn period(&self) -> usize {
        self.rows.period()
    }

    /// Slices taken at once where `slice_count` are asked for.
    #[must_use]
    pub fn slices_at_once(&self, slice_count: usize) -> usize {
        slice_count.next_multiple_of(SLICES).clamp(SLICES, MOST_SLICES)
    }

    fn strips(&self) -> usize {
        self.columns.div_ceil(COLUMNS)
    }

    fn strip_length(&self, width: usize) -> usize {
        self.axes[0].count * COLUMNS * width
    }

    /// Bytes that a [`Workspace`] holds for `slice_count` slices at once, with `threads` threads.
    #[must_use]
    pub fn bytes(&self, slice_count: usize, threads: usize) -> u64 {
        let width = self.slices_at_once(slice_count) / SLICES;
        let spectra = Spectra::bytes((self.rows.view_count(), self.rows.samples()), width);
        let half = (self.strips() * self.strip_length(width) * size_of::<Cell>()) as u64;
        let strip = (strip_cells(self.axes[0].cells(), width) * size_of::<Cell>()) as u64;
        let slices = width * SLICES;
        let runs = self.axes.iter().map(|axis| Runs::bytes(slices, axis.sizes()));
        let thread = strip + runs.max().unwrap_or(0) + self.rows.scratch_bytes(slices);
        spectra + half + threads as u64 * thread
    }

    /// What a thread needs to write the rows of `slice_count` slices.
    #[must_use]
    pub fn row_scratch(&self, slice_count: usize) -> RowScratch {
        self.rows.scratch(slice_count)
    }

    /// Writes the rows of two views, each `[slice, column]`, one after the other.
    pub fn write(&self, part: SpectraPart<'_>, rows: [&[f32]; 2], scratch: &mut RowScratch) {
        self.rows.write(part, (rows, self.row_columns), scratch);
    }

    /// Makes room for `slice_count` slices.
    pub fn reshape(&self, workspace: &mut Workspace, slice_count: usize) {
        let width = self.slices_at_once(slice_count) / SLICES;
        let shape = (self.rows.view_count(), self.rows.samples());
        workspace.spectra.reshape(shape, width);
        reshape(&mut workspace.half, self.strips() * self.strip_length(width));
        workspace.threads.resize_with(rayon::current_num_threads(), ThreadScratch::default);
        for thread in &mut workspace.threads {
            reshape(&mut thread.strip, strip_cells(self.axes[0].cells(), width));
        }
    }

    /// `b(z, y, x)` from the spectra that were written, `[z, y, x]` with no more slices than room
    /// was made for; what stood there is overwritten. Voxels outside `circle` become zero.
    pub fn sum(
        &self,
        workspace: &mut Workspace,
        circle: Option<Circle>,
        into: ArrayViewMut3<'_, f32>,
    ) {
        let Workspace { spectra, half, threads } = workspace;
        let slices = into.dim().0;
        let strip_length = self.strip_length(spectra.width());
        let columns = ColumnPass {
            samples: (&self.samples, spectra),
            axis: &self.axes[0],
            columns: self.columns,
            slices,
            processor: self.processor,
        };
        let strips = half.chunks_mut(strip_length).enumerate();
        share(strips, threads, |(strip, half), scratch| columns.strip(strip, half, scratch));
        let rows = RowPass {
            half,
            strip_length,
            width: spectra.width(),
            axes: &self.axes,
            columns: self.columns,
            circle,
        };
        let mut into = into;
        let pairs = into.axis_chunks_iter_mut(ndarray::Axis(1), 2).enumerate();
        share(pairs, threads, |(pair, rows_of_slices), scratch| {
            rows.pair(pair, rows_of_slices, scratch)
        });
    }
}

impl Workspace {
    /// The spectra, two views at a time, to be written.
    pub fn parts_mut(&mut self) -> Vec<SpectraPart<'_>> {
        self.spectra.parts_mut()
    }
}

/// Does the work one by one, each thread with its own scratch, which outlives the call.
fn share<Work: Send>(
    work: impl Iterator<Item = Work> + Send,
    threads: &mut [ThreadScratch],
    task: impl Fn(Work, &mut ThreadScratch) + Sync,
) {
    let queue = std::sync::Mutex::new(work);
    threads.par_iter_mut().for_each(|scratch| {
        let next = || queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
        while let Some(work) = next() {
            task(work, scratch);
        }
    });
}

/// The shortest quick period at which no voxel sees a copy of the row.
fn period(paths: &[RayPath], row_columns: usize, [height, width]: [usize; 2]) -> usize {
    let last = row_columns as f64 - 1.0;
    let mut needed = row_columns as f64;
    let ends = |count: usize, along: f64| {
        let way = (count as f64 - 1.0) * along;
        (way.min(0.0), way.max(0.0))
    };
    for path in paths {
        let (y, x) = (ends(height, path.along_y), ends(width, path.along_x));
        let (low, high) = (path.start + y.0 + x.0, path.start + y.1 + x.1);
        needed = needed.max(high + 1.0).max(last - low + 1.0);
    }
    quick_length(to_index(needed.ceil()))
}
