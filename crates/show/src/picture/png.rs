//! PNG files. Knows pixels, and not what they show.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use ndarray::ArrayView2;
use png::{BitDepth, ColorType, Encoder};

use super::canvas::Picture;
use crate::ShowError;

/// Writes a picture as an 8-bit colour PNG.
///
/// # Errors
/// A picture without pixels, or a file that cannot be written.
pub fn write_png(picture: &Picture, path: &Path) -> Result<(), ShowError> {
    let size = [picture.width(), picture.height()];
    write(path, size, (ColorType::Rgb, BitDepth::Eight), picture.bytes())
}

/// Writes numbers as a 16-bit grey PNG, `[row, column]`, without any scaling.
///
/// # Errors
/// An array without pixels, or a file that cannot be written.
pub fn write_png16(values: ArrayView2<u16>, path: &Path) -> Result<(), ShowError> {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    write(path, [values.ncols(), values.nrows()], (ColorType::Grayscale, BitDepth::Sixteen), &bytes)
}

fn write(
    path: &Path,
    [width, height]: [usize; 2],
    (colour, depth): (ColorType, BitDepth),
    bytes: &[u8],
) -> Result<(), ShowError> {
    let failed = |source| ShowError::Write { path: path.to_path_buf(), source };
    let empty = || ShowError::Empty { width, height, path: path.to_path_buf() };
    let side = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| *pixels > 0);
    let (across, down) = side(width).zip(side(height)).ok_or_else(empty)?;
    let file = BufWriter::new(File::create(path).map_err(failed)?);
    let mut encoder = Encoder::new(file, across, down);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(bytes)?;
        writer.finish()
    });
    written.map_err(|error| failed(error.into()))
}
