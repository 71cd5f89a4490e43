//! Ring removal that leaves windings alone. Knows sinograms; knows no files.

use super::{
    basis::Basis,
    dead::Dead,
    filter::{Filter, Room},
    plane::{Rows, moving_average},
    profile::{ByProfile, Stripes},
    sliding_median::median_across,
};

/// Most columns beside each other that are bridged: an edge of the sample that moves to and fro
/// fluctuates too, over more of them.
const WIDEST: usize = 7;

/// Bridges dead and fluctuating columns ([`Dead::bridge`]), then takes off what the mean row has
/// above its own median over `window` columns.
///
/// The layers of a jelly roll about the axis are almost stripes, but each turn of the sample moves
/// them by one pitch: over a whole turn the mean row does not know them, and nothing of them is
/// taken. Full stripes and dead columns alone; over half a turn half of the layers' share stays in
/// the mean row.
#[derive(Debug)]
pub(super) struct Gentle {
    /// Finds the columns to be bridged.
    pub(super) dead: Dead,
    /// The mean row and its stripes.
    pub(super) mean: ByProfile<AboveMedian>,
}

impl Gentle {
    pub(super) fn new(dead: Dead, basis: Basis, window: usize) -> Self {
        Self { dead, mean: ByProfile { basis, stripes: AboveMedian { window } } }
    }
}

/// What a profile has above its median over so many columns, once its trend is taken off: the
/// moving average of such a median. On a slope a median next to a stripe is a neighbour's value.
#[derive(Debug, Clone, Copy)]
pub(super) struct AboveMedian {
    window: usize,
}

impl Stripes for AboveMedian {
    fn find(&self, profile: &mut [f32]) {
        let mut median = Vec::new();
        median_across(profile, 1, self.window, &mut median);
        let trend = moving_average(&median, self.window);
        profile.iter_mut().zip(trend).for_each(|(value, trend)| *value -= trend);
        median_across(profile, 1, self.window, &mut median);
        profile.iter_mut().zip(median).for_each(|(value, median)| *value -= median);
    }
}

impl Filter for Gentle {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        self.dead.bridge(rows, WIDEST);
        self.mean.apply(rows, room);
    }
}
