//! The coarse grid that scatter is kept on: nodes to read it from, cells to average frames in. Knows
//! no scatter.

use std::ops::Range;

use voltomo_numeric::{cast::to_f32, interpolate::CubicTaps};

/// Steps from node to node along an axis, at most and at least.
const STEPS: [usize; 2] = [4, 48];

/// Frame pixels from node to node, where there are enough of them.
const USUAL_STEP: usize = 4;

/// Nodes along one axis of a frame: one on the first pixel, one on the last, equal steps between
/// them, and one more beyond either end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    pub(crate) pixels: usize,
    pub(crate) steps: usize,
}

impl Axis {
    pub(crate) fn new(pixels: usize) -> Self {
        Self { pixels, steps: (pixels / USUAL_STEP).clamp(STEPS[0], STEPS[1]) }
    }

    pub(crate) fn nodes(&self) -> usize {
        self.steps + 3
    }

    /// Frame index of a node.
    pub(crate) fn place(&self, node: usize) -> f64 {
        (node as f64 - 1.0) * self.step()
    }

    fn step(&self) -> f64 {
        (self.pixels.max(2) - 1) as f64 / self.steps as f64
    }

    /// The nodes that a pixel is read from.
    pub(crate) fn taps(&self, pixel: usize) -> CubicTaps {
        CubicTaps::at(pixel as f64 / self.step() + 1.0, self.nodes())
    }

    /// Cells that average a frame, as many as steps (fewer in frames of few pixels).
    pub(crate) fn cells(&self) -> usize {
        self.steps.min(self.pixels)
    }

    /// Pixels of a cell.
    pub(crate) fn cell(&self, cell: usize) -> Range<usize> {
        let count = self.cells();
        cell * self.pixels / count..(cell + 1) * self.pixels / count
    }

    /// Frame index of the middle of a cell.
    pub(crate) fn middle(&self, cell: usize) -> f64 {
        let pixels = self.cell(cell);
        (pixels.start + pixels.end - 1) as f64 / 2.0
    }

    /// Frame indices where a cell begins and ends.
    pub(crate) fn ends(&self, cell: usize) -> [f64; 2] {
        let pixels = self.cell(cell);
        [pixels.start as f64 - 0.5, pixels.end as f64 - 0.5]
    }
}

/// Rows and columns.
pub(crate) type Grid = [Axis; 2];

/// The grid of frames of so many rows and columns.
pub(crate) fn grid(rows: usize, columns: usize) -> Grid {
    [Axis::new(rows), Axis::new(columns)]
}

/// Nodes of a frame.
pub(crate) fn node_count(grid: &Grid) -> usize {
    grid[0].nodes() * grid[1].nodes()
}

/// Means over the cells, `[row, column]`; NaN where no pixel of a cell tells a number.
///
/// `value`: of a pixel by its index; NaN where it tells none.
pub(crate) fn cell_means(grid: &Grid, value: impl Fn(usize) -> f32) -> Vec<f64> {
    let [down, right] = [grid[0].cells(), grid[1].cells()];
    let columns = grid[1].pixels;
    let mean = |k: usize| {
        let [rows, line] = [grid[0].cell(k / right), grid[1].cell(k % right)];
        let pixels = rows.flat_map(|y| line.clone().map(move |x| y * columns + x));
        let (sum, count) = pixels
            .map(&value)
            .filter(|value| value.is_finite())
            .fold((0.0f64, 0u32), |(sum, count), value| (sum + f64::from(value), count + 1));
        sum / f64::from(count)
    };
    (0..down * right).map(mean).collect()
}

/// A closed formula of position, at all nodes.
pub(crate) fn at_nodes(grid: &Grid, value: impl Fn([f64; 2]) -> f64) -> Vec<f32> {
    let [down, right] = [grid[0].nodes(), grid[1].nodes()];
    let place = |k: usize| [grid[0].place(k / right), grid[1].place(k % right)];
    (0..down * right).map(|k| to_f32(value(place(k)))).collect()
}
