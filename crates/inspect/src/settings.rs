//! What a recipe may say of the inspection. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{CellKind, Problem};

use crate::coin::CoinSettings;
use crate::cylindrical::CylindricalSettings;

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
    /// Coin cells.
    pub coin: CoinSettings,
}

impl InspectSettings {
    /// Everything that is wrong with the settings by themselves.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        [self.cylindrical.problems(), self.coin.problems()].concat()
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
        bad.cylindrical.layers.gap.least_thickness_mm = 0.0;
        bad.coin.void_sigmas = f64::NAN;
        let keys: Vec<String> = bad.problems().into_iter().map(|problem| problem.key).collect();
        let wound = ["layers.gap.least_thickness_mm", "height_mm", "height_step_mm"];
        let mut expected = wound.map(|key| format!("inspect.cylindrical.{key}")).to_vec();
        expected.push("inspect.coin.void_sigmas".into());
        assert_eq!(keys, expected);
    }
}
