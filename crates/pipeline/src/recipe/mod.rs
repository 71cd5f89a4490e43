//! What a person wants done, in TOML: read, checked whole, completed with defaults. Touches no data.

mod check;
mod commented;
mod error;
mod nearest;
mod overrides;
mod schema;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_acquire::AcquireSettings;
use voltomo_correct::CorrectSettings;
use voltomo_reconstruct::ReconstructSettings;
use voltomo_types::Problem;

pub use commented::commented;
pub use error::{Place, PlacedProblem, RecipeError};
pub use overrides::Override;
pub use schema::json_schema;

use crate::store::StoreSettings;

/// What a person wants done with one scan. Every table may be left out; a key that is left out
/// keeps its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// Where the scan is and what its files do not tell.
    pub acquire: AcquireSettings,
    /// From counts to line integrals.
    pub correct: CorrectSettings,
    /// From line integrals to attenuation coefficients.
    pub reconstruct: ReconstructSettings,
    /// How the volume is written.
    pub store: StoreSettings,
}

impl Recipe {
    /// Reads a recipe from TOML text and `--set` overrides, and checks it whole: unknown keys with
    /// the nearest valid one, wrong types and units, contradicting values.
    ///
    /// `source` names the text in messages.
    ///
    /// # Errors
    /// Everything wrong with it at once, each with its place.
    pub fn read(text: &str, source: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        let checked = check::structure(text, source, overrides)?;
        let recipe: Self = toml::from_str(&checked.merged).map_err(|error| {
            RecipeError::Unreadable { source_name: source.into(), message: error.message().into() }
        })?;
        let problems = recipe.problems();
        if problems.is_empty() {
            return Ok(recipe);
        }
        Err(checked.locate(problems))
    }

    /// Reads a recipe file; a relative `acquire.path` counts from the recipe's own folder.
    ///
    /// # Errors
    /// A file that cannot be read, and everything wrong with the recipe.
    pub fn open(path: &Path, overrides: &[Override]) -> Result<Self, RecipeError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| RecipeError::Open { path: path.into(), why: source.to_string() })?;
        Self::read(&text, &path.display().to_string(), overrides)
    }

    /// The recipe of a scan that is given on the command line, with its overrides.
    ///
    /// # Errors
    /// Everything wrong with the overrides.
    pub fn for_scan(scan: &Path, overrides: &[Override]) -> Result<Self, RecipeError> {
        let mut told = vec![Override::text("acquire.path", scan.display())];
        told.extend_from_slice(overrides);
        Self::read("", "the command line", &told)
    }

    /// All that contradicts itself, found without touching data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.acquire.problems();
        problems.extend(self.correct.problems());
        problems.extend(self.reconstruct.problems());
        problems.extend(self.store.problems());
        problems
    }
}
