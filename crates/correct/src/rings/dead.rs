//! Removal of dead and fluctuating columns. Knows sinograms; knows no files.

use super::{
    detect::standing_out,
    filter::{Filter, Room},
    large::Large,
    plane::{Rows, shape},
    sliding_median::median_across,
};

/// Angles to either side that a column is smoothed over.
const REACH: usize = 5;

/// Finds columns that fluctuate too little or too much, and bridges them from their neighbours.
///
/// A column's unrest is the sum of its distances from its own moving mean over 11 angles. Columns
/// whose unrest over the median across `large.window` columns stands out ([`standing_out`]) are
/// replaced by straight lines between the next good columns, angle by angle. What is left of their
/// stripes goes with [`Large`].
/// Source: Vo, Atwood & Drakopoulos 2018, algorithm 6, doi:10.1364/OE.26.028396.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dead {
    /// What follows, with the window and the threshold that both have.
    pub(super) large: Large,
}

impl Dead {
    /// Bridges the columns that are dead or fluctuate, where there are at most `widest` beside each
    /// other.
    pub(super) fn bridge(&self, rows: Rows<'_, '_>, widest: usize) {
        let unrest = unrest(rows);
        let mut usual = Vec::new();
        median_across(&unrest, 1, self.large.window, &mut usual);
        let ratio = |(unrest, usual): (&f32, &f32)| if *usual > 0.0 { unrest / usual } else { 1.0 };
        let ratios: Vec<f32> = unrest.iter().zip(&usual).map(ratio).collect();
        let mut gaps = gaps(&standing_out(&ratios, self.large.threshold));
        gaps.retain(|gap| gap.len() <= widest);
        for row in rows.iter_mut() {
            gaps.iter().for_each(|gap| bridge_gap(row, gap.clone()));
        }
    }
}

/// For each column the sum over angles of |value − moving mean|.
fn unrest(rows: &[&mut [f32]]) -> Vec<f32> {
    let (angles, columns) = shape(rows);
    let (mut sum, mut unrest) = (vec![0.0f32; columns], vec![0.0; columns]);
    for angle in 0..angles {
        let near = &rows[angle.saturating_sub(REACH)..angles.min(angle + REACH + 1)];
        sum.fill(0.0);
        for row in near {
            sum.iter_mut().zip(row.iter()).for_each(|(sum, value)| *sum += value);
        }
        let share = 1.0 / near.len() as f32;
        let row = rows[angle].iter();
        for ((unrest, value), sum) in unrest.iter_mut().zip(row).zip(&sum) {
            *unrest += (value - share * sum).abs();
        }
    }
    unrest
}

/// Runs of columns to be bridged; none where there is no column to bridge from.
fn gaps(is_bad: &[bool]) -> Vec<std::ops::Range<usize>> {
    let mut gaps = Vec::new();
    let mut column = 0;
    while column < is_bad.len() {
        let end = (column..is_bad.len()).find(|x| !is_bad[*x]).unwrap_or(is_bad.len());
        if end > column && end - column < is_bad.len() {
            gaps.push(column..end);
        }
        column = end + 1;
    }
    gaps
}

/// A straight line from the value before the gap to that after it; at an edge the one there is.
fn bridge_gap(row: &mut [f32], gap: std::ops::Range<usize>) {
    let after = row.get(gap.end).copied();
    let before = gap.start.checked_sub(1).map(|column| row[column]);
    let (Some(first), Some(last)) = (before.or(after), after.or(before)) else {
        return;
    };
    let share = 1.0 / (gap.len() + 1) as f32;
    for (step, value) in row[gap].iter_mut().enumerate() {
        *value = first + (last - first) * ((step + 1) as f32 * share);
    }
}

impl Filter for Dead {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        self.bridge(rows, usize::MAX);
        self.large.apply(rows, room);
    }
}
