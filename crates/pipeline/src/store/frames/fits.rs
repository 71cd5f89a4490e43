//! One frame as a 16-bit FITS image. Knows no folders.
//!
//! Counts above 32767 are stored with BZERO 32768, as the standard has unsigned integers.
//! Source: FITS standard 4.0, section 5.2.5.

use std::io::Write;

use fitsio_pure::{header::Card, image_writer::ImageWriter, value::Value};
use ndarray::ArrayView2;

use super::FrameTags;

/// Writes the frame into an empty file.
pub(super) fn write(
    file: impl Write,
    counts: ArrayView2<'_, u16>,
    tags: &FrameTags,
) -> fitsio_pure::Result<()> {
    let (rows, columns) = counts.dim();
    let mut writer = ImageWriter::primary(file, 16, &[columns, rows], &cards(tags)?)?;
    for row in counts.rows() {
        let signed: Vec<i16> = row.iter().map(|&count| signed(count)).collect();
        writer.write_samples(&signed)?;
    }
    writer.finish()?;
    Ok(())
}

/// `count` − 32768.
fn signed(count: u16) -> i16 {
    (count ^ 0x8000).cast_signed()
}

fn cards(tags: &FrameTags) -> fitsio_pure::Result<Vec<Card>> {
    let card = |key: &str, value: Value, comment: &str| {
        Card::new(key, value).map(|card| Card { comment: Some(comment.into()), ..card })
    };
    let mut cards = vec![
        card("BSCALE", Value::Integer(1), "")?,
        card("BZERO", Value::Integer(32768), "unsigned counts")?,
        card("IMAGETYP", Value::String(tags.kind.into()), "")?,
        card("EXPTIME", Value::Float(tags.exposure_s), "[s] exposure")?,
        card("XPIXSZ", Value::Float(tags.pixel_mm * 1e3), "[um] pixel on the detector")?,
        card("YPIXSZ", Value::Float(tags.pixel_mm * 1e3), "[um] pixel on the detector")?,
    ];
    if let Some(angle) = tags.angle_deg {
        cards.push(card("ANGLE", Value::Float(angle), "[deg] rotation angle")?);
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_stored_less_half_their_range() {
        assert_eq!([0, 1, 32767, 32768, 65535].map(signed), [-32768, -32767, -1, 0, 32767]);
    }
}
