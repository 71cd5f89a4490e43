//! Ring removal by filtering and sorting. Knows sinograms; knows no files.

use super::{
    filter::{Filter, Room},
    low_pass::LowPass,
    plane::{Rows, gather},
    sliding_median::median_across,
};

/// Sorts and smooths only the slow part of each column ([`LowPass`]); the fast part stays.
///
/// Stripes are slow along the angle. What the sorting changes beside them, it changes in the slow
/// part alone, which keeps more of the sample than [`Sorting`](super::sorting::Sorting) and takes
/// partial stripes less well.
/// Source: Vo, Atwood & Drakopoulos 2018, algorithm 2, doi:10.1364/OE.26.028396.
#[derive(Debug)]
pub(super) struct Filtering {
    /// The slow part of a column.
    pub(super) low_pass: LowPass,
    /// Columns of the median, an odd number.
    pub(super) window: usize,
}

impl Filter for Filtering {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        let Room { ranked, plane } = room;
        gather(rows, &mut ranked.sorted);
        self.low_pass.apply(&mut ranked.sorted);
        ranked.sort(rows.len());
        median_across(&ranked.sorted, rows.len(), self.window, plane);
        plane.iter_mut().zip(&ranked.sorted).for_each(|(new, old)| *new -= old);
        ranked.put_back(plane, rows, |value, change| *value += change);
    }
}
