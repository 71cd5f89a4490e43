//! NRRD: a text header and raw numbers in one file. Knows no slabs.
//!
//! Source: the NRRD format definition, <https://teem.sourceforge.net/nrrd/format.html>.

use voltomo_types::LengthUnit;

use super::raw::RawWriter;
use super::record::Record;
use super::slice_writer::Beginning;
use super::{NumberType, StoreError};

/// The header's key that holds voltomo's own record.
const RECORD_FIELD: &str = "voltomo:=";

/// Begins or goes on with a NRRD file.
pub(super) fn begin(beginning: &Beginning) -> Result<RawWriter, StoreError> {
    RawWriter::begin(beginning, header(beginning.record).as_bytes())
}

/// The header; NRRD counts axes from the fastest: x, y, z. An unknown voxel size gets no unit.
fn header(record: &Record) -> String {
    let grid = &record.grid;
    let [depth, rows, columns] = grid.shape;
    let [z, y, x] = grid.first;
    let kind = match record.numbers {
        NumberType::F32 => "float",
        NumberType::U16 => "uint16",
        NumberType::U8 => "uint8",
    };
    let units = match grid.unit {
        LengthUnit::Millimetre => "space units: \"mm\" \"mm\" \"mm\"\n",
        LengthUnit::Pixel => "",
    };
    let voxel = grid.voxel;
    format!(
        "NRRD0005\ntype: {kind}\ndimension: 3\nspace dimension: 3\n\
         sizes: {columns} {rows} {depth}\n\
         space directions: ({voxel},0,0) (0,{voxel},0) (0,0,{voxel})\n\
         kinds: domain domain domain\n{units}endian: little\nencoding: raw\n\
         space origin: ({x},{y},{z})\n\
         attenuation unit:={unit}\nrescale slope:={slope}\nrescale intercept:={intercept}\n\
         {RECORD_FIELD}{line}\n\n",
        unit = record.unit(),
        slope = record.slope,
        intercept = record.intercept,
        line = escaped(&record.in_one_line()),
    )
}

/// A value as NRRD writes it: the backslash is the sign that escapes.
fn escaped(line: &str) -> String {
    line.replace('\\', "\\\\")
}

/// Voltomo's record in a header, and where the numbers begin; nothing where another program has changed
/// the size beside it: the record is then no longer that of the numbers.
pub(super) fn read_header(head: &[u8]) -> Option<(Record, u64)> {
    let at = head.windows(2).position(|window| window == b"\n\n")? + 2;
    let text = std::str::from_utf8(&head[..at]).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(RECORD_FIELD))?;
    let record: Record = serde_json::from_str(&line.replace("\\\\", "\\")).ok()?;
    let [depth, rows, columns] = record.grid.shape;
    let size = format!("sizes: {columns} {rows} {depth}");
    text.lines().any(|line| line.trim_end() == size).then_some((record, at as u64))
}
