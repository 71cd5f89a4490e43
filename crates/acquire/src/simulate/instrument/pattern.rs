//! What belongs to a detector and stays from frame to frame: gains, dead and hot pixels. Draws
//! nothing anew.

use ndarray::Array2;
use rand::{Rng, seq::index};
use rand_distr::{Distribution, Exp1, StandardNormal};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    profile::Profile,
    random::{Chance, Effect},
};

/// The fixed pattern of a frame, `[row, column]` each.
#[derive(Debug)]
pub(super) struct Pattern {
    /// Share of the light that a pixel turns into electrons; 0 where it is dead.
    pub(super) response: Array2<f32>,
    /// The part of the gain that the open beams do not show; empty where there is none.
    pub(super) residual: Option<Array2<f32>>,
    /// Counts a second of hot pixels: index into the frame and rate.
    pub(super) glow: Vec<(usize, f32)>,
}

impl Pattern {
    pub(super) fn new(profile: &Profile, shape: [usize; 2]) -> Self {
        let chance = Chance::new(profile.readout.serial);
        let bin = profile.detector.bin.max(1);
        let readout = &profile.readout;
        let mut response = gains(shape, readout.prnu / bin as f64, &chance, Effect::Gain);
        let residual = (readout.gain_residual > 0.0).then(|| {
            gains(shape, readout.gain_residual / bin as f64, &chance, Effect::GainResidual)
        });
        let mut source = chance.stream(0, Effect::Faults, 0);
        let faults = Faults { profile, shape, bin };
        faults.kill(&mut response, &mut source);
        let glow = faults.light(&mut source);
        Self { response, residual, glow }
    }
}

fn gains(shape: [usize; 2], spread: f64, chance: &Chance, effect: Effect) -> Array2<f32> {
    let mut gains = Array2::ones(shape);
    if spread > 0.0 {
        let spread = to_f32(spread);
        gains.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let mut source = chance.stream(0, effect, row);
            line.iter_mut().for_each(|gain| {
                let normal: f32 = StandardNormal.sample(&mut source);
                *gain = (1.0 + spread * normal).max(0.0);
            });
        });
    }
    gains
}

/// Faulty pixels are unbinned ones: in a binned frame each counts for its share.
struct Faults<'a> {
    profile: &'a Profile,
    shape: [usize; 2],
    bin: usize,
}

impl Faults<'_> {
    /// Distinct unbinned pixels, as indices into the frame.
    fn pixels(&self, share: f64, source: &mut impl Rng) -> Vec<usize> {
        let [rows, columns] = self.shape.map(|count| count * self.bin);
        let count = to_index((share * (rows * columns) as f64).round());
        let chosen = index::sample(source, rows * columns, count.min(rows * columns));
        let place = |pixel: usize| {
            let (row, column) = (pixel / columns / self.bin, pixel % columns / self.bin);
            row * self.shape[1] + column
        };
        chosen.into_iter().map(place).collect()
    }

    fn columns(&self, count: usize, source: &mut impl Rng) -> Vec<usize> {
        index::sample(source, self.shape[1], count.min(self.shape[1])).into_vec()
    }

    fn share(&self) -> f32 {
        1.0 / to_f32((self.bin * self.bin) as f64)
    }

    fn kill(&self, response: &mut Array2<f32>, source: &mut impl Rng) {
        let columns = self.shape[1];
        for pixel in self.pixels(self.profile.defects.dead_share, source) {
            let value = &mut response[[pixel / columns, pixel % columns]];
            *value = (*value - self.share()).max(0.0);
            if self.bin == 1 {
                *value = 0.0;
            }
        }
        for column in self.columns(self.profile.defects.dead_columns, source) {
            response.column_mut(column).fill(0.0);
        }
    }

    fn light(&self, source: &mut impl Rng) -> Vec<(usize, f32)> {
        let defects = &self.profile.defects;
        let mean = to_f32(defects.hot_counts_per_s) * self.share();
        let pixels = self.pixels(defects.hot_share, source);
        let mut glow: Vec<(usize, f32)> = Vec::new();
        for pixel in pixels {
            let height: f32 = Exp1.sample(source);
            glow.push((pixel, mean * height));
        }
        for column in self.columns(defects.hot_columns, source) {
            let pixels = (0..self.shape[0]).map(|row| row * self.shape[1] + column);
            glow.extend(pixels.map(|pixel| (pixel, 0.5 * to_f32(defects.hot_counts_per_s))));
        }
        glow
    }
}
