//! Chooses the reader of an image file by its first bytes. Reads no pixel itself.

use std::{fs::File, io::Read, path::Path};

use super::{
    fits,
    image_page::{ImageFile, ImageFormat, first_bytes},
    tiff_image,
};
use crate::AcquireError;

/// What an image file holds, by its headers alone.
///
/// # Errors
/// Empty, truncated, broken or no image; a colour image; numbers that are not read.
pub(crate) fn describe(path: &Path) -> Result<ImageFile, AcquireError> {
    let open = |source| AcquireError::Open { path: path.into(), source };
    let image = |what: String| AcquireError::Image { what, path: path.into() };
    let mut file = File::open(path).map_err(open)?;
    let file_bytes = file.metadata().map_err(open)?.len();
    let mut start = Vec::with_capacity(16);
    file.by_ref().take(16).read_to_end(&mut start).map_err(open)?;
    if start.is_empty() {
        let what = "empty file (0 bytes), expected an image; copy it anew from the instrument, or \
                    take it out of the folder";
        return Err(image(what.into()));
    }
    match ImageFormat::of_bytes(&start) {
        Some(ImageFormat::Tiff) => tiff_image::describe(path, file_bytes).map_err(image),
        Some(ImageFormat::Fits) => fits::describe(path).map_err(image),
        None => Err(image(format!(
            "not an image: begins with {}, expected TIFF or FITS; take it out of the folder, or \
             narrow the pattern",
            first_bytes(&start)
        ))),
    }
}
