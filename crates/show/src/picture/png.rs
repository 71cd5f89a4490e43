//! PNG files. Knows pixels, and not what they show.

use std::path::{Path, PathBuf};

use ndarray::ArrayView2;
use png::{BitDepth, ColorType, Encoder, PixelDimensions, Unit};
use voltomo_numeric::cast::to_index;

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

/// A picture as the bytes of an 8-bit colour PNG.
///
/// # Errors
/// A picture without pixels.
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>, ShowError> {
    let size = [picture.width(), picture.height()];
    encode(size, (ColorType::Rgb, BitDepth::Eight), picture.bytes(), &[])
}

/// What grey levels stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct GreyScale {
    /// Numbers of the levels 1 and 65535; what is beyond them gets these levels.
    pub limits: [f64; 2],
    /// The numbers' unit: `1/cm`.
    pub unit: String,
    /// Edge of a pixel, mm, where it is known.
    pub pixel_mm: Option<f64>,
    /// What the picture shows, in a line.
    pub title: String,
}

/// Numbers as the bytes of a 16-bit grey PNG, `[row, column]`: number = intercept + slope · level,
/// and level 0 where there is no number. Slope, intercept, unit and pixel size stand in `tEXt`
/// chunks (`voltomo:slope` and so on), the pixel size in `pHYs` too.
///
/// # Errors
/// An array without pixels.
pub fn encode_grey16(values: ArrayView2<f32>, scale: &GreyScale) -> Result<Vec<u8>, ShowError> {
    let [low, high] = scale.limits;
    let slope = if high > low { (high - low) / 65534.0 } else { 1.0 };
    let intercept = low - slope;
    let level = |value: &f32| {
        let value = f64::from(*value);
        let level = ((value - intercept) / slope).round().clamp(1.0, 65535.0);
        let level = if value.is_nan() { 0 } else { to_index(level) };
        let [low, high, ..] = level.to_le_bytes();
        [high, low]
    };
    let bytes: Vec<u8> = values.iter().flat_map(level).collect();
    let mut words = vec![
        ("Title", scale.title.clone()),
        ("Software", concat!("voltomo ", env!("CARGO_PKG_VERSION")).to_string()),
        ("voltomo:about", "number = intercept + slope * level; level 0: no number".into()),
        ("voltomo:slope", format!("{slope:e}")),
        ("voltomo:intercept", format!("{intercept:e}")),
        ("voltomo:unit", scale.unit.clone()),
    ];
    words.extend(scale.pixel_mm.map(|edge| ("voltomo:pixel_mm", format!("{edge}"))));
    let size = [values.ncols(), values.nrows()];
    encode(size, (ColorType::Grayscale, BitDepth::Sixteen), &bytes, &words)
}

fn write(
    path: &Path,
    size: [usize; 2],
    kind: (ColorType, BitDepth),
    bytes: &[u8],
) -> Result<(), ShowError> {
    let named = |error| match error {
        ShowError::Empty { width, height, .. } => {
            ShowError::Empty { width, height, path: path.to_path_buf() }
        }
        other => other,
    };
    let encoded = encode(size, kind, bytes, &[]).map_err(named)?;
    let failed = |source| ShowError::Write { path: path.to_path_buf(), source };
    std::fs::write(path, encoded).map_err(failed)
}

/// The bytes of a PNG with lines of text, each under a key; no path is known yet.
fn encode(
    [width, height]: [usize; 2],
    (colour, depth): (ColorType, BitDepth),
    bytes: &[u8],
    words: &[(&str, String)],
) -> Result<Vec<u8>, ShowError> {
    let empty = || ShowError::Empty { width, height, path: PathBuf::new() };
    let side = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| *pixels > 0);
    let (across, down) = side(width).zip(side(height)).ok_or_else(empty)?;
    let mut encoded = Vec::new();
    let mut encoder = Encoder::new(&mut encoded, across, down);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    let pixel = words.iter().find(|(key, _)| *key == "voltomo:pixel_mm");
    let edge = pixel.and_then(|(_, edge)| edge.parse::<f64>().ok());
    let a_metre = edge.and_then(|edge| u32::try_from(to_index((1e3 / edge).round())).ok());
    encoder.set_pixel_dims(a_metre.map(|pixels| PixelDimensions {
        xppu: pixels,
        yppu: pixels,
        unit: Unit::Meter,
    }));
    let written = (|| {
        for (key, line) in words {
            encoder.add_text_chunk((*key).into(), latin(line))?;
        }
        let mut writer = encoder.write_header()?;
        writer.write_image_data(bytes)?;
        writer.finish()
    })();
    written.map_err(|error: png::EncodingError| ShowError::Write {
        path: PathBuf::new(),
        source: error.into(),
    })?;
    Ok(encoded)
}

/// A text in the letters that PNG knows, ISO 8859-1.
fn latin(text: &str) -> String {
    let known = |letter: char| match letter {
        'μ' => 'µ',
        '–' | '—' | '−' => '-',
        letter if u32::from(letter) < 256 => letter,
        _ => '?',
    };
    text.chars().map(known).collect()
}
