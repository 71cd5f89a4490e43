//! What may be said of the edges of the windings. Judges nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// How the edges of anode and cathode are looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeSettings {
    /// Directions around the clock at which each winding's edges are measured.
    pub sectors: usize,
    /// Length of the levels at either side of an edge, mm.
    pub level_mm: f64,
    /// So far beyond the last height with windings an edge is looked for, mm.
    pub reach_mm: f64,
    /// Windings whose overhang differs from the others' by more than this are a finding, mm.
    pub least_change_mm: f64,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        Self { sectors: 72, level_mm: 0.25, reach_mm: 3.0, least_change_mm: 0.1 }
    }
}

impl EdgeSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |is_good: bool, key: &str, found: String, expected: &str| {
            if !is_good {
                problems.push(Problem::new(&format!("edge.{key}"), found, expected));
            }
        };
        check((8..=720).contains(&self.sectors), "sectors", self.sectors.to_string(), "8 to 720");
        for (key, length) in [
            ("level_mm", self.level_mm),
            ("reach_mm", self.reach_mm),
            ("least_change_mm", self.least_change_mm),
        ] {
            let is_length = length > 0.0 && length.is_finite();
            check(is_length, key, length.to_string(), "a positive length");
        }
        problems
    }
}
