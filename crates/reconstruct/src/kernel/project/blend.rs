//! From the voxels of a plane to their profile along a trace, and back. Knows no rays.
//!
//! At each z the trace lies between two columns of voxels, which weigh as linear interpolation has
//! it. Columns beside the block are there too: zeros, or never looked at.

use voltomo_numeric::cast::to_f32;

use super::{
    block::{BESIDE, Block, SIDE},
    fan::{MARGIN, clamped},
    trace::Traces,
    windows::PLACES,
};
use crate::kernel::pick::Pick;

/// The last column that a trace may have before it.
const LAST: f64 = (SIDE + BESIDE) as f64;

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
        (self.column(clamped(floor, LAST)), to_f32(self.across - floor))
    }
}

/// Columns before a slanting trace, and its way from there, for each vector of voxels.
struct Columns {
    numbers: [u32; PLACES],
    ways: [f32; PLACES],
}

impl Columns {
    /// Those of so many vectors of `lanes` from z on.
    #[inline(always)]
    fn new(line: &Line, (z, count): (usize, usize), lanes: usize) -> Self {
        let mut columns = Self { numbers: [0; PLACES], ways: [0.0; PLACES] };
        let (first, along) = (line.across + line.turn * z as f64, line.turn * lanes as f64);
        let lowest = if line.turn < 0.0 { line.turn * (lanes as f64 - 1.0) } else { 0.0 };
        for eight in 0..count.div_ceil(8).min(PLACES / 8) {
            for k in 8 * eight..8 * eight + 8 {
                let across = first + k as f64 * along;
                let floor = (across + lowest).floor();
                columns.numbers[k] = clamped(floor, LAST);
                columns.ways[k] = to_f32(across - floor);
            }
        }
        columns
    }
}

/// Whether a trace lies too flat for its vectors to stay between three columns.
#[inline(always)]
fn is_flat(line: &Line, lanes: usize) -> bool {
    line.turn.abs() * (lanes as f64 - 1.0) > 1.0
}

/// `profile[z + MARGIN] = Σ_x weight(x, z)·voxel(x, z)` for all z.
///
/// # Safety
///
/// As [`Pick`]; the line is one of the block, the profile has its room.
#[inline(always)]
pub(super) unsafe fn blend<V: Pick>(line: &Line, block: &mut Block, profile: &mut [f32]) {
    if is_flat(line, V::COUNT) {
        return blend_flat(line, block, profile);
    }
    let (voxels, to) = (block.values().as_ptr(), profile[MARGIN..].as_mut_ptr());
    // SAFETY: of this function.
    unsafe {
        if line.turn != 0.0 {
            return blend_slanting::<V>(line, voxels, to);
        }
        let (column, way) = line.upright();
        let (left, way) = (voxels.add(column), V::splat(way));
        let right = left.add(line.place[1]);
        for z in (0..line.deep).step_by(V::COUNT) {
            let [left, right] = [V::load(left.add(z)), V::load(right.add(z))];
            left.add_product(way, right.minus(left)).store(to.add(z));
        }
    }
}

/// # Safety
///
/// As [`blend`].
#[inline(always)]
unsafe fn blend_slanting<V: Pick>(line: &Line, voxels: *const f32, to: *mut f32) {
    // SAFETY: of this function.
    unsafe {
        let turn = V::lane_numbers().times(V::splat(to_f32(line.turn)));
        for first in (0..line.deep).step_by(PLACES * V::COUNT) {
            let count = ((line.deep - first) / V::COUNT).min(PLACES);
            let columns = Columns::new(line, (first, count), V::COUNT);
            for k in 0..count {
                let z = first + k * V::COUNT;
                let from = voxels.add(line.column(columns.numbers[k]) + z);
                let [near, far] = ways::<V>(columns.ways[k], turn);
                let left = V::load(from);
                let middle = V::load(from.add(line.place[1]));
                let right = V::load(from.add(2 * line.place[1]));
                let sum = left.add_product(near, middle.minus(left));
                sum.add_product(far, right.minus(middle)).store(to.add(z));
            }
        }
    }
}

/// The adjoint of [`blend`]: the profile added to the voxels.
///
/// # Safety
///
/// As [`blend`].
#[inline(always)]
pub(super) unsafe fn spread<V: Pick>(line: &Line, profile: &[f32], block: &mut Block) {
    if is_flat(line, V::COUNT) {
        return spread_flat(line, profile, block);
    }
    let (voxels, from) = (block.values().as_mut_ptr(), profile[MARGIN..].as_ptr());
    // SAFETY: of this function.
    unsafe {
        if line.turn != 0.0 {
            return spread_slanting::<V>(line, from, voxels);
        }
        let (column, way) = line.upright();
        let weights = [V::splat(1.0 - way), V::splat(way)];
        let left = voxels.add(column);
        let right = left.add(line.place[1]);
        for z in (0..line.deep).step_by(V::COUNT) {
            let (value, left, right) = (V::load(from.add(z)), left.add(z), right.add(z));
            V::load(left).add_product(weights[0], value).store(left);
            V::load(right).add_product(weights[1], value).store(right);
        }
    }
}

/// # Safety
///
/// As [`blend`].
#[inline(always)]
unsafe fn spread_slanting<V: Pick>(line: &Line, from: *const f32, voxels: *mut f32) {
    // SAFETY: of this function.
    unsafe {
        let turn = V::lane_numbers().times(V::splat(to_f32(line.turn)));
        for first in (0..line.deep).step_by(PLACES * V::COUNT) {
            let count = ((line.deep - first) / V::COUNT).min(PLACES);
            let columns = Columns::new(line, (first, count), V::COUNT);
            for k in 0..count {
                let z = first + k * V::COUNT;
                let left = voxels.add(line.column(columns.numbers[k]) + z);
                let [near, far] = ways::<V>(columns.ways[k], turn);
                let (middle, right) = (left.add(line.place[1]), left.add(2 * line.place[1]));
                let value = V::load(from.add(z));
                let before = V::splat(1.0).minus(near);
                V::load(left).add_product(before, value).store(left);
                V::load(middle).add_product(near.minus(far), value).store(middle);
                V::load(right).add_product(far, value).store(right);
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
fn blend_flat(line: &Line, block: &mut Block, profile: &mut [f32]) {
    let voxels = block.values();
    for z in 0..line.deep {
        let shares = flat_shares(line, z).map(|(index, weight)| weight * voxels[index]);
        profile[z + MARGIN] = shares[0] + shares[1];
    }
}

/// As [`spread`], for a trace that lies flat.
fn spread_flat(line: &Line, profile: &[f32], block: &mut Block) {
    let voxels = block.values();
    for z in 0..line.deep {
        for (index, weight) in flat_shares(line, z) {
            voxels[index] += weight * profile[z + MARGIN];
        }
    }
}

/// The two voxels about a trace at z, and their weights.
fn flat_shares(line: &Line, z: usize) -> [(usize, f32); 2] {
    let across = line.across + line.turn * z as f64;
    let (column, way) = (clamped(across.floor(), LAST), to_f32(across - across.floor()));
    let index = line.column(column) + z;
    [(index, 1.0 - way), (index + line.place[1], way)]
}
