//! The slices of a volume that another program left as images. Knows no scan.

use std::path::Path;

use voltomo_types::Frames;

use crate::AcquireError;
use crate::read::{
    find_images,
    image_stack::ImageStack,
    numbering::{Gap, gaps},
};

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
/// Nothing there, files that are no images, or of unequal size or number type; slices that are missing
/// in the numbering, which would shorten the volume without a word.
pub fn open_slices(path: &Path) -> Result<SliceImages, AcquireError> {
    let set = find_images::find(KEY, &path.to_string_lossy(), Path::new(""))?;
    refuse_gaps(&gaps(&set.files), path)?;
    let stack = ImageStack::open(set.files, KEY)?;
    let (pixel_mm, slice_mm) = (stack.pixel_mm, stack.slice_mm);
    let storage = stack.storage.clone();
    Ok(SliceImages { frames: Box::new(stack), pixel_mm, slice_mm, storage })
}

/// Refuses slices that are not evenly numbered.
fn refuse_gaps(gaps: &[Gap], path: &Path) -> Result<(), AcquireError> {
    const SHOWN: usize = 5;
    if gaps.is_empty() {
        return Ok(());
    }
    let number = |gap: &Gap| match gap.missing {
        [first, last] if first == last => format!("{first} ({gap})"),
        [first, last] => format!("{first} to {last} ({gap})"),
    };
    let mut missing: Vec<String> = gaps.iter().take(SHOWN).map(number).collect();
    missing
        .extend((gaps.len() > SHOWN).then(|| format!("and at {} more places", gaps.len() - SHOWN)));
    let what = format!(
        "slices are missing in the numbering: {}; expected evenly numbered slices: copy the volume again, \
         or name those that belong together with a pattern, as `slices/part_*.tif`",
        missing.join(", ")
    );
    Err(AcquireError::Image { what, path: path.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_that_are_missing_in_the_numbering_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for k in [1, 2, 3, 5, 6, 10] {
            std::fs::write(folder.path().join(format!("slice_{k:04}.tif")), "").unwrap();
        }
        let text = open_slices(folder.path()).unwrap_err().to_string();
        for part in ["4 (between slice_0003.tif and slice_0005.tif)", "7 to 9", "copy the volume"] {
            assert!(text.contains(part), "`{part}` is not in: {text}");
        }
        // Every second one is even too: these fail at their bytes.
        let even = folder.path().join("slice_000?.tif");
        std::fs::remove_file(folder.path().join("slice_0002.tif")).unwrap();
        std::fs::remove_file(folder.path().join("slice_0006.tif")).unwrap();
        let text = open_slices(&even).unwrap_err().to_string();
        assert!(!text.contains("missing"), "{text}");
    }
}
