//! Rays of one view in space, and the part of them that meets a block of voxels. Knows no data.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    Walk,
    fan::{GROUP, MARGIN},
};

/// A linear form of a ray's place on the detector: `f[0] + f[1]·column + f[2]·row`.
pub type Form = [f64; 3];

pub(super) fn value(form: Form, [row, column]: [f64; 2]) -> f64 {
    form[0] + form[1] * column + form[2] * row
}

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

/// A box of voxels, `[z, y, x]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: [usize; 3],
    pub(super) count: [usize; 3],
}

impl Sheaf {
    /// Axis of the planes, and the one across them.
    pub(super) fn axes(&self) -> [usize; 2] {
        match self.walk {
            Walk::Rows => [1, 2],
            Walk::Columns => [2, 1],
        }
    }

    fn depth_of(&self, plane: f64) -> f64 {
        self.depth[0] + plane * self.depth[1]
    }

    /// Way of a ray from one plane to the next, in voxels.
    #[must_use]
    pub fn step(&self, at: [f64; 2]) -> f64 {
        let below = value(self.below, at);
        let up = self.depth[1] * value(self.up, at) / below;
        let across = self.place[1] + self.depth[1] * value(self.across, at) / below;
        (1.0 + up * up + across * across).sqrt()
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

/// The rays of one detector column and phase, tabled.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// `up/below` and `across/below` of each ray less those of the middle one, `[ray + MARGIN]`.
    pub(super) up: Vec<f32>,
    pub(super) across: Vec<f32>,
    /// Those of the middle ray.
    pub(super) middle: [f64; 2],
    /// Whether all rays are at one place across a plane.
    pub(super) upright: bool,
    /// How to find a ray again: `(up·below − above)/(slope − up·lean)`.
    finder: [f64; 4],
    /// How much the spacing of the rays changes from one to the next, at most.
    pub(super) lean: f64,
}

impl Sheet {
    /// Tables the rays of a column; rows `phase + k·interleave`.
    pub(super) fn table(&mut self, sheaf: &Sheaf, raster: &Raster, [column, phase]: [usize; 2]) {
        let along = |form: Form| {
            let start = form[0] + form[1] * column as f64 + form[2] * phase as f64;
            [start, form[2] * raster.interleave as f64]
        };
        let (up, across, below) = (along(sheaf.up), along(sheaf.across), along(sheaf.below));
        let rows = raster.rows_of(phase);
        let at = |row: f64| {
            let inverse = 1.0 / (below[0] + row * below[1]);
            [(up[0] + row * up[1]) * inverse, (across[0] + row * across[1]) * inverse]
        };
        self.middle = at((rows as f64 - 1.0) / 2.0);
        self.finder = [up[0], up[1], below[0], below[1]];
        let nearest = below[0].abs().min((below[0] + rows as f64 * below[1]).abs());
        self.lean = (below[1] / nearest).abs();
        let count = rows.next_multiple_of(GROUP) + 2 * MARGIN;
        self.up.resize(count, 0.0);
        self.across.resize(count, 0.0);
        let last = rows.saturating_sub(1) as f64;
        let spread =
            (at(last)[1] - at(0.0)[1]) * (sheaf.depth[0].abs() + sheaf.depth[1].abs() * 1e4);
        self.upright = spread.abs() < 1e-5;
        for (k, (up, across)) in self.up.iter_mut().zip(&mut self.across).enumerate() {
            let found = at((k as f64 - MARGIN as f64).max(0.0).min(last));
            *up = to_f32(found[0] - self.middle[0]);
            *across = if self.upright { 0.0 } else { to_f32(found[1] - self.middle[1]) };
        }
    }

    /// The ray, as a fraction between two, whose `up/below` is this.
    #[inline(always)]
    pub(super) fn ray_at(&self, up: f64) -> f64 {
        let [above, slope, below, lean] = self.finder;
        (up * below - above) / (slope - up * lean)
    }
}

/// Where the rays of a sheet meet a plane of a block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Crossing {
    /// See [`Sheaf`].
    pub(super) depth: f64,
    /// z of the middle ray, from the first voxel of the block.
    pub(super) z: f64,
    /// Place of the middle ray across the plane, from there.
    pub(super) across: f64,
}

impl Crossing {
    pub(super) fn new(sheaf: &Sheaf, sheet: &Sheet, span: &Span, plane: usize) -> Self {
        let [main, other] = sheaf.axes();
        let plane = (span.first[main] + plane) as f64;
        let depth = sheaf.depth_of(plane);
        let place = sheaf.place[0] + plane * sheaf.place[1] + depth * sheet.middle[1];
        Self {
            depth,
            z: sheaf.height + depth * sheet.middle[0] - span.first[0] as f64,
            across: place - span.first[other] as f64,
        }
    }
}
