//! What was understood of an input, and who said so. Judges nothing.

use serde::{Deserialize, Serialize};

/// Who told a fact about the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The instrument's files.
    File,
    /// The recipe or the command line.
    Recipe,
    /// Nobody; it stays missing.
    Missing,
}

/// One thing that a reader understood, had to be told, or misses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about, in the field's words: `rotation angles`, `pixel size`.
    pub item: String,
    /// What is known, with its unit; for a missing item, which recipe key tells it.
    pub value: String,
    /// Who said so.
    pub origin: Origin,
}

impl Fact {
    /// A fact from the instrument's files.
    #[must_use]
    pub fn from_file(item: &str, value: impl ToString) -> Self {
        Self { item: item.into(), value: value.to_string(), origin: Origin::File }
    }

    /// A fact that the recipe told.
    #[must_use]
    pub fn from_recipe(item: &str, value: impl ToString) -> Self {
        Self { item: item.into(), value: value.to_string(), origin: Origin::Recipe }
    }

    /// An item that nobody told, and the recipe key that would.
    #[must_use]
    pub fn missing(item: &str, mend: impl ToString) -> Self {
        Self { item: item.into(), value: mend.to_string(), origin: Origin::Missing }
    }
}
