//! Sheets of evenly spaced rays that stand upright: on a plane, all of them lie between the same two
//! columns of voxels. Knows no threads.

use std::ops::Range;

use voltomo_numeric::cast::to_f32;

use super::{
    block::Block,
    fan::{GROUP, MARGIN, WALK, Windows},
    lanes::{fused, split},
};

/// Most voxels from ray to ray, and most rays from voxel to voxel, that fit the windows.
const WIDEST: [f64; 2] = [1.95, 1.7];

/// A sheet on a plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rail {
    /// Where the two columns of voxels begin in the block.
    pub(super) columns: [usize; 2],
    /// What they weigh.
    pub(super) weights: [f32; 2],
    /// z of ray 0 of the sheet, from the first voxel of the block, and from ray to ray.
    pub(super) line: [f64; 2],
}

impl Rail {
    /// Whether the windows hold what sixteen rays or voxels need.
    pub(super) fn fits(&self) -> bool {
        let spacing = self.line[1].abs();
        spacing <= WIDEST[0] && 1.0 / spacing <= WIDEST[1]
    }

    /// The rays about the voxels: the first tap of voxel 0 as a fraction, rays from voxel to voxel,
    /// and half the rays that a voxel may take.
    fn taps(&self) -> [f64; 3] {
        let [start, spacing] = self.line;
        let half = 1.0 / spacing.abs();
        [-start / spacing - half + 1.0, 1.0 / spacing, half]
    }
}

/// Places of sixteen voxels among their rays.
pub(super) struct Taps {
    pub(super) step: f32,
    pub(super) spacing: f32,
    /// Distance of tap 0 at the way 0, in rays.
    pub(super) nearest: f32,
    pub(super) count: usize,
}

impl Taps {
    /// What a tap weighs at the way of a voxel from the first tap's floor.
    #[inline(always)]
    fn weight(&self, tap: usize, way: f32) -> f32 {
        let distance = (tap as f32 + self.nearest - way).abs();
        (1.0 - distance * self.spacing).max(0.0)
    }
}

/// A sheet on all planes of a block that it touches.
pub(super) struct Rails<'a> {
    pub(super) rails: &'a [Rail],
    /// Rays that may meet the block.
    pub(super) rays: Range<usize>,
    /// Rays of a line, and voxels of a column.
    pub(super) lengths: [usize; 2],
}

impl Rails<'_> {
    /// Calls `step` with each rail and the windows of voxels of some groups of rays, from a ray on.
    #[inline(always)]
    pub(super) fn each_walk<const WIDE: bool>(
        &self,
        mut step: impl FnMut(&Rail, &Windows<WALK>, Range<usize>),
    ) {
        let mut windows = Windows::<WALK>::EMPTY;
        let first = self.rays.start - self.rays.start % GROUP;
        for ray in (first..self.rays.end).step_by(GROUP * WALK) {
            let until = self.rays.end.next_multiple_of(GROUP).min(ray + GROUP * WALK);
            for rail in self.rails {
                let [start, spacing] = rail.line;
                let line = [start + ray as f64 * spacing, spacing * GROUP as f64, spacing];
                windows.fill::<WIDE>((until - ray) / GROUP, line, self.lengths[1]);
                step(rail, &windows, ray..until);
            }
        }
    }

    /// Calls `step` with each rail and the windows of rays of some groups of voxels, from one on.
    #[inline(always)]
    pub(super) fn each_give<const WIDE: bool>(
        &self,
        mut step: impl FnMut((&Rail, &Taps), &Windows<WALK>, Range<usize>),
    ) {
        let mut windows = Windows::<WALK>::EMPTY;
        let voxels = self.lengths[1].next_multiple_of(GROUP);
        for z in (0..voxels).step_by(GROUP * WALK) {
            let until = voxels.min(z + GROUP * WALK);
            for rail in self.rails {
                let [first, rate, half] = rail.taps();
                let line = [first + z as f64 * rate, rate * GROUP as f64, rate];
                windows.fill::<WIDE>((until - z) / GROUP, line, self.lengths[0]);
                let taps = Taps {
                    step: to_f32(rate),
                    spacing: to_f32(1.0 / half),
                    nearest: to_f32(1.0 - half),
                    count: voltomo_numeric::cast::to_index((2.0 * half - 1e-9).ceil()),
                };
                step((rail, &taps), &windows, z..until);
            }
        }
    }

    /// Adds to `sums`, `[ray + MARGIN]`, what the rays meet in the block.
    #[inline(always)]
    pub(super) fn walk_portable<const FUSED: bool>(&self, block: &Block, sums: &mut [f32]) {
        self.each_walk::<false>(|rail, windows, rays| {
            let columns = rail.columns.map(|column| &block.values[column..column + block.deep]);
            let groups = sums[MARGIN + rays.start..].chunks_exact_mut(GROUP);
            for (group, sums) in groups.take(rays.len() / GROUP).enumerate() {
                let (start, offset) = (windows.starts[group] as usize, windows.offsets[group]);
                let [left, right] = columns.map(|column| &column[start..start + MARGIN]);
                let blend: [f32; MARGIN] = std::array::from_fn(|k| {
                    fused::<FUSED>(right[k], rail.weights[1], left[k] * rail.weights[0])
                });
                for (lane, sum) in sums.iter_mut().enumerate() {
                    let place = fused::<FUSED>(lane as f32, to_f32(rail.line[1]), offset);
                    let (index, way) = split(place);
                    let (lower, upper) = (blend[index], blend[index + 1]);
                    *sum += fused::<FUSED>(way, upper - lower, lower);
                }
            }
        });
    }

    /// Adds to the block what the rays, `[ray + MARGIN]` with zeros beside them, give its voxels.
    #[inline(always)]
    pub(super) fn give_portable<const FUSED: bool>(&self, rays: &[f32], block: &mut Block) {
        self.each_give::<false>(|(rail, taps), windows, voxels| {
            for (group, z) in voxels.step_by(GROUP).enumerate() {
                let seen = &rays[windows.starts[group] as usize..][..MARGIN];
                let shares: [f32; GROUP] = std::array::from_fn(|lane| {
                    let offset = windows.offsets[group];
                    let (index, way) = split(fused::<FUSED>(lane as f32, taps.step, offset));
                    let tap = |k| taps.weight(k, way) * seen[(index + k).min(MARGIN - 1)];
                    (0..taps.count).map(tap).sum()
                });
                for (column, weight) in rail.columns.into_iter().zip(rail.weights) {
                    let voxels = &mut block.values[column + MARGIN + z..][..GROUP];
                    let pairs = voxels.iter_mut().zip(shares);
                    pairs.for_each(|(voxel, share)| *voxel = fused::<FUSED>(share, weight, *voxel));
                }
            }
        });
    }
}
