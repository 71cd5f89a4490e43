//! Neutron attenuation of nuclides: bound cross-sections, and what hydrogen shows in a molecule.
//! Knows no mixtures and no beam.
//!
//! Absorption grows with the wavelength (1/v); the resonances of Cd, Gd, Sm and Eu are not in it.
//! Source: Sears 1992, doi:10.1080/10448639208218770.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::nuclide::Nuclide;

/// Wavelength that absorption is tabulated at, Å (2200 m/s).
const TABULATED_AT: f64 = 1.798;
/// Wavelengths that are answered for, Å.
pub(super) const RANGE_ANGSTROM: [f64; 2] = [0.3, 10.0];
/// Wavelength Å; scattering barn a hydrogen atom in organics, and in water, at room temperature.
/// Computed with NCrystal 4.4.6 from its thermal scattering kernels.
const HYDROGEN: [[f64; 3]; 17] = [
    [0.3, 21.2, 21.4],
    [0.5, 23.8, 24.5],
    [0.7, 27.7, 28.5],
    [0.9, 33.2, 32.3],
    [1.0, 36.5, 34.0],
    [1.2, 42.8, 37.7],
    [1.4, 47.9, 42.4],
    [1.6, 52.1, 47.3],
    [1.8, 55.8, 51.8],
    [2.0, 59.1, 55.9],
    [2.5, 66.4, 64.6],
    [3.0, 73.0, 71.5],
    [4.0, 83.3, 82.2],
    [5.0, 91.1, 91.1],
    [6.0, 97.1, 99.1],
    [8.0, 106.6, 113.1],
    [10.0, 114.5, 125.5],
];

/// How strongly a hydrogen atom scatters; a free atom recoils, a bound one cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HydrogenModel {
    /// As in polymers and organic liquids, by wavelength; ±5 % for small molecules.
    #[default]
    Organic,
    /// As in water, by wavelength.
    Water,
    /// The bound value of the tables, 82 b; 45 % too much for polymers in a thermal beam.
    Bound,
}

/// What takes neutrons out of the beam, in the unit of the asker: 1/cm or barn.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct NeutronParts {
    /// Absorption.
    pub absorption: f64,
    /// Coherent scattering, without Bragg edges.
    pub coherent: f64,
    /// Incoherent scattering.
    pub incoherent: f64,
}

impl NeutronParts {
    /// Both kinds of scattering.
    #[must_use]
    pub fn scattering(&self) -> f64 {
        self.coherent + self.incoherent
    }

    /// All of it.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.absorption + self.scattering()
    }
}

/// Cross-sections of one atom, barn, at a wavelength in Å, or at the nearest that is answered for.
pub(super) fn cross_sections(
    nuclide: Nuclide,
    angstrom: f64,
    hydrogen: HydrogenModel,
) -> NeutronParts {
    let bound = nuclide.neutron().expect("a substance holds only nuclides with neutron data");
    let angstrom = angstrom.clamp(RANGE_ANGSTROM[0], RANGE_ANGSTROM[1]);
    let column = match hydrogen {
        HydrogenModel::Organic => Some(1),
        HydrogenModel::Water => Some(2),
        HydrogenModel::Bound => None,
    };
    let scale = match column {
        Some(column) if nuclide.is_light_hydrogen() => {
            effective_hydrogen(angstrom, column) / (bound.coherent + bound.incoherent)
        }
        _ => 1.0,
    };
    NeutronParts {
        absorption: bound.absorption * angstrom / TABULATED_AT,
        coherent: bound.coherent * scale,
        incoherent: bound.incoherent * scale,
    }
}

/// Linear between the rows of the table.
fn effective_hydrogen(angstrom: f64, column: usize) -> f64 {
    let above = HYDROGEN.partition_point(|row| row[0] <= angstrom).clamp(1, HYDROGEN.len() - 1);
    let (left, right) = (HYDROGEN[above - 1], HYDROGEN[above]);
    let place = (angstrom - left[0]) / (right[0] - left[0]);
    left[column] + place * (right[column] - left[column])
}
