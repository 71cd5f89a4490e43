//! What can be done where rays cross much metal. Does nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done where rays cross much metal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetalArtefacts {
    /// Nothing.
    #[default]
    None,
    /// What lies there beside the metal is interpolated linearly.
    Interpolated,
    /// It is interpolated after a division by the projections of a prior (NMAR).
    Normalised,
}
