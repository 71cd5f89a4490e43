//! Pictures made smaller, so that many fit a page. Knows pixels, and not what they show.

use std::io::Cursor;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Transformations};

use super::content::ReportPicture;

/// A picture at most `width` pixels wide: each of its pixels the mean of those that it covers, on
/// white. The same picture where it is narrow enough, or is no PNG that can be read.
///
/// Memory: both pictures at four bytes a pixel.
#[must_use]
pub fn reduce_png(picture: &ReportPicture, width: u32) -> ReportPicture {
    if picture.width <= width || width == 0 {
        return picture.clone();
    }
    reduced(picture, width).unwrap_or_else(|| picture.clone())
}

fn reduced(picture: &ReportPicture, width: u32) -> Option<ReportPicture> {
    let (pixels, [across, down]) = decode(&picture.png)?;
    let new_across = usize::try_from(width).ok()?.min(across);
    let new_down = (down * new_across / across).max(1);
    let columns = Weights::of(across, new_across);
    let rows = Weights::of(down, new_down);
    let mut small = Vec::with_capacity(3 * new_across * new_down);
    for row in 0..new_down {
        for column in 0..new_across {
            let mut sums = [0.0; 3];
            let covered = rows.of_pixel(row);
            for (y, down) in covered {
                add_row(&mut sums, &pixels[3 * y * across..], columns.of_pixel(column), down);
            }
            small.extend(sums.map(level));
        }
    }
    let png = encode([new_across, new_down], &small, ColorType::Rgb)?;
    let height = u32::try_from(new_down).ok()?;
    Some(ReportPicture { png, width, height, alt: picture.alt.clone() })
}

/// Adds what one row of old pixels gives to a new one, `share` of it.
fn add_row(
    sums: &mut [f64; 3],
    row: &[u8],
    columns: impl Iterator<Item = (usize, f64)>,
    share: f64,
) {
    for (x, across_share) in columns {
        for (sum, level) in sums.iter_mut().zip(&row[3 * x..]) {
            *sum += share * across_share * f64::from(*level);
        }
    }
}

/// Which old pixels a new one covers, and with which shares.
struct Weights {
    ratio: f64,
    old: usize,
}

impl Weights {
    fn of(old: usize, new: usize) -> Self {
        Self { ratio: old as f64 / new as f64, old }
    }

    fn of_pixel(&self, pixel: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        let (from, to) = (pixel as f64 * self.ratio, (pixel as f64 + 1.0) * self.ratio);
        let first = voltomo_numeric::cast::to_index(from);
        let last = voltomo_numeric::cast::to_index(to.ceil()).min(self.old);
        let ratio = self.ratio;
        (first..last).map(move |old| {
            let covered = (to.min(old as f64 + 1.0) - from.max(old as f64)).max(0.0);
            (old, covered / ratio)
        })
    }
}

/// Levels of red, green and blue on white, and how many columns and rows; `None` of no PNG.
fn decode(png: &[u8]) -> Option<(Vec<u8>, [usize; 2])> {
    let mut decoder = Decoder::new(Cursor::new(png));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    let frame = reader.next_frame(&mut bytes).ok()?;
    let sides = [usize::try_from(frame.width).ok()?, usize::try_from(frame.height).ok()?];
    let on_white = |level: u8, opaque: u8| {
        let (level, opaque) = (f64::from(level), f64::from(opaque) / 255.0);
        self::level(255.0 + opaque * (level - 255.0))
    };
    let bytes = bytes.get(..frame.buffer_size())?;
    let pixels: Vec<u8> = match frame.color_type {
        ColorType::Rgb => bytes.to_vec(),
        ColorType::Grayscale => bytes.iter().flat_map(|level| [*level; 3]).collect(),
        ColorType::GrayscaleAlpha => {
            bytes.chunks_exact(2).flat_map(|pixel| [on_white(pixel[0], pixel[1]); 3]).collect()
        }
        ColorType::Rgba => bytes
            .chunks_exact(4)
            .flat_map(|pixel| [0, 1, 2].map(|channel| on_white(pixel[channel], pixel[3])))
            .collect(),
        ColorType::Indexed => return None,
    };
    (pixels.len() == 3 * sides[0] * sides[1] && sides[0] > 0).then_some((pixels, sides))
}

fn level(value: f64) -> u8 {
    voltomo_numeric::cast::to_index(value.round().clamp(0.0, 255.0)).to_le_bytes()[0]
}

/// Levels of red, green, blue and opacity as a PNG; `None` of no pixels.
pub(super) fn encode_rgba(sides: [usize; 2], pixels: &[u8]) -> Option<Vec<u8>> {
    encode(sides, pixels, ColorType::Rgba)
}

fn encode([across, down]: [usize; 2], pixels: &[u8], colour: ColorType) -> Option<Vec<u8>> {
    let side = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| *pixels > 0);
    let (width, height) = side(across).zip(side(down))?;
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, width, height);
    encoder.set_color(colour);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    Some(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduced_picture_has_the_means_of_what_it_covers() {
        let pixels: Vec<u8> = (0..6).flat_map(|k| [40 * k, 0, 255]).collect();
        let png = encode([3, 2], &pixels, ColorType::Rgb).unwrap();
        let picture = ReportPicture { png, width: 3, height: 2, alt: "a".into() };
        let small = reduce_png(&picture, 1);
        assert_eq!((small.width, small.height, small.alt.as_str()), (1, 1, "a"));
        assert_eq!(decode(&small.png).unwrap().0, [100, 0, 255]);
        assert_eq!(reduce_png(&picture, 3), picture);
    }

    #[test]
    fn transparent_pixels_are_white_and_what_is_no_png_stays_as_it_is() {
        let png = encode_rgba([2, 1], &[9, 9, 9, 0, 9, 9, 9, 255]).unwrap();
        assert_eq!(decode(&png).unwrap().0, [255, 255, 255, 9, 9, 9]);
        let broken = ReportPicture { png: vec![1, 2], width: 900, height: 9, alt: String::new() };
        assert_eq!(reduce_png(&broken, 100), broken);
        assert!(encode_rgba([0, 4], &[]).is_none());
    }
}
