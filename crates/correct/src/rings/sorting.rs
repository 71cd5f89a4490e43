//! Ring removal by sorting. Knows sinograms; knows no files.

use super::{
    filter::{Filter, Room},
    plane::Rows,
    sliding_median::median_across,
};

/// Sorts every column by brightness, takes the median across columns of the sorted ones, and sends
/// each value back to the angle that it came from.
///
/// Neighbouring columns see almost the same set of values, in another order; a stripe changes the
/// values, the sorted columns show it free of what turns with the sample. Takes full and partial
/// stripes narrower than half the window.
/// Source: Vo, Atwood & Drakopoulos 2018, algorithm 3, doi:10.1364/OE.26.028396.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sorting {
    /// Columns of the median, an odd number.
    pub(super) window: usize,
}

impl Filter for Sorting {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        room.ranked.take(rows);
        median_across(&room.ranked.sorted, rows.len(), self.window, &mut room.plane);
        room.ranked.put_back(&room.plane, rows, |value, new| *value = new);
    }
}
