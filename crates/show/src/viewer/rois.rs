//! Regions of interest as ImageJ's ROI manager opens them: a zip of rectangles, each on its slice.
//! Knows no findings.
//!
//! Source: the layout told in ImageJ's public-domain `ij.io.RoiDecoder`,
//! <https://imagej.net/ij/developer/source/ij/io/RoiDecoder.java.html>.

use std::io::{self, Cursor, Write};

use voltomo_numeric::cast::to_f32;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Bytes of the first header, and of the second.
const HEADERS: usize = 64;
/// Version of the layout that has fractions of pixels.
const VERSION: u16 = 227;
/// The option that says that fractions of pixels are told.
const SUB_PIXEL: u16 = 128;
/// Kind of region: a rectangle.
const RECTANGLE: u8 = 1;

/// A rectangle on a slice of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// What it is called in the list.
    pub name: String,
    /// Slice of the stack, the first one is 0.
    pub slice: usize,
    /// Upper left corner, `[row, column]`, pixels from the corner of the image.
    pub corner: [f64; 2],
    /// Height and width, pixels.
    pub size: [f64; 2],
}

impl Region {
    /// The region as the bytes of a `.roi` file.
    fn bytes(&self) -> Vec<u8> {
        let letters: Vec<u8> = self.name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut bytes = vec![0_u8; 2 * HEADERS];
        let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
        put(0, b"Iout");
        put(4, &VERSION.to_be_bytes());
        put(6, &[RECTANGLE]);
        let whole = |value: f64| voltomo_numeric::cast::to_index(value.round().max(0.0));
        let short = |value: f64| u16::try_from(whole(value)).unwrap_or(u16::MAX).to_be_bytes();
        let [top, left] = self.corner;
        let [height, width] = self.size;
        for (k, value) in [top, left, top + height, left + width].into_iter().enumerate() {
            put(8 + 2 * k, &short(value));
        }
        for (k, value) in [left, top, width, height].into_iter().enumerate() {
            put(18 + 4 * k, &to_f32(value).to_be_bytes());
        }
        put(50, &SUB_PIXEL.to_be_bytes());
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes();
        put(56, &number(self.slice + 1));
        put(60, &number(HEADERS));
        put(HEADERS + 16, &number(2 * HEADERS));
        put(HEADERS + 20, &number(letters.len() / 2));
        bytes.extend(letters);
        bytes
    }
}

/// Writes the regions as a set for ImageJ's ROI manager (`RoiSet.zip`), in their order.
///
/// # Errors
/// A file that cannot be written.
pub fn write_regions(regions: &[Region], to: &mut impl Write) -> io::Result<()> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let how = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (k, region) in regions.iter().enumerate() {
        // The list shows the file's name; a slash in it would be a folder.
        let name = region.name.replace(['/', '\\'], "-");
        archive.start_file(format!("{:03} {name}.roi", k + 1), how)?;
        archive.write_all(&region.bytes())?;
    }
    to.write_all(&archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_slice_place_and_name() {
        let region =
            Region { name: "gap ä".into(), slice: 4, corner: [10.5, 20.0], size: [3.0, 7.25] };
        let bytes = region.bytes();
        assert_eq!(bytes.len(), 128 + 10);
        assert_eq!(bytes[56..60], 5_u32.to_be_bytes());
        assert_eq!(bytes[18..22], 20.0_f32.to_be_bytes());
        assert_eq!(bytes[8..12], [0, 11, 0, 20]);
        assert!(bytes.ends_with(&[0, b' ', 0, 0xe4]));
        let mut archive = Vec::new();
        write_regions(&[region], &mut archive).unwrap();
        assert!(
            archive.starts_with(b"PK")
                && archive.windows(13).any(|it| it == &"001 gap ä.roi".as_bytes()[..13])
        );
    }
}
