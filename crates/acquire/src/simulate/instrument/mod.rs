//! Instruments: profiles as TOML, and frames as an instrument would write them. Knows no shapes and
//! no files of a scan.
//!
//! A [`Profile`] says what an instrument is like, a [`Twin`] is one with a sample in it.

mod attenuation;
mod beam_image;
mod camera;
mod check;
mod error;
mod facts;
mod frame_plan;
mod gamma_spots;
mod glare;
mod grid;
mod kernel;
mod layout;
mod open_beam;
mod pattern;
mod pinhole;
mod placement;
mod preset;
mod profile;
mod quanta;
mod random;
mod readout;
mod sample_scatter;
mod source;
mod twin;
mod variation;

pub use camera::{Defects, Detector, Noise, Readout, Scatter, Screen, Spots};
pub use error::InstrumentError;
pub use facts::InstrumentFact;
pub use frame_plan::{FrameJob, FrameKind, FramePlan, Order};
pub use layout::{Aim, Geometry, Rays};
pub use preset::Preset;
pub use profile::Profile;
pub use source::{Beam, Filter, Neutrons, Tube};
pub use twin::Twin;
