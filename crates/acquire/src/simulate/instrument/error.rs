//! Why an instrument cannot be used: what was found, what was expected, which key mends it.

use std::path::PathBuf;

use crate::simulate::written::{PlacedProblem, listed};

/// Why a profile could not be read, or an instrument not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstrumentError {
    /// The profile cannot be opened.
    #[error("the instrument's profile cannot be opened: {source} ({path})")]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The profile is no TOML.
    #[error("line {line}: {message}; expected TOML ({name})")]
    Syntax {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
        /// Name of the profile: its file.
        name: String,
    },
    /// Keys, types or values of the profile that cannot be used.
    #[error("{}", listed(.0))]
    Problems(Vec<PlacedProblem>),
    /// The profile has no such preset.
    #[error("no preset `{found}`; expected {} ({name})", presets(.known))]
    UnknownPreset {
        /// What was asked for.
        found: String,
        /// What the profile has.
        known: Vec<String>,
        /// Name of the profile.
        name: String,
    },
    /// No instrument of that name is built in.
    #[error("no instrument `{found}`; expected `titan`, `imax` or the name of a TOML file")]
    UnknownInstrument {
        /// What was asked for.
        found: String,
    },
    /// The sample does not fit between source and detector.
    #[error(
        "the sample reaches {radius:.1} mm from the axis, {room} has {distance:.1} mm; set \
         `{key}` to more, or take another preset ({name})"
    )]
    SampleTooWide {
        /// Radius of the sample, mm.
        radius: f64,
        /// What it would touch.
        room: &'static str,
        /// Distance from the axis to it, mm.
        distance: f64,
        /// The key that mends it.
        key: &'static str,
        /// Name of the profile.
        name: String,
    },
    /// The sample is beside the frame.
    #[error(
        "the frame sees heights from {low:.1} to {high:.1} mm, the sample reaches from \
         {bottom:.1} to {top:.1} mm; set `geometry.aim` to a height within it ({name})"
    )]
    SampleOutOfSight {
        /// Lowest height seen, mm.
        low: f64,
        /// Highest height seen, mm.
        high: f64,
        /// Bottom of the sample, mm.
        bottom: f64,
        /// Top of the sample, mm.
        top: f64,
        /// Name of the profile.
        name: String,
    },
    /// The beam cannot be computed.
    #[error("the beam cannot be computed: {message} ({name})")]
    Beam {
        /// Why.
        message: String,
        /// Name of the profile.
        name: String,
    },
}

fn presets(known: &[String]) -> String {
    match known {
        [] => "none, since the instrument has no `[preset.NAME]`: leave out --preset".into(),
        [only] => format!("`{only}`"),
        _ => format!("one of `{}`", known.join("`, `")),
    }
}
