//! Light that strays far in the scintillator: veiling glare, on the coarse grid. Knows no scatter.

use ndarray::Array2;
use voltomo_numeric::{cast::to_index, interpolate::cubic_weights};

use super::grid::{Axis, Grid};

/// Cells around its own that a cell's share is summed finely in, and points along their edges.
const NEAR: usize = 2;
const POINTS: usize = 8;

/// The same in the cell itself, where the kernel has its peak.
const OWN_POINTS: usize = 64;

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
    let points = if away == [0, 0] { OWN_POINTS } else { POINTS };
    let place = |k: usize, point: usize| {
        (away[k] as f64 + (point as f64 + 0.5) / points as f64 - 0.5) * side[k]
    };
    let all = (0..points).flat_map(|y| (0..points).map(move |x| (y, x)));
    let sum: f64 = all.map(|(y, x)| kernel(place(0, y).hypot(place(1, x)))).sum();
    area * sum / (points * points) as f64
}

/// Values of the cells at the nodes: by cubic convolution between the middles of the cells, straight
/// on beyond them.
pub(super) fn at_nodes(grid: &Grid, cells: &Array2<f64>) -> Array2<f64> {
    let [down, right] = [0, 1].map(|k| taps(&grid[k]));
    down.dot(cells).dot(&right.t())
}

/// What each cell along an axis counts at each node, `[node, cell]`.
fn taps(axis: &Axis) -> Array2<f64> {
    let count = axis.cells();
    let mut taps = Array2::zeros((axis.nodes(), count));
    if count < 2 {
        taps.fill(1.0);
        return taps;
    }
    let first = axis.middle(0);
    let size = (axis.middle(count - 1) - first) / (count - 1) as f64;
    for (node, mut line) in taps.outer_iter_mut().enumerate() {
        let place = (axis.place(node) - first) / size;
        let below = to_index(place.max(0.0)).min(count - 2);
        let share = place - below as f64;
        let is_beyond = !(0.0..=1.0).contains(&share);
        let weights = if is_beyond { [0.0, 1.0 - share, share, 0.0] } else { cubic_weights(share) };
        for (k, weight) in weights.into_iter().enumerate() {
            // Beside the last cells it goes on straight: twice the last less the one before.
            match (below + k).checked_sub(1) {
                None => {
                    line[0] += 2.0 * weight;
                    line[1] -= weight;
                }
                Some(cell) if cell >= count => {
                    line[count - 1] += 2.0 * weight;
                    line[count - 2] -= weight;
                }
                Some(cell) => line[cell] += weight,
            }
        }
    }
    taps
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
        let light = Array2::from_shape_fn((48, 40), |(y, x)| {
            if (12..28).contains(&x) && y > 6 { 0.05 } else { 1.0 }
        });
        let seen = &light * 0.91 + glare.strayed(&light) * 0.09;
        let mut stray = &seen * 0.09;
        let mut found = seen.clone();
        for _ in 0..8 {
            [found, stray] = glare.step(&seen, &stray);
        }
        ndarray::Zip::from(&found)
            .and(&light)
            .for_each(|a, b| assert!((a - b).abs() < 1e-6, "{a} {b}"));
        assert!((seen[[20, 20]] - 0.05).abs() > 0.01);
    }
}
