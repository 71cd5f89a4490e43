//! MetaImage (`.mha`): a text header and raw numbers in one file. Knows no slabs.
//!
//! Source: the MetaImage documentation of ITK, <https://itk.org/Wiki/ITK/MetaIO/Documentation>.

use super::raw::RawWriter;
use super::record::Record;
use super::slice_writer::Beginning;
use super::{NumberType, StoreError};

/// The header's field that holds voltomo's own record.
pub(super) const RECORD_FIELD: &str = "Voltomo = ";

/// The longest line of a header that ITK and VTK read.
const LONGEST_LINE: usize = 30_000;

/// Begins or goes on with a MetaImage file.
pub(super) fn begin(beginning: &Beginning) -> Result<RawWriter, StoreError> {
    RawWriter::begin(beginning, header(beginning.record).as_bytes())
}

/// The header; MetaImage counts axes from the fastest: x, y, z.
fn header(record: &Record) -> String {
    let grid = &record.grid;
    let [depth, rows, columns] = grid.shape;
    let [z, y, x] = grid.first;
    let element = match record.numbers {
        NumberType::F32 => "MET_FLOAT",
        NumberType::U16 => "MET_USHORT",
        NumberType::U8 => "MET_UCHAR",
    };
    let voxel = grid.voxel;
    format!(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n\
         CompressedData = False\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = {x} {y} {z}\n\
         CenterOfRotation = 0 0 0\nElementSpacing = {voxel} {voxel} {voxel}\n\
         DimSize = {columns} {rows} {depth}\n\
         Length unit = {length}\nAttenuation unit = {unit}\n\
         Rescale slope = {slope}\nRescale intercept = {intercept}\n\
         {RECORD_FIELD}{line}\n\
         ElementType = {element}\nElementDataFile = LOCAL\n",
        length = grid.unit.symbol(),
        unit = record.unit(),
        slope = record.slope,
        intercept = record.intercept,
        line = line(record),
    )
}

/// The record in one line; without the volume's origin where that is too long for other programs.
fn line(record: &Record) -> String {
    let line = record.in_one_line();
    if line.len() <= LONGEST_LINE {
        return line;
    }
    let left_out = "too long for a MetaImage header; the run.json beside the volume holds it";
    let provenance = serde_json::json!({ "left_out": left_out });
    Record { provenance, ..record.clone() }.in_one_line()
}

/// Voltomo's record in a header, and where the numbers begin; nothing where another program has changed
/// the size beside it: the record is then no longer that of the numbers.
pub(super) fn read_header(head: &[u8]) -> Option<(Record, u64)> {
    let end = b"ElementDataFile = LOCAL\n";
    let at = head.windows(end.len()).position(|window| window == end)? + end.len();
    let text = std::str::from_utf8(&head[..at]).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(RECORD_FIELD))?;
    let record: Record = serde_json::from_str(line).ok()?;
    let [depth, rows, columns] = record.grid.shape;
    let size = format!("DimSize = {columns} {rows} {depth}");
    text.lines().any(|line| line.trim_end() == size).then_some((record, at as u64))
}
