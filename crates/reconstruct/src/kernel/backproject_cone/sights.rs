//! What a view shows a row of voxel columns: where on the detector, how heavy. Knows no values.

use voltomo_numeric::cast::to_f32;

use super::{ConePath, Views, column::fixed};

/// Columns of voxels in a row of a block.
pub(super) const SIDE: usize = 8;

/// What a view shows the columns of voxels of one row of a block, one quantity after the other, so
/// that they are computed together.
#[derive(Debug, Clone)]
pub(super) struct Sights {
    /// Where the detector column left of the ray begins among the values of the view.
    pub(super) left: [u32; SIDE],
    /// What the two detector columns beside the ray weigh.
    pub(super) weights: [[f32; SIDE]; 2],
    /// Frame row of the voxel z = 0, [`fixed`].
    pub(super) row: [i64; SIDE],
    /// Rows from one voxel to the next, [`fixed`].
    pub(super) step: [i64; SIDE],
    /// Whether the column of voxels falls on the detector.
    pub(super) is_seen: [bool; SIDE],
}

impl Sights {
    /// Nothing is seen.
    pub(super) fn none() -> Self {
        Self {
            left: [0; SIDE],
            weights: [[0.0; SIDE]; 2],
            row: [0; SIDE],
            step: [0; SIDE],
            is_seen: [false; SIDE],
        }
    }

    /// Of the columns from `[y, x]` on along x.
    #[inline(always)]
    pub(super) fn see(&mut self, path: &ConePath, views: &Views, [y, x]: [usize; 2]) {
        let (last, stride) = ((views.columns() + 1) as f64, views.stride());
        #[allow(clippy::cast_possible_truncation, reason = "a view has less than 2³² values")]
        let stride = stride as u32;
        // Apart, so that each loop is made of vectors.
        let (mut depths, mut columns) = ([0.0; SIDE], [0.0; SIDE]);
        for k in 0..SIDE {
            let place = [y, x + k];
            depths[k] = 1.0 / path.depth.at(place);
            // One column of zeros stands before the detector, two behind.
            columns[k] = path.column.at(place) * depths[k] + 1.0;
            self.is_seen[k] = columns[k] > 0.0 && columns[k] < last;
        }
        for (depth, (row, step)) in depths.iter().zip(self.row.iter_mut().zip(&mut self.step)) {
            *row = fixed(path.source_row + path.rise.0 * depth);
            *step = fixed(path.rise.1 * depth);
        }
        for k in 0..SIDE {
            let column = columns[k].max(0.0).min(last);
            // SAFETY: between 0 and the number of columns; without the check, the loop is vectors.
            let whole: i32 = unsafe { column.to_int_unchecked() };
            let (way, weight) = (column - f64::from(whole), depths[k] * depths[k]);
            self.left[k] = whole.unsigned_abs() * stride;
            self.weights[0][k] = to_f32(weight * (1.0 - way));
            self.weights[1][k] = to_f32(weight * way);
        }
    }
}
