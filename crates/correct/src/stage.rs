//! Chooses and orders the corrections of a block. Knows no files and no slabs.

use std::ops::Range;

use ndarray::Array3;
use voltomo_types::Scan;

use crate::{BlockFigures, CorrectError, CorrectSettings, Survey};

/// A part of the corrected scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Radiographs.
    pub frames: Range<usize>,
    /// Rows of the corrected (binned) frames.
    pub rows: Range<usize>,
}

/// Line integrals of a block, and what was done to get them.
#[derive(Debug, Clone)]
pub struct Corrected {
    /// −ln(I/I₀), `[angle, row, column]`, no unit; every value is finite.
    pub line_integrals: Array3<f32>,
    /// What happened in exactly these rows and frames.
    pub figures: BlockFigures,
}

/// Line integrals −ln(I/I₀) of the block.
///
/// Reads the rows beside the block that it needs itself. The result does not depend on how the
/// scan is cut into blocks nor on the number of threads, to the bit.
///
/// # Errors
/// Frames that cannot be read or mended, a block outside the scan.
pub fn correct_block(
    _scan: &Scan,
    _survey: &Survey,
    _settings: &CorrectSettings,
    _block: Block,
) -> Result<Corrected, CorrectError> {
    todo!()
}

/// Bytes that [`correct_block`] needs at most for this block, its result included.
#[must_use]
pub fn working_bytes(_scan: &Scan, _settings: &CorrectSettings, _block: Block) -> u64 {
    todo!()
}
