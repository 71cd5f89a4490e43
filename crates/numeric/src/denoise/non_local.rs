//! Non-local means. Knows no noise but its level.

use ndarray::ArrayView3;

use super::{
    SliceFilter,
    border::{self, Bordered},
};
use crate::exponential::decay;

/// Mean of the values whose surroundings look alike:
/// `w = exp(−max(d² − 2σ², 0)/h²)`, with the mean square difference `d²` of both patches.
///
/// Source: Buades, Coll & Morel 2005, doi:10.1137/040616024; patches offset by offset after Darbon
/// 2008, doi:10.1109/ISBI.2008.4541250.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NonLocalMeans {
    /// A patch has `2·patch + 1` pixels along each axis.
    pub patch: usize,
    /// How far from a pixel others are looked for, in pixels along each axis.
    pub search: usize,
    /// σ, the standard deviation of the noise, in the unit of the values.
    pub noise: f32,
    /// h in the unit of the values: larger takes more.
    pub strength: f32,
}

/// Square differences of one offset and their sums along rows and columns.
struct Differences {
    squares: Vec<f32>,
    along: Vec<f32>,
    width: usize,
}

impl NonLocalMeans {
    fn reaches(self, slices: usize) -> [usize; 3] {
        let reach = self.patch + self.search;
        [if slices > 1 { reach } else { 0 }, reach, reach]
    }

    fn offsets(self, is_deep: bool) -> impl Iterator<Item = [isize; 3]> {
        let half = self.search.cast_signed();
        let depth = if is_deep { half } else { 0 };
        (-depth..=depth)
            .flat_map(move |z| (-half..=half).map(move |y| [z, y]))
            .flat_map(move |[z, y]| (-half..=half).map(move |x| [z, y, x]))
    }

    /// Sums of square differences over the patch along z and x, for all rows and `patch` more at
    /// both ends.
    fn compare(
        self,
        (around, is_deep): (&Bordered, bool),
        [z, y, x]: [isize; 3],
        (rows, room): (usize, &mut Differences),
    ) {
        let patch = self.patch.cast_signed();
        let depth = if is_deep { patch } else { 0 };
        let columns = room.width - 2 * self.patch;
        for row in 0..rows + 2 * self.patch {
            let down = row.cast_signed() - patch;
            room.squares.fill(0.0);
            for slice in -depth..=depth {
                // Rows beyond the first and last stand in the border, whose offsets reach there.
                let own = &around.values[around.offset([slice, down.min(0), -patch])..];
                let other =
                    &around.values[around.offset([slice + z, y + down.min(0), x - patch])..];
                let start = around.start(row.saturating_sub(self.patch));
                let (own, other) = (&own[start..][..room.width], &other[start..][..room.width]);
                for ((square, own), other) in room.squares.iter_mut().zip(own).zip(other) {
                    *square += (own - other) * (own - other);
                }
            }
            let line = &mut room.along[row * columns..(row + 1) * columns];
            line.copy_from_slice(&room.squares[..columns]);
            for k in 1..=2 * self.patch {
                line.iter_mut().zip(&room.squares[k..]).for_each(|(sum, square)| *sum += square);
            }
        }
    }

    /// Sums over the patch along y, of one row; `along` begins `patch` rows above it.
    fn patch_sums(self, along: &[f32], sums: &mut [f32]) {
        let columns = sums.len();
        sums.copy_from_slice(&along[..columns]);
        for k in 1..=2 * self.patch {
            sums.iter_mut().zip(&along[k * columns..]).for_each(|(sum, next)| *sum += next);
        }
    }

    /// Adds the other pixels of a row to its own, each with its weight.
    fn add(
        self,
        (squares, is_deep): (&[f32], bool),
        [own, other]: [&[f32]; 2],
        [sums, weights]: [&mut [f32]; 2],
    ) {
        let side = (2 * self.patch + 1) as f32;
        let share = 1.0 / if is_deep { side.powi(3) } else { side.powi(2) };
        let inverse = 1.0 / (self.strength * self.strength).max(f32::MIN_POSITIVE);
        let noise = 2.0 * self.noise * self.noise;
        for x in 0..own.len() {
            let weight = decay((squares[x] * share - noise).max(0.0) * inverse);
            sums[x] += weight * (other[x] - own[x]);
            weights[x] += weight;
        }
    }
}

impl SliceFilter for NonLocalMeans {
    fn reach(&self) -> usize {
        self.patch + self.search
    }

    fn slice(&self, volume: ArrayView3<'_, f32>, z: usize, into: &mut [f32]) {
        let (depth, rows, columns) = volume.dim();
        let is_deep = depth > 1;
        let around = Bordered::about(volume, z, self.reaches(depth));
        let width = columns + 2 * self.patch;
        let mut room = Differences {
            squares: vec![0.0; width],
            along: vec![0.0; (rows + 2 * self.patch) * columns],
            width,
        };
        let mut weights = vec![0.0f32; rows * columns];
        into.fill(0.0);
        let mut sums = vec![0.0f32; columns];
        for offset in self.offsets(is_deep) {
            self.compare((&around, is_deep), offset, (rows, &mut room));
            let lines = into.chunks_exact_mut(columns).zip(weights.chunks_exact_mut(columns));
            for (row, (into, weights)) in lines.enumerate() {
                self.patch_sums(&room.along[row * columns..], &mut sums);
                let start = around.start(row);
                let at = |offset| &around.values[start + around.offset(offset)..][..columns];
                self.add((&sums, is_deep), [at([0; 3]), at(offset)], [into, weights]);
            }
        }
        for (row, line) in into.chunks_exact_mut(columns).enumerate() {
            let own = &around.values[around.start(row) + around.offset([0; 3])..][..columns];
            for ((value, own), weight) in line.iter_mut().zip(own).zip(&weights[row * columns..]) {
                *value = own + *value / weight;
            }
        }
    }

    fn bytes(&self, slice: [usize; 2], slices: usize) -> u64 {
        let pixels = (slice[0] + 2 * self.patch) * slice[1] + slice[0] * slice[1];
        border::bytes(slice, self.reaches(slices)) + 4 * pixels as u64
    }
}
