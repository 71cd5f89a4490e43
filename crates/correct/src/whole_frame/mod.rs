//! What is done to whole frames of transmission, each alone, before binning and logarithm. Knows no
//! counts and no other frame.

mod deblur;
mod denoise;
mod gdei;
mod kernel;
mod phase;
mod steps;
mod variation;
mod warp;

pub use deblur::{DeblurMethod, DeblurSettings};
pub use denoise::{DenoiseMethod, DenoiseSettings, OutlierKind, denoise_reach, denoise_volume};
pub use gdei::{AnalyserImages, RockingPoint, separate_analyser_images};
pub use phase::{PhaseMethod, PhaseSettings};
pub(crate) use steps::{FrameRoom, FrameSteps, Wanted, pixel_mm};
pub use warp::{DistortionMethod, DistortionSettings};
