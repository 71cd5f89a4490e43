//! What gamma rays leave in the camera of one frame. Knows no neutrons.

use std::f64::consts::TAU;

use ndarray::Array2;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1, Poisson};
use voltomo_numeric::cast::{to_f32, to_index};

use super::camera::Spots;

/// How gamma rays fall on a frame.
#[derive(Debug, Clone)]
pub(super) struct GammaSpots {
    spots: Spots,
    bin: usize,
}

impl GammaSpots {
    pub(super) fn new(spots: &Spots, bin: usize) -> Self {
        Self { spots: spots.clone(), bin }
    }

    /// Mean number of spots of a frame of so many frame pixels.
    pub(super) fn expected(&self, pixels: usize, exposure_s: f64, is_dark: bool) -> f64 {
        let megapixels = (pixels * self.bin * self.bin) as f64 * 1e-6;
        let share = if is_dark { self.spots.dark_share } else { 1.0 };
        self.spots.per_megapixel_s * megapixels * exposure_s * share
    }

    /// Adds a Poisson number of spots to the counts: short tracks of unbinned pixels.
    pub(super) fn add(&self, counts: &mut Array2<f32>, expected: f64, source: &mut impl Rng) {
        let number = Poisson::new(expected).map_or(0.0, |poisson| poisson.sample(source));
        for _ in 0..to_index(number) {
            self.track(counts, source);
        }
    }

    fn track(&self, counts: &mut Array2<f32>, source: &mut impl Rng) {
        let (rows, columns) = counts.dim();
        let bin = self.bin as f64;
        let mut row = source.random::<f64>() * rows as f64 * bin;
        let mut column = source.random::<f64>() * columns as f64 * bin;
        let mut heading = source.random::<f64>() * TAU;
        let (height, length): (f64, f64) = (Exp1.sample(source), Exp1.sample(source));
        let pixels = 1 + to_index(length * (self.spots.mean_pixels - 1.0).max(0.0));
        let height = height * self.spots.mean_counts / (bin * bin);
        for step in 0..pixels {
            let strength = if step == 0 { 1.0 } else { source.random::<f64>() };
            let place = [row, column].map(|place| (place / bin).floor());
            if place[0] >= 0.0 && place[1] >= 0.0 {
                let place = place.map(to_index);
                if let Some(value) = counts.get_mut(place) {
                    *value += to_f32(height * strength);
                }
            }
            heading += source.random::<f64>() - 0.5;
            row += heading.sin();
            column += heading.cos();
        }
    }
}
