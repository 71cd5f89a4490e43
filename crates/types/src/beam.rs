//! The beam that made the radiographs. Knows no detector.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What passes through the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    /// Thermal or cold neutrons.
    Neutron,
    /// X-rays.
    Xray,
}
