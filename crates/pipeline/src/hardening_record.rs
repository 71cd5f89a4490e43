//! What the correction of beam hardening did, for the record. Measures nothing.

use serde::Serialize;
use voltomo_correct::{Cupping, MetalLevels};

/// What the correction of beam hardening did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HardeningRecord {
    /// Attenuation of metal and of the rest in each reconstruction that metal was looked for in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metal: Vec<MetalLevels>,
    /// The slice that was looked at.
    pub slice: usize,
    /// Cupping of that slice without the correction; the profile by radius in it.
    pub before: Option<Cupping>,
    /// Cupping with it, about the same centre.
    pub after: Option<Cupping>,
}

impl HardeningRecord {
    /// The figures as a sentence.
    pub(crate) fn line(&self) -> Option<String> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        Some(format!(
            "beam hardening: cupping {:.1} % before, {:.1} % after (edge against middle, slice {})",
            before.percent, after.percent, self.slice
        ))
    }
}
