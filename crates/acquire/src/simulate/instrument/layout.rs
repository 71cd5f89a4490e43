//! What a profile says of distances, the axis and the rays that are traced. Knows no detector.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// `[geometry]`: where the sample, the axis and the detector are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Geometry {
    /// Neutrons: distance from the axis to the screen, mm.
    pub axis_screen_mm: f64,
    /// X-rays: distance from the source to the axis (SOD), mm.
    pub source_axis_mm: f64,
    /// X-rays: distance from the source to the detector (SDD), mm.
    pub source_detector_mm: f64,
    /// What is seen on the axis at the detector's middle row: `"middle"` of the sample, `"top"`
    /// (the sample's top a twentieth of the frame below its upper edge), or a height in the cell's
    /// frame, mm.
    pub aim: Aim,
    /// Distance of the axis from the middle of the beam at the sample, mm, towards larger columns.
    pub axis_offset_mm: f64,
    /// Tilt of the axis in the plane of the detector, degrees: positive where the axis moves to
    /// larger columns with larger rows.
    pub axis_tilt_deg: f64,
    /// X-rays: turn of the panel about the central beam, degrees, in the same sense as the tilt:
    /// the picture shows the sum of both.
    pub panel_roll_deg: f64,
    /// X-rays: inclination of the rays against the plane at right angles to the axis, degrees: the
    /// source is raised and the upright panel lowered, so that the ray to the panel's middle meets
    /// the axis under this angle. The distances stay those at right angles to the axis.
    pub inclination_deg: f64,
    /// X-rays: where the central beam meets the panel, `[row, column]` in unbinned pixels from the
    /// detector's middle.
    pub piercing_offset: [f64; 2],
}

/// What the detector's middle row sees.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Aim {
    /// The middle of the sample.
    #[default]
    Middle,
    /// The top of the sample, near the upper edge of the frame.
    Top,
    /// A height in the cell's frame, mm.
    Height(f64),
}

impl Serialize for Aim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Middle => serializer.serialize_str("middle"),
            Self::Top => serializer.serialize_str("top"),
            Self::Height(height) => serializer.serialize_f64(*height),
        }
    }
}

impl<'de> Deserialize<'de> for Aim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AimVisitor)
    }
}

struct AimVisitor;

impl de::Visitor<'_> for AimVisitor {
    type Value = Aim;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`\"middle\"`, `\"top\"` or a height in mm")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Aim, E> {
        match word {
            "middle" => Ok(Aim::Middle),
            "top" => Ok(Aim::Top),
            _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
        }
    }

    fn visit_f64<E: de::Error>(self, height: f64) -> Result<Aim, E> {
        Ok(Aim::Height(height))
    }

    fn visit_i64<E: de::Error>(self, height: i64) -> Result<Aim, E> {
        // Heights that an f64 could not hold are refused as absurd later.
        Ok(Aim::Height(height as f64))
    }
}

/// `[rays]`: how finely the sample is traced.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rays {
    /// Rays a frame pixel, `[rows, columns]`. 0: chosen by the program: 2, and as many rows as
    /// keep them 0.01 mm apart in a sample lower than 8 mm, whose layers are seen edge-on.
    pub per_pixel: [usize; 2],
    /// Neutrons: parts of the pinhole that rays are traced from, `[rows, columns]`; the disc
    /// between them is smeared at the distance of the axis. 0: chosen by the program: 1, and 7
    /// rows for a sample lower than 8 mm. 1: the whole disc is smeared.
    pub pinhole: [usize; 2],
}
