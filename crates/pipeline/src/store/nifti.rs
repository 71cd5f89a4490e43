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
    let grid = &record.grid;
    let size = |axis: usize| {
        i16::try_from(grid.shape[axis]).map_err(|_| {
            let found = format!("nifti, with {} voxels along an axis", grid.shape[axis]);
            let expected = "mha, nrrd or zarr: NIfTI-1 holds 32767 voxels along an axis";
            StoreError::Setting { problem: Problem::new("store.format", found, expected) }
        })
    };
    let [depth, rows, columns] = [size(0)?, size(1)?, size(2)?];
    let text = record.in_one_line();
    let text = [RECORD_FIELD, text.as_bytes()].concat();
    let extension = (8 + text.len()).next_multiple_of(BLOCK);
    let mut bytes = vec![0_u8; HEADER + 4 + extension];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348_i32.to_le_bytes());
    for (k, size) in [3, columns, rows, depth, 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * k, &size.to_le_bytes());
    }
    let (kind, bits) = match record.numbers {
        NumberType::F32 => (16_i16, 32_i16),
        NumberType::U16 => (512, 16),
        NumberType::U8 => (2, 8),
    };
    put(70, &kind.to_le_bytes());
    put(72, &bits.to_le_bytes());
    let voxel = to_f32(grid.voxel);
    for (k, length) in [1.0, voxel, voxel, voxel].into_iter().enumerate() {
        put(76 + 4 * k, &length.to_le_bytes());
    }
    put(108, &to_f32((HEADER + 4 + extension) as f64).to_le_bytes());
    put(112, &to_f32(record.slope).to_le_bytes());
    put(116, &to_f32(record.intercept).to_le_bytes());
    // 2: millimetres; 0: nobody knows.
    put(123, &[if grid.unit == LengthUnit::Millimetre { 2 } else { 0 }]);
    put(148, b"voltomo; numbers in ");
    put(168, record.unit().as_bytes());
    // The matrix from voxels to places tells of a scanner.
    put(254, &1_i16.to_le_bytes());
    let [z, y, x] = grid.first.map(to_f32);
    let matrix = [[-voxel, 0.0, 0.0, -x], [0.0, -voxel, 0.0, -y], [0.0, 0.0, voxel, z]];
    for (k, value) in matrix.into_iter().flatten().enumerate() {
        put(280 + 4 * k, &value.to_le_bytes());
    }
    put(344, b"n+1\0");
    put(HEADER, &[1]);
    let length = i32::try_from(extension).unwrap_or(i32::MAX);
    put(HEADER + 4, &length.to_le_bytes());
    put(HEADER + 8, &COMMENT.to_le_bytes());
    put(HEADER + 12, &text);
    Ok(bytes)
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
