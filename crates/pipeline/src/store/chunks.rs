//! Which chunk files of a Zarr array are there. Reads none.

use std::ops::Range;
use std::path::{Path, PathBuf};

use zarrs::array::{ArrayError, ArraySubset};

use super::zarr::FolderArray;

/// A chunk whose file is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MissingChunk {
    /// Where the file would be.
    pub(super) file: PathBuf,
    /// Its voxels along the array's axes.
    pub(super) holds: Vec<Range<u64>>,
}

/// The chunks of `voxels` (a range for each axis) whose files are not below `folder`.
///
/// # Errors
/// A range that the array does not have.
pub(super) fn missing_chunks(
    array: &FolderArray,
    voxels: &[Range<u64>],
    folder: &Path,
) -> Result<Vec<MissingChunk>, ArrayError> {
    let subset = ArraySubset::new_with_ranges(voxels);
    let Some(chunks) = array.chunks_in_array_subset(&subset)? else { return Ok(Vec::new()) };
    let mut missing = Vec::new();
    for place in &chunks.indices() {
        let file = folder.join(array.chunk_key(&place).as_str());
        if !file.is_file() {
            let holds = array.chunk_subset_bounded(&place)?.to_ranges();
            missing.push(MissingChunk { file, holds });
        }
    }
    Ok(missing)
}
