//! Named variations of a profile: other distances, pixels, frames. Knows no physics.

use serde::{Deserialize, Serialize};

use super::layout::Aim;

/// `[preset.NAME]`: keys that replace those of the profile; what is left out stays.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preset {
    /// What it is for, for lists.
    pub about: String,
    /// `detector.bin`.
    pub bin: Option<usize>,
    /// `detector.region`.
    pub region: Option<[usize; 2]>,
    /// `geometry.aim`.
    pub aim: Option<Aim>,
    /// `geometry.axis_screen_mm`.
    pub axis_screen_mm: Option<f64>,
    /// `geometry.source_axis_mm`.
    pub source_axis_mm: Option<f64>,
    /// `geometry.source_detector_mm`.
    pub source_detector_mm: Option<f64>,
    /// `rays.per_pixel`.
    pub rays_per_pixel: Option<[usize; 2]>,
    /// `rays.pinhole`.
    pub pinhole: Option<[usize; 2]>,
    /// `frames.views`.
    pub views: Option<usize>,
    /// `frames.arc_deg`.
    pub arc_deg: Option<[f64; 2]>,
    /// `frames.exposure_s`.
    pub exposure_s: Option<f64>,
    /// `frames.open_before` and `frames.open_after`.
    pub open: Option<[usize; 2]>,
    /// `frames.darks`.
    pub darks: Option<usize>,
    /// `scatter.strength`.
    pub scatter_strength: Option<f64>,
}
