//! A survey with or without a correction of beam hardening. Corrects nothing itself.

use crate::{Linearisation, Survey};

impl Survey {
    /// The survey, with what is done to line integrals against beam hardening.
    #[must_use]
    pub fn with_linearisation(mut self, linearisation: Linearisation) -> Self {
        self.linearisation = Some(linearisation);
        self
    }

    /// The survey, without a correction of beam hardening: for a comparison.
    #[must_use]
    pub fn without_linearisation(mut self) -> Self {
        self.linearisation = None;
        self
    }
}
