//! Neutrons of a thermal beam on a scintillator screen. Knows no sample.

use voltomo_types::Probe;

use super::detected::{Arrival, Spectrum};
use super::error::{SpectrumError, check};

/// Boltzmann's constant, meV/K.
const BOLTZMANN: f64 = 0.086_173_33;
/// Energy of a neutron of 1 Å, meV.
const MEV_OF_ANGSTROM: f64 = 81.804;
/// Wavelength that the screen's depth is given at, Å.
const DEPTH_AT: f64 = 1.798;
/// Fine bins across the range of wavelengths.
const FINE_BINS: u32 = 970;

/// A Maxwellian flux spectrum: `φ(E) dE = E/(kT)²·exp(−E/kT) dE`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThermalBeam {
    /// Temperature of the moderator, K.
    pub kelvin: f64,
    /// Shortest and longest wavelength in the beam, Å.
    pub range_angstrom: [f64; 2],
}

impl Default for ThermalBeam {
    fn default() -> Self {
        Self { kelvin: 300.0, range_angstrom: [0.3, 10.0] }
    }
}

/// A screen that detects `1 − exp(−depth·λ/1.798 Å)` of the neutrons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScreenResponse {
    /// Optical depth of absorption at 1.798 Å; 0.146 for 100 µm ZnS with ⁶LiF.
    pub depth: f64,
}

impl Default for ScreenResponse {
    fn default() -> Self {
        Self { depth: 0.146 }
    }
}

impl Spectrum {
    /// The spectrum of a thermal beam as a screen sees it: each detected neutron counts 1.
    ///
    /// `bins`: 16 keep −ln T of a cell within 0.5 %.
    /// Errors: a value that is not answered for.
    pub fn thermal(
        beam: &ThermalBeam,
        screen: &ScreenResponse,
        bins: usize,
    ) -> Result<Self, SpectrumError> {
        let [first, last] = beam.range_angstrom;
        check("the temperature of the beam, K,", beam.kelvin, [10.0, 3000.0])?;
        check("the shortest wavelength, angstrom,", first, [0.3, 10.0])?;
        check("the longest wavelength, angstrom,", last, [first + 1e-3, 10.0])?;
        check("the depth of the screen", screen.depth, [1e-6, 100.0])?;
        let width = (last - first) / f64::from(FINE_BINS);
        let arrival = |index: u32| {
            let angstrom = first + (f64::from(index) + 0.5) * width;
            Arrival {
                at: angstrom,
                quanta: beam.flux(angstrom) * width,
                efficiency: 1.0 - (-screen.depth * angstrom / DEPTH_AT).exp(),
                signal: 1.0,
            }
        };
        let mut arrivals: Vec<Arrival> = (0..FINE_BINS).map(arrival).collect();
        let whole: f64 = arrivals.iter().map(|each| each.quanta).sum();
        arrivals.iter_mut().for_each(|each| each.quanta /= whole);
        Self::detected(Probe::Neutron, &arrivals, bins)
    }
}

impl ThermalBeam {
    /// Share of the flux in 1 Å: `φ(E)·2E/λ`.
    fn flux(&self, angstrom: f64) -> f64 {
        let mev = MEV_OF_ANGSTROM / (angstrom * angstrom);
        let reduced = mev / (BOLTZMANN * self.kelvin);
        reduced * reduced * (-reduced).exp() * 2.0 / angstrom
    }
}
