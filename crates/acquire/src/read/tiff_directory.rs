//! Opens a TIFF file at any of its pages, without walking through those before. Decodes no pixel.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use tiff::decoder::{Decoder, Limits};

/// The tables of a page (strip offsets and the like) may take so many bytes.
const TABLE_BYTES: usize = 64 << 20;

/// A TIFF decoder that stands at one page.
pub(crate) type PageDecoder = Decoder<PageReader>;

/// Opens `path` at its first page, or at the page whose directory lies at `directory`.
pub(crate) fn open_page(path: &Path, directory: Option<u64>) -> tiff::TiffResult<PageDecoder> {
    let mut limits = Limits::default();
    (limits.ifd_value_size, limits.decoding_buffer_size) = (TABLE_BYTES, TABLE_BYTES);
    Ok(Decoder::new(PageReader::open(path, directory)?)?.with_limits(limits))
}

/// Lets strips and tiles of any size be read; their size was checked when the file was described.
pub(crate) fn for_chunks(decoder: PageDecoder) -> PageDecoder {
    decoder.with_limits(Limits::unlimited())
}

/// A TIFF file whose header points at a directory of our choice: the decoder takes that for the
/// first page.
#[derive(Debug)]
pub(crate) struct PageReader {
    inner: BufReader<File>,
    inner_position: u64,
    header: Vec<u8>,
    position: u64,
}

impl PageReader {
    fn open(path: &Path, directory: Option<u64>) -> io::Result<Self> {
        let mut inner = BufReader::new(File::open(path)?);
        let mut header = Vec::with_capacity(16);
        inner.by_ref().take(16).read_to_end(&mut header)?;
        let inner_position = header.len() as u64;
        if let Some(offset) = directory {
            point_header_at(&mut header, offset);
        }
        Ok(Self { inner, inner_position, header, position: 0 })
    }
}

/// Writes the offset of the first directory into a TIFF header.
fn point_header_at(header: &mut [u8], offset: u64) {
    let is_little = header.starts_with(b"II");
    let is_big_tiff = [header.get(2), header.get(3)].contains(&Some(&43));
    let bytes = if is_little { offset.to_le_bytes() } else { offset.to_be_bytes() };
    let short = if is_little { &bytes[..4] } else { &bytes[4..] };
    let (place, offset) = if is_big_tiff { (8..16, &bytes[..]) } else { (4..8, short) };
    if let Some(place) = header.get_mut(place) {
        place.copy_from_slice(offset);
    }
}

impl Read for PageReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let in_header = usize::try_from(self.position).ok().and_then(|at| self.header.get(at..));
        let count = match in_header {
            Some(mut rest) if !rest.is_empty() => rest.read(into)?,
            _ => {
                if self.inner_position != self.position {
                    let step = self.position.wrapping_sub(self.inner_position).cast_signed();
                    self.inner.seek_relative(step)?;
                    self.inner_position = self.position;
                }
                let count = self.inner.read(into)?;
                self.inner_position += count as u64;
                count
            }
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for PageReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(step) => self.position.checked_add_signed(step),
            SeekFrom::End(step) => self.inner.get_ref().metadata()?.len().checked_add_signed(step),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "seek before the file");
        self.position = target.filter(|&at| at <= i64::MAX.cast_unsigned()).ok_or_else(outside)?;
        Ok(self.position)
    }
}
