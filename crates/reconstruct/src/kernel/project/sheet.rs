//! Sheets of any rays: sixteen of them through a plane of a block, sixteen voxels of a column from
//! the rays of a sheet. Knows no threads.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    block::{Block, Span},
    fan::{GROUP, MARGIN, clamped},
    sheaf::{Crossing, Sheet},
};

/// Groups of rays or voxels that are placed in one go.
pub(super) const PLACES: usize = 32;
/// Most steps from the lowest to the highest place in a window.
const REACH: f64 = 30.0;
/// Most rays a voxel that are kept in registers.
pub(super) const TAPS: usize = 5;

/// A sheet and the planes of a block that it crosses.
pub(super) struct Passage<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) span: &'a Span,
    /// One a plane.
    pub(super) crossings: &'a [Crossing],
    /// Whether the planes are columns of voxels (of one x).
    pub(super) columns: bool,
    /// Voxels across a plane.
    pub(super) wide: usize,
    /// Rays that may meet the block.
    pub(super) rays: Range<usize>,
}

/// Where groups of sixteen rays lie among the voxels of a plane, or sixteen voxels among the rays.
pub(super) struct Places {
    /// Index of the first value that a group reads, margins counted, and which voxel or ray it is.
    pub(super) starts: [u32; PLACES],
    pub(super) lowest: [f64; PLACES],
    /// For rays: z of the reference from there. For voxels: the first tap of the first one.
    pub(super) offsets: [f32; PLACES],
    /// For voxels: rays from one to the next.
    pub(super) steps: [f32; PLACES],
    /// For voxels: rays that each may take.
    pub(super) taps: [u32; PLACES],
    /// The columns of voxels that they touch: from the first to before the second.
    pub(super) touched: [[u32; PLACES]; 2],
    /// Whether the group fits a window.
    pub(super) fits: [bool; PLACES],
}

impl Places {
    pub(super) const EMPTY: Self = Self {
        starts: [0; PLACES],
        lowest: [0.0; PLACES],
        offsets: [0.0; PLACES],
        steps: [0.0; PLACES],
        taps: [0; PLACES],
        touched: [[0; PLACES]; 2],
        fits: [false; PLACES],
    };

    /// Columns that a line touches between two heights; none where it does not count.
    #[inline(always)]
    fn touch(&mut self, k: usize, [start, slope]: [f64; 2], (z, wide): ([f64; 2], Option<usize>)) {
        let x = z.map(|z| start + slope * z);
        let last = wide.unwrap_or(0) as f64;
        self.touched[0][k] = clamped(x[0].min(x[1]).floor(), last);
        self.touched[1][k] = clamped(x[0].max(x[1]).floor() + 2.0, last);
    }
}

impl Passage<'_> {
    /// Index of a column of voxels of a plane.
    #[inline(always)]
    pub(super) fn column(&self, block: &Block, plane: usize, across: usize) -> usize {
        block.column(if self.columns { [across, plane] } else { [plane, across] })
    }

    /// Places groups of rays from `ray` on.
    #[inline(always)]
    fn place_rays(&self, crossing: &Crossing, (ray, count): (usize, usize), places: &mut Places) {
        let last = (self.span.count[0].next_multiple_of(GROUP) + MARGIN) as f64;
        let ups = &self.sheet.up[ray + MARGIN..ray + MARGIN + count * GROUP];
        for (k, up) in ups.as_chunks::<GROUP>().0.iter().enumerate().take(PLACES) {
            let ends = [up[0], up[GROUP - 1]];
            let [one, other] = ends.map(|up| crossing.z + crossing.depth * f64::from(up));
            let (lowest, highest) = (one.min(other).floor(), one.max(other));
            let beside = highest <= -1.0 || lowest >= self.span.count[0] as f64;
            places.starts[k] = clamped(lowest + MARGIN as f64, last);
            places.lowest[k] = lowest;
            places.offsets[k] = to_f32(crossing.z - lowest);
            places.fits[k] = highest - lowest <= REACH;
            places.touch(k, crossing.across, ([one, other], (!beside).then_some(self.wide)));
        }
    }

    /// Places groups of voxels from `z` on.
    #[inline(always)]
    fn place_voxels(&self, crossing: &Crossing, (z, count): (usize, usize), places: &mut Places) {
        let last = (self.sheet.up.len() - MARGIN) as f64;
        let (from, until) = (self.rays.start as f64, self.rays.end as f64);
        for k in 0..count.min(PLACES) {
            let ends = [z + k * GROUP, z + k * GROUP + GROUP - 1].map(|z| z as f64);
            let [first, other] = ends.map(|z| crossing.ray_at(z));
            let step = (other - first) / (GROUP - 1) as f64;
            // Rays that are not evenly spaced stand beside the straight line from first to last.
            let half = step.abs() + 1e-4 + 128.0 * self.sheet.lean * step * step;
            let lowest = (first.min(other) - half).floor() + 1.0;
            let highest = (first.max(other) + half).ceil() - 1.0;
            let counts = highest >= from && lowest < until;
            places.starts[k] = clamped(lowest + MARGIN as f64, last);
            places.lowest[k] = lowest;
            places.offsets[k] = to_f32(first - half - lowest + 1.0);
            places.steps[k] = to_f32(step);
            places.taps[k] = clamped((2.0 * half).ceil(), 1e9);
            places.fits[k] = highest - lowest <= REACH && half <= TAPS as f64 / 2.0;
            let heights = [ends[0] - 1.0, ends[1] + 1.0];
            places.touch(k, crossing.across, (heights, counts.then_some(self.wide)));
        }
    }

    /// Calls `step` for each group of rays on each plane: the group's place, and its first ray.
    #[inline(always)]
    pub(super) fn each_walk(&self, mut step: impl FnMut(&Crossing, (&Places, usize), usize)) {
        let mut places = Places::EMPTY;
        let first = self.rays.start - self.rays.start % GROUP;
        for ray in (first..self.rays.end).step_by(GROUP * PLACES) {
            let count = (self.rays.end - ray).div_ceil(GROUP).min(PLACES);
            for crossing in self.crossings {
                self.place_rays(crossing, (ray, count), &mut places);
                for k in (0..count).filter(|k| places.touched[0][*k] < places.touched[1][*k]) {
                    step(crossing, (&places, k), ray + k * GROUP);
                }
            }
        }
    }

    /// Calls `step` for each group of voxels on each plane: the group's place, and its first voxel.
    #[inline(always)]
    pub(super) fn each_give(&self, mut step: impl FnMut(&Crossing, (&Places, usize), usize)) {
        let mut places = Places::EMPTY;
        for z in (0..self.span.count[0]).step_by(GROUP * PLACES) {
            let count = (self.span.count[0] - z).div_ceil(GROUP).min(PLACES);
            for crossing in self.crossings {
                self.place_voxels(crossing, (z, count), &mut places);
                for k in (0..count).filter(|k| places.touched[0][*k] < places.touched[1][*k]) {
                    step(crossing, (&places, k), z + k * GROUP);
                }
            }
        }
    }

    /// Adds to `sums`, `[ray + MARGIN]`, what the rays meet in the block.
    #[inline(always)]
    pub(super) fn walk_portable(&self, block: &Block, sums: &mut [f32]) {
        self.each_walk(|crossing, place, ray| {
            self.meet_portable((block, crossing), place, (ray, &mut sums[ray + MARGIN..]));
        });
    }

    /// Adds to the sums of sixteen rays what they meet on a plane.
    #[inline(always)]
    pub(super) fn meet_portable(
        &self,
        (block, crossing): (&Block, &Crossing),
        (places, k): (&Places, usize),
        (ray, sums): (usize, &mut [f32]),
    ) {
        let (depth, last) = (to_f32(crossing.depth), self.span.count[0] as f64);
        let [start, slope] = crossing.across;
        let (slope, beside) = (to_f32(slope), to_f32(start + slope * places.lowest[k]));
        for (lane, sum) in sums.iter_mut().enumerate().take(GROUP) {
            let up = places.offsets[k] + depth * self.sheet.up[ray + lane + MARGIN];
            let right = beside + slope * up;
            let floor = up.floor();
            let below = places.lowest[k] + f64::from(floor);
            if !(-1.0..last).contains(&below) {
                continue;
            }
            let (way, start) = (up - floor, to_index(below + MARGIN as f64));
            for x in places.touched[0][k]..places.touched[1][k] {
                let weight = (1.0 - (right - x as f32).abs()).max(0.0);
                let from = self.column(block, crossing.plane, x as usize) + start;
                let (lower, upper) = (block.values[from], block.values[from + 1]);
                *sum += weight * (way * (upper - lower) + lower);
            }
        }
    }

    /// Adds to the block what the rays, `[ray + MARGIN]` with zeros beside them, give its voxels.
    #[inline(always)]
    pub(super) fn give_portable(&self, rays: &[f32], block: &mut Block) {
        self.each_give(|crossing, place, z| {
            self.share_portable((crossing, z), place, (rays, &mut *block));
        });
    }

    /// Adds to sixteen voxels, from `z` on, what the rays about them give.
    #[inline(always)]
    pub(super) fn share_portable(
        &self,
        (crossing, z): (&Crossing, usize),
        (places, k): (&Places, usize),
        (rays, block): (&[f32], &mut Block),
    ) {
        let (depth, height) = (to_f32(crossing.depth), to_f32(crossing.z - z as f64));
        let [start, slope] = crossing.across;
        let (slope, beside) = (to_f32(slope), to_f32(start + slope * z as f64));
        let (from, until) = (self.rays.start as f64, self.rays.end as f64);
        for lane in 0..GROUP {
            let place = f64::from(places.offsets[k]) + lane as f64 * f64::from(places.steps[k]);
            for tap in 0..places.taps[k] {
                let ray = places.lowest[k] + place.floor() + f64::from(tap);
                if !(from..until).contains(&ray) {
                    continue;
                }
                let ray = to_index(ray) + MARGIN;
                let up = height + depth * self.sheet.up[ray];
                let value = (1.0 - (up - lane as f32).abs()).max(0.0) * rays[ray];
                let right = beside + slope * up;
                for x in places.touched[0][k]..places.touched[1][k] {
                    let share = value * (1.0 - (right - x as f32).abs()).max(0.0);
                    let column = self.column(block, crossing.plane, x as usize);
                    block.values[column + MARGIN + z + lane] += share;
                }
            }
        }
    }
}
