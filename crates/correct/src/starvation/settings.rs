//! What a recipe may say of starved rays. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// X-rays through which next to nothing comes straight, so that what is measured is scatter and
/// noise: how many are too many for a volume that means anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StarvationSettings {
    /// A ray is starved whose transmission is below this (0.01: scatter and glare of a laboratory
    /// set-up are a few thousandths of the open beam), or whose signal is below three times its
    /// noise.
    pub below: f64,
    /// Largest share of the rays through the sample that may be starved.
    pub most: f64,
    /// Reconstruct where more are starved.
    pub despite: bool,
    /// The cell, to compute settings that would do: the name of a built-in one, or its TOML file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
}

impl Default for StarvationSettings {
    fn default() -> Self {
        Self { below: 0.01, most: 0.1, despite: false, cell: None }
    }
}

impl StarvationSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |key: &str, value: f64, [from, to]: [f64; 2], what: &str| {
            if !(from..=to).contains(&value) {
                let key = format!("correct.starvation.{key}");
                problems.push(Problem::new(&key, value, format!("{what} from {from} to {to}")));
            }
        };
        check("below", self.below, [0.0, 0.5], "a transmission");
        check("most", self.most, [0.0, 1.0], "a share");
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_settings_are_named_by_their_keys() {
        let base = StarvationSettings::default;
        for (key, settings) in [
            ("below", StarvationSettings { below: 0.9, ..base() }),
            ("below", StarvationSettings { below: f64::NAN, ..base() }),
            ("most", StarvationSettings { most: -0.1, ..base() }),
        ] {
            let problems = settings.problems();
            assert_eq!(problems.len(), 1);
            assert_eq!(problems[0].key, format!("correct.starvation.{key}"));
        }
        assert!(base().problems().is_empty());
    }
}
