//! A material as a cell file writes it. Knows no file and no library.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table `[materials.NAME]`: one of `formula`, `mass`, `blend`, `mixture`, or `dry` with `liquid`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MaterialDefinition {
    /// Chemical formula; needs `density`.
    pub formula: Option<String>,
    /// Mass fractions of elements, such as `Fe:0.99;C:0.01`; needs `density`.
    pub mass: Option<String>,
    /// Mass fractions of other materials or of formulas; needs `density`.
    pub blend: Option<BTreeMap<String, f64>>,
    /// Volume fractions of other materials; the rest to 1 is gas.
    pub mixture: Option<BTreeMap<String, f64>>,
    /// A porous material with empty pores, to be soaked with `liquid`.
    pub dry: Option<String>,
    /// What fills the pores of `dry`.
    pub liquid: Option<String>,
    /// Volume fraction of the pores of `dry`, 0 to 1.
    pub porosity: Option<f64>,
    /// Density, g/cm³.
    pub density: Option<f64>,
}
