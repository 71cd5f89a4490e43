//! One plane of a FITS file: where its numbers are, and what they mean. Opens no file.

use ndarray::ArrayViewMut1;
use voltomo_numeric::cast::to_f32;

/// Where and how a plane is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plane {
    /// Offset of its first byte, counted in the unzipped file.
    pub(super) start: u64,
    /// Index of its HDU, where that is tile-compressed.
    pub(super) tiled_hdu: Option<usize>,
    /// Whether the file is gzip'd.
    pub(super) is_zipped: bool,
    /// BITPIX: bits of a number, negative for floating point.
    pub(super) bits: i64,
    /// BSCALE.
    pub(super) scale: f64,
    /// BZERO.
    pub(super) zero: f64,
    /// BLANK: the count that means no number.
    pub(super) blank: Option<i64>,
}

impl Plane {
    /// Whether the planes before this one must be unzipped to reach it.
    pub(crate) fn is_zipped(&self) -> bool {
        self.is_zipped
    }

    /// The numbers of one row of bytes, `BZERO + BSCALE·count`; a blank is NaN.
    pub(super) fn decode(&self, pixels: &[u8], line: ArrayViewMut1<'_, f32>) {
        match self.bits {
            8 => self.integers(pixels, line, |[b]: [u8; 1]| i64::from(b)),
            16 => self.integers(pixels, line, |b| i64::from(i16::from_be_bytes(b))),
            32 => self.integers(pixels, line, |b| i64::from(i32::from_be_bytes(b))),
            -32 => self.each(pixels, line, |b| f64::from(f32::from_be_bytes(b))),
            _ => self.each(pixels, line, f64::from_be_bytes),
        }
    }

    fn integers<const BYTES: usize>(
        &self,
        pixels: &[u8],
        line: ArrayViewMut1<'_, f32>,
        read: impl Fn([u8; BYTES]) -> i64,
    ) {
        let blank = self.blank;
        self.each(pixels, line, |pixel| {
            let count = read(pixel);
            if blank == Some(count) { f64::NAN } else { count as f64 }
        });
    }

    fn each<const BYTES: usize>(
        &self,
        pixels: &[u8],
        mut line: ArrayViewMut1<'_, f32>,
        read: impl Fn([u8; BYTES]) -> f64,
    ) {
        for (value, pixel) in line.iter_mut().zip(pixels.as_chunks::<BYTES>().0) {
            *value = to_f32(read(*pixel) * self.scale + self.zero);
        }
    }
}
