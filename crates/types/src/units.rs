//! Units as types, so that no bare number crosses a door. Knows no arrays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A length in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Millimetre(pub f64);

/// An angle in radians.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Radian(pub f64);

impl Radian {
    /// The angle of so many degrees.
    #[must_use]
    pub fn from_degrees(degrees: f64) -> Self {
        Self(degrees.to_radians())
    }

    /// The same angle in degrees, for recipes and reports.
    #[must_use]
    pub fn degrees(self) -> f64 {
        self.0.to_degrees()
    }
}

/// What lengths on a grid are measured in: millimetres, or detector pixels where nobody said how
/// large a pixel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LengthUnit {
    /// Millimetres.
    Millimetre,
    /// Detector pixels; the pixel size is unknown.
    Pixel,
}

impl LengthUnit {
    /// The unit's short name, as printed beside a number.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Millimetre => "mm",
            Self::Pixel => "pixel",
        }
    }
}

/// What attenuation coefficients are measured in. Without a known pixel size it is 1/pixel and
/// never 1/cm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AttenuationUnit {
    /// Reciprocal centimetres.
    #[serde(rename = "1/cm")]
    PerCentimetre,
    /// Reciprocal detector pixels; the pixel size is unknown.
    #[serde(rename = "1/pixel")]
    PerPixel,
}

impl AttenuationUnit {
    /// The unit as printed: `1/cm` or `1/pixel`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::PerCentimetre => "1/cm",
            Self::PerPixel => "1/pixel",
        }
    }
}
