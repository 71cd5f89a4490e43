//! Raw numbers behind a text header. Knows no header's format.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use ndarray::Array3;

use super::element::Element;
use super::header::RawHeader;
use super::told::{Told, foreign};
use crate::store::StoreError;

/// The numbers of a volume: in a file, or unpacked in memory where they were compressed.
pub(super) struct RawNumbers {
    element: Element,
    is_big_endian: bool,
    place: Place,
}

enum Place {
    File { path: PathBuf, offset: u64 },
    Memory(Vec<u8>),
}

/// The volume that `header` tells of. Compressed numbers are unpacked into memory whole.
pub(super) fn open(header: RawHeader, path: &Path) -> Result<(Told, RawNumbers), StoreError> {
    let bytes = (header.shape.iter())
        .try_fold(header.element.bytes(), |bytes, &size| bytes.checked_mul(size))
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| foreign(format!("{:?} voxels [z, y, x]", header.shape), path))?;
    let place = if header.is_gzip { unpacked(&header, bytes)? } else { plain(&header, bytes)? };
    let packed = if header.is_gzip { ", gzip" } else { "" };
    let told = Told {
        shape: header.shape,
        spacing_mm: header.spacing,
        odd_mm: None,
        first_mm: header.first,
        storage: format!("raw {:?}{packed}", header.element).to_lowercase(),
    };
    let RawHeader { element, is_big_endian, .. } = header;
    Ok((told.checked(), RawNumbers { element, is_big_endian, place }))
}

fn plain(header: &RawHeader, bytes: usize) -> Result<Place, StoreError> {
    let failed = |source| StoreError::Io { path: header.file.clone(), source };
    let length = std::fs::metadata(&header.file).map_err(failed)?.len();
    let offset = header.offset.unwrap_or(length.saturating_sub(bytes as u64));
    if length < offset.saturating_add(bytes as u64) {
        return Err(too_short(length.saturating_sub(offset), bytes, &header.file));
    }
    Ok(Place::File { path: header.file.clone(), offset })
}

fn unpacked(header: &RawHeader, bytes: usize) -> Result<Place, StoreError> {
    let failed = |source| StoreError::Io { path: header.file.clone(), source };
    let mut file = File::open(&header.file).map_err(failed)?;
    file.seek(SeekFrom::Start(header.offset.unwrap_or(0))).map_err(failed)?;
    let mut numbers = Vec::new();
    // MetaImage's numbers are a zlib stream, NRRD's a gzip one: the first two bytes part them.
    let mut first = [0; 2];
    file.read_exact(&mut first).map_err(failed)?;
    let whole = first.chain(file);
    let read = if first == [0x1F, 0x8B] {
        MultiGzDecoder::new(whole).take(bytes as u64).read_to_end(&mut numbers)
    } else {
        flate2::read::ZlibDecoder::new(whole).take(bytes as u64).read_to_end(&mut numbers)
    };
    read.map_err(failed)?;
    if numbers.len() < bytes {
        return Err(too_short(numbers.len() as u64, bytes, &header.file));
    }
    Ok(Place::Memory(numbers))
}

fn too_short(found: u64, expected: usize, path: &Path) -> StoreError {
    let found = format!("truncated: {found} bytes of numbers, expected {expected}; copy it anew");
    foreign(found, path)
}

impl RawNumbers {
    /// The slices `z` of a volume of `shape`.
    pub(super) fn read(
        &self,
        z: Range<usize>,
        shape: [usize; 3],
    ) -> Result<Array3<f32>, StoreError> {
        let [_, rows, columns] = shape;
        let slice_bytes = rows * columns * self.element.bytes();
        let range = z.start * slice_bytes..z.end * slice_bytes;
        let numbers = match &self.place {
            Place::Memory(bytes) => self.element.decode(&bytes[range], self.is_big_endian),
            Place::File { path, offset } => {
                let failed = |source| StoreError::Io { path: path.clone(), source };
                let mut file = File::open(path).map_err(failed)?;
                file.seek(SeekFrom::Start(offset + range.start as u64)).map_err(failed)?;
                let mut bytes = vec![0; range.len()];
                file.read_exact(&mut bytes).map_err(failed)?;
                self.element.decode(&bytes, self.is_big_endian)
            }
        };
        let slab = Array3::from_shape_vec((z.len(), rows, columns), numbers);
        slab.map_err(|error| foreign(error.to_string(), Path::new("")))
    }
}
