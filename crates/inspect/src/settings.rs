//! What a recipe may say of the inspection. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{CellKind, Problem};

/// Where the lid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LidSide {
    /// Found by the groove of the can, the stud and the floor.
    #[default]
    Auto,
    /// Towards slice 0.
    First,
    /// Towards the last slice.
    Last,
}

/// How a wound cell in a round can is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CylindricalSettings {
    /// Height of the whole cell in mm, which places a volume that does not hold the bottom; 0 takes
    /// it from the diameter (18650: 65, 21700: 70, 26650: 65, 4680: 80, 14500: 50).
    pub height_mm: f64,
    /// `auto`, `first` or `last`: the end of the volume (its slices) where the lid is.
    pub lid: LidSide,
    /// Slices are taken together over so many mm of height.
    pub height_step_mm: f64,
}

impl Default for CylindricalSettings {
    fn default() -> Self {
        Self { height_mm: 0.0, lid: LidSide::Auto, height_step_mm: 0.25 }
    }
}

/// `[inspect]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InspectSettings {
    /// `cylindrical` or `coin`.
    pub cell: Option<CellKind>,
    /// Path of a file of limits that take the place of the default ones; empty for none.
    pub limits: String,
    /// Wound cells.
    pub cylindrical: CylindricalSettings,
}

impl InspectSettings {
    /// Everything that is wrong with the settings by themselves.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let of = &self.cylindrical;
        let mut problems = Vec::new();
        if !(of.height_mm == 0.0 || (5.0..=500.0).contains(&of.height_mm)) {
            let key = "inspect.cylindrical.height_mm";
            problems.push(Problem::new(key, of.height_mm, "0, or 5 to 500 mm"));
        }
        if !(0.01..=5.0).contains(&of.height_step_mm) {
            let key = "inspect.cylindrical.height_step_mm";
            problems.push(Problem::new(key, of.height_step_mm, "0.01 to 5 mm"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_settings_are_named() {
        assert_eq!(InspectSettings::default().problems(), []);
        let mut bad = InspectSettings::default();
        bad.cylindrical.height_mm = -1.0;
        bad.cylindrical.height_step_mm = f64::NAN;
        let keys: Vec<String> = bad.problems().into_iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["inspect.cylindrical.height_mm", "inspect.cylindrical.height_step_mm"]);
    }
}
