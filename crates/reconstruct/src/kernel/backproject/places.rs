//! Where the voxels of a block fall on the rows of a view. Knows no values.

use voltomo_numeric::cast::to_f32;

use super::{RayPath, bundle::BEFORE};
use crate::kernel::simd::fused;

/// Voxels along an edge of a block: its columns of a few views stay in the nearest cache.
pub(super) const SIDE: usize = 16;
/// Beyond so many columns beside the detector, a block is as good as there.
const FAR: f64 = 16_777_216.0;

/// A view, as a block of voxels sees it: columns count from a whole one near the block, so that
/// single precision is enough within it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Footprint {
    /// The whole column, margins counted.
    base: i32,
    /// Column of the block's first voxel from there, and from one voxel to the next.
    start: f32,
    along_y: f32,
    along_x: f32,
    /// Ends of the columns from there: both lie among the margins, where a row is zero.
    ends: [f32; 2],
    /// Most that a column can be, margins counted.
    last: i32,
}

impl Footprint {
    /// Of the block whose first voxel is `[y, x]`, on rows of `columns` values.
    pub(super) fn new(path: &RayPath, [y, x]: [usize; 2], columns: usize) -> Self {
        let start = path.start + y as f64 * path.along_y + x as f64 * path.along_x;
        let reach = (SIDE - 1) as f64 * (path.along_y.min(0.0) + path.along_x.min(0.0));
        // No voxel of the block lies below the base, so cutting off decimals is rounding down.
        let base = (start + reach).floor().clamp(-FAR, FAR);
        #[allow(clippy::cast_possible_truncation, reason = "whole, and far less than 32 bits")]
        let (base_index, last) = (base as i32 + BEFORE as i32, (columns + 1 + BEFORE) as i32);
        Self {
            base: base_index,
            start: to_f32(start - base),
            along_y: to_f32(path.along_y),
            along_x: to_f32(path.along_x),
            ends: [-2.0 - base, (columns + 1) as f64 - base].map(to_f32),
            last,
        }
    }

    /// Row `y` of the block.
    #[inline(always)]
    pub(super) fn row<const TAPS: usize>(&self, y: usize, is_fused: bool) -> Places<TAPS> {
        let mut places = Places { first: [0; SIDE], weights: [[0.0; SIDE]; TAPS] };
        let start = fused(is_fused, y as f32, self.along_y, self.start);
        let [low, high] = self.ends;
        for x in 0..SIDE {
            let column = fused(is_fused, x as f32, self.along_x, start);
            // What is no number becomes the lower end.
            let column = if column > low { column } else { low };
            let column = if column < high { column } else { high };
            // SAFETY: a number, and small; without the check for it, the loop becomes vectors.
            let below: i32 = unsafe { column.to_int_unchecked() };
            // Within the row and its margins, whatever the numbers were.
            let whole = (below + self.base).clamp(1, self.last).unsigned_abs();
            places.first[x] = whole - u32::from(TAPS > 2);
            let weights: [f32; TAPS] = weights(column - below as f32);
            for (to, weight) in places.weights.iter_mut().zip(weights) {
                to[x] = weight;
            }
        }
        places
    }
}

/// Where a row of voxels falls.
pub(super) struct Places<const TAPS: usize> {
    /// First column that is read, margins counted: `TAPS` columns from there are in the row.
    pub(super) first: [u32; SIDE],
    /// What each of the columns weighs.
    pub(super) weights: [[f32; SIDE]; TAPS],
}

/// What the neighbouring columns weigh at `way` (0 to 1) from one to the next: a straight line
/// between two, or the cubic through four.
///
/// Source: Keys 1981 (a = −1/2), doi:10.1109/TASSP.1981.1163711.
#[inline(always)]
pub(super) fn weights<const TAPS: usize>(way: f32) -> [f32; TAPS] {
    let rest = 1.0 - way;
    let outer = |t: f32, rest: f32| -0.5 * t * rest * rest;
    let inner = |t: f32, rest: f32| rest * (1.0 + t * (1.0 - 1.5 * t));
    let mut weights = [0.0; TAPS];
    if TAPS == 2 {
        (weights[0], weights[1]) = (rest, way);
    } else {
        (weights[0], weights[1]) = (outer(way, rest), inner(way, rest));
        (weights[2], weights[3]) = (inner(rest, way), outer(rest, way));
    }
    weights
}
