//! Named variations of a profile: other distances, pixels, frames. Knows no physics.

use serde::{Deserialize, Serialize};

use super::{layout::Aim, profile::Profile};

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

fn set<T: Clone>(value: &mut T, told: Option<&T>) {
    if let Some(told) = told {
        value.clone_from(told);
    }
}

impl Preset {
    /// Writes what the preset says over the profile.
    pub(super) fn apply(&self, profile: &mut Profile) {
        let (detector, geometry) = (&mut profile.detector, &mut profile.geometry);
        set(&mut detector.bin, self.bin.as_ref());
        set(&mut detector.region, self.region.as_ref());
        set(&mut geometry.aim, self.aim.as_ref());
        set(&mut geometry.axis_screen_mm, self.axis_screen_mm.as_ref());
        set(&mut geometry.source_axis_mm, self.source_axis_mm.as_ref());
        set(&mut geometry.source_detector_mm, self.source_detector_mm.as_ref());
        set(&mut profile.rays.per_pixel, self.rays_per_pixel.as_ref());
        let frames = &mut profile.frames;
        set(&mut frames.views, self.views.as_ref());
        set(&mut frames.arc_deg, self.arc_deg.as_ref());
        set(&mut frames.exposure_s, self.exposure_s.as_ref());
        set(&mut frames.open_before, self.open.map(|[before, _]| before).as_ref());
        set(&mut frames.open_after, self.open.map(|[_, after]| after).as_ref());
        set(&mut frames.darks, self.darks.as_ref());
        set(&mut profile.scatter.strength, self.scatter_strength.as_ref());
    }
}
