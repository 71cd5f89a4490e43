//! What a recipe may say of open beams that change. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// How the open beam of a radiograph is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DynamicFlatMethod {
    /// The flat fields as they are, interpolated in time where their moments are known.
    #[default]
    None,
    /// Principal components of the flat fields, as much of each as makes the radiograph smoothest.
    Components,
}

/// Open beams that move or flicker between the flat fields (beams of monochromators, synchrotrons).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DynamicFlatSettings {
    /// `components` or `none`. With `components` the mean of all flat fields is what they are added
    /// to; `correct.flat_field.interpolate` has no part then.
    pub method: DynamicFlatMethod,
    /// How many components; 0 takes those that stand out of the noise of the flat fields.
    pub components: usize,
    /// How many of them at most, where they are counted.
    pub most: usize,
    /// Pixels along an edge of the cells in which flat fields are compared: larger finds weaker
    /// changes, and none finer than a cell.
    pub cell: usize,
}

impl Default for DynamicFlatSettings {
    fn default() -> Self {
        Self { method: DynamicFlatMethod::None, components: 0, most: 4, cell: 4 }
    }
}

impl DynamicFlatSettings {
    /// Components that are held at most.
    pub(crate) fn pictures(&self) -> usize {
        match (self.method, self.components) {
            (DynamicFlatMethod::None, _) => 0,
            (DynamicFlatMethod::Components, 0) => self.most,
            (DynamicFlatMethod::Components, components) => components,
        }
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |(key, found, most): (&str, usize, usize), least: usize| {
            if !(least..=most).contains(&found) {
                let expected = format!("a whole number from {least} to {most}");
                problems.push(Problem::new(
                    &format!("correct.dynamic_flat.{key}"),
                    found,
                    expected,
                ));
            }
        };
        check(("components", self.components, 16), 0);
        check(("most", self.most, 16), 1);
        check(("cell", self.cell, 64), 1);
        problems
    }
}
