//! Chooses the reader for a scan, and lets the recipe have the last word. Reads no file format.

use std::path::Path;

use voltomo_types::Scan;

use crate::{AcquireError, AcquireSettings};

/// Opens the scan that `settings` name; nothing of its frames is read.
///
/// `base`: folder at which a relative `acquire.path` starts, that of the recipe.
/// Returns a scan whose `facts` list what the files told, what the recipe told and what is missing.
///
/// # Errors
/// What was found, what was expected, which key of the recipe mends it, and the file.
pub fn open(settings: &AcquireSettings, base: &Path) -> Result<Scan, AcquireError> {
    let path = base.join(&settings.path);
    Err(AcquireError::NoSuchPath { key: "acquire.path".into(), path })
}
