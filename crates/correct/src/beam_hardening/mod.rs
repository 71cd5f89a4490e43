//! Beam hardening: line integrals of a polychromatic beam made proportional to thickness. Knows
//! neither tubes nor materials by name: they come as shares of the signal and numbers in 1/cm.

mod cupping;
mod curve;
mod linearise;
mod metal_artefacts;
mod metal_paths;
mod path_table;
mod polychromatic;
mod polynomial;
mod segment;
mod settings;

pub use cupping::{Cupping, radial_profile};
pub use curve::Curve;
pub use linearise::Linearisation;
pub use metal_artefacts::MetalArtefacts;
pub use metal_paths::MetalPaths;
pub use polychromatic::Polychromatic;
pub use polynomial::Polynomial;
pub use segment::MetalLevels;
pub use settings::{BeamHardeningSettings, HardeningBeam, HardeningMethod};
