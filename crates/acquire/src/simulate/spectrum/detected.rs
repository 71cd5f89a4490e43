//! A spectrum as shares of the signal that a detector gives. Knows no source and no detector.

use voltomo_types::Probe;

use super::error::{SpectrumError, check};
use crate::simulate::material::{HydrogenModel, Substance};

/// Fine bins with less than this share of the signal are left out.
const LEAST_SHARE: f64 = 1e-9;
/// More bins than this are finer than the fine ones.
const MOST_BINS: f64 = 1000.0;

/// A part of the spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Mean energy, keV, or mean wavelength, Å, of the signal in it.
    pub at: f64,
    /// Share of the detected signal of the open beam; all bins sum to 1.
    pub weight: f64,
    /// Share of the variance of the signal of the open beam; all bins sum to 1.
    pub variance_weight: f64,
}

/// A beam as its detector sees it.
///
/// Of N quanta that arrive, `N·detected_fraction` are detected. A signal has the mean
/// `N·detected_fraction·mean_signal·Σ weight·T` and the Poisson variance
/// `N·detected_fraction·mean_square_signal·Σ variance_weight·T`, with the transmission T of a bin.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectrum {
    probe: Probe,
    bins: Vec<Bin>,
    fine: Vec<Bin>,
    /// How many fine bins each bin holds.
    counts: Vec<usize>,
    quanta: f64,
    detected_fraction: f64,
    mean_signal: f64,
    mean_square_signal: f64,
}

/// What arrives in a fine bin, and what the detector makes of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// Energy, keV, or wavelength, Å.
    pub(super) at: f64,
    /// Quanta in the fine bin.
    pub(super) quanta: f64,
    /// Share of them that are detected.
    pub(super) efficiency: f64,
    /// Signal of a detected one.
    pub(super) signal: f64,
}

impl Spectrum {
    /// One energy in keV, or one wavelength in Å.
    ///
    /// Errors: `at` outside the tables, 1 to 160 keV or 0.3 to 10 Å.
    pub fn line(probe: Probe, at: f64) -> Result<Self, SpectrumError> {
        match probe {
            Probe::Xray => check("the energy of the line, keV,", at, [1.0, 160.0])?,
            Probe::Neutron => check("the wavelength of the line, angstrom,", at, [0.3, 10.0])?,
        }
        Self::detected(probe, &[Arrival { at, quanta: 1.0, efficiency: 1.0, signal: 1.0 }], 1)
    }

    /// Shares of the signal, with the fine bins joined to at most `bins`. `arrivals`: rising.
    pub(super) fn detected(
        probe: Probe,
        arrivals: &[Arrival],
        bins: usize,
    ) -> Result<Self, SpectrumError> {
        #[allow(clippy::cast_precision_loss, reason = "a handful of bins")]
        check("the number of bins", bins as f64, [1.0, MOST_BINS])?;
        let sum = |power: i32| -> f64 {
            let term = |each: &Arrival| each.quanta * each.efficiency * each.signal.powi(power);
            arrivals.iter().map(term).sum()
        };
        let (quanta, detected, signal, square) =
            (arrivals.iter().map(|each| each.quanta).sum::<f64>(), sum(0), sum(1), sum(2));
        if !(signal > 0.0 && signal.is_finite()) {
            return Err(SpectrumError::Dark);
        }
        let share = |each: &Arrival| {
            let weight = each.quanta * each.efficiency * each.signal / signal;
            Bin { at: each.at, weight, variance_weight: weight * each.signal * signal / square }
        };
        let shares = arrivals.iter().map(share);
        let mut fine: Vec<Bin> = shares.filter(|bin| bin.weight > LEAST_SHARE).collect();
        scale_to_one(&mut fine);
        let counts = bin_counts(&fine, bins);
        let mut rest = fine.as_slice();
        let joined = counts.iter().map(|count| {
            let (these, after) = rest.split_at(*count);
            rest = after;
            join(these)
        });
        Ok(Self {
            probe,
            bins: joined.collect(),
            counts,
            quanta,
            detected_fraction: detected / quanta,
            mean_signal: signal / detected,
            mean_square_signal: square / detected,
            fine,
        })
    }

    /// Neutrons or X-rays.
    #[must_use]
    pub fn probe(&self) -> Probe {
        self.probe
    }

    /// The bins that samples are attenuated in; not more than asked for, empty ones left out.
    #[must_use]
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// X-rays: photons a cm² and mAs at 1 m, behind the filters. Otherwise 1.
    #[must_use]
    pub fn quanta(&self) -> f64 {
        self.quanta
    }

    /// Share of the arriving quanta that the detector detects.
    #[must_use]
    pub fn detected_fraction(&self) -> f64 {
        self.detected_fraction
    }

    /// Mean signal of a detected quantum: keV for a tube's X-rays, 1 for neutrons and lines.
    #[must_use]
    pub fn mean_signal(&self) -> f64 {
        self.mean_signal
    }

    /// Mean square of the signal of a detected quantum; against the square of the mean it gives
    /// the noise of an energy-integrating detector.
    #[must_use]
    pub fn mean_square_signal(&self) -> f64 {
        self.mean_square_signal
    }

    /// Attenuation of a thin sample, 1/cm: the mean weighted with the signal.
    #[must_use]
    pub fn effective_attenuation(&self, substance: &Substance, hydrogen: HydrogenModel) -> f64 {
        let term = |bin: &Bin| bin.weight * self.attenuation_at(bin.at, substance, hydrogen);
        self.fine.iter().map(term).sum()
    }

    /// Transmission of one ray in fine bins and f64: slow, and what the fast table is held to.
    ///
    /// `lengths_mm`: what the ray crosses of each material, mm.
    #[must_use]
    pub fn transmission(&self, lengths_mm: &[(&Substance, f64)], hydrogen: HydrogenModel) -> f64 {
        let depth = |at: f64| -> f64 {
            let term = |(substance, mm): &(&Substance, f64)| {
                self.attenuation_at(at, substance, hydrogen) * mm / 10.0
            };
            lengths_mm.iter().map(term).sum()
        };
        self.fine.iter().map(|bin| bin.weight * (-depth(bin.at)).exp()).sum()
    }

    /// Attenuation of a thin sample in each bin, 1/cm.
    pub(super) fn attenuation_by_bin(
        &self,
        substance: &Substance,
        hydrogen: HydrogenModel,
    ) -> Vec<f64> {
        let mut rest = self.fine.as_slice();
        let mean = |count: &usize| {
            let (these, after) = rest.split_at(*count);
            rest = after;
            let term = |bin: &Bin| bin.weight * self.attenuation_at(bin.at, substance, hydrogen);
            these.iter().map(term).sum::<f64>() / these.iter().map(|bin| bin.weight).sum::<f64>()
        };
        self.counts.iter().map(mean).collect()
    }

    fn attenuation_at(&self, at: f64, substance: &Substance, hydrogen: HydrogenModel) -> f64 {
        match self.probe {
            Probe::Xray => substance.xray(at),
            Probe::Neutron => substance.neutron(at, hydrogen),
        }
    }
}

fn scale_to_one(bins: &mut [Bin]) {
    let weight: f64 = bins.iter().map(|bin| bin.weight).sum();
    let variance_weight: f64 = bins.iter().map(|bin| bin.variance_weight).sum();
    for bin in bins {
        bin.weight /= weight;
        bin.variance_weight /= variance_weight;
    }
}

/// How many fine bins each of at most `bins` bins joins.
///
/// The bins lie as dense in ln(at) as the cube root of the signal's density there, which makes the
/// error of a sum over them least. Empty ones are left out.
/// Source: Panter & Dite 1951, doi:10.1109/JRPROC.1951.230419.
fn bin_counts(fine: &[Bin], bins: usize) -> Vec<usize> {
    let share = |(index, bin): (usize, &Bin)| {
        let before = fine[index.saturating_sub(1)].at;
        let after = fine[(index + 1).min(fine.len() - 1)].at;
        let width = (after / before).ln().max(f64::MIN_POSITIVE);
        (bin.weight * width * width).cbrt()
    };
    let shares: Vec<f64> = fine.iter().enumerate().map(share).collect();
    #[allow(clippy::cast_precision_loss, reason = "a handful of bins")]
    let scale = bins as f64 / shares.iter().sum::<f64>();
    let mut counts = vec![0; bins];
    let mut before = 0.0;
    for share in shares {
        let place = voltomo_numeric::cast::to_index((before + share / 2.0) * scale);
        counts[place.min(bins - 1)] += 1;
        before += share;
    }
    counts.retain(|count| *count > 0);
    counts
}

fn join(fine: &[Bin]) -> Bin {
    let weight = fine.iter().map(|bin| bin.weight).sum();
    let at = fine.iter().map(|bin| bin.at * bin.weight).sum::<f64>() / weight;
    Bin { at, weight, variance_weight: fine.iter().map(|bin| bin.variance_weight).sum() }
}
