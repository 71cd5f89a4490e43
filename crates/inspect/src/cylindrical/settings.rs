//! What a recipe may say of wound cells. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

use super::edge::EdgeSettings;
use super::winding::{GapSettings, ParticleSettings, WindingSettings};

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

/// How the wound layers are looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LayerSettings {
    /// The spiral.
    pub winding: WindingSettings,
    /// Gaps between windings.
    pub gap: GapSettings,
    /// Foreign particles.
    pub particle: ParticleSettings,
    /// Edges and overhang.
    pub edge: EdgeSettings,
}

impl LayerSettings {
    /// What is wrong with them; keys as in a recipe.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.winding.problems();
        problems.extend(self.gap.problems());
        problems.extend(self.particle.problems());
        problems.extend(self.edge.problems());
        let prefixed =
            |it: Problem| Problem { key: format!("inspect.cylindrical.layers.{}", it.key), ..it };
        problems.into_iter().map(prefixed).collect()
    }
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
    /// The wound layers, in X-rays.
    pub layers: LayerSettings,
}

impl Default for CylindricalSettings {
    fn default() -> Self {
        Self {
            height_mm: 0.0,
            lid: LidSide::Auto,
            height_step_mm: 0.25,
            layers: LayerSettings::default(),
        }
    }
}

impl CylindricalSettings {
    /// Everything that is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.layers.problems();
        if !(self.height_mm == 0.0 || (5.0..=500.0).contains(&self.height_mm)) {
            let key = "inspect.cylindrical.height_mm";
            problems.push(Problem::new(key, self.height_mm, "0, or 5 to 500 mm"));
        }
        if !(0.01..=5.0).contains(&self.height_step_mm) {
            let key = "inspect.cylindrical.height_step_mm";
            problems.push(Problem::new(key, self.height_step_mm, "0.01 to 5 mm"));
        }
        problems
    }
}
