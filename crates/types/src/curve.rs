//! One measured quantity along another, for plots. Judges nothing, draws nothing.

use schemars::JsonSchema;
use serde::Serialize;

/// What is counted along an axis of a plot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counted {
    /// In the field's words: `overhang`, `height above the bottom`.
    pub name: String,
    /// Symbol of the unit: `mm`, `°`, `1/cm`; empty for counts and shares.
    pub unit: String,
}

impl Counted {
    /// A quantity and its unit.
    #[must_use]
    pub fn new(name: &str, unit: &str) -> Self {
        Self { name: name.into(), unit: unit.into() }
    }
}

/// One line of a plot.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CurveLine {
    /// What tells it from the other lines: `winding 3`, `neutrons`; empty where it is alone.
    pub label: String,
    /// A value for each place of [`Curve::along`]; NaN (in JSON `null`) where nothing is known.
    pub values: Vec<f64>,
}

/// One quantity along another: overhang round the clock, a histogram, dose against time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Curve {
    /// Name for files and links: small letters, digits and `-`.
    pub name: String,
    /// One line for a person.
    pub title: String,
    /// What the places are.
    pub across: Counted,
    /// What the values are.
    pub quantity: Counted,
    /// The places, rising; in `across`'s unit.
    pub along: Vec<f64>,
    /// One or more lines over the same places.
    pub lines: Vec<CurveLine>,
    /// Levels to hold the values against, each with a name: limits, nominal values.
    pub levels: Vec<(String, f64)>,
}

/// A surface of the cell laid flat: attenuation or a distance over angle and height.
#[derive(Debug, Clone, PartialEq)]
pub struct UnrolledMap {
    /// Name for files and links: small letters, digits and `-`.
    pub name: String,
    /// One line for a person.
    pub title: String,
    /// What the values are.
    pub quantity: Counted,
    /// `[row, column]`: rows along `up`, the lowest first; columns round the clock. NaN where
    /// nothing is known.
    pub values: ndarray::Array2<f32>,
    /// What the rows count.
    pub up: Counted,
    /// First and last row's place, in `up`'s unit.
    pub up_range: [f64; 2],
    /// First and last column's direction, degrees from +x towards +y.
    pub angle_range: [f64; 2],
}
