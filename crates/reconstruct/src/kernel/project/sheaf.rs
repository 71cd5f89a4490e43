//! Rays of one view in space, and the part of them that meets a block of voxels. Knows no data.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    Walk,
    block::Span,
    fan::{GROUP, MARGIN},
    rail::Rail,
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

/// The rays of one detector column and phase.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// `up/below` of each ray less that of the reference, `[ray + MARGIN]`; empty for even rays.
    pub(super) up: Vec<f32>,
    /// The reference, and `across/below` there.
    reference: [f64; 2],
    /// Change of `across/below` with `up/below`: the rays of a column meet a plane on a line.
    slope: f64,
    /// Terms of `up/below` = `(f[0] + ray·f[1])/(f[2] + ray·f[3])`.
    finder: [f64; 4],
    /// How much the spacing of the rays changes from one to the next, at most.
    pub(super) lean: f64,
}

impl Sheet {
    /// Takes the rays `phase + k·interleave` of a column. Whether they are evenly spaced and stand
    /// upright; a [`Self::table`] is not made yet.
    #[inline(always)]
    pub(super) fn take(
        &mut self,
        sheaf: &Sheaf,
        raster: &Raster,
        [column, phase]: [usize; 2],
    ) -> bool {
        let along = |form: Form| {
            let start = form[0] + form[1] * column as f64 + form[2] * phase as f64;
            [start, form[2] * raster.interleave as f64]
        };
        let (up, across, below) = (along(sheaf.up), along(sheaf.across), along(sheaf.below));
        let rows = raster.rows_of(phase) as f64;
        self.reference = [up[0] / below[0], across[0] / below[0]];
        let turn = |form: [f64; 2]| form[1] * below[0] - form[0] * below[1];
        self.slope = turn(across) / turn(up);
        self.finder = [up[0], up[1], below[0], below[1]];
        let nearest = below[0].abs().min((below[0] + rows * below[1]).abs());
        self.lean = (below[1] / nearest).abs();
        let even = self.lean * rows < 1e-10 && self.slope.abs() < 1e-9;
        if even {
            self.finder[3] = 0.0;
            self.slope = 0.0;
        }
        even
    }

    /// Tables the rays, `rows` of them.
    #[inline(always)]
    pub(super) fn table(&mut self, rows: usize) {
        let [above, slope, below, lean] = self.finder;
        let last = rows.saturating_sub(1) as f64;
        let at = |row: f64| (above + row * slope) / (below + row * lean);
        let middle = at(last / 2.0);
        self.reference = [middle, self.reference[1] + self.slope * (middle - self.reference[0])];
        self.up.resize(rows.next_multiple_of(GROUP) + 2 * MARGIN, 0.0);
        for (k, up) in self.up.iter_mut().enumerate() {
            *up = to_f32(at((k as f64 - MARGIN as f64).max(0.0).min(last)) - middle);
        }
    }
}

/// Where the rays of a sheet meet a plane of a block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Crossing {
    /// The plane, from the first one of the block.
    pub(super) plane: usize,
    /// See [`Sheaf`].
    pub(super) depth: f64,
    /// z of the reference of the sheet, from the first voxel of the block.
    pub(super) z: f64,
    /// Place across the plane of a ray at z = 0 of the block, and from there with z.
    pub(super) across: [f64; 2],
    /// How to find the ray at a z: `(f[0] + f[1]·z)/(f[2] + f[3]·z)`.
    finder: [f64; 4],
}

impl Crossing {
    #[inline(always)]
    pub(super) fn new(sheaf: &Sheaf, sheet: &Sheet, span: &Span, plane: usize) -> Self {
        let [main, other] = sheaf.axes();
        let place = (span.first[main] + plane) as f64;
        let depth = sheaf.depth_of(place);
        let base = sheaf.height - span.first[0] as f64;
        let z = base + depth * sheet.reference[0];
        let across = sheaf.place[0] + place * sheaf.place[1] + depth * sheet.reference[1];
        let [above, slope, below, lean] = sheet.finder;
        // (z − base)/depth = (above + ray·slope)/(below + ray·lean)
        let finder = [-base * below - depth * above, below, depth * slope + base * lean, -lean];
        let finder = if lean == 0.0 { finder.map(|term| term / (depth * slope)) } else { finder };
        let start = across - span.first[other] as f64 - sheet.slope * z;
        Self { plane, depth, z, across: [start, sheet.slope], finder }
    }

    /// Whether the line of the rays comes by the voxels of a plane, `deep` by `wide`.
    #[inline(always)]
    pub(super) fn touches(&self, deep: usize, wide: usize) -> bool {
        let [start, slope] = self.across;
        let ends = [start - slope, start + slope * deep as f64];
        ends[0].max(ends[1]) > -1.0 && ends[0].min(ends[1]) < wide as f64
    }

    /// Between which columns of voxels the rays of an even sheet lie, where one of them is in the
    /// block, and where.
    #[inline(always)]
    pub(super) fn rail(&self, wide: usize, column: impl Fn(usize) -> usize) -> Option<Rail> {
        let left = self.across[0].floor();
        if !(left >= -1.0 && left < wide as f64) {
            return None;
        }
        let way = to_f32(self.across[0] - left);
        let (right, last) = (to_index(left + 1.0), wide - 1);
        // Beside the block a column takes the other's place, without a weight.
        let inside = [right > 0, right <= last];
        let weights = [if inside[0] { 1.0 - way } else { 0.0 }, if inside[1] { way } else { 0.0 }];
        let columns = [column(right.max(1) - 1), column(right.min(last))];
        let [start, rate, ..] = self.finder;
        Some(Rail { columns, weights, line: [-start / rate, 1.0 / rate] })
    }

    /// The ray, as a fraction between two, that meets the plane at this z of the block.
    #[inline(always)]
    pub(super) fn ray_at(&self, z: f64) -> f64 {
        let [start, rate, below, lean] = self.finder;
        let above = start + rate * z;
        if lean == 0.0 { above } else { above / (below + lean * z) }
    }
}
