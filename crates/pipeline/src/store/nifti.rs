//! NIfTI-1 (`.nii`): a binary header and raw numbers in one file. Knows no slabs.
//!
//! Axes of NIfTI point to the right, to the front and up, those of ITK to the left, back and up: the
//! first two are turned, so that ITK reads the same places as from MetaImage.
//!
//! Source: Cox et al. 2004, the NIfTI-1 data format, <https://nifti.nimh.nih.gov/nifti-1>.

use voltomo_numeric::cast::to_f32;
use voltomo_types::{LengthUnit, Problem};

use super::raw::RawWriter;
use super::record::Record;
use super::slice_writer::Beginning;
use super::{NumberType, StoreError};

/// Bytes of the header itself.
const HEADER: usize = 348;
/// Begins voltomo's own record in the extension behind the header.
const RECORD_FIELD: &[u8] = b"voltomo=";
/// Kind of an extension that is plain text.
const COMMENT: i32 = 6;
/// Extensions are multiples of so many bytes.
const BLOCK: usize = 16;

/// Begins or goes on with a NIfTI file.
pub(super) fn begin(beginning: &Beginning) -> Result<RawWriter, StoreError> {
    RawWriter::begin(beginning, &header(beginning.record)?)
}

/// Header and extension; the sizes count from the fastest axis: x, y, z.
fn header(record: &Record) -> Result<Vec<u8>, StoreError> {
    let text = [RECORD_FIELD, record.in_one_line().as_bytes()].concat();
    let extension = (8 + text.len()).next_multiple_of(BLOCK);
    let mut header = Header(vec![0; HEADER + 4 + extension]);
    header.numbers(record)?;
    header.place(record);
    header.put(108, &to_f32((HEADER + 4 + extension) as f64).to_le_bytes());
    header.put(344, b"n+1\0");
    header.put(HEADER, &[1]);
    let length = i32::try_from(extension).unwrap_or(i32::MAX);
    header.put(HEADER + 4, &length.to_le_bytes());
    header.put(HEADER + 8, &COMMENT.to_le_bytes());
    header.put(HEADER + 12, &text);
    Ok(header.0)
}

/// The bytes of a header, filled in part by part.
struct Header(Vec<u8>);

impl Header {
    fn put(&mut self, at: usize, value: &[u8]) {
        self.0[at..at + value.len()].copy_from_slice(value);
    }

    /// How many numbers there are, of which kind, and what they stand for.
    fn numbers(&mut self, record: &Record) -> Result<(), StoreError> {
        self.put(0, &348_i32.to_le_bytes());
        let [depth, rows, columns] = record.grid.shape.map(size);
        for (k, size) in [3, columns?, rows?, depth?, 1, 1, 1, 1].into_iter().enumerate() {
            self.put(40 + 2 * k, &size.to_le_bytes());
        }
        let (kind, bits) = match record.numbers {
            NumberType::F32 => (16_i16, 32_i16),
            NumberType::U16 => (512, 16),
            NumberType::U8 => (2, 8),
        };
        self.put(70, &kind.to_le_bytes());
        self.put(72, &bits.to_le_bytes());
        self.put(112, &to_f32(record.slope).to_le_bytes());
        self.put(116, &to_f32(record.intercept).to_le_bytes());
        self.put(148, format!("voltomo; numbers in {}", record.unit()).as_bytes());
        Ok(())
    }

    /// Where the voxels are.
    fn place(&mut self, record: &Record) {
        let grid = &record.grid;
        let voxel = to_f32(grid.voxel);
        for (k, length) in [1.0, voxel, voxel, voxel].into_iter().enumerate() {
            self.put(76 + 4 * k, &length.to_le_bytes());
        }
        // 2: millimetres; 0: nobody knows.
        self.put(123, &[if grid.unit == LengthUnit::Millimetre { 2 } else { 0 }]);
        // The matrix from voxels to places tells of a scanner.
        self.put(254, &1_i16.to_le_bytes());
        let [z, y, x] = grid.first.map(to_f32);
        let matrix = [[-voxel, 0.0, 0.0, -x], [0.0, -voxel, 0.0, -y], [0.0, 0.0, voxel, z]];
        for (k, value) in matrix.into_iter().flatten().enumerate() {
            self.put(280 + 4 * k, &value.to_le_bytes());
        }
    }
}

/// A number of voxels as the header counts them.
fn size(count: usize) -> Result<i16, StoreError> {
    i16::try_from(count).map_err(|_| {
        let found = format!("nifti, with {count} voxels along an axis");
        let expected = "mha, nrrd or zarr: NIfTI-1 holds 32767 voxels along an axis";
        StoreError::Setting { problem: Problem::new("store.format", found, expected) }
    })
}

/// Voltomo's record in a header, and where the numbers begin.
pub(super) fn read_header(head: &[u8]) -> Option<(Record, u64)> {
    let number = |at: usize| head.get(at..at + 4)?.try_into().ok().map(i32::from_le_bytes);
    if head.get(344..348)? != b"n+1\0" || number(0)? != 348 {
        return None;
    }
    let extension = usize::try_from(number(HEADER + 4)?).ok()?;
    let end = (HEADER + 4).checked_add(extension)?;
    let text = head.get(HEADER + 12..end)?.strip_prefix(RECORD_FIELD)?;
    let length = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    Some((serde_json::from_slice(&text[..length]).ok()?, end as u64))
}
