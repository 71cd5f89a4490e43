//! What every format offers: slices in order into one file or folder. Knows no format.

use std::path::Path;

use ndarray::ArrayView3;

use super::record::Record;
use super::{StoreError, StoreSettings};

/// Writes slices in one format; the slices come in order and lie within one file's depth.
pub(super) trait SliceWriter: Send {
    /// Writes the slices that begin at `z`.
    fn write_slices(&mut self, z: usize, attenuation: ArrayView3<f32>) -> Result<(), StoreError>;

    /// Ends a volume whose slices are all there.
    fn complete(&mut self) -> Result<(), StoreError>;
}

/// What a format needs to begin or to go on with a volume.
pub(super) struct Beginning<'a> {
    /// File or folder to write.
    pub(super) path: &'a Path,
    /// Name of the volume.
    pub(super) name: &'a str,
    pub(super) settings: &'a StoreSettings,
    pub(super) record: &'a Record,
    /// Whether the file or folder is there already.
    pub(super) is_begun: bool,
    /// Bytes that the whole volume takes at most.
    pub(super) needed: u64,
}
