//! From the voxels of a plane to their profile along a trace, and back. Knows no rays.
//!
//! Upright traces lie between the same two columns at every z. At each z another one lies between two columns of voxels, which weigh as linear interpolation has
//! it. Columns beside the block are there too: zeros, or never looked at.

use std::ops::Range;

use voltomo_numeric::cast::to_f32;

use super::{
    block::{BESIDE, Block, SIDE, VECTORS},
    fan::{MARGIN, clamped},
    trace::Traces,
    windows::{Bounds, Places, Windows},
};
use crate::kernel::pick::Pick;

/// The last column that a trace may have before it.
const LAST: usize = SIDE + BESIDE;

/// How a trace runs over the voxels of a plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Index of the first voxel of the first column, and values from column to column.
    place: [usize; 2],
    /// Values of a column.
    deep: usize,
    /// Column at z = 0, from the first one, and from z to z.
    across: f64,
    turn: f64,
}

impl Line {
    /// That of a plane, which is a column of voxels, or a row.
    #[inline(always)]
    pub(super) fn new(traces: &Traces, block: &Block, (plane, is_column): (usize, bool)) -> Self {
        let across = traces.across(plane) + BESIDE as f64;
        let (place, deep) = (block.plane(plane, is_column), block.deep());
        Self { place, deep, across, turn: traces.turn }
    }

    /// Where a column begins; those beside the block may take the place of each other.
    #[inline(always)]
    fn column(&self, number: u32) -> usize {
        self.place[0] + number as usize * self.place[1]
    }

    /// The column before the trace, and the way from there to the next, for one that is upright.
    #[inline(always)]
    fn upright(&self) -> (usize, f32) {
        let floor = self.across.floor();
        (self.column(clamped(floor, LAST as f64)), to_f32(self.across - floor))
    }
}

/// Upright traces on all planes.
#[derive(Debug)]
pub(super) struct Uprights {
    /// Index of the first voxel of the column before each.
    pub(super) columns: [usize; SIDE],
    /// What it and the next column weigh.
    pub(super) weights: [[f32; SIDE]; 2],
    /// From a column to the next.
    pub(super) across: usize,
}

impl Uprights {
    /// Those of a sheet, on planes that are columns of voxels, or rows.
    #[inline(always)]
    pub(super) fn new(traces: &Traces, block: &Block, is_column: bool) -> Self {
        let across = block.plane(0, is_column)[1];
        let mut uprights = Self { columns: [0; SIDE], weights: [[0.0; SIDE]; 2], across };
        for plane in 0..SIDE {
            let line = Line::new(traces, block, (plane, is_column));
            let (column, way) = line.upright();
            uprights.columns[plane] = column;
            (uprights.weights[0][plane], uprights.weights[1][plane]) = (1.0 - way, way);
        }
        uprights
    }
}

/// Columns before slanting traces on all planes, and the ways from there, for each vector of voxels.
#[derive(Debug)]
pub(super) struct Columns([Windows; VECTORS]);

impl Default for Columns {
    fn default() -> Self {
        Self([Windows::EMPTY; VECTORS])
    }
}

impl Columns {
    /// Those of a sheet in a block of so many vectors.
    #[inline(always)]
    pub(super) fn fill<V: Pick>(&mut self, traces: &Traces, count: usize) {
        let of_plane = |plane: usize| [traces.across(plane), traces.turn];
        let places = Places::new(of_plane, traces.turn < 0.0);
        let bounds = Bounds::new(BESIDE, LAST, 1);
        Windows::fill_all(&mut self.0[..count], &places, (0.0, V::COUNT), bounds);
    }
}

/// Whether a trace lies too flat for its vectors to stay between three columns.
#[inline(always)]
pub(super) fn is_flat(turn: f64, lanes: usize) -> bool {
    turn.abs() * (lanes as f64 - 1.0) > 1.0
}

/// `profile[z + MARGIN] = Σ_x weight(x, z)·voxel(x, z)` for all z of some vectors.
///
/// # Safety
///
/// As [`Pick`]; the line is one of the block, the profile has its room.
#[inline(always)]
pub(super) unsafe fn blend<V: Pick>(
    (line, plane): (&Line, usize),
    (columns, vectors): (&Columns, Range<usize>),
    block: &Block,
    profile: &mut [f32],
) {
    if is_flat(line.turn, V::COUNT) {
        return blend_flat(line, block, profile);
    }
    let (voxels, to) = (block.values().as_ptr(), profile[MARGIN..].as_mut_ptr());
    // SAFETY: of this function.
    unsafe {
        let turn = V::lane_numbers().times(V::splat(to_f32(line.turn)));
        for k in vectors {
            let columns = columns.0.get_unchecked(k);
            let from = voxels.add(line.column(columns.starts[plane]) + k * V::COUNT);
            let [near, far] = ways::<V>(columns.offsets[plane], turn);
            let left = V::load(from);
            let middle = V::load(from.add(line.place[1]));
            let right = V::load(from.add(2 * line.place[1]));
            let sum = left.add_product(near, middle.minus(left));
            sum.add_product(far, right.minus(middle)).store(to.add(k * V::COUNT));
        }
    }
}

impl Columns {
    /// Adds vector k to the three columns about a slanting trace, with their weights; `turn`: how far
    /// each of its lanes lies aside.
    ///
    /// # Safety
    ///
    /// As [`Pick`]; the line is one of the block that `voxels` are, and is not flat.
    #[inline(always)]
    pub(super) unsafe fn give<V: Pick>(
        &self,
        (line, plane): (&Line, usize),
        (k, turn, value): (usize, V, V),
        voxels: *mut f32,
    ) {
        // SAFETY: of this function.
        unsafe {
            let columns = self.0.get_unchecked(k);
            let left = voxels.add(line.column(columns.starts[plane]) + k * V::COUNT);
            let [near, far] = ways::<V>(columns.offsets[plane], turn);
            let (middle, right) = (left.add(line.place[1]), left.add(2 * line.place[1]));
            V::load(left).add_product(V::splat(1.0).minus(near), value).store(left);
            V::load(middle).add_product(near.minus(far), value).store(middle);
            V::load(right).add_product(far, value).store(right);
        }
    }

    /// The adjoint of [`blend`]: the profile added to the voxels.
    ///
    /// # Safety
    ///
    /// As [`blend`].
    #[inline(always)]
    pub(super) unsafe fn spread<V: Pick>(
        &self,
        (line, plane): (&Line, usize),
        profile: &[f32],
        block: &mut Block,
    ) {
        if is_flat(line.turn, V::COUNT) {
            return spread_flat(line, profile, block);
        }
        let (voxels, from) = (block.values_mut().as_mut_ptr(), profile[MARGIN..].as_ptr());
        // SAFETY: of this function.
        unsafe {
            let turn = V::lane_numbers().times(V::splat(to_f32(line.turn)));
            for k in 0..line.deep / V::COUNT {
                let value = V::load(from.add(k * V::COUNT));
                self.give((line, plane), (k, turn, value), voxels);
            }
        }
    }
}

/// How far a vector of voxels is on the way from the first of three columns to the second, and from
/// the second to the third.
///
/// # Safety
///
/// As [`Pick`].
#[inline(always)]
unsafe fn ways<V: Pick>(way: f32, turn: V) -> [V; 2] {
    // SAFETY: of this function.
    unsafe {
        let way = V::splat(way).plus(turn);
        let near = way.least(V::splat(1.0));
        [near, way.minus(near)]
    }
}

/// As [`blend`], for a trace that lies flat.
fn blend_flat(line: &Line, block: &Block, profile: &mut [f32]) {
    let voxels = block.values();
    for z in 0..line.deep {
        let shares = flat_shares(line, z).map(|(index, weight)| weight * voxels[index]);
        profile[z + MARGIN] = shares[0] + shares[1];
    }
}

/// As [`Columns::spread`], for a trace that lies flat.
fn spread_flat(line: &Line, profile: &[f32], block: &mut Block) {
    let voxels = block.values_mut();
    for z in 0..line.deep {
        for (index, weight) in flat_shares(line, z) {
            voxels[index] += weight * profile[z + MARGIN];
        }
    }
}

/// The two voxels about a trace at z, and their weights.
fn flat_shares(line: &Line, z: usize) -> [(usize, f32); 2] {
    let across = line.across + line.turn * z as f64;
    let (column, way) = (clamped(across.floor(), LAST as f64), to_f32(across - across.floor()));
    let index = line.column(column) + z;
    [(index, 1.0 - way), (index + line.place[1], way)]
}
