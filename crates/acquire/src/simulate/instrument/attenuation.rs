//! How much of the beam's signal is left behind so much of each material. Knows no geometry.

use voltomo_numeric::cast::to_f32;

use super::profile::Profile;
use crate::simulate::{PathLengths, material::Substance};

/// Transmission by path lengths.
#[derive(Debug)]
pub(super) struct Attenuation {
    per_mm: Vec<f64>,
}

impl Attenuation {
    pub(super) fn new(_profile: &Profile, substances: &[Substance]) -> Self {
        Self { per_mm: substances.iter().map(|substance| 0.01 * substance.density()).collect() }
    }

    /// Whether quanta differ in size, so that the variance needs a table of its own.
    pub(super) fn has_variance(&self) -> bool {
        false
    }

    /// Second moment of the size of a detected quantum of the open beam over the square of the
    /// first.
    pub(super) fn size_moment(&self) -> f64 {
        1.0
    }

    /// Detected quanta of the open beam a cm² and s at the detector, along the central beam.
    pub(super) fn detected_per_cm2_s(&self) -> f64 {
        1.0
    }

    /// Transmissions, and behind them, where there are any, variances: `out` has one or two values
    /// a ray.
    pub(super) fn signal(&self, lengths: &PathLengths, out: &mut [f32]) {
        self.transmission(lengths, out);
    }

    pub(super) fn transmission(&self, lengths: &PathLengths, out: &mut [f32]) {
        for (row, value) in out.iter_mut().enumerate() {
            let each = self.per_mm.iter().enumerate();
            let sum: f64 = each.map(|(m, mu)| mu * f64::from(lengths.material(m)[row])).sum();
            *value = to_f32((-sum).exp());
        }
    }
}
