//! A volume being written, and what it says of itself. Knows no format.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};
use voltomo_types::VoxelGrid;

use super::{StoreError, StoredFigures};

/// What the numbers of a volume are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Attenuation coefficients in the grid's unit.
    #[default]
    Attenuation,
    /// Standard deviations of attenuation coefficients, in the grid's unit.
    Noise,
    /// Indices into a list of materials: coarser copies take one voxel of each group, and no mean.
    Labels,
    /// Probabilities of labels, 0 to 1.
    Confidence,
}

/// What the stored volume says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeMetadata {
    /// Name of the file or folder, without its ending.
    pub name: String,
    /// Where the voxels are.
    pub grid: VoxelGrid,
    /// What the numbers are.
    pub content: Content,
    /// Where the volume came from (program version, recipe, hashes of the input): embedded in
    /// every output. [`super::reopen`] compares it, so it holds no time of day.
    pub provenance: serde_json::Value,
}

/// What happens to a volume of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is kept, and `create` refuses.
    Refuse,
    /// A volume that voltomo wrote is replaced once the new one is whole; anything else is kept.
    Replace,
}

/// A volume being written.
pub trait VolumeStore: Send {
    /// Writes the slices `z`: `attenuation` is `[z, y, x]`, in the grid's unit, all finite.
    ///
    /// # Errors
    /// A slab out of order, of the wrong shape or with NaN (nothing of it is written then); a disk
    /// that is full or fails.
    fn write_slab(
        &mut self,
        z: Range<usize>,
        attenuation: ArrayView3<f32>,
    ) -> Result<(), StoreError>;

    /// The next slice to write; not 0 after [`super::reopen`].
    fn next_slice(&self) -> usize;

    /// Where the volume lies while it is being written.
    fn path(&self) -> &Path;

    /// Ends the volume: builds coarser copies where the format has them and gives it its name.
    /// A cancelled volume stays under its partial name, where it can be opened and gone on with.
    ///
    /// # Errors
    /// Slices are missing and it was not cancelled; the disk is full or fails.
    fn finish(self: Box<Self>, cancelled: bool) -> Result<Stored, StoreError>;
}

/// A volume on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// The file or folder.
    pub path: PathBuf,
    /// Slices written.
    pub slice_count: usize,
    /// Whether all slices are there.
    pub is_whole: bool,
    /// Range, mean, and voxels outside the limits.
    pub figures: StoredFigures,
}
