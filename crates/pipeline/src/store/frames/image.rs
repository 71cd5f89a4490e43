//! One frame in a file of its own, whatever the format. Knows no folders.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use ndarray::ArrayView2;

use super::{FrameFormat, FrameTags, fits, partial::partial, tiff};
use crate::store::StoreError;

/// Writes one frame of counts, `[row, column]`; an older file of the same name is replaced when
/// the new one is whole.
///
/// # Errors
/// A disk that is full or may not be written.
pub fn write_frame(
    path: &Path,
    format: FrameFormat,
    counts: ArrayView2<'_, u16>,
    tags: &FrameTags,
) -> Result<(), StoreError> {
    let partial = partial(path);
    let needed = 2 * counts.len() as u64;
    let failed = |source| StoreError::from_io(source, &partial, needed);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&partial).map_err(failed)?);
    match format {
        FrameFormat::Tiff => tiff::write(&mut file, counts, tags)
            .map_err(|error| StoreError::from_crate(&error, &partial, needed))?,
        FrameFormat::Fits => fits::write(&mut file, counts, tags)
            .map_err(|error| StoreError::from_crate(&error, &partial, needed))?,
    }
    file.flush().map_err(failed)?;
    fs::rename(&partial, path).map_err(|source| StoreError::from_io(source, path, needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_frame_on_a_full_disk_is_an_error_and_leaves_no_whole_name() {
        for format in [FrameFormat::Tiff, FrameFormat::Fits] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("frame");
            std::os::unix::fs::symlink("/dev/full", partial(&path)).unwrap();
            let counts = ndarray::Array2::<u16>::zeros((40, 50));
            let tags = FrameTags { kind: "dark", exposure_s: 1.0, pixel_mm: 0.1, angle_deg: None };
            let error = write_frame(&path, format, counts.view(), &tags).unwrap_err();
            assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
            assert!(!path.exists());
        }
    }
}
