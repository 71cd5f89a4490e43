//! One frame as a 16-bit TIFF, with the pixel size as ImageJ keeps it. Knows no folders.

use std::io::{Seek, Write};

use ndarray::ArrayView2;
use tiff::encoder::{TiffEncoder, colortype::Gray16};
use tiff::tags::{ResolutionUnit, Tag};

use super::FrameTags;
use crate::store::tiff_stack::per_unit;

/// Writes the frame into an empty file.
pub(super) fn write(
    file: impl Write + Seek,
    counts: ArrayView2<'_, u16>,
    tags: &FrameTags,
) -> tiff::TiffResult<()> {
    let (rows, columns) = counts.dim();
    let (height, width) = (u32::try_from(rows)?, u32::try_from(columns)?);
    let mut encoder = TiffEncoder::new(file)?;
    let mut image = encoder.new_image::<Gray16>(width, height)?;
    image.rows_per_strip(height)?;
    let resolution = per_unit(tags.pixel_mm);
    let header = image.encoder();
    header.write_tag(Tag::ImageDescription, description(tags).as_str())?;
    header.write_tag(Tag::XResolution, resolution.clone())?;
    header.write_tag(Tag::YResolution, resolution)?;
    // The unit stands in the description; TIFF itself knows only inches and centimetres.
    header.write_tag(Tag::ResolutionUnit, ResolutionUnit::None.to_u16())?;
    image.write_data(counts.as_standard_layout().as_slice().unwrap_or_default())
}

fn description(tags: &FrameTags) -> String {
    let FrameTags { kind, exposure_s, pixel_mm, .. } = tags;
    format!(
        "ImageJ=1.11a\nimages=1\nunit=mm\nspacing={pixel_mm}\nframe={kind}\nexposure_s={exposure_s}\n"
    )
}
