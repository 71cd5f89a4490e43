//! The innermost loops of rays in space: sixteen rays of a sheet through a plane of a block, sixteen
//! voxels of a column from the rays of a sheet. Knows no threads.

use std::ops::Range;

use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    block::{Block, SIDE},
    fan::{GROUP, MARGIN},
    sheaf::{Crossing, Sheet, Span},
};

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

/// Where sixteen rays meet a plane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meeting {
    /// Lowest z, rounded down, from the first voxel of the block.
    pub(super) lowest: f64,
    /// From the lowest to the highest.
    pub(super) reach: f64,
    /// Columns of voxels that they touch.
    pub(super) touched: [usize; 2],
}

impl Passage<'_> {
    /// Index of a column of voxels of a plane.
    #[inline(always)]
    pub(super) fn column(&self, block: &Block, plane: usize, across: usize) -> usize {
        block.column(if self.columns { [across, plane] } else { [plane, across] })
    }

    /// Where the sixteen rays from `ray` on meet a plane; `None` where beside the block.
    #[inline(always)]
    pub(super) fn meeting(&self, crossing: &Crossing, ray: usize) -> Option<Meeting> {
        let ends = [ray + MARGIN, ray + MARGIN + GROUP - 1];
        let z = ends.map(|k| crossing.z + crossing.depth * f64::from(self.sheet.up[k]));
        let x = ends.map(|k| crossing.across + crossing.depth * f64::from(self.sheet.across[k]));
        let (lowest, highest) = (z[0].min(z[1]).floor(), z[0].max(z[1]));
        let (left, right) = (x[0].min(x[1]).floor(), x[0].max(x[1]).floor() + 1.0);
        let beside = !(highest > -1.0
            && lowest < self.span.count[0] as f64
            && right >= 0.0
            && left < self.wide as f64);
        if beside {
            return None;
        }
        let touched = [to_index(left), to_index(right).min(self.wide - 1)];
        Some(Meeting { lowest, reach: highest - lowest, touched })
    }

    /// Adds to `sums`, `[ray + MARGIN]`, what the rays meet in the block.
    #[inline(always)]
    pub(super) fn walk_portable(&self, block: &Block, sums: &mut [f32]) {
        let first = self.rays.start - self.rays.start % GROUP;
        for ray in (first..self.rays.end).step_by(GROUP) {
            let sums = &mut sums[ray + MARGIN..][..GROUP];
            for (plane, crossing) in self.crossings.iter().enumerate() {
                if let Some(meeting) = self.meeting(crossing, ray) {
                    self.meet_portable((block, plane), (ray, &meeting), sums);
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn meet_portable(
        &self,
        (block, plane): (&Block, usize),
        (ray, meeting): (usize, &Meeting),
        sums: &mut [f32],
    ) {
        let crossing = &self.crossings[plane];
        let (depth, z) = (to_f32(crossing.depth), to_f32(crossing.z - meeting.lowest));
        let (across, last) = (to_f32(crossing.across), self.span.count[0] as f64);
        for (lane, sum) in sums.iter_mut().enumerate() {
            let up = z + depth * self.sheet.up[ray + lane + MARGIN];
            let right = across + depth * self.sheet.across[ray + lane + MARGIN];
            let floor = up.floor();
            let below = meeting.lowest + f64::from(floor);
            if !(below >= -1.0 && below < last) {
                continue;
            }
            let (way, start) = (up - floor, to_index(below + MARGIN as f64));
            for x in meeting.touched[0]..=meeting.touched[1] {
                let weight = (1.0 - (right - x as f32).abs()).max(0.0);
                let from = self.column(block, plane, x) + start;
                let (lower, upper) = (block.values[from], block.values[from + 1]);
                *sum += weight * (way * (upper - lower) + lower);
            }
        }
    }

    /// Adds to the block what the rays, `[ray + MARGIN]` with zeros beside them, give its voxels.
    #[inline(always)]
    pub(super) fn give_portable(&self, rays: &[f32], block: &mut Block) {
        for (plane, crossing) in self.crossings.iter().enumerate() {
            for z in (0..self.span.count[0]).step_by(GROUP) {
                if let Some(seen) = self.seen(crossing, z) {
                    self.share_portable((plane, z), (&seen, rays), block);
                }
            }
        }
    }

    /// The rays about the sixteen voxels from `z` on of a plane; `None` where there are none.
    #[inline(always)]
    pub(super) fn seen(&self, crossing: &Crossing, z: usize) -> Option<Seen> {
        let at = |z: usize| {
            let up = (z as f64 - crossing.z) / crossing.depth + self.sheet.middle[0];
            self.sheet.ray_at(up)
        };
        let (first, last) = (at(z), at(z + GROUP - 1));
        let step = (last - first) / (GROUP - 1) as f64;
        // Rays that are not evenly spaced stand beside the straight line from first to last.
        let half = step.abs() + 1e-4 + 128.0 * self.sheet.lean * step * step;
        let lowest = (first.min(last) - half).floor() + 1.0;
        let highest = (first.max(last) + half).ceil() - 1.0;
        let (from, until) = (self.rays.start as f64, self.rays.end as f64);
        if !(highest >= from && lowest < until) {
            return None;
        }
        let taps = to_index((2.0 * half).ceil());
        Some(Seen { first: first - half - lowest, step, lowest, taps, reach: highest - lowest })
    }

    /// Columns of voxels that rays touch, from ray to ray.
    #[inline(always)]
    pub(super) fn touched(&self, crossing: &Crossing, rays: [f64; 2]) -> Range<usize> {
        let last = (self.sheet.across.len() - 1) as f64;
        let x = rays.map(|ray| {
            let index = to_index((ray + MARGIN as f64).max(0.0).min(last));
            crossing.across + crossing.depth * f64::from(self.sheet.across[index])
        });
        let from = to_index(x[0].min(x[1]).floor().max(0.0)).min(self.wide);
        let until = to_index((x[0].max(x[1]).floor() + 2.0).max(0.0)).min(self.wide);
        from..until.max(from)
    }

    #[inline(always)]
    pub(super) fn share_portable(
        &self,
        (plane, z): (usize, usize),
        (seen, rays): (&Seen, &[f32]),
        block: &mut Block,
    ) {
        let crossing = &self.crossings[plane];
        let touched = self.touched(crossing, [seen.lowest, seen.lowest + seen.reach]);
        let (depth, across) = (to_f32(crossing.depth), to_f32(crossing.across));
        let height = to_f32(crossing.z - z as f64);
        for lane in 0..GROUP {
            let first = seen.lowest + (seen.first + lane as f64 * seen.step).floor() + 1.0;
            for tap in 0..seen.taps {
                let ray = first + tap as f64;
                if !(ray >= self.rays.start as f64 && ray < self.rays.end as f64) {
                    continue;
                }
                let ray = to_index(ray) + MARGIN;
                let up = height + depth * self.sheet.up[ray];
                let weight = (1.0 - (up - lane as f32).abs()).max(0.0);
                let right = across + depth * self.sheet.across[ray];
                for x in touched.clone() {
                    let share = weight * (1.0 - (right - x as f32).abs()).max(0.0);
                    let to = self.column(block, plane, x) + MARGIN + z + lane;
                    block.values[to] += share * rays[ray];
                }
            }
        }
    }
}

/// Rays about sixteen voxels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// The ray before the first tap of the first voxel, as a fraction, from `lowest` on.
    pub(super) first: f64,
    /// Rays from voxel to voxel.
    pub(super) step: f64,
    /// Lowest ray of all taps.
    pub(super) lowest: f64,
    /// Rays a voxel.
    pub(super) taps: usize,
    /// From the lowest to the highest ray.
    pub(super) reach: f64,
}

const _: () = assert!(SIDE <= GROUP);
