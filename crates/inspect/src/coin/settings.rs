//! What a recipe may say of coin cells. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// How a coin cell is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CoinSettings {
    /// A minimum along the axis is the separator's band from this depth on, as a share of its lesser
    /// shoulder.
    pub band_depth: f64,
    /// and from so many standard deviations of its depth on.
    pub band_sigmas: f64,
    /// Bubbles and pits stand out of their layer by so many standard deviations: at 6, of some thousand
    /// independent places, less than one in a million maps has one by chance.
    pub void_sigmas: f64,
    /// From this share of rays that no light came through on, a volume is starved.
    pub starved_share: f64,
    /// An X-ray volume is starved where its steel reads less, 1/cm: no beam of a laboratory sees less
    /// in steel, it would be of 100 keV alone.
    pub least_steel_per_cm: f64,
    /// and where steel and gas differ by less than so many standard deviations of a voxel within a layer.
    pub least_contrast: f64,
}

impl Default for CoinSettings {
    fn default() -> Self {
        Self {
            band_depth: 0.1,
            band_sigmas: 5.0,
            void_sigmas: 6.0,
            starved_share: 0.1,
            least_steel_per_cm: 3.0,
            least_contrast: 2.0,
        }
    }
}

impl CoinSettings {
    /// What is wrong with them; keys as in a recipe.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let numbers = [
            ("band_depth", self.band_depth, [0.0, 1.0]),
            ("band_sigmas", self.band_sigmas, [1.0, 100.0]),
            ("void_sigmas", self.void_sigmas, [1.0, 100.0]),
            ("starved_share", self.starved_share, [0.0, 1.0]),
            ("least_steel_per_cm", self.least_steel_per_cm, [0.0, 100.0]),
            ("least_contrast", self.least_contrast, [0.0, 100.0]),
        ];
        let outside =
            numbers.into_iter().filter(|(_, value, [low, high])| !(*low..=*high).contains(value));
        outside
            .map(|(key, value, [low, high])| {
                Problem::new(
                    &format!("inspect.coin.{key}"),
                    value,
                    format!("a number from {low} to {high}"),
                )
            })
            .collect()
    }
}
