//! What every filter of a sinogram is, and the room that it works in. Knows no method.

use super::{plane::Rows, ranked::Ranked};

/// A filter made ready for sinograms of one shape.
pub(super) trait Filter: Send + Sync {
    /// Filters one sinogram in place.
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room);
}

/// Room for one sinogram, kept from one to the next; a filter takes what it needs.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// The sinogram column by column, sorted.
    pub(super) ranked: Ranked,
    /// The sinogram once more, changed.
    pub(super) plane: Vec<f32>,
}
