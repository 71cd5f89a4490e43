//! All that a recipe may say: the settings of every stage in one document. Reads no text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_acquire::AcquireSettings;
use voltomo_correct::CorrectSettings;
use voltomo_reconstruct::ReconstructSettings;
use voltomo_types::Problem;

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
