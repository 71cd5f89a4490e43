//! Planes of FITS files, plain or gzip'd: what they hold, and their rows. Knows no scan.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    ops::Range,
    path::Path,
};

use fitsio_pure::{
    Error as FitsError,
    hdu::{Hdu, HduInfo, parse_fits},
    header::Card,
    image::{extract_blank, extract_bscale_bzero, read_image_physical_f32},
    stream::FitsReader,
    value::Value,
};
use flate2::read::MultiGzDecoder;
use ndarray::{ArrayView2, ArrayViewMut3, s};

use super::{
    fits_plane::Plane,
    image_page::{ImageFile, Page, PagePlace},
    number_type::NumberType,
};

/// What the planes of a FITS file are. Reads the headers alone; of a gzip'd file the first image's.
///
/// Errors: what was found, what was expected.
pub(crate) fn describe(path: &Path) -> Result<ImageFile, String> {
    let mut pages = Vec::new();
    let is_zipped = is_zipped(path).map_err(|e| explain(FitsError::Io(e)))?;
    if is_zipped {
        let mut reader = FitsReader::new(unzip(path).map_err(|e| explain(FitsError::Io(e)))?);
        while let (true, Some(hdu)) = (pages.is_empty(), reader.next_hdu().map_err(explain)?) {
            pages.extend(planes_of(hdu, None, true)?);
        }
    } else {
        let mut reader = FitsReader::open(path).map_err(explain)?;
        let mut index = 0;
        while let Some(hdu) = reader.next_hdu().map_err(explain)? {
            pages.extend(planes_of(hdu, Some(index), false)?);
            index += 1;
        }
    }
    if pages.is_empty() {
        return Err("a FITS file without an image, expected two or three axes".into());
    }
    let is_tiled = pages
        .iter()
        .any(|page| matches!(page.place, PagePlace::Fits(Plane { tiled_hdu: Some(_), .. })));
    let storage = match (is_zipped, is_tiled) {
        (true, _) => "FITS, gzip'd",
        (_, true) => "FITS, tile-compressed",
        _ => "FITS, uncompressed",
    };
    Ok(ImageFile { pages, storage: storage.into(), pixel_mm: None, slice_mm: None })
}

fn planes_of(hdu: &Hdu, index: Option<usize>, is_zipped: bool) -> Result<Vec<Page>, String> {
    let (bits, axes, tiled_hdu) = match &hdu.info {
        HduInfo::Primary { bitpix, naxes } | HduInfo::Image { bitpix, naxes } => {
            (*bitpix, naxes, None)
        }
        HduInfo::CompressedImage { zbitpix, znaxes, .. } if znaxes.len() == 2 => {
            (*zbitpix, znaxes, Some(index.ok_or("tile-compressed and gzip'd; unzip the files")?))
        }
        HduInfo::CompressedImage { .. } => {
            return Err("a tile-compressed cube, expected single images; unpack it first".into());
        }
        _ => return Ok(Vec::new()),
    };
    let (columns, rows, planes) = match axes[..] {
        [columns, rows] => (columns, rows, 1),
        [columns, rows, planes] | [columns, rows, planes, 1] => (columns, rows, planes),
        [] | [_] => return Ok(Vec::new()),
        _ => return Err(format!("{} axes, expected two or three", axes.len())),
    };
    if rows == 0 || columns == 0 {
        return Err(format!("{rows} × {columns} pixels, expected an image"));
    }
    let (scale, zero) = extract_bscale_bzero(&hdu.cards);
    let number = number_type(bits, scale, zero)?;
    let plane_bytes = (rows * columns) as u64 * bits.unsigned_abs() / 8;
    let blank = extract_blank(&hdu.cards).filter(|_| bits > 0);
    let page = |plane: usize| {
        let start = hdu.data_start as u64 + plane as u64 * plane_bytes;
        let plane = Plane { start, tiled_hdu, is_zipped, bits, scale, zero, blank };
        Page { rows, columns, number, place: PagePlace::Fits(plane) }
    };
    Ok((0..planes).map(page).collect())
}

/// The type that the numbers have once BSCALE and BZERO are applied.
fn number_type(bits: i64, scale: f64, zero: f64) -> Result<NumberType, String> {
    if !scale.is_finite() || !zero.is_finite() {
        return Err(format!("BSCALE {scale} and BZERO {zero}, expected finite numbers"));
    }
    let shift = (scale == 1.0).then_some(zero);
    Ok(match (bits, shift) {
        (8, Some(0.0)) => NumberType::U8,
        (8, Some(-128.0)) => NumberType::I8,
        (16, Some(0.0)) => NumberType::I16,
        (16, Some(32768.0)) => NumberType::U16,
        (32, Some(0.0)) => NumberType::I32,
        (32, Some(2_147_483_648.0)) => NumberType::U32,
        (8 | 16 | -32, _) => NumberType::F32,
        (32 | -64, _) => NumberType::F64,
        _ => {
            return Err(format!(
                "BITPIX {bits}, expected 8, 16, 32, -32 or -64; convert the images"
            ));
        }
    })
}

/// Reads rows `rows` of planes of one file, in their order, into `into`, `[plane, row, column]`.
///
/// Memory: the rows of one plane as bytes; of a tile-compressed file, the whole file.
pub(crate) fn read_rows(
    path: &Path,
    pages: &[Page],
    rows: Range<usize>,
    mut into: ArrayViewMut3<'_, f32>,
) -> Result<(), String> {
    let mut source = Source::open(path, pages).map_err(|e| explain(FitsError::Io(e)))?;
    let mut bytes = Vec::new();
    for (page, mut band) in pages.iter().zip(into.outer_iter_mut()) {
        let PagePlace::Fits(plane) = page.place else {
            return Err("a TIFF page was asked of the FITS reader".into());
        };
        if let Some(hdu) = plane.tiled_hdu {
            let image = read_tiled(path, hdu)?;
            let image = ArrayView2::from_shape((page.rows, page.columns), &image)
                .map_err(|_| "changed since the scan was opened; open it anew".to_owned())?;
            band.assign(&image.slice(s![rows.clone(), ..]));
            continue;
        }
        let row_bytes = page.columns * usize::try_from(plane.bits.unsigned_abs() / 8).unwrap_or(8);
        bytes.resize(rows.len() * row_bytes, 0);
        let start = plane.start + (rows.start * row_bytes) as u64;
        source.read_at(start, &mut bytes).map_err(|e| explain(FitsError::Io(e)))?;
        for (pixels, line) in bytes.chunks_exact(row_bytes).zip(band.outer_iter_mut()) {
            plane.decode(pixels, line);
        }
    }
    Ok(())
}

fn read_tiled(path: &Path, hdu: usize) -> Result<Vec<f32>, String> {
    let bytes = std::fs::read(path).map_err(|e| explain(FitsError::Io(e)))?;
    let parsed = parse_fits(&bytes).map_err(explain)?;
    let hdu = parsed.get(hdu).ok_or("changed since the scan was opened; open it anew")?;
    read_image_physical_f32(&bytes, hdu).map_err(explain)
}

/// The bytes of a FITS file: a plain file is jumped in, a gzip'd one read forward.
enum Source {
    Plain(File),
    Zipped { stream: Box<MultiGzDecoder<BufReader<File>>>, position: u64 },
}

impl Source {
    fn open(path: &Path, pages: &[Page]) -> io::Result<Self> {
        let zipped = |page: &Page| matches!(page.place, PagePlace::Fits(plane) if plane.is_zipped);
        if pages.first().is_some_and(zipped) {
            return Ok(Self::Zipped { stream: Box::new(unzip(path)?), position: 0 });
        }
        Ok(Self::Plain(File::open(path)?))
    }

    /// `start` must not lie before the end of what was read last from a gzip'd file.
    fn read_at(&mut self, start: u64, into: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => {
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(into)
            }
            Self::Zipped { stream, position } => {
                let gap = start.saturating_sub(*position);
                if io::copy(&mut stream.by_ref().take(gap), &mut io::sink())? < gap {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                stream.read_exact(into)?;
                *position = start + into.len() as u64;
                Ok(())
            }
        }
    }
}

fn unzip(path: &Path) -> io::Result<MultiGzDecoder<BufReader<File>>> {
    Ok(MultiGzDecoder::new(BufReader::new(File::open(path)?)))
}

fn is_zipped(path: &Path) -> io::Result<bool> {
    let mut magic = Vec::with_capacity(2);
    File::open(path)?.take(2).read_to_end(&mut magic)?;
    Ok(magic == [0x1f, 0x8b])
}

/// The number that the header key `key` of the file's first or later header gives.
///
/// Errors: no such key, or no number; names the keys that give numbers.
pub(crate) fn header_number(path: &Path, key: &str) -> Result<f64, String> {
    let cards = header_cards(path)?;
    let wanted = key.to_ascii_uppercase();
    let named = |card: &&Card| card.keyword_str() == wanted;
    match cards.iter().find(named).map(|card| &card.value) {
        Some(Some(Value::Float(number))) => Ok(*number),
        #[allow(clippy::cast_precision_loss, reason = "an angle")]
        Some(Some(Value::Integer(number))) => Ok(*number as f64),
        Some(Some(Value::String(text))) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
            Ok(text.trim().parse().unwrap_or(f64::NAN))
        }
        Some(_) => Err(format!("header key `{key}` is no number; set `acquire.angle_key` to one")),
        None => Err(format!(
            "no header key `{key}`, only {}; set `acquire.angle_key` to one of them",
            number_keys(&cards)
        )),
    }
}

fn number_keys(cards: &[Card]) -> String {
    let is_number = |card: &&Card| matches!(card.value, Some(Value::Float(_) | Value::Integer(_)));
    let names = cards.iter().filter(is_number).map(Card::keyword_str);
    let layout = ["NAXIS", "BITPIX", "BZERO", "BSCALE", "PCOUNT", "GCOUNT"];
    let own = names.filter(|name| !layout.iter().any(|word| name.starts_with(word)));
    let own: Vec<_> = own.take(20).collect();
    if own.is_empty() { "none that gives a number".into() } else { own.join(", ") }
}

fn header_cards(path: &Path) -> Result<Vec<Card>, String> {
    let mut cards = Vec::new();
    if is_zipped(path).map_err(|e| explain(FitsError::Io(e)))? {
        let mut reader = FitsReader::new(unzip(path).map_err(|e| explain(FitsError::Io(e)))?);
        cards.extend(reader.next_hdu().map_err(explain)?.map(|hdu| hdu.cards.clone()));
    } else {
        let mut reader = FitsReader::open(path).map_err(explain)?;
        while let Some(hdu) = reader.next_hdu().map_err(explain)? {
            cards.push(hdu.cards.clone());
        }
    }
    Ok(cards.concat())
}

/// What a FITS error means for the user.
fn explain(error: FitsError) -> String {
    let truncated = "truncated: the file ends before its image does; copy it anew from the \
                     instrument";
    match error {
        FitsError::UnexpectedEof => truncated.into(),
        FitsError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => truncated.into(),
        FitsError::Io(error) => format!("cannot be read: {error}"),
        other => format!("broken FITS: {other}; copy it anew from the instrument"),
    }
}
