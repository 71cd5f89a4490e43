//! A page of an image file, whatever the format. Reads no pixel itself.

use super::{fits_plane::Plane, number_type::NumberType};

/// One image in a file: a TIFF page, a FITS plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Page {
    /// Rows.
    pub(crate) rows: usize,
    /// Columns.
    pub(crate) columns: usize,
    /// How a pixel is stored.
    pub(crate) number: NumberType,
    /// Where in the file.
    pub(crate) place: PagePlace,
}

/// Where a page is in its file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PagePlace {
    /// Offset of its directory, and how far behind that directory's own image it lies.
    Tiff { directory: u64, shift: u64 },
    /// Where and how its plane is stored.
    Fits(Plane),
}

/// What an image file holds.
#[derive(Debug, Clone)]
pub(crate) struct ImageFile {
    /// Its images, in the file's order.
    pub(crate) pages: Vec<Page>,
    /// Format and compression, as a person says it.
    pub(crate) storage: String,
    /// Edge of a pixel in mm, where the file really says so.
    pub(crate) pixel_mm: Option<f64>,
    /// Distance from page to page in mm, where the file really says so.
    pub(crate) slice_mm: Option<f64>,
}

/// A format of image files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImageFormat {
    Tiff,
    Fits,
}

impl ImageFormat {
    /// The format that a file's name promises.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").filter(|n| !n.ends_with(".tif")).unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "tif" | "tiff" | "btf" | "tf8" => Some(Self::Tiff),
            "fits" | "fit" | "fts" => Some(Self::Fits),
            _ => None,
        }
    }

    /// The format that a file's first bytes tell.
    pub(crate) fn of_bytes(start: &[u8]) -> Option<Self> {
        let tiff: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
        let fits: [&[u8]; 2] = [b"SIMPLE  =", &[0x1f, 0x8b]];
        if tiff.iter().any(|magic| start.starts_with(magic)) {
            return Some(Self::Tiff);
        }
        fits.iter().any(|magic| start.starts_with(magic)).then_some(Self::Fits)
    }
}

/// The beginning of a file, for a message.
pub(crate) fn first_bytes(start: &[u8]) -> String {
    let text = &start[..start.len().min(8)];
    format!("`{}`", text.escape_ascii())
}
