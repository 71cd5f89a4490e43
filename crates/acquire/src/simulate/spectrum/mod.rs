//! What a beam is made of, as its detector sees it, and how samples attenuate it. Knows no shapes.

mod attenuation;
mod detected;
mod error;
mod exponential;
mod report;
mod thermal;
mod tube;

pub use attenuation::AttenuationTable;
pub use detected::{Bin, Spectrum};
pub use error::SpectrumError;
pub use report::{MaterialReport, NeutronValues, XrayValues, report};
pub use thermal::{ScreenResponse, ThermalBeam};
pub use tube::{Filter, PanelResponse, TubeBeam};
