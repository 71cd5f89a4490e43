//! Variations of a profile: with a preset written over it, or without chance. Reads no file.

use super::{
    camera::{Defects, Noise, Spots},
    error::InstrumentError,
    preset::Preset,
    profile::Profile,
};

impl Profile {
    /// The profile with one of its presets written over it; as it is for `None`.
    ///
    /// # Errors
    /// There is no such preset.
    pub fn with_preset(&self, preset: Option<&str>) -> Result<Self, InstrumentError> {
        let mut profile = self.clone();
        let Some(name) = preset else { return Ok(profile) };
        let chosen = self.preset.get(name).ok_or_else(|| InstrumentError::UnknownPreset {
            found: name.into(),
            known: self.preset.keys().cloned().collect(),
            name: self.name.clone(),
        })?;
        apply(chosen, &mut profile);
        Ok(profile)
    }

    /// The same instrument without chance and without faults: no counting, no electronics, steady
    /// beam, equal gains, no faulty pixels, no gamma spots. Blur, scatter, glare, lag, bias and the
    /// shape of the beam stay.
    #[must_use]
    pub fn without_noise(&self) -> Self {
        let mut profile = self.clone();
        profile.noise = Noise::default();
        profile.spots = Spots::default();
        profile.defects = Defects::default();
        profile.beam.jitter = 0.0;
        profile.beam.drift_per_hour = 0.0;
        profile.readout.prnu = 0.0;
        profile.readout.gain_residual = 0.0;
        if let Some(tube) = &mut profile.tube {
            tube.spot_drift_mm = 0.0;
        }
        profile
    }
}

fn set<T: Clone>(value: &mut T, told: Option<&T>) {
    if let Some(told) = told {
        value.clone_from(told);
    }
}

/// Writes what the preset says over the profile.
fn apply(preset: &Preset, profile: &mut Profile) {
    let (detector, geometry) = (&mut profile.detector, &mut profile.geometry);
    set(&mut detector.bin, preset.bin.as_ref());
    set(&mut detector.region, preset.region.as_ref());
    set(&mut geometry.aim, preset.aim.as_ref());
    set(&mut geometry.axis_screen_mm, preset.axis_screen_mm.as_ref());
    set(&mut geometry.source_axis_mm, preset.source_axis_mm.as_ref());
    set(&mut geometry.source_detector_mm, preset.source_detector_mm.as_ref());
    set(&mut profile.rays.per_pixel, preset.rays_per_pixel.as_ref());
    set(&mut profile.rays.pinhole, preset.pinhole.as_ref());
    let frames = &mut profile.frames;
    set(&mut frames.views, preset.views.as_ref());
    set(&mut frames.arc_deg, preset.arc_deg.as_ref());
    set(&mut frames.exposure_s, preset.exposure_s.as_ref());
    set(&mut frames.open_before, preset.open.map(|[before, _]| before).as_ref());
    set(&mut frames.open_after, preset.open.map(|[_, after]| after).as_ref());
    set(&mut frames.darks, preset.darks.as_ref());
    set(&mut profile.scatter.strength, preset.scatter_strength.as_ref());
}
