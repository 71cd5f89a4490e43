//! Where in a volume nothing is shown, and how opaque it is at large. Knows no rays and no colours.

use ndarray::{Array3, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::camera::Subject;
use super::cut::Cuts;
use super::lattice::{Lattice, floor};

/// Voxels along the edge of a block that is skipped as a whole.
pub(super) const SIDE: usize = 8;
/// Voxels along the edge of the finest cell of mean opacities.
pub(super) const CELL: usize = 4;
/// Grids of mean opacities, each half as fine as the one before.
const LEVELS: usize = 4;
/// Cells with less opacity are no part of what a picture shows.
const SOLID: f32 = 0.2;

/// What blocks ask of a volume.
pub(super) trait Contents: Sync {
    /// Whether blocks in which nothing is to be seen are transparent.
    const EMPTY_IS_CLEAR: bool;
    /// Voxels along `[z, y, x]`, none of them 0.
    fn shape(&self) -> [usize; 3];
    /// Whether anything is to be seen among the voxels of these ranges.
    fn show_any(&self, ranges: [std::ops::Range<usize>; 3]) -> bool;
    /// Mean opacity of the voxels of these ranges, 0 to 1.
    fn mean_opacity(&self, ranges: [std::ops::Range<usize>; 3]) -> f32;
}

/// Blocks of a volume in which something is to be seen.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    counts: [usize; 3],
    shown: Vec<bool>,
}

impl Blocks {
    /// Looks at every block, with the voxels around it that its rays interpolate from.
    pub(super) fn of(contents: &impl Contents) -> Self {
        let shape = contents.shape();
        let counts = shape.map(|side| side.div_ceil(SIDE));
        let range = |block: usize, side: usize| {
            (block * SIDE).saturating_sub(1)..(block * SIDE + SIDE + 2).min(side)
        };
        let indices = 0..counts.iter().product::<usize>();
        let shown = indices.into_par_iter().map(|index| {
            let [z, y, x] = place(index, counts);
            contents.show_any([range(z, shape[0]), range(y, shape[1]), range(x, shape[2])])
        });
        Self { counts, shown: shown.collect() }
    }

    /// Where the block of a cell of the finest mean opacities stands.
    fn index(&self, cell: [usize; 3]) -> usize {
        let [z, y, x] = cell.map(|index| index * CELL / SIDE);
        (z * self.counts[1] + y) * self.counts[2] + x
    }

    /// Every block is looked into.
    #[cfg(test)]
    pub(super) fn all_shown(&mut self) {
        self.shown.fill(true);
    }

    /// Of the block about a point, in voxels: its lower and upper corner if nothing is to be seen
    /// in it. The blocks at the volume's faces reach beyond it.
    #[inline]
    pub(super) fn empty_about(&self, at: [f32; 3]) -> Option<[[f32; 3]; 2]> {
        let block: [usize; 3] =
            std::array::from_fn(|axis| (floor(at[axis]) / SIDE).min(self.counts[axis] - 1));
        let index = (block[0] * self.counts[1] + block[1]) * self.counts[2] + block[2];
        if self.shown[index] {
            return None;
        }
        let low = |axis: usize| if block[axis] == 0 { -1.0 } else { (block[axis] * SIDE) as f32 };
        Some([
            std::array::from_fn(low),
            std::array::from_fn(|axis| ((block[axis] + 1) * SIDE) as f32),
        ])
    }
}

fn place(index: usize, counts: [usize; 3]) -> [usize; 3] {
    [index / (counts[1] * counts[2]), index / counts[2] % counts[1], index % counts[2]]
}

/// Mean opacities on ever coarser grids: how much stands about a place.
#[derive(Debug, Clone)]
pub(super) struct Pyramid {
    /// Means with an empty cell about them on each side: beyond the volume nothing stands.
    levels: Vec<Array3<f32>>,
}

impl Pyramid {
    /// The mean opacities of a volume; nothing is cut away yet, and only the finest grid is there.
    pub(super) fn of<C: Contents>(contents: &C, blocks: &Blocks) -> Self {
        let shape = contents.shape();
        let counts = shape.map(|side| side.div_ceil(CELL));
        let range = |cell: usize, side: usize| cell * CELL..(cell * CELL + CELL).min(side);
        let indices = 0..counts.iter().product::<usize>();
        let means = indices.into_par_iter().map(|index| {
            let [z, y, x] = place(index, counts);
            let ranges = [range(z, shape[0]), range(y, shape[1]), range(x, shape[2])];
            let is_clear = C::EMPTY_IS_CLEAR && !blocks.shown[blocks.index([z, y, x])];
            if is_clear { 0.0 } else { contents.mean_opacity(ranges) }
        });
        let finest = Array3::from_shape_vec(counts, means.collect()).unwrap_or_default();
        Self { levels: vec![padded(&finest)] }
    }

    /// The same without what is cut away, and with the coarser grids.
    pub(super) fn without(mut self, cuts: &Cuts) -> Self {
        if !cuts.are_none() {
            for ((z, y, x), mean) in self.levels[0].indexed_iter_mut() {
                if *mean > 0.0 {
                    *mean *= left_of_cell([z, y, x].map(|index| index - 1), cuts);
                }
            }
        }
        while self.levels.len() < LEVELS {
            let coarser =
                self.levels.last().map(|finer| padded(&halved(finer))).unwrap_or_default();
            self.levels.push(coarser);
        }
        self
    }

    /// What is not transparent, in voxels: its middle and how far it reaches from there. The whole
    /// volume where everything is transparent.
    pub(super) fn subject(&self, shape: [usize; 3]) -> Subject {
        let solid = self.levels[0].indexed_iter().filter(|(_, mean)| **mean > SOLID);
        let cells: Vec<[f64; 3]> = solid
            .map(|((z, y, x), _)| [z, y, x].map(|index| ((index - 1) * CELL) as f64))
            .collect();
        let mut low = [f64::INFINITY; 3];
        let mut high = [f64::NEG_INFINITY; 3];
        for cell in &cells {
            for axis in 0..3 {
                low[axis] = low[axis].min(cell[axis]);
                high[axis] = high[axis].max(cell[axis] + CELL as f64);
            }
        }
        if cells.is_empty() {
            (low, high) = ([0.0; 3], shape.map(|side| side as f64));
        }
        let middle: [f64; 3] = std::array::from_fn(|axis| 0.5 * (low[axis] + high[axis]));
        let half = CELL as f64 / 2.0;
        let from_axis =
            |cell: &[f64; 3]| (cell[1] + half - middle[1]).hypot(cell[2] + half - middle[2]) + half;
        let farthest = cells.iter().map(from_axis).fold(0.0, f64::max);
        let whole = 0.5 * (high[1] - low[1]).hypot(high[2] - low[2]);
        let radius = if cells.is_empty() { whole } else { farthest };
        let half_height = 0.5 * (high[0] - low[0]);
        Subject { middle: middle.map(|at| at - 0.5), radius, half_height }
    }

    /// Bytes that the blocks and the pyramid of a shape take.
    pub(super) fn bytes(shape: [usize; 3]) -> u64 {
        let count = |side: usize| -> u64 {
            shape.iter().map(|voxels| voxels.div_ceil(side) as u64 + 2).product()
        };
        count(SIDE) + (0..LEVELS).map(|level| 4 * count(CELL << level)).sum::<u64>()
    }

    /// How much stands in the way of the light about a point of a surface, in voxels, that faces
    /// `normal`: the mean opacities at growing distances before it. 0 on a wall in the open.
    pub(super) fn crowding(&self, at: [f32; 3], normal: [f32; 3]) -> f32 {
        let mut sum = 0.0;
        for (level, means) in self.levels.iter().enumerate() {
            let cell = to_f32((CELL << level) as f64);
            // The pad moves every cell by one.
            let place =
                std::array::from_fn(|axis| (at[axis] + normal[axis] * cell + 0.5) / cell + 0.5);
            let (depth, rows, columns) = means.dim();
            let data = means.as_slice().unwrap_or_default();
            sum += Lattice::new(data, [depth, rows, columns]).at(place);
        }
        sum / LEVELS as f32
    }
}

/// Which part of a cell the cuts leave.
fn left_of_cell(cell: [usize; 3], cuts: &Cuts) -> f32 {
    if cuts.are_none() {
        return 1.0;
    }
    let steps = [0.25, 0.75];
    let mut left = 0.0;
    for step in 0..8 {
        let point = std::array::from_fn(|axis| {
            (cell[axis] as f64 + steps[(step >> axis) & 1]) * CELL as f64 - 0.5
        });
        left += if cuts.hold(point) { 0.0 } else { 0.125 };
    }
    left
}

/// With an empty cell about them on each side.
fn padded(means: &Array3<f32>) -> Array3<f32> {
    let (depth, rows, columns) = means.dim();
    let mut padded = Array3::zeros([depth, rows, columns].map(|side| side + 2));
    padded.slice_mut(s![1..=depth, 1..=rows, 1..=columns]).assign(means);
    padded
}

/// Means of two by two by two within the pad; beyond the grid nothing stands.
fn halved(padded: &Array3<f32>) -> Array3<f32> {
    let (depth, rows, columns) = padded.dim();
    let shape = [depth, rows, columns].map(|side| (side - 2).div_ceil(2));
    Array3::from_shape_fn(shape, |(z, y, x)| {
        let mut sum = 0.0;
        for step in 0..8 {
            let at = [2 * z + (step >> 2), 2 * y + ((step >> 1) & 1), 2 * x + (step & 1)];
            sum += padded.get(at.map(|index| index + 1)).copied().unwrap_or(0.0);
        }
        sum / 8.0
    })
}
