//! One thing wrong with a setting, found before any data is touched. Knows no recipe format.

/// A setting that cannot be used: where it stands, what was found, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Key in the recipe, dotted and whole: `correct.dose.region`.
    pub key: String,
    /// What stands there.
    pub found: String,
    /// What would be right, and how to mend it.
    pub expected: String,
}

impl Problem {
    /// A problem with the setting `key`.
    #[must_use]
    pub fn new(key: &str, found: impl ToString, expected: impl ToString) -> Self {
        Self { key: key.into(), found: found.to_string(), expected: expected.to_string() }
    }
}
