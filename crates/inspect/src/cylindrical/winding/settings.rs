//! What may be said of the search for windings. Judges nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// How the windings of a roll are looked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WindingSettings {
    /// Rays from the roll's axis, evenly around the clock.
    pub angles: usize,
    /// Least pitch that is looked for, mm; at least 4 voxels are taken in any case.
    pub least_pitch_mm: f64,
    /// Greatest pitch that is looked for, mm.
    pub most_pitch_mm: f64,
    /// Radius within which the roll lies, mm about the cell's axis; found from the can's wall where
    /// nothing is said.
    pub inside_mm: Option<f64>,
    /// Distance between the heights at which the windings are traced, mm.
    pub height_step_mm: f64,
    /// Most slices that are averaged about each height.
    pub slices: usize,
    /// Least share of a usual ridge's strength that counts as a ridge.
    pub least_strength: f64,
}

impl Default for WindingSettings {
    fn default() -> Self {
        Self {
            angles: 720,
            least_pitch_mm: 0.1,
            most_pitch_mm: 1.2,
            inside_mm: None,
            height_step_mm: 1.0,
            slices: 8,
            least_strength: 0.35,
        }
    }
}

impl WindingSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |is_good: bool, key: &str, found: String, expected: &str| {
            if !is_good {
                problems.push(Problem::new(&format!("winding.{key}"), found, expected));
            }
        };
        let pitches = [self.least_pitch_mm, self.most_pitch_mm];
        let is_range = pitches[0] > 0.0 && pitches[1] > pitches[0] && pitches[1].is_finite();
        let expected = "a positive length below most_pitch_mm";
        check(is_range, "least_pitch_mm", format!("{pitches:?}"), expected);
        check((90..=7200).contains(&self.angles), "angles", self.angles.to_string(), "90 to 7200");
        check(self.slices > 0, "slices", "0".into(), "at least 1");
        let step = self.height_step_mm;
        check(step > 0.0 && step.is_finite(), "height_step_mm", step.to_string(), "above 0");
        let share = self.least_strength;
        check(share > 0.0 && share < 1.0, "least_strength", share.to_string(), "between 0 and 1");
        let inside = self.inside_mm.unwrap_or(1.0);
        check(inside > 0.0, "inside_mm", inside.to_string(), "a positive length");
        problems
    }
}
