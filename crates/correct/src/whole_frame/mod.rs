//! What is done to whole frames of transmission, each alone, before binning and logarithm. Knows no
//! counts and no other frame.

mod denoise;
mod steps;
mod variation;

pub use denoise::{DenoiseMethod, DenoiseSettings, OutlierKind, denoise_reach, denoise_volume};
pub(crate) use steps::{FrameSteps, Wanted};
