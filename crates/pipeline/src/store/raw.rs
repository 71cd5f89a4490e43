//! Raw numbers behind a header in one file, written slice by slice at their place.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use ndarray::{ArrayView3, Axis};

use super::StoreError;
use super::quantise::Quantiser;
use super::slice_writer::{Beginning, SliceWriter};

/// Writes the slices of one file.
pub(super) struct RawWriter {
    file: File,
    path: PathBuf,
    header_bytes: u64,
    quantiser: Quantiser,
    /// One slice as stored.
    slice: Vec<u8>,
    needed: u64,
}

impl RawWriter {
    /// Begins a file with `header` and room for every slice, or goes on with one.
    pub(super) fn begin(beginning: &Beginning, header: &[u8]) -> Result<Self, StoreError> {
        let Beginning { path, record, is_begun, needed, .. } = *beginning;
        let failed = |source| StoreError::from_io(source, path, needed);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(!is_begun).truncate(!is_begun);
        let mut file = options.open(path).map_err(failed)?;
        if is_begun {
            refuse_other_header(&mut file, path, header)?;
        } else {
            file.write_all(header).map_err(failed)?;
        }
        let [depth, rows, columns] = record.grid.shape;
        let slice_bytes = rows * columns * record.numbers.bytes();
        let header_bytes = header.len() as u64;
        file.set_len(header_bytes + (depth * slice_bytes) as u64).map_err(failed)?;
        Ok(Self {
            file,
            path: path.to_path_buf(),
            header_bytes,
            quantiser: Quantiser::new(beginning.settings),
            slice: vec![0; slice_bytes],
            needed,
        })
    }
}

impl SliceWriter for RawWriter {
    fn write_slices(&mut self, z: usize, attenuation: ArrayView3<f32>) -> Result<(), StoreError> {
        let failed = |source| StoreError::from_io(source, &self.path, self.needed);
        let start = self.header_bytes + (z * self.slice.len()) as u64;
        self.file.seek(SeekFrom::Start(start)).map_err(failed)?;
        for slice in attenuation.axis_iter(Axis(0)) {
            self.quantiser.encode(slice.iter(), &mut self.slice);
            self.file.write_all(&self.slice).map_err(failed)?;
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<(), StoreError> {
        let synced = self.file.sync_all();
        synced.map_err(|source| StoreError::from_io(source, &self.path, self.needed))
    }
}

fn refuse_other_header(file: &mut File, path: &Path, header: &[u8]) -> Result<(), StoreError> {
    let mut found = vec![0; header.len()];
    let is_same = file.read_exact(&mut found).is_ok() && found == header;
    if is_same {
        return Ok(());
    }
    let found = "the header of the unfinished volume is damaged; begin anew with `--force`".into();
    Err(StoreError::Unreadable { found, path: path.to_path_buf() })
}
