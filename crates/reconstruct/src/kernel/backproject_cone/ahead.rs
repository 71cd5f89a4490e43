//! What a tile will see of the next views, asked for before it is read. Knows no values.

use voltomo_numeric::cast::to_index;

use super::{
    ConePath, Views,
    views::{GROUP, MARGIN},
};
use crate::kernel::simd::prefetch;

/// A part of a volume: `[y, x]` and slices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// First voxel and last one.
    pub(super) ends: [[usize; 2]; 2],
    /// First slice and last one.
    pub(super) slices: [usize; 2],
}

/// The values of some views that a part of a volume falls on, taken one detector column after the
/// other.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// First value and values, of a column; columns that are left.
    views: Vec<(*const f32, usize, usize)>,
    stride: usize,
    count: usize,
}

impl Ahead {
    /// Of the views from `first` on, along `paths`.
    pub(super) fn look(
        &mut self,
        views: &Views,
        (first, paths): (usize, &[ConePath]),
        part: &Extent,
    ) {
        self.stride = views.stride();
        self.views.clear();
        self.views.extend(paths.iter().enumerate().map(|(k, path)| {
            let (columns, rows) = seen(path, part);
            let last = (views.columns() + 1) as f64;
            let columns = columns.map(|column| to_index((column + 1.0).min(last)));
            let held = views.rows();
            let last = (held.1 + MARGIN) as f64;
            let rows = rows.map(|row| to_index((row - held.0 as f64 + MARGIN as f64).min(last)));
            let start = views.view(first + k).as_ptr();
            let start = start.wrapping_add(MARGIN + columns[0] * self.stride + rows[0]);
            (start, rows[1] + 2 - rows[0], columns[1] + 2 - columns[0])
        }));
        self.count = self.views.iter().map(|view| view.2).sum();
    }

    /// Columns that are left.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Asks for so many columns.
    #[inline(always)]
    pub(super) fn ask(&mut self, columns: usize) {
        for _ in 0..columns {
            let Some((start, values, left)) = self.views.last_mut() else { return };
            for at in (0..*values + GROUP).step_by(GROUP) {
                prefetch(start.wrapping_add(at));
            }
            *start = start.wrapping_add(self.stride);
            *left -= 1;
            if *left == 0 {
                self.views.pop();
            }
        }
    }
}

/// Least and greatest column and frame row that a part falls on.
fn seen(path: &ConePath, part: &Extent) -> ([f64; 2], [f64; 2]) {
    let (mut columns, mut rows) = ([f64::INFINITY, 0.0f64], [f64::INFINITY, 0.0f64]);
    for corner in 0..4 {
        let place = [part.ends[corner / 2][0], part.ends[corner % 2][1]];
        let depth = path.depth.at(place);
        let column = path.column.at(place) / depth;
        columns = [columns[0].min(column), columns[1].max(column)];
        for z in part.slices {
            let row = path.source_row + (path.rise.0 + z as f64 * path.rise.1) / depth;
            rows = [rows[0].min(row), rows[1].max(row)];
        }
    }
    (columns, rows)
}
