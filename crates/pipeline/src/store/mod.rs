//! The reconstructed volume on disk, written slab by slab and read back. Knows no reconstruction.
//!
//! A volume grows as `NAME.partial.…` beside `NAME.progress.json`, which notes the slices that are
//! safe, and gets its own name only when it is whole: what is half-written never looks finished.
//! Slabs come in rising order. A cancelled or killed volume keeps its slices: it can be opened
//! under its partial name, and [`reopen`] goes on with it.

mod chunks;
mod door;
mod error;
mod foreign;
mod frames;
mod metaimage;
mod nifti;
mod nrrd;
mod ordered;
mod place;
mod progress;
mod quantise;
mod raw;
mod read;
mod record;
mod settings;
mod sizes;
mod slice_writer;
mod tiff_stack;
mod volume_store;
mod zarr;
mod zarr_levels;

pub(crate) use door::create_at_once;
pub use door::{create, reopen};
pub use error::StoreError;
pub(crate) use error::is_full_disk;
pub use foreign::ForeignVolume;
pub(crate) use foreign::is_length_mm;
pub use frames::{FrameFormat, FrameTags, NexusFile, NexusFrame, NexusScan, write_frame};
pub use quantise::StoredFigures;
pub(crate) use read::check_size;
pub use read::{StoredVolume, read_slab};
pub use settings::{Compression, NumberType, StoreFormat, StoreSettings};
pub use sizes::{disk_bytes, slab_alignment, working_bytes};
pub use volume_store::{Content, Existing, Stored, VolumeMetadata, VolumeStore};
