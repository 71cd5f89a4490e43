//! Light that spreads in the screen: near (the point spread) and far (veiling glare). Draws nothing.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use super::kernel::{FWHM_PER_SIGMA, Taps, convolve, convolve_all, gaussian};

/// Cells of the coarse grid a standard deviation of the glare.
const CELLS_PER_SIGMA: f64 = 5.0;

/// How the light of a frame spreads.
#[derive(Debug)]
pub(super) struct LightSpread {
    near: Vec<Taps>,
    far: Option<Far>,
}

#[derive(Debug)]
struct Far {
    share: f32,
    /// Frame pixels along the edge of a coarse cell.
    cell: usize,
    steps: Vec<Taps>,
}

impl LightSpread {
    /// Widths in frame pixels, full at half maximum; `glare` is the share that strays.
    pub(super) fn new(near_fwhm: f64, glare: f64, far_fwhm: f64) -> Self {
        let near = near_fwhm / FWHM_PER_SIGMA;
        let far = (glare > 0.0).then(|| {
            let sigma = far_fwhm / FWHM_PER_SIGMA;
            let cell = to_index(sigma / CELLS_PER_SIGMA).max(1);
            let steps = gaussian([sigma / cell as f64; 2]);
            Far { share: to_f32(glare), cell, steps }
        });
        Self { near: gaussian([near, near]), far }
    }

    /// The light as it leaves the screen.
    pub(super) fn spread(&self, light: Array2<f32>) -> Array2<f32> {
        let mut light = convolve_all(light, &self.near);
        if let Some(far) = &self.far {
            far.add(&mut light);
        }
        light
    }
}

impl Far {
    /// `(1 − share)·light + share·(light ⊛ Gaussian)`; beside the frame the light goes on as at its
    /// edge.
    fn add(&self, light: &mut Array2<f32>) {
        let coarse =
            self.steps.iter().fold(self.means(light), |plane, taps| convolve(&plane, taps));
        let (rows, columns) = coarse.dim();
        let at = |pixel: usize, count: usize| {
            let place =
                ((pixel as f64 + 0.5) / self.cell as f64 - 0.5).clamp(0.0, (count - 1) as f64);
            let below = to_index(place).min(count.saturating_sub(2));
            (below, (below + 1).min(count - 1), to_f32(place - below as f64))
        };
        let places: Vec<_> = (0..light.ncols()).map(|column| at(column, columns)).collect();
        let cells = &coarse;
        light.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let (upper, lower, down) = at(row, rows);
            let between = |column: usize| {
                cells[[upper, column]] * (1.0 - down) + cells[[lower, column]] * down
            };
            for (value, &(left, right, part)) in line.iter_mut().zip(&places) {
                let strayed = between(left) * (1.0 - part) + between(right) * part;
                *value = (1.0 - self.share) * *value + self.share * strayed;
            }
        });
    }

    /// Means over the coarse cells.
    fn means(&self, light: &Array2<f32>) -> Array2<f32> {
        let (rows, columns) = light.dim();
        let count = [rows.div_ceil(self.cell), columns.div_ceil(self.cell)];
        let mut sums = Array2::<f32>::zeros(count);
        sums.outer_iter_mut().into_par_iter().enumerate().for_each(|(cell, mut line)| {
            let band = cell * self.cell..((cell + 1) * self.cell).min(rows);
            let height = band.len();
            for row in band {
                for (column, &value) in light.row(row).iter().enumerate() {
                    line[column / self.cell] += value;
                }
            }
            for (cell, sum) in line.iter_mut().enumerate() {
                let width = self.cell.min(columns - cell * self.cell);
                *sum /= to_f32((height * width) as f64);
            }
        });
        sums
    }
}
