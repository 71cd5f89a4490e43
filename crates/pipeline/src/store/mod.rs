//! The reconstructed volume on disk, written slab by slab and read back. Knows no reconstruction.
//!
//! A volume grows as `NAME.partial.…` beside `NAME.progress.json`, which notes the slices that are
//! safe, and gets its own name only when it is whole: what is half-written never looks finished.
//! Slabs come in rising order. A cancelled or killed volume keeps its slices: it can be opened
//! under its partial name, and [`reopen`] goes on with it.

mod error;
mod metaimage;
mod nrrd;
mod ordered;
mod place;
mod progress;
mod quantise;
mod raw;
mod read;
mod record;
mod settings;
mod tiff_stack;
mod zarr;
mod zarr_levels;

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::ArrayView3;
use serde::{Deserialize, Serialize};
use voltomo_types::VoxelGrid;

pub use error::StoreError;
pub use quantise::StoredFigures;
pub use read::{StoredVolume, read_slab};
pub use settings::{Compression, NumberType, StoreFormat, StoreSettings};

/// What the stored volume says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeMetadata {
    /// Name of the file or folder, without its ending.
    pub name: String,
    /// Where the voxels are.
    pub grid: VoxelGrid,
    /// Where the volume came from (program version, recipe, hashes of the input): embedded in
    /// every output. [`reopen`] compares it, so it holds no time of day.
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

    /// The next slice to write; not 0 after [`reopen`].
    fn next_slice(&self) -> usize;

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

/// Begins a volume `metadata.name` in the folder `folder`, which is made where missing.
///
/// # Errors
/// Settings that cannot be used; a volume or something else of that name; a folder that may not
/// be written.
pub fn create(
    folder: &Path,
    settings: &StoreSettings,
    metadata: &VolumeMetadata,
    existing: Existing,
) -> Result<Box<dyn VolumeStore>, StoreError> {
    Ok(Box::new(ordered::OrderedStore::create(folder, settings, metadata, existing)?))
}

/// Goes on with an unfinished volume that was begun with the same settings and metadata.
///
/// [`VolumeStore::next_slice`] tells where; slices of a file that was not full yet come again.
///
/// # Errors
/// Nothing to go on with, or it was begun with other settings; a file that fails.
pub fn reopen(
    folder: &Path,
    settings: &StoreSettings,
    metadata: &VolumeMetadata,
) -> Result<Box<dyn VolumeStore>, StoreError> {
    Ok(Box::new(ordered::OrderedStore::reopen(folder, settings, metadata)?))
}

/// Bytes on disk that the volume takes at most, coarser copies included.
#[must_use]
pub fn disk_bytes(settings: &StoreSettings, grid: &VoxelGrid) -> u64 {
    let plain = grid.voxel_count() as u64 * settings.numbers.bytes() as u64;
    match settings.format {
        StoreFormat::Zarr => zarr_levels::disk_bytes(settings, grid),
        StoreFormat::Tiff => plain + tiff_stack::HEADER_BYTES * grid.shape[0] as u64,
        StoreFormat::Mha | StoreFormat::Nrrd => plain + 65_536,
    }
}

/// Slabs that begin at multiples of this many slices write every file once.
#[must_use]
pub fn slab_alignment(settings: &StoreSettings) -> usize {
    match settings.format {
        StoreFormat::Zarr => settings.chunk,
        StoreFormat::Tiff | StoreFormat::Mha | StoreFormat::Nrrd => 1,
    }
}

/// Memory in bytes that writing takes beside the slab itself.
#[must_use]
pub fn working_bytes(settings: &StoreSettings, grid: &VoxelGrid) -> u64 {
    let slice = (grid.shape[1] * grid.shape[2] * settings.numbers.bytes()) as u64;
    match settings.format {
        StoreFormat::Zarr => zarr_levels::working_bytes(settings, grid),
        StoreFormat::Tiff => 2 * slice + 2_097_152,
        StoreFormat::Mha | StoreFormat::Nrrd => slice + 1_048_576,
    }
}
