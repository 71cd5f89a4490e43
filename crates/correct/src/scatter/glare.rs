//! Light that strays far in the scintillator: veiling glare, on the coarse grid. Knows no scatter.

use ndarray::Array2;
use voltomo_numeric::cast::to_index;

use super::grid::{Axis, Grid};

/// Cells around its own that a cell's share is summed finely in, and points along their edges.
const NEAR: usize = 2;
const POINTS: usize = 8;

/// A share of the light goes to `exp(−r/l)/(2π·l·r)` around its place, l the length over which it
/// falls. Beside the frame the light is taken to go on as within reach.
/// Source: Seibert, Nalcioglu & Roeck 1985, doi:10.1118/1.595689.
#[derive(Debug, Clone)]
pub(super) struct Glare {
    pub(super) share: f64,
    /// Mass of a cell so many rows and columns away.
    masses: Array2<f64>,
    /// Mass of all cells, seen from each.
    seen: Array2<f64>,
}

impl Glare {
    /// `length`: frame pixels.
    pub(super) fn new(grid: &Grid, (share, length): (f64, f64)) -> Self {
        let side = [0, 1].map(|k| grid[k].pixels as f64 / grid[k].cells() as f64);
        let count = [grid[0].cells(), grid[1].cells()];
        let masses =
            Array2::from_shape_fn(count, |(down, right)| mass([down, right], side, length));
        let mut glare = Self { share, masses, seen: Array2::ones(count) };
        glare.seen = glare.sum(&Array2::ones(count));
        glare
    }

    /// Light that strayed into each cell, on average over what it is taken from.
    pub(super) fn strayed(&self, light: &Array2<f64>) -> Array2<f64> {
        self.sum(light) / &self.seen
    }

    fn sum(&self, light: &Array2<f64>) -> Array2<f64> {
        let (rows, columns) = light.dim();
        let mut sums = Array2::zeros((rows, columns));
        // A row of masses to the left and to the right of a column.
        let mirrored: Vec<Vec<f64>> = (0..rows)
            .map(|down| {
                let at = |k: usize| self.masses[[down, k.abs_diff(columns - 1)]];
                (0..2 * columns - 1).map(at).collect()
            })
            .collect();
        for row in 0..rows {
            for from in 0..rows {
                let (masses, sent) = (&mirrored[row.abs_diff(from)], light.row(from));
                for column in 0..columns {
                    let line = &masses[columns - 1 - column..2 * columns - 1 - column];
                    let sum: f64 = line.iter().zip(sent).map(|(a, b)| a * b).sum();
                    sums[[row, column]] += sum;
                }
            }
        }
        sums
    }

    /// The light before any strayed from it, and what strayed into each cell in share of the whole:
    /// `light = (seen − stray)/(1 − share)`, one step.
    pub(super) fn step(&self, seen: &Array2<f64>, stray: &Array2<f64>) -> [Array2<f64>; 2] {
        let light = (seen - stray) / (1.0 - self.share);
        let next = self.strayed(&light) * self.share;
        [light, next]
    }
}

/// Mass of a cell of `side` pixels, so many rows and columns away.
fn mass(away: [usize; 2], side: [f64; 2], length: f64) -> f64 {
    let kernel = |r: f64| (-r / length).exp() / (std::f64::consts::TAU * length * r);
    let area = side[0] * side[1];
    if away.iter().any(|cells| *cells > NEAR) {
        return area * kernel((away[0] as f64 * side[0]).hypot(away[1] as f64 * side[1]));
    }
    let place = |k: usize, point: usize| {
        (away[k] as f64 + (point as f64 + 0.5) / POINTS as f64 - 0.5) * side[k]
    };
    let points = (0..POINTS).flat_map(|y| (0..POINTS).map(move |x| (y, x)));
    let sum: f64 = points.map(|(y, x)| kernel(place(0, y).hypot(place(1, x)))).sum();
    area * sum / (POINTS * POINTS) as f64
}

/// Values of the cells, straight between their middles, at the nodes.
pub(super) fn at_nodes(grid: &Grid, cells: &Array2<f64>) -> Array2<f64> {
    let taps =
        |axis: &Axis| -> Vec<(usize, f64)> { (0..axis.nodes()).map(|k| tap(axis, k)).collect() };
    let [down, right] = [taps(&grid[0]), taps(&grid[1])];
    let last = [cells.nrows() - 1, cells.ncols() - 1];
    Array2::from_shape_fn((down.len(), right.len()), |(row, column)| {
        let ((i, y), (j, x)) = (down[row], right[column]);
        let line = |i: usize| {
            let (a, b) = (cells[[i, j]], cells[[i, (j + 1).min(last[1])]]);
            a + x * (b - a)
        };
        let (upper, lower) = (line(i), line((i + 1).min(last[0])));
        upper + y * (lower - upper)
    })
}

/// The cell before a node and how far beyond its middle the node lies, in cells.
fn tap(axis: &Axis, node: usize) -> (usize, f64) {
    let place = axis.place(node);
    let count = axis.cells();
    if count < 2 {
        return (0, 0.0);
    }
    let size = (axis.middle(count - 1) - axis.middle(0)) / (count - 1) as f64;
    let guess = to_index(((place - axis.middle(0)) / size).max(0.0)).min(count - 2);
    let (a, b) = (axis.middle(guess), axis.middle(guess + 1));
    (guess, (place - a) / (b - a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter::grid::grid;

    #[test]
    fn the_kernel_has_unit_mass_and_an_even_frame_stays_even() {
        let grid = grid(480, 480);
        let glare = Glare::new(&grid, (0.1, 30.0));
        assert!((glare.seen[[24, 24]] - 1.0).abs() < 0.02, "{}", glare.seen[[24, 24]]);
        let even = glare.strayed(&Array2::from_elem((48, 48), 0.7));
        assert!(even.iter().all(|light| (light - 0.7).abs() < 1e-12));
    }

    /// Forward by the kernel's own sum, back by steps.
    #[test]
    fn light_that_strayed_is_taken_back() {
        let grid = grid(200, 160);
        let glare = Glare::new(&grid, (0.09, 40.0));
        let light =
            Array2::from_shape_fn(
                (25, 20),
                |(y, x)| if (6..14).contains(&x) && y > 3 { 0.05 } else { 1.0 },
            );
        let seen = &light * 0.91 + glare.strayed(&light) * 0.09;
        let mut stray = &seen * 0.09;
        let mut found = seen.clone();
        for _ in 0..8 {
            [found, stray] = glare.step(&seen, &stray);
        }
        ndarray::Zip::from(&found)
            .and(&light)
            .for_each(|a, b| assert!((a - b).abs() < 1e-6, "{a} {b}"));
        assert!((seen[[10, 10]] - 0.05).abs() > 0.01);
    }
}
