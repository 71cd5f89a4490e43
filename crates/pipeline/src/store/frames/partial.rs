//! The name of a file that is being written. Opens nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The name of a file that is not whole yet.
pub(super) fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(".partial");
    path.with_file_name(name)
}
