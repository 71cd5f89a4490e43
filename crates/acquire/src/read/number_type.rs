//! Number types of pixels, and their bytes as `f32`. Knows no file format.

use std::fmt;

use ndarray::ArrayViewMut1;
use voltomo_numeric::cast::to_f32;

/// How a pixel is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberType {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
}

/// Order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// That of this machine.
    pub(crate) const NATIVE: Self =
        if cfg!(target_endian = "big") { Self::Big } else { Self::Little };
}

impl fmt::Display for NumberType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

impl NumberType {
    /// Bytes of a pixel.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Count at which a pixel is saturated, where the type alone tells it. A u16 camera may have 12
    /// or 14 bits; then nothing of it reaches this count.
    pub(crate) fn saturation(self) -> Option<f32> {
        match self {
            Self::U8 => Some(255.0),
            Self::U16 => Some(65535.0),
            _ => None,
        }
    }

    /// Turns a row's bytes into `f32`; `bytes` are as many pixels as `into` has.
    pub(crate) fn decode(self, bytes: &[u8], order: ByteOrder, into: ArrayViewMut1<'_, f32>) {
        match self {
            Self::U8 => each(bytes, order, into, |[b]| f32::from(b)),
            Self::I8 => each(bytes, order, into, |b| f32::from(i8::from_le_bytes(b))),
            Self::U16 => each(bytes, order, into, |b| f32::from(u16::from_le_bytes(b))),
            Self::I16 => each(bytes, order, into, |b| f32::from(i16::from_le_bytes(b))),
            Self::U32 => each(bytes, order, into, |b| u32::from_le_bytes(b) as f32),
            Self::I32 => each(bytes, order, into, |b| i32::from_le_bytes(b) as f32),
            Self::F32 => each(bytes, order, into, f32::from_le_bytes),
            Self::F64 => each(bytes, order, into, |b| to_f32(f64::from_le_bytes(b))),
        }
    }
}

fn each<const BYTES: usize>(
    bytes: &[u8],
    order: ByteOrder,
    mut into: ArrayViewMut1<'_, f32>,
    from_little: impl Fn([u8; BYTES]) -> f32,
) {
    let (pixels, _) = bytes.as_chunks::<BYTES>();
    let pairs = into.iter_mut().zip(pixels);
    match order {
        ByteOrder::Little => pairs.for_each(|(value, pixel)| *value = from_little(*pixel)),
        ByteOrder::Big => pairs.for_each(|(value, pixel)| {
            let mut pixel = *pixel;
            pixel.reverse();
            *value = from_little(pixel);
        }),
    }
}
