//! The slices of a volume that another program left as images. Knows no scan.

use std::path::Path;

use voltomo_types::Frames;

use crate::AcquireError;
use crate::read::{find_images, image_stack::ImageStack};

/// Where a person says which images they mean.
const KEY: &str = "the volume";

/// Images of one size as the slices of a volume, and what they say of its voxels.
#[derive(Debug)]
pub struct SliceImages {
    /// The slices, `[slice, row, column]`, read on demand.
    pub frames: Box<dyn Frames>,
    /// Edge of a pixel in mm, where the first file tells it.
    pub pixel_mm: Option<f64>,
    /// Distance from slice to slice in mm, where the first file tells it.
    pub slice_mm: Option<f64>,
    /// Format and compression, as a person says it.
    pub storage: String,
}

/// Opens a folder of images, a pattern such as `slices/*.tif`, or one file of several pages (also a
/// stack of ImageJ's beyond 4 GB), TIFF or FITS, in natural order of the names.
///
/// # Errors
/// Nothing there, files that are no images, or of unequal size or number type.
pub fn open_slices(path: &Path) -> Result<SliceImages, AcquireError> {
    let set = find_images::find(KEY, &path.to_string_lossy(), Path::new(""))?;
    let stack = ImageStack::open(set.files, KEY)?;
    let (pixel_mm, slice_mm) = (stack.pixel_mm, stack.slice_mm);
    let storage = stack.storage.clone();
    Ok(SliceImages { frames: Box::new(stack), pixel_mm, slice_mm, storage })
}
