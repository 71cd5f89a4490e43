//! An instrument as a TOML file describes it. Traces nothing.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use voltomo_types::Probe;

use super::{
    camera::{Defects, Detector, Noise, Readout, Scatter, Screen, Spots},
    error::InstrumentError,
    frame_plan::FramePlan,
    layout::{Geometry, Rays},
    preset::Preset,
    source::{Beam, Neutrons, Tube},
};
use crate::simulate::written::Written;

/// The instruments of the house.
const TITAN: &str = include_str!("../../../../../instruments/titan.toml");
const IMAX: &str = include_str!("../../../../../instruments/imax.toml");

/// An instrument. **A key that is left out, or 0, switches its effect off.**
///
/// Keys without which there is no instrument (pixels, distances, intensity, exposure) are asked
/// for by [`Self::problems`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, for notes.
    pub name: String,
    /// What passes through the sample: `neutron` or `xray`.
    pub probe: Probe,
    /// Neutrons: the source. With `probe = "neutron"` only.
    pub neutrons: Option<Neutrons>,
    /// X-rays: the tube. With `probe = "xray"` only.
    pub tube: Option<Tube>,
    /// How steady and even the beam is.
    #[serde(default)]
    pub beam: Beam,
    /// Where everything is.
    #[serde(default)]
    pub geometry: Geometry,
    /// How finely the sample is traced.
    #[serde(default)]
    pub rays: Rays,
    /// The pixels.
    #[serde(default)]
    pub detector: Detector,
    /// The scintillator.
    #[serde(default)]
    pub screen: Screen,
    /// From light to counts.
    #[serde(default)]
    pub readout: Readout,
    /// What is drawn anew for each frame.
    #[serde(default)]
    pub noise: Noise,
    /// Scattered quanta and light.
    #[serde(default)]
    pub scatter: Scatter,
    /// Gamma spots.
    #[serde(default)]
    pub spots: Spots,
    /// Faulty pixels.
    #[serde(default)]
    pub defects: Defects,
    /// The frames of a scan.
    #[serde(default)]
    pub frames: FramePlan,
    /// Named variations.
    #[serde(default)]
    pub preset: BTreeMap<String, Preset>,
}

impl Profile {
    /// TITAN: thermal neutrons, a parallel beam, a scintillator before a CCD.
    ///
    /// # Panics
    /// Never: a test reads the built-in file.
    #[must_use]
    pub fn titan() -> Self {
        Self::from_toml(TITAN, "titan").expect("the built-in profile is read by a test")
    }

    /// IMAX: X-rays from a micro-focus tube, a cone beam, a flat panel.
    ///
    /// # Panics
    /// Never: a test reads the built-in file.
    #[must_use]
    pub fn imax() -> Self {
        Self::from_toml(IMAX, "imax").expect("the built-in profile is read by a test")
    }

    /// The text of a built-in profile, for a person to copy.
    ///
    /// # Errors
    /// No instrument of that name is built in.
    pub fn builtin(name: &str) -> Result<&'static str, InstrumentError> {
        match name {
            "titan" => Ok(TITAN),
            "imax" => Ok(IMAX),
            _ => Err(InstrumentError::UnknownInstrument { found: name.into() }),
        }
    }

    /// What a person named: `titan`, `imax`, or a TOML file (a name that ends in `.toml` or has a
    /// folder).
    ///
    /// # Errors
    /// The name is unknown, or the file cannot be read or used.
    pub fn named(name: &str) -> Result<Self, InstrumentError> {
        let path = Path::new(name);
        match name {
            "titan" => Ok(Self::titan()),
            "imax" => Ok(Self::imax()),
            _ if path.extension().is_some() || path.components().count() > 1 => Self::read(path),
            _ => Err(InstrumentError::UnknownInstrument { found: name.into() }),
        }
    }

    /// Reads a profile from a file.
    ///
    /// # Errors
    /// The file cannot be opened, or [`Self::from_toml`] refuses it.
    pub fn read(path: &Path) -> Result<Self, InstrumentError> {
        let text = crate::read_text(path)
            .map_err(|source| InstrumentError::Open { path: path.into(), source })?;
        Self::from_toml(&text, &path.display().to_string())
    }

    /// Reads a profile from TOML; `name` stands in messages.
    ///
    /// # Errors
    /// A key or type is wrong (with its line), or a value cannot be used, in the profile or in one
    /// of its presets.
    pub fn from_toml(text: &str, name: &str) -> Result<Self, InstrumentError> {
        let place = Written { text, source_name: name };
        let syntax = |error: toml::de::Error| {
            let (line, message) = place.syntax(&error);
            InstrumentError::Syntax { line, message, name: name.into() }
        };
        toml::from_str::<toml::Table>(text).map_err(syntax)?;
        let profile: Self = toml::from_str(text)
            .map_err(|error| InstrumentError::Problems(vec![place.mistake(&error)]))?;
        profile.checked(&place, None)?;
        for preset in profile.preset.keys() {
            profile.with_preset(Some(preset))?.checked(&place, Some(preset))?;
        }
        Ok(profile)
    }

    /// Refuses values that cannot be used, with their lines; `preset` is what they were found in.
    fn checked(&self, place: &Written<'_>, preset: Option<&str>) -> Result<(), InstrumentError> {
        let mut problems = place.placed(self.problems());
        for found in problems.iter_mut() {
            let Some(preset) = preset else { break };
            let key = &mut found.problem.key;
            let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
            let keys = [name.to_string(), format!("{table}_{name}")];
            let written = self.preset.get(preset).and_then(|it| toml::Table::try_from(it).ok());
            let own =
                keys.iter().find(|key| written.as_ref().is_some_and(|it| it.contains_key(*key)));
            if let Some(own) = own {
                found.line = place.line_of(&format!("preset.{preset}.{own}"));
            }
            key.insert_str(0, &format!("preset.{preset}: "));
        }
        if problems.is_empty() { Ok(()) } else { Err(InstrumentError::Problems(problems)) }
    }
}
