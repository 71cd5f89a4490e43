//! Where a cell's results go, and what the machine may give. Does nothing.

use std::path::PathBuf;

use crate::memory::Bytes;

/// Folder of the registration.
pub(super) const REGISTER: &str = "4-register";
/// Folder of the labels.
pub(super) const SEGMENT: &str = "5-segment";
/// Folder of the findings.
pub(super) const INSPECT: &str = "6-inspect";

/// Where a cell's results go, and what the machine may give.
#[derive(Debug, Clone)]
pub struct CellOptions {
    /// Folder for everything.
    pub out: PathBuf,
    /// Folder of the cell's recipe, from which its paths count.
    pub base: PathBuf,
    /// Memory allowed.
    pub memory: Option<Bytes>,
    /// Keep the runs of scans that are finished, go on with one that is not.
    pub resume: bool,
    /// Replace what is in the folder.
    pub force: bool,
}
