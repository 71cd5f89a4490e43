//! Why a beam cannot be described: what was found, what was expected. Prints nothing.

/// Why there is no spectrum.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpectrumError {
    /// A value that cannot be used.
    #[error("{what} is {found}; expected {expected}")]
    Value {
        /// What it is, with its unit.
        what: String,
        /// What was given.
        found: f64,
        /// What would be right.
        expected: String,
    },
    /// Nothing is detected.
    #[error("the detector sees nothing of this beam; expected thinner filters or a thicker screen")]
    Dark,
}

/// That a value lies in a range, both ends included; NaN lies in none.
pub(super) fn check(what: &str, found: f64, [from, to]: [f64; 2]) -> Result<(), SpectrumError> {
    if (from..=to).contains(&found) {
        return Ok(());
    }
    let expected = format!("a number from {from} to {to}");
    Err(SpectrumError::Value { what: what.into(), found, expected })
}
