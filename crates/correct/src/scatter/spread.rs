//! A Gaussian that spreads what cells send over the frame. Knows no sample.

use ndarray::Array2;
use voltomo_types::PixelFrame;

use super::grid::{Axis, Grid};

/// Frame indices between which the beam falls on the detector, along rows and columns.
pub(super) type Lit = [[f64; 2]; 2];

/// The whole detector.
pub(super) fn whole(frame: &PixelFrame) -> Lit {
    [
        [frame.row(-0.5), frame.row(frame.detector_rows as f64 - 0.5)],
        [frame.column(-0.5), frame.column(frame.detector_columns as f64 - 0.5)],
    ]
}

/// The Gaussian's mass of each cell, seen from other cells and from nodes, an axis at a time.
#[derive(Debug, Clone)]
pub(super) struct Spread {
    cells: [Array2<f64>; 2],
    nodes: [Array2<f64>; 2],
}

impl Spread {
    /// `sigma`: standard deviation in frame pixels. `lit`: frame indices between which the beam falls on
    /// the detector, along rows and columns: what the cells at the border of the frame send is taken to
    /// go on so far.
    pub(super) fn new(grid: &Grid, lit: Lit, sigma: f64) -> Self {
        let masses = |k: usize, count: usize, place: &dyn Fn(usize) -> f64| {
            let axis = &grid[k];
            Array2::from_shape_fn((count, axis.cells()), |(to, from)| {
                let [low, high] = reach(axis, from, lit[k]);
                mass((low - place(to)) / sigma, (high - place(to)) / sigma)
            })
        };
        let cells = [0, 1].map(|k| masses(k, grid[k].cells(), &|cell| grid[k].middle(cell)));
        let nodes = [0, 1].map(|k| masses(k, grid[k].nodes(), &|node| grid[k].place(node)));
        Self { cells, nodes }
    }

    /// What reaches the cells.
    pub(super) fn to_cells(&self, sent: &Array2<f64>) -> Array2<f64> {
        self.cells[0].dot(sent).dot(&self.cells[1].t())
    }

    /// What reaches the nodes.
    pub(super) fn to_nodes(&self, sent: &Array2<f64>) -> Array2<f64> {
        self.nodes[0].dot(sent).dot(&self.nodes[1].t())
    }
}

/// Frame indices between which a cell stands for the beam.
fn reach(axis: &Axis, cell: usize, [first, last]: [f64; 2]) -> [f64; 2] {
    let [mut low, mut high] = axis.ends(cell);
    if cell == 0 {
        low = low.min(first);
    }
    if cell + 1 == axis.cells() {
        high = high.max(last);
    }
    [low, high]
}

/// Mass of the unit Gaussian from `low` to `high`.
fn mass(low: f64, high: f64) -> f64 {
    let part = |x: f64| 0.5 * error_function(x / std::f64::consts::SQRT_2);
    part(high) - part(low)
}

/// erf(x) to 1.5·10⁻⁷. Source: Abramowitz & Stegun 1964, 7.1.26.
fn error_function(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let sum = series.iter().rev().fold(0.0, |sum, a| (sum + a) * t);
    (1.0 - sum * (-x * x).exp()).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter::grid::grid;

    #[test]
    fn a_point_becomes_a_gaussian_of_unit_mass() {
        let grid = grid(384, 384);
        let mut sent = Array2::zeros((48, 48));
        sent[[24, 20]] = 1.0;
        let lit = whole(&PixelFrame::whole(384, 384));
        let (sigma, side) = (40.0, 8.0);
        let seen = Spread::new(&grid, lit, sigma).to_cells(&sent);
        let [y, x] = [grid[0].middle(24), grid[1].middle(20)];
        for (row, column) in [(24, 20), (28, 20), (24, 30), (10, 12)] {
            let square = (grid[0].middle(row) - y).powi(2) + (grid[1].middle(column) - x).powi(2);
            let expected = (-0.5 * square / sigma / sigma).exp() * side * side
                / (std::f64::consts::TAU * sigma * sigma);
            let found = seen[[row, column]];
            assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
        }
        assert!((seen.sum() - 1.0).abs() < 0.01, "{}", seen.sum());
    }
}
