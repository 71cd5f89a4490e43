//! Why a picture could not be written. Knows no pixels.

use std::path::PathBuf;

/// Why a picture could not be written: what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShowError {
    /// A picture without pixels.
    #[error("a picture of {width} by {height} pixels; expected at least one pixel ({path})")]
    Empty {
        /// Pixels across.
        width: usize,
        /// Pixels down.
        height: usize,
        /// The file asked for.
        path: PathBuf,
    },
    /// A volume in which there is nothing to show.
    #[error("{found}; expected {expected}")]
    Volume {
        /// What was found.
        found: String,
        /// What would be right, and how to mend it.
        expected: String,
    },
    /// A setting of a picture that cannot be used.
    #[error("`{key}` is {found}; expected {expected}")]
    Setting {
        /// The setting's key.
        key: String,
        /// What stands there.
        found: String,
        /// What would be right, and how to mend it.
        expected: String,
    },
    /// The file cannot be written.
    #[error("cannot write this picture: {source}; name a place that can be written ({path})")]
    Write {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
