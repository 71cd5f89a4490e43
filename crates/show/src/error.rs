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
    /// The file cannot be written.
    #[error("cannot write this picture: {source}; name a place that can be written ({path})")]
    Write {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
