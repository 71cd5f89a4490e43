//! A box of voxels, copied so that its columns along z lie together. Knows no rays.

use ndarray::{ArrayView1, ArrayView3, ArrayViewMut1, ArrayViewMut3, Axis, s};

use super::fan::{GROUP, MARGIN};
use crate::kernel::simd::prefetch;

/// Voxels along y and x of a block.
pub(super) const SIDE: usize = 16;
/// Most voxels along z of a block: with [`SIDE`] it stays in the second cache.
pub(super) const DEEP: usize = 256;
/// Most vectors along z of a block: of four values.
pub(super) const VECTORS: usize = DEEP / 4;
/// Columns before the first and behind the last one along y and x, for what lies beside the block.
pub(super) const BESIDE: usize = 3;
/// Planes whose profiles are held together: few, so that they and the voxels that rays meet stay in the
/// nearest cache.
pub(super) const PROFILES: usize = 8;
/// Rows of voxels that are asked for ahead while a block is copied.
const AHEAD: usize = 3;
/// Columns along y and x; an odd number of them spreads them over the cache.
const COLUMNS: usize = SIDE + 2 * BESIDE + 1;

/// Sixteen values, where every vector may be loaded at once.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Strip(pub(super) [f32; GROUP]);

impl Strip {
    pub(super) const ZERO: Self = Self([0.0; GROUP]);
}

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

/// Strips of zeros before each column, which stand behind the one before it.
const BEFORE: usize = MARGIN / GROUP;

/// Voxels `[y, x, z]`, with [`MARGIN`] zeros and more before and behind each column.
#[derive(Debug, Default)]
pub(super) struct Block {
    strips: Vec<Strip>,
    /// Strips of a column.
    deep: usize,
}

impl Block {
    /// A box of zeros.
    pub(super) fn clear(&mut self, span: &Span) {
        self.deep = span.count[0].div_ceil(GROUP);
        self.strips.clear();
        self.strips.resize(COLUMNS * COLUMNS * self.pitch() + BEFORE, Strip::ZERO);
    }

    /// Values of a column: a multiple of [`GROUP`].
    #[inline(always)]
    pub(super) fn deep(&self) -> usize {
        self.deep * GROUP
    }

    /// Strips from one column to the next.
    fn pitch(&self) -> usize {
        self.deep + BEFORE
    }

    /// Index of the first voxel of column −[`BESIDE`] of a plane, and values from column to column of
    /// it; the planes are columns of voxels (of one x), or rows.
    #[inline(always)]
    pub(super) fn plane(&self, plane: usize, are_columns: bool) -> [usize; 2] {
        let (y, x) = (COLUMNS * self.pitch() * GROUP, self.pitch() * GROUP);
        let [along, across] = if are_columns { [x, y] } else { [y, x] };
        [(plane + BESIDE) * along + BEFORE * GROUP, across]
    }

    /// The strip of sixteen z of the column `[y, x]`.
    fn strip(&self, at: [usize; 2], group: usize) -> usize {
        column(at) * self.pitch() + BEFORE + group
    }

    /// All values.
    #[inline(always)]
    pub(super) fn values(&self) -> &[f32] {
        // SAFETY: a strip is sixteen values and nothing else.
        unsafe {
            std::slice::from_raw_parts(self.strips.as_ptr().cast(), self.strips.len() * GROUP)
        }
    }

    /// The same, to be written.
    #[inline(always)]
    pub(super) fn values_mut(&mut self) -> &mut [f32] {
        let count = self.strips.len() * GROUP;
        // SAFETY: a strip is sixteen values and nothing else.
        unsafe { std::slice::from_raw_parts_mut(self.strips.as_mut_ptr().cast(), count) }
    }

    /// Copies a box of the volume.
    pub(super) fn load(&mut self, volume: ArrayView3<'_, f32>, span: &Span) {
        self.clear(span);
        let [z, y, x] = std::array::from_fn(|k| span.first[k]..span.first[k] + span.count[k]);
        let part = volume.slice_move(s![z, y, x]);
        // The planes of a few z lie in few pages of memory.
        for (group, planes) in part.axis_chunks_iter(Axis(0), GROUP).enumerate() {
            for (y, rows) in planes.axis_iter(Axis(1)).enumerate() {
                let mut tile = [Strip::ZERO; GROUP];
                ask(planes, y + AHEAD);
                tile.iter_mut().zip(rows.outer_iter()).for_each(|(strip, row)| copy(row, strip));
                for x in 0..SIDE {
                    let strip = self.strip([y, x], group);
                    self.strips[strip].0 = std::array::from_fn(|k| tile[k].0[x]);
                }
            }
        }
    }

    /// Adds the box to its place in the volume.
    pub(super) fn add_to(&self, mut part: ArrayViewMut3<'_, f32>) {
        for (group, mut planes) in part.axis_chunks_iter_mut(Axis(0), GROUP).enumerate() {
            for (y, mut rows) in planes.axis_iter_mut(Axis(1)).enumerate() {
                let mut tile = [Strip::ZERO; GROUP];
                for x in 0..SIDE {
                    let strip = &self.strips[self.strip([y, x], group)].0;
                    tile.iter_mut().zip(strip).for_each(|(row, &value)| row.0[x] = value);
                }
                rows.outer_iter_mut().zip(&tile).for_each(|(row, tile)| add(row, &tile.0));
            }
        }
    }
}

/// Asks for a row of some planes, where they have it.
fn ask(planes: ArrayView3<'_, f32>, row: usize) {
    if row < planes.len_of(Axis(1)) {
        planes.index_axis(Axis(1), row).outer_iter().for_each(|row| prefetch(row.as_ptr()));
    }
}

/// Copies a row of voxels.
fn copy(row: ArrayView1<'_, f32>, strip: &mut Strip) {
    match row.as_slice().map(|row| (<&[f32; GROUP]>::try_from(row), row)) {
        Some((Ok(row), _)) => strip.0 = *row,
        Some((_, row)) => strip.0[..row.len()].copy_from_slice(row),
        None => strip.0.iter_mut().zip(row).for_each(|(to, &from)| *to = from),
    }
}

/// Adds values to as many voxels of a row as there are.
fn add(mut row: ArrayViewMut1<'_, f32>, values: &[f32; GROUP]) {
    match row.as_slice_mut() {
        Some(row) => row.iter_mut().zip(values).for_each(|(voxel, value)| *voxel += value),
        None => row.iter_mut().zip(values).for_each(|(voxel, value)| *voxel += value),
    }
}

/// The number of a column.
fn column([y, x]: [usize; 2]) -> usize {
    (y + BESIDE) * COLUMNS + x + BESIDE
}

/// Values along z where a sheet meets some planes of a block, with zeros at both ends.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    strips: Vec<Strip>,
    /// Strips of a profile.
    long: usize,
}

impl Profiles {
    /// Profiles of zeros, for columns of so many values.
    pub(super) fn clear(&mut self, deep: usize) {
        self.long = (deep + 2 * MARGIN).div_ceil(GROUP);
        self.strips.clear();
        self.strips.resize(PROFILES * self.long, Strip::ZERO);
    }

    /// Values of a profile, margins counted.
    #[inline(always)]
    pub(super) fn length(&self) -> usize {
        self.long * GROUP
    }

    /// All values, `[plane, z + MARGIN]`.
    #[inline(always)]
    pub(super) fn values(&self) -> &[f32] {
        // SAFETY: a strip is sixteen values and nothing else.
        unsafe {
            std::slice::from_raw_parts(self.strips.as_ptr().cast(), self.strips.len() * GROUP)
        }
    }

    /// The values of a plane.
    #[inline(always)]
    pub(super) fn of_plane(&self, plane: usize) -> &[f32] {
        &self.values()[plane * self.length()..(plane + 1) * self.length()]
    }

    /// The same, to be written.
    #[inline(always)]
    pub(super) fn of_plane_mut(&mut self, plane: usize) -> &mut [f32] {
        let strips = &mut self.strips[plane * self.long..(plane + 1) * self.long];
        // SAFETY: a strip is sixteen values and nothing else.
        unsafe { std::slice::from_raw_parts_mut(strips.as_mut_ptr().cast(), strips.len() * GROUP) }
    }
}
