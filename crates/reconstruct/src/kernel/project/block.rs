//! A box of voxels, copied so that its columns along z lie together, with zeros at both ends.
//! Knows no rays.

use ndarray::{ArrayView3, ArrayViewMut3};

use super::fan::{GROUP, MARGIN};

/// Voxels along y and x of a block.
pub(super) const SIDE: usize = 16;
/// Most voxels along z of a block: with [`SIDE`] it stays in the second cache.
pub(super) const DEEP: usize = 256;

/// A box of voxels, `[z, y, x]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: [usize; 3],
    pub(super) count: [usize; 3],
}

/// The boxes that make up a volume, `[z, y, x]`.
pub(super) fn spans(shape: [usize; 3]) -> Vec<Span> {
    let edges = [DEEP, SIDE, SIDE];
    let parts = |axis: usize| {
        let (count, edge) = (shape[axis], edges[axis]);
        (0..count).step_by(edge).map(move |first| (first, edge.min(count - first)))
    };
    let mut spans = Vec::new();
    for y in parts(1) {
        for x in parts(2) {
            for z in parts(0) {
                spans.push(Span { first: [z.0, y.0, x.0], count: [z.1, y.1, x.1] });
            }
        }
    }
    spans
}

/// Voxels `[y, x, z + MARGIN]`.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) values: Vec<f32>,
    /// Values from one column to the next.
    pub(super) deep: usize,
}

impl Block {
    /// A box of zeros.
    pub(super) fn clear(&mut self, span: &Span) {
        self.deep = span.count[0].next_multiple_of(GROUP) + 2 * MARGIN;
        self.values.clear();
        self.values.resize(SIDE * SIDE * self.deep, 0.0);
    }

    /// Index of the first voxel of a column, margins counted.
    #[inline(always)]
    pub(super) fn column(&self, [y, x]: [usize; 2]) -> usize {
        (y * SIDE + x) * self.deep
    }

    /// Copies a box of the volume.
    pub(super) fn load(&mut self, volume: ArrayView3<'_, f32>, span: &Span) {
        self.clear(span);
        let [z, y, x] = std::array::from_fn(|k| span.first[k]..span.first[k] + span.count[k]);
        let part = volume.slice_move(ndarray::s![z, y, x]);
        for (y, rows) in part.axis_iter(ndarray::Axis(1)).enumerate() {
            let first = self.column([y, 0]) + MARGIN;
            for (z, row) in rows.outer_iter().enumerate() {
                for (x, &voxel) in row.iter().enumerate() {
                    self.values[first + x * self.deep + z] = voxel;
                }
            }
        }
    }

    /// Adds the box to its place in the volume.
    pub(super) fn add_to(&self, mut part: ArrayViewMut3<'_, f32>) {
        for (y, mut rows) in part.axis_iter_mut(ndarray::Axis(1)).enumerate() {
            let first = self.column([y, 0]) + MARGIN;
            for (z, mut row) in rows.outer_iter_mut().enumerate() {
                for (x, voxel) in row.iter_mut().enumerate() {
                    *voxel += self.values[first + x * self.deep + z];
                }
            }
        }
    }
}
