//! Pages of TIFF files: what they hold, and their rows. Knows no scan.

use std::{collections::HashMap, io::Read, ops::Range, path::Path};

use ndarray::{ArrayViewMut2, s};
use tiff::{
    TiffError,
    decoder::{ChunkType, DecodingResult},
    tags::{CompressionMethod, PhotometricInterpretation, Predictor, SampleFormat, Tag},
};

use super::{
    image_page::{ImageFile, Page, PagePlace},
    number_type::{ByteOrder, NumberType},
    tiff_directory::{PageDecoder, for_chunks, open_page},
};

/// Bytes read at once where the rows lie plain in the file.
const PIECE_BYTES: usize = 1 << 20;
/// A page larger than this must be in proportion to its file.
const LARGE_PAGE: u64 = 1 << 30;
/// The most that a strip can be compressed, roughly; more means a broken header.
const LARGEST_RATIO: u64 = 3000;

/// What the pages of a TIFF file are. Reads the headers alone.
///
/// Errors: what was found, what was expected.
pub(crate) fn describe(path: &Path, file_bytes: u64) -> Result<ImageFile, String> {
    let mut decoder = open_page(path, None).map_err(explain)?;
    let texts = image_j_texts(&mut decoder);
    let pixel_mm = image_j_pixel(&mut decoder, &texts);
    let slice_mm = image_j_spacing(&texts);
    let mut pages = Vec::new();
    let mut storage;
    loop {
        let (page, how) = describe_page(&mut decoder, file_bytes)?;
        storage = how;
        let reduced = decoder.find_tag_unsigned::<u32>(Tag::NewSubfileType).map_err(explain)?;
        if reduced.unwrap_or(0) & 1 == 0 {
            pages.push(page);
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(explain)?;
    }
    if let ([only], Some(count)) = (&pages[..], texts.get("images").and_then(|n| n.parse().ok())) {
        pages = image_j_stack(&mut decoder, *only, (count, file_bytes))?;
    }
    Ok(ImageFile { pages, storage: format!("TIFF, {storage}"), pixel_mm, slice_mm })
}

fn describe_page(decoder: &mut PageDecoder, file_bytes: u64) -> Result<(Page, String), String> {
    let (columns, rows) = decoder.dimensions().map_err(explain)?;
    let number = number_type(decoder)?;
    let (compression, name) = compression(decoder)?;
    let (columns, rows) = (columns as usize, rows as usize);
    let page_bytes =
        (rows as u64).saturating_mul(columns as u64).saturating_mul(number.bytes() as u64);
    let chunk_rows = check_proportion(decoder, page_bytes, file_bytes)?;
    let (offsets, counts) = chunk_tables(decoder)?;
    let end = offsets.iter().zip(&counts).map(|(at, bytes)| at.saturating_add(*bytes)).max();
    let stored: u64 = counts.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes));
    let is_plain = compression == CompressionMethod::None;
    if end.unwrap_or(0) > file_bytes || (is_plain && stored < page_bytes) {
        return Err(format!(
            "truncated: {file_bytes} bytes, expected {} for {rows} × {columns} pixels; copy it \
             anew from the instrument, or take it out of the folder",
            end.unwrap_or(0).max(if is_plain { page_bytes } else { 0 })
        ));
    }
    let is_one_strip = !is_plain && rows > 64 && chunk_rows as usize >= rows;
    let cost = if is_one_strip { ", in one strip: each band unpacks the whole image" } else { "" };
    let storage = format!("{name}{cost}");
    let directory = decoder.ifd_pointer().map(|pointer| pointer.0).unwrap_or_default();
    Ok((Page { rows, columns, number, place: PagePlace::Tiff { directory, shift: 0 } }, storage))
}

/// Refuses sizes that a file of `file_bytes` cannot hold. Returns the rows of a strip or tile.
fn check_proportion(
    decoder: &mut PageDecoder,
    page_bytes: u64,
    file_bytes: u64,
) -> Result<u32, String> {
    let (columns, rows) = decoder.dimensions().map_err(explain)?;
    let (chunk_columns, mut chunk_rows) = decoder.chunk_dimensions();
    if decoder.get_chunk_type() == ChunkType::Strip {
        chunk_rows = chunk_rows.min(rows);
    }
    let chunk_bytes =
        u64::from(chunk_columns).saturating_mul(u64::from(chunk_rows)).saturating_mul(8);
    let proportion = file_bytes.saturating_mul(LARGEST_RATIO).max(LARGE_PAGE);
    if page_bytes.max(chunk_bytes) > proportion {
        return Err(format!(
            "broken TIFF: {rows} × {columns} pixels in {file_bytes} bytes; copy it anew from the \
             instrument"
        ));
    }
    Ok(chunk_rows)
}

fn number_type(decoder: &mut PageDecoder) -> Result<NumberType, String> {
    let samples = decoder.find_tag_unsigned::<u16>(Tag::SamplesPerPixel).map_err(explain)?;
    let photometric: u16 =
        decoder.get_tag_unsigned(Tag::PhotometricInterpretation).map_err(explain)?;
    let is_grey = photometric <= PhotometricInterpretation::BlackIsZero.to_u16();
    if samples.unwrap_or(1) != 1 || !is_grey {
        return Err("a colour image, expected grey values (one number a pixel); write the raw \
                    radiographs without colours"
            .into());
    }
    let bits: Vec<u16> =
        decoder.find_tag_unsigned_vec(Tag::BitsPerSample).map_err(explain)?.unwrap_or_default();
    let format: Vec<u16> =
        decoder.find_tag_unsigned_vec(Tag::SampleFormat).map_err(explain)?.unwrap_or_default();
    let bits = bits.first().copied().unwrap_or(1);
    let format =
        format.first().map_or(SampleFormat::Uint, |f| SampleFormat::from_u16_exhaustive(*f));
    match (format, bits) {
        (SampleFormat::Uint, 8) => Ok(NumberType::U8),
        (SampleFormat::Uint, 16) => Ok(NumberType::U16),
        (SampleFormat::Uint, 32) => Ok(NumberType::U32),
        (SampleFormat::Int, 8) => Ok(NumberType::I8),
        (SampleFormat::Int, 16) => Ok(NumberType::I16),
        (SampleFormat::Int, 32) => Ok(NumberType::I32),
        (SampleFormat::IEEEFP, 32) => Ok(NumberType::F32),
        (SampleFormat::IEEEFP, 64) => Ok(NumberType::F64),
        _ => Err(format!(
            "numbers of {bits} bits ({format:?}), expected u8, u16, u32, i8, i16, i32, f32 or \
             f64; convert the images"
        )),
    }
}

fn compression(decoder: &mut PageDecoder) -> Result<(CompressionMethod, &'static str), String> {
    let code = decoder.find_tag_unsigned::<u16>(Tag::Compression).map_err(explain)?.unwrap_or(1);
    let method = CompressionMethod::from_u16_exhaustive(code);
    let name = match method {
        CompressionMethod::None => "uncompressed",
        CompressionMethod::LZW => "LZW",
        CompressionMethod::Deflate | CompressionMethod::OldDeflate => "deflate",
        CompressionMethod::PackBits => "PackBits",
        CompressionMethod::ZSTD => "zstd",
        _ => {
            return Err(format!(
                "compressed by {method:?} (code {code}), expected none, LZW, deflate, PackBits or \
                 zstd; convert the images"
            ));
        }
    };
    let photometric: u16 =
        decoder.get_tag_unsigned(Tag::PhotometricInterpretation).map_err(explain)?;
    if photometric == 0 && method != CompressionMethod::None {
        return Err(
            "compressed with white as zero, expected black as zero; convert the images".into()
        );
    }
    Ok((method, name))
}

fn chunk_tables(decoder: &mut PageDecoder) -> Result<(Vec<u64>, Vec<u64>), String> {
    let (offsets, counts) = match decoder.get_chunk_type() {
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let offsets = decoder.get_tag_u64_vec(offsets).map_err(explain)?;
    Ok((offsets, decoder.get_tag_u64_vec(counts).map_err(explain)?))
}

/// Pages of an ImageJ stack above 4 GB: one directory, the further frames behind the first one.
fn image_j_stack(
    decoder: &mut PageDecoder,
    first: Page,
    (count, file_bytes): (u64, u64),
) -> Result<Vec<Page>, String> {
    let (PagePlace::Tiff { directory, .. }, true) = (first.place, count > 1) else {
        return Ok(vec![first]);
    };
    let frame_bytes = (first.rows * first.columns * first.number.bytes()) as u64;
    let (offsets, counts) = chunk_tables(decoder)?;
    let start = offsets.first().copied().unwrap_or(0);
    let in_one_piece = offsets.windows(2).zip(&counts).all(|(at, bytes)| at[0] + bytes == at[1]);
    let end = count.checked_mul(frame_bytes).and_then(|bytes| bytes.checked_add(start));
    let is_plain = compression(decoder)?.0 == CompressionMethod::None;
    if !is_plain || !in_one_piece || end.is_none_or(|end| end > file_bytes) {
        return Err(format!(
            "truncated: ImageJ's text tells of {count} images, one is there in {file_bytes} \
             bytes; save the stack anew"
        ));
    }
    let place = |frame| PagePlace::Tiff { directory, shift: frame * frame_bytes };
    Ok((0..count).map(|frame| Page { place: place(frame), ..first }).collect())
}

/// The `key=value` lines that ImageJ writes into the image description.
fn image_j_texts(decoder: &mut PageDecoder) -> HashMap<String, String> {
    let text = decoder.get_tag_ascii_string(Tag::ImageDescription).unwrap_or_default();
    let lines = text.lines().filter(|_| text.starts_with("ImageJ="));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.trim().into(), value.trim().into())).collect()
}

/// The unit of ImageJ's lengths in mm, where it is one of length.
fn image_j_unit(texts: &HashMap<String, String>) -> Option<f64> {
    match texts.get("unit")?.as_str() {
        "mm" | "millimeter" | "millimetre" => Some(1.0),
        "um" | "micron" | "microns" | "µm" | "μm" | "\\u00B5m" => Some(1e-3),
        "cm" => Some(10.0),
        _ => None,
    }
}

/// Distance from slice to slice in mm, where ImageJ's text gives it.
fn image_j_spacing(texts: &HashMap<String, String>) -> Option<f64> {
    let spacing: f64 = texts.get("spacing")?.parse().ok()?;
    let mm = spacing.abs() * image_j_unit(texts)?;
    mm.is_normal().then_some(mm)
}

/// Pixel size in mm, where ImageJ's text gives the unit and both directions agree.
fn image_j_pixel(decoder: &mut PageDecoder, texts: &HashMap<String, String>) -> Option<f64> {
    let unit_mm = image_j_unit(texts)?;
    let mut per_unit = |tag| {
        let pair = decoder.get_tag_u32_vec(tag).ok()?;
        let [pixels, units] = pair[..] else { return None };
        (pixels > 0 && units > 0).then(|| f64::from(pixels) / f64::from(units))
    };
    let (x, y) = (per_unit(Tag::XResolution)?, per_unit(Tag::YResolution)?);
    ((x / y - 1.0).abs() < 1e-3).then_some(unit_mm / x)
}

/// Reads rows `rows` of one page into `into`, `[row, column]` of that shape.
///
/// Memory: one strip or tile; where the rows lie uncompressed in strips, 1 MiB.
pub(crate) fn read_rows(
    path: &Path,
    page: &Page,
    rows: Range<usize>,
    mut into: ArrayViewMut2<'_, f32>,
) -> Result<(), String> {
    let PagePlace::Tiff { directory, shift } = page.place else {
        return Err("a FITS plane was asked of the TIFF reader".into());
    };
    let mut decoder = open_page(path, Some(directory)).map_err(explain)?;
    let (columns, height) = decoder.dimensions().map_err(explain)?;
    if (height as usize, columns as usize) != (page.rows, page.columns) {
        return Err("changed since the scan was opened; open it anew".into());
    }
    let predictor = decoder.find_tag_unsigned::<u16>(Tag::Predictor).map_err(explain)?;
    let is_plain = compression(&mut decoder)?.0 == CompressionMethod::None
        && predictor.unwrap_or(1) == Predictor::None.to_u16()
        && decoder.get_chunk_type() == ChunkType::Strip;
    if is_plain {
        return read_plain(&mut decoder, page, shift, (rows, into.view_mut()));
    }
    read_chunks(&mut for_chunks(decoder), page, rows, into)
}

type Band<'a> = (Range<usize>, ArrayViewMut2<'a, f32>);

fn read_plain(
    decoder: &mut PageDecoder,
    page: &Page,
    shift: u64,
    (rows, mut into): Band<'_>,
) -> Result<(), String> {
    let order = match decoder.byte_order() {
        tiff::tags::ByteOrder::LittleEndian => ByteOrder::Little,
        tiff::tags::ByteOrder::BigEndian => ByteOrder::Big,
    };
    let (offsets, _) = chunk_tables(decoder)?;
    let strip_rows = decoder.chunk_dimensions().1 as usize;
    let row_bytes = page.columns * page.number.bytes();
    let piece_rows = (PIECE_BYTES / row_bytes).max(1);
    let mut bytes = vec![0; row_bytes * piece_rows.min(rows.len())];
    let mut row = rows.start;
    while row < rows.end {
        let (strip, within) = (row / strip_rows, row % strip_rows);
        let count = piece_rows.min(strip_rows - within).min(rows.end - row);
        let start = offsets.get(strip).ok_or("broken TIFF: a strip is missing")?;
        let at = start + shift + (within * row_bytes) as u64;
        decoder.goto_offset_u64(at).map_err(|e| explain(e.into()))?;
        let piece = &mut bytes[..count * row_bytes];
        decoder.inner().read_exact(piece).map_err(|e| explain(e.into()))?;
        for (line, pixels) in piece.chunks_exact(row_bytes).enumerate() {
            page.number.decode(pixels, order, into.row_mut(row - rows.start + line));
        }
        row += count;
    }
    Ok(())
}

fn read_chunks(
    decoder: &mut PageDecoder,
    page: &Page,
    rows: Range<usize>,
    mut into: ArrayViewMut2<'_, f32>,
) -> Result<(), String> {
    let (width, height) = decoder.chunk_dimensions();
    let (width, height) = (width as usize, height as usize);
    let across = page.columns.div_ceil(width);
    let row_bytes = width * page.number.bytes();
    let mut pixels = DecodingResult::U8(Vec::new());
    for down in rows.start / height..rows.end.div_ceil(height) {
        let first_row = down * height;
        let band = rows.start.max(first_row)..rows.end.min(first_row + height);
        for right in 0..across {
            let index = u32::try_from(down * across + right).map_err(|e| e.to_string())?;
            // The whole chunk in one go, padding included: the decoder of LZW fails on less.
            decoder.read_chunk_to_buffer(&mut pixels, index, row_bytes).map_err(explain)?;
            let columns = right * width..page.columns.min((right + 1) * width);
            let (buffer, used) = (pixels.as_buffer(0), columns.len() * page.number.bytes());
            for row in band.clone() {
                let start = (row - first_row) * row_bytes;
                let pixels = buffer.as_bytes().get(start..start + used);
                let pixels = pixels.ok_or("broken TIFF: a strip or tile is too short")?;
                let line = into.slice_mut(s![row - rows.start, columns.clone()]);
                page.number.decode(pixels, ByteOrder::NATIVE, line);
            }
        }
    }
    Ok(())
}

/// What a TIFF error means for the user.
fn explain(error: TiffError) -> String {
    match error {
        TiffError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            "truncated: the file ends before its image does; copy it anew from the instrument"
                .into()
        }
        TiffError::IoError(error) => format!("cannot be read: {error}"),
        TiffError::UnsupportedError(what) => format!("{what}; convert the images"),
        other => format!("broken TIFF: {other}; copy it anew from the instrument"),
    }
}
