//! Removal of all kinds of stripes, one after the other. Knows sinograms; knows no files.

use super::{
    dead::Dead,
    filter::{Filter, Room},
    plane::Rows,
    sliding_median::median_across,
};

/// Dead and fluctuating columns, wide stripes, then full and partial ones.
///
/// The same as [`Dead`], [`Large`](super::large::Large) and [`Sorting`](super::sorting::Sorting) in
/// turn. The columns are sorted once: what is done to the sorted values keeps their order.
///
/// Source: Vo, Atwood & Drakopoulos 2018, section 3, doi:10.1364/OE.26.028396.
#[derive(Debug, Clone, Copy)]
pub(super) struct Combined {
    /// Dead and fluctuating columns, and wide stripes.
    pub(super) dead: Dead,
    /// Columns of the median in [`Sorting`](super::sorting::Sorting).
    pub(super) window: usize,
}

impl Filter for Combined {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        self.dead.bridge(rows, usize::MAX);
        room.ranked.take(rows);
        self.dead.large.flatten(room, rows.len());
        median_across(&room.ranked.sorted, rows.len(), self.window, &mut room.plane);
        room.ranked.put_back(&room.plane, rows, |value, new| *value = new);
    }
}
