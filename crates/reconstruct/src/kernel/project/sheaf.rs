//! Rays of one view in space, and the part of them that meets a block of voxels. Knows no data.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{Walk, block::Span};

/// A linear form of a ray's place on the detector: `f[0] + f[1]·column + f[2]·row`.
pub type Form = [f64; 3];

/// The rays of neighbouring detector columns that walk the same planes: rows (planes of one y) or
/// columns (of one x) of the voxels.
///
/// With `d = depth[0] + p·depth[1]` the ray at `[row, column]` meets plane p at the voxel
/// `z = height + d·up/below` and, within the plane,
/// `place[0] + p·place[1] + d·across/below`. Rays of a parallel beam have the depth 1 everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheaf {
    /// The planes.
    pub walk: Walk,
    /// Columns of rays.
    pub columns: Range<usize>,
    /// See above.
    pub up: Form,
    /// See above.
    pub across: Form,
    /// See above; has one sign on the whole detector.
    pub below: Form,
    /// See above.
    pub height: f64,
    /// See above.
    pub place: [f64; 2],
    /// See above.
    pub depth: [f64; 2],
}

/// Rays of a scan, `[row, column]`: what all its views have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raster {
    /// Rows of rays.
    pub rows: usize,
    /// Columns of rays.
    pub columns: usize,
    /// Every so-many-th row belongs to one sheet, so that its rays are about a voxel apart.
    pub interleave: usize,
}

impl Raster {
    /// Most rows of a sheet.
    #[must_use]
    pub fn sheet_rows(&self) -> usize {
        self.rows.div_ceil(self.interleave)
    }

    /// Rows of the sheet of this phase.
    pub(super) fn rows_of(&self, phase: usize) -> usize {
        self.rows.saturating_sub(phase).div_ceil(self.interleave)
    }
}

impl Sheaf {
    /// Axis of the planes, and the one across them.
    pub(super) fn axes(&self) -> [usize; 2] {
        match self.walk {
            Walk::Rows => [1, 2],
            Walk::Columns => [2, 1],
        }
    }

    pub(super) fn depth_of(&self, plane: f64) -> f64 {
        self.depth[0] + plane * self.depth[1]
    }

    /// Ways of the rays of a column from one plane to the next, in voxels times `edge`, one a row.
    pub fn steps(&self, column: usize, edge: f32, steps: &mut [f32]) {
        let along = |form: Form| {
            [form[0] + form[1] * column as f64, form[2]].map(|term| to_f32(term * self.depth[1]))
        };
        let (up, across) = (along(self.up), along(self.across));
        let start = self.below[0] + self.below[1] * column as f64;
        let (below, slope) = ([start, self.below[2]].map(to_f32), to_f32(self.place[1]));
        for (step, row) in steps.iter_mut().zip(0i32..) {
            let row = row as f32;
            let below = 1.0 / (below[0] + row * below[1]);
            let (up, across) = (up[0] + row * up[1], across[0] + row * across[1]);
            let (up, across) = (up * below, slope + across * below);
            *step = edge * (1.0 + up * up + across * across).sqrt();
        }
    }

    /// Where `[row, column]` the ray through a voxel `[z, plane, across]` stands.
    fn seen(&self, [z, plane, across]: [f64; 3]) -> [f64; 2] {
        let depth = self.depth_of(plane);
        let up = (z - self.height) / depth;
        let across = (across - self.place[0] - plane * self.place[1]) / depth;
        // (form − ratio·below) · (1, column, row) = 0 for both ratios.
        let one: [f64; 3] = std::array::from_fn(|k| self.up[k] - up * self.below[k]);
        let two: [f64; 3] = std::array::from_fn(|k| self.across[k] - across * self.below[k]);
        let determinant = one[1] * two[2] - one[2] * two[1];
        let column = (one[2] * two[0] - one[0] * two[2]) / determinant;
        let row = (one[0] * two[1] - one[1] * two[0]) / determinant;
        [row, column]
    }

    /// Rows and columns of the rays that may meet a box of voxels.
    pub(super) fn touching(&self, span: &Span, raster: &Raster) -> [Range<usize>; 2] {
        let [main, other] = self.axes();
        let last = span.first[main] + span.count[main] - 1;
        let depths = [span.first[main], last].map(|plane| self.depth_of(plane as f64));
        if depths[0] * depths[1] <= 0.0 {
            // The source stands between these planes, beside the box.
            return [0..raster.rows, self.columns.clone()];
        }
        let mut ends = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        for corner in 0..8 {
            let end = |axis: usize, bit: usize, beside: f64| {
                let last = corner >> bit & 1 == 1;
                let (first, count) = (span.first[axis] as f64, span.count[axis] as f64);
                if last { first + count - 1.0 + beside } else { first - beside }
            };
            let seen = self.seen([end(0, 0, 1.0), end(main, 1, 0.0), end(other, 2, 1.0)]);
            for (ends, seen) in ends.iter_mut().zip(seen) {
                *ends = [ends[0].min(seen), ends[1].max(seen)];
            }
        }
        let range = |[low, high]: [f64; 2], within: Range<usize>| {
            let from = to_index((low - 0.01).ceil().max(0.0)).clamp(within.start, within.end);
            let until = to_index((high + 1.01).floor().max(0.0)).clamp(from, within.end);
            from..until
        };
        [range(ends[0], 0..raster.rows), range(ends[1], self.columns.clone())]
    }
}
