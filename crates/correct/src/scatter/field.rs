//! A smooth background of every radiograph and of the open beam, and its subtraction. Finds nothing.

use std::ops::Range;

use voltomo_numeric::{cast::to_f32, interpolate::CubicTaps, median::median_in_place};

use super::grid::{Grid, node_count};

/// Least share of the open beam that came straight.
const LEAST_STRAIGHT: f32 = 0.05;

/// Backgrounds as shares of the open beam, kept on a coarse grid and read by cubic convolution: a
/// closed formula of frame, row and column, so that no block sees another number than its neighbour.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    grid: Grid,
    /// `[frame][row][column]` of the nodes; one frame where all have the same.
    sample: Vec<f32>,
    /// Of the open beam.
    open: Vec<f32>,
    columns: Vec<CubicTaps>,
}

impl Field {
    /// `sample`: nodes of all frames, or of one that serves for all; `open`: nodes of the open beam.
    pub(crate) fn new(grid: Grid, sample: Vec<f32>, open: Vec<f32>) -> Self {
        let columns = (0..grid[1].pixels).map(|column| grid[1].taps(column)).collect();
        Self { grid, sample, open, columns }
    }

    /// Bytes of the field of so many frames.
    pub(crate) fn bytes(grid: &Grid, frames: usize) -> u64 {
        let taps = std::mem::size_of::<CubicTaps>() * grid[1].pixels;
        (4 * node_count(grid) * (frames + 1) + taps) as u64
    }

    /// Backgrounds of one row of a frame: of the radiograph, and of the open beam.
    pub(crate) fn rows(&self, frame: usize, row: usize) -> [Vec<f32>; 2] {
        let count = node_count(&self.grid);
        let first = if self.sample.len() > count { frame * count } else { 0 };
        [self.row(&self.sample[first..first + count], row), self.row(&self.open, row)]
    }

    /// What air of a region reads at the dose 1, 1 − b + s: the median over its rows of their means, as
    /// the dose is read.
    pub(crate) fn air(&self, frame: usize, (rows, columns): (&Range<usize>, &Range<usize>)) -> f32 {
        let mean = |row: usize| {
            let [sample, open] = self.rows(frame, row).map(|line| {
                let values = line[columns.clone()].iter().map(|value| f64::from(*value));
                values.sum::<f64>() / columns.len().max(1) as f64
            });
            to_f32(1.0 - open + sample)
        };
        let mut means: Vec<f32> = rows.clone().map(mean).collect();
        median_in_place(&mut means).unwrap_or(1.0)
    }

    /// Transmission `(r − s)/(1 − b)` of whole rows of counts over open beam and dose, r, in place.
    pub(crate) fn subtract(&self, frame: usize, first_row: usize, values: &mut [f32]) {
        for (k, line) in values.chunks_exact_mut(self.grid[1].pixels).enumerate() {
            let [sample, open] = self.rows(frame, first_row + k);
            for ((value, sample), open) in line.iter_mut().zip(sample).zip(open) {
                *value = (*value - sample) / (1.0 - open).max(LEAST_STRAIGHT);
            }
        }
    }

    fn row(&self, nodes: &[f32], row: usize) -> Vec<f32> {
        let width = self.grid[1].nodes();
        let taps = self.grid[0].taps(row);
        let line: Vec<f32> = (0..width)
            .map(|column| {
                (0..4).map(|k| taps.weight[k] * nodes[taps.index[k] * width + column]).sum()
            })
            .collect();
        let value = |taps: &CubicTaps| (0..4).map(|k| taps.weight[k] * line[taps.index[k]]).sum();
        self.columns.iter().map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter::grid::{at_nodes, grid};

    #[test]
    fn a_parabola_is_read_exactly_up_to_the_borders_of_the_frame() {
        let grid = grid(70, 131);
        let truth = |[y, x]: [f64; 2]| 0.02 + 1e-4 * y - 2e-6 * y * y + 3e-6 * x * y + 1e-6 * x * x;
        let field = Field::new(grid, at_nodes(&grid, truth), at_nodes(&grid, |_| 0.0));
        for row in [0, 1, 33, 69] {
            let [line, _] = field.rows(5, row);
            for (column, value) in line.iter().enumerate() {
                let expected = truth([row as f64, column as f64]);
                assert!((f64::from(*value) - expected).abs() < 1e-7, "{row} {column}");
            }
        }
    }

    #[test]
    fn the_background_of_both_comes_off() {
        let grid = grid(8, 9);
        let field = Field::new(grid, at_nodes(&grid, |_| 0.1), at_nodes(&grid, |_| 0.02));
        let mut values = vec![0.5 * 0.98 + 0.1; 18];
        field.subtract(3, 2, &mut values);
        assert!(values.iter().all(|value| (value - 0.5).abs() < 1e-6), "{values:?}");
        assert!((field.air(0, (&(0..8), &(2..5))) - 1.08).abs() < 1e-6);
    }
}
