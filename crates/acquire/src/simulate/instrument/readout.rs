//! From light to counts: electrons, their noise, bias, bits. Knows no beam.

use ndarray::{Array2, Zip};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    gamma_spots::GammaSpots,
    pattern::Pattern,
    profile::Profile,
    random::{Chance, Effect},
};

/// The electronics of a camera or panel, for one exposure.
#[derive(Debug)]
pub(super) struct Electronics {
    pattern: Pattern,
    spots: GammaSpots,
    electrons_per_quantum: f32,
    electrons_per_count: f32,
    bias: f32,
    most: f32,
    dark_electrons: f32,
    read_variance: f32,
    exposure_s: f64,
    is_noisy: bool,
}

/// One frame to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shot<'a> {
    pub(super) chance: &'a Chance,
    /// Number in the schedule.
    pub(super) frame: usize,
    pub(super) is_dark: bool,
    pub(super) shows_sample: bool,
}

impl Electronics {
    pub(super) fn new(profile: &Profile, shape: [usize; 2]) -> Self {
        let readout = &profile.readout;
        let bin = profile.detector.bin.max(1);
        let pixels = (bin * bin) as f64;
        let exposure_s = profile.frames.exposure_s;
        Self {
            pattern: Pattern::new(profile, shape),
            spots: GammaSpots::new(&profile.spots, bin),
            electrons_per_quantum: to_f32(readout.electrons_per_quantum),
            // Binned pixels are averaged after they were read.
            electrons_per_count: to_f32(readout.electrons_per_count * pixels),
            bias: to_f32(readout.bias),
            most: to_f32(f64::from(readout.bits.clamp(1, 16)).exp2() - 1.0),
            dark_electrons: to_f32(readout.dark_electrons_per_s * exposure_s * pixels),
            read_variance: to_f32(readout.read_electrons.powi(2) * pixels),
            exposure_s,
            is_noisy: profile.noise.electronic,
        }
    }

    /// Counts `[row, column]` of a signal in detected quanta of the open beam.
    pub(super) fn read(&self, mut signal: Array2<f32>, shot: Shot<'_>) -> Array2<u16> {
        self.gain(&mut signal, shot.shows_sample);
        signal.outer_iter_mut().into_par_iter().enumerate().for_each(|(row, mut line)| {
            let mut source = shot.chance.stream(shot.frame, Effect::Electronics, row);
            line.iter_mut().for_each(|value| {
                let electrons = *value + self.dark_electrons;
                let drawn = if self.is_noisy {
                    let normal: f32 = StandardNormal.sample(&mut source);
                    electrons + (electrons.max(0.0) + self.read_variance).sqrt() * normal
                } else {
                    electrons
                };
                *value = self.bias + drawn / self.electrons_per_count;
            });
        });
        self.glow(&mut signal);
        let expected = self.spots.expected(signal.len(), self.exposure_s, shot.is_dark);
        if expected > 0.0 {
            let mut source = shot.chance.stream(shot.frame, Effect::Spots, 0);
            self.spots.add(&mut signal, expected, &mut source);
        }
        signal.mapv(|counts| self.digitised(counts))
    }

    /// Quanta into electrons.
    fn gain(&self, signal: &mut Array2<f32>, shows_sample: bool) {
        let factor = self.electrons_per_quantum;
        Zip::from(&mut *signal)
            .and(&self.pattern.response)
            .par_for_each(|value, &response| *value *= factor * response);
        if let Some(residual) = self.pattern.residual.as_ref().filter(|_| shows_sample) {
            Zip::from(signal).and(residual).par_for_each(|value, &gain| *value *= gain);
        }
    }

    fn glow(&self, counts: &mut Array2<f32>) {
        let columns = counts.ncols();
        let seconds = to_f32(self.exposure_s);
        for &(pixel, rate) in &self.pattern.glow {
            counts[[pixel / columns, pixel % columns]] += rate * seconds;
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clipped to the range of the converter before"
    )]
    fn digitised(&self, counts: f32) -> u16 {
        counts.round().clamp(0.0, self.most) as u16
    }
}
