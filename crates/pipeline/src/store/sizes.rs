//! What a volume will take on disk and in memory, format by format. Writes nothing.

use voltomo_types::VoxelGrid;

use super::{StoreFormat, StoreSettings, tiff_stack, zarr_levels};

/// Bytes on disk that the volume takes at most, coarser copies included.
#[must_use]
pub fn disk_bytes(settings: &StoreSettings, grid: &VoxelGrid) -> u64 {
    let plain = grid.voxel_count() as u64 * settings.numbers.bytes() as u64;
    match settings.format {
        StoreFormat::Zarr => zarr_levels::disk_bytes(settings, grid),
        StoreFormat::Tiff => plain + tiff_stack::HEADER_BYTES * grid.shape[0] as u64,
        StoreFormat::Mha | StoreFormat::Nrrd | StoreFormat::Nifti => plain + 65_536,
    }
}

/// Slabs that begin at multiples of this many slices write every file once.
#[must_use]
pub fn slab_alignment(settings: &StoreSettings) -> usize {
    match settings.format {
        StoreFormat::Zarr => settings.chunk,
        StoreFormat::Tiff | StoreFormat::Mha | StoreFormat::Nrrd | StoreFormat::Nifti => 1,
    }
}

/// Memory in bytes that writing takes beside the slab itself.
#[must_use]
pub fn working_bytes(settings: &StoreSettings, grid: &VoxelGrid) -> u64 {
    let slice = (grid.shape[1] * grid.shape[2] * settings.numbers.bytes()) as u64;
    match settings.format {
        StoreFormat::Zarr => zarr_levels::working_bytes(settings, grid),
        StoreFormat::Tiff => 2 * slice + 2_097_152,
        StoreFormat::Mha | StoreFormat::Nrrd | StoreFormat::Nifti => slice + 1_048_576,
    }
}
