//! What a rule of the house check finds. Knows no rule.

/// One place where the house is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    /// The file, crate or module.
    pub(super) place: String,
    /// What is wrong, and what to do.
    pub(super) complaint: String,
}

impl Fault {
    pub(super) fn new(place: impl Into<String>, complaint: impl Into<String>) -> Self {
        Self { place: place.into(), complaint: complaint.into() }
    }
}
