//! Ring removal by two directional medians. Knows sinograms; knows no files.

use super::{
    filter::{Filter, Room},
    plane::{Rows, gather, scatter, shape},
    sliding_median::median_across,
};

/// Takes off what stands out across columns and lasts along the angle.
///
/// What the values have above their median across `window` columns is stripes, edges and noise; its
/// median along `angle_window` angles is stripes. Full and long partial stripes.
/// Source: Oimoen 2000, An effective filter for removal of production artifacts in U.S. Geological
/// Survey 7.5-minute digital elevation models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Oimoen {
    /// Columns of the first median, an odd number.
    pub(super) window: usize,
    /// Angles of the second median, an odd number.
    pub(super) angle_window: usize,
}

impl Filter for Oimoen {
    fn apply(&self, rows: Rows<'_, '_>, room: &mut Room) {
        let (angles, columns) = shape(rows);
        let Room { ranked, plane } = room;
        let by_column = &mut ranked.sorted;
        gather(rows, by_column);
        median_across(by_column, angles, self.window, plane);
        by_column.iter_mut().zip(plane.iter()).for_each(|(value, median)| *value -= median);
        let (mut standing, mut block) = (std::mem::take(plane), Vec::new());
        let mut lines: Vec<&mut [f32]> = standing.chunks_exact_mut(columns).collect();
        let column = |x: usize, into: &mut [f32]| {
            into.copy_from_slice(&by_column[x * angles..(x + 1) * angles]);
        };
        scatter(&mut lines, &mut block, column, |into, value| *into = value);
        median_across(&standing, columns, self.angle_window, by_column);
        for (row, stripes) in rows.iter_mut().zip(by_column.chunks_exact(columns)) {
            row.iter_mut().zip(stripes).for_each(|(value, stripe)| *value -= stripe);
        }
        *plane = standing;
    }
}
