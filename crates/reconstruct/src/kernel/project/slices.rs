//! Fans of parallel rays through a few slices, on the threads of the processor. Knows no geometry.
//!
//! [`super::many`] sums in the same order: what is changed here is changed there.

use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    Fan, Lines, Walk,
    fan::{GROUP, MARGIN, WALK, Windows, stride},
    lanes::{FANS, Piece, SEGMENT, Share, Sums, gather_portable, walk_portable},
};
use crate::kernel::backproject::Processor;

/// Lines of voxels that a thread sums in one go: they stay in the nearest caches.
const BAND: usize = 8;
/// Most fans that a thread takes in one go, so that a band of voxels is read once for all of them.
const MOST_FANS: usize = 16;

/// Sums of voxels along the rays of each fan, in voxels: `sums` `[fan, slice, ray + MARGIN]`, made
/// ready for the fans and the slices, is overwritten.
///
/// `lines`: the slices' rows and, for fans that walk columns, their columns.
pub fn project_fans(processor: Processor, lines: [&Lines; 2], fans: &[Fan], sums: &mut Lines) {
    let (lanes, stride) = (sums.lanes, stride(sums.length));
    let threads = rayon::current_num_threads();
    let share = fans.len().div_ceil(4 * threads).clamp(1, MOST_FANS);
    let parts = sums.parts_mut(share).zip(fans.chunks(share)).collect::<Vec<_>>();
    parts.into_par_iter().for_each(|(sums, fans)| {
        let task = Task { lines, fans, stride };
        match lanes {
            1 => task.project::<1>(processor, sums),
            2 => task.project::<2>(processor, sums),
            _ => task.project::<4>(processor, sums),
        }
    });
}

/// Some neighbouring fans.
struct Task<'a> {
    lines: [&'a Lines; 2],
    fans: &'a [Fan],
    /// Values from one slice of a fan to the next.
    stride: usize,
}

impl<'a> Task<'a> {
    fn lines_of(&self, fan: &Fan) -> &'a Lines {
        self.lines[usize::from(fan.walk == Walk::Columns)]
    }

    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn project<const LANES: usize>(&self, processor: Processor, sums: &mut [f32]) {
        sums.fill(0.0);
        let count = self.fans.iter().map(|fan| self.lines_of(fan).count).max().unwrap_or(0);
        for band in (0..count).step_by(WALK) {
            for (fan, sums) in self.fans.iter().zip(sums.chunks_mut(LANES * self.stride)) {
                let walk = FanWalk { fan, lines: self.lines_of(fan), stride: self.stride };
                match processor {
                    // SAFETY: chosen only where the processor was found to have these instructions.
                    #[cfg(target_arch = "x86_64")]
                    Processor::Avx512 => unsafe { walk.avx512::<LANES>(band, sums) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Processor::Avx2 => unsafe { walk.avx2::<LANES>(band, sums) },
                    _ => walk.portable::<LANES, { cfg!(target_arch = "aarch64") }>(band, sums),
                }
            }
        }
    }
}

/// One fan on its lines.
struct FanWalk<'a> {
    fan: &'a Fan,
    lines: &'a Lines,
    stride: usize,
}

impl FanWalk<'_> {
    /// Calls `step` for each group of rays that meets the band, with its piece of the lines.
    #[inline(always)]
    fn pieces<const LANES: usize, const WIDE: bool>(
        &self,
        band: usize,
        sums: &mut [f32],
        step: impl Fn(&Piece<'_>, &mut Sums<LANES>),
    ) {
        let fan = self.fan;
        let mut windows = Windows::<WALK>::EMPTY;
        for ray in (0..fan.rays).step_by(GROUP) {
            let touched = fan.touched(ray, band, [self.lines.count, self.lines.length]);
            if touched.is_empty() {
                continue;
            }
            let along = [fan.position(ray, touched.start), fan.along, fan.spacing];
            windows.fill::<WIDE>(touched.len(), along, self.lines.length);
            let piece = Piece {
                lines: &self.lines.values[touched.start * self.lines.line_stride()..],
                stride: stride(self.lines.length),
                windows: &windows,
                count: touched.len(),
                spacing: to_f32(fan.spacing),
            };
            let mut found = [[0.0; GROUP]; LANES];
            step(&piece, &mut found);
            for (lane, found) in found.iter().enumerate() {
                let sums = &mut sums[lane * self.stride + MARGIN + ray..][..GROUP];
                sums.iter_mut().zip(found).for_each(|(sum, value)| *sum += value);
            }
        }
    }

    #[inline(always)]
    fn portable<const LANES: usize, const FUSED: bool>(&self, band: usize, sums: &mut [f32]) {
        self.pieces::<LANES, false>(band, sums, |piece, found| {
            walk_portable::<LANES, FUSED>(piece, found);
        });
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<const LANES: usize>(&self, band: usize, sums: &mut [f32]) {
        self.portable::<LANES, true>(band, sums);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    fn avx512<const LANES: usize>(&self, band: usize, sums: &mut [f32]) {
        self.pieces::<LANES, true>(band, sums, |piece, found| {
            super::lanes::walk_avx512::<LANES>(piece, found);
        });
    }
}

/// Values of the rays given back to the voxels with the weights of [`project_fans`]: `voxels`
/// `[row, slice, x]`, rows of `width` voxels (whole groups of 16), is overwritten.
///
/// `rays`: `[fan, slice, ray + MARGIN]`.
pub fn backproject_fans(
    processor: Processor,
    (fans, rays): (&[Fan], &Lines),
    voxels: &mut [f32],
    width: usize,
) {
    let row = rays.lanes * width;
    voxels.par_chunks_mut((BAND * row).max(1)).enumerate().for_each(|(band, voxels)| {
        let area = Area { first_row: band * BAND, width };
        voxels.fill(0.0);
        match rays.lanes {
            1 => area.sum_with::<1>(processor, (fans, rays), voxels),
            2 => area.sum_with::<2>(processor, (fans, rays), voxels),
            _ => area.sum_with::<4>(processor, (fans, rays), voxels),
        }
    });
}

/// A few fans and the values of their rays.
struct Block<'a> {
    fans: &'a [Fan],
    /// `[fan, slice, ray + MARGIN]`.
    values: &'a [f32],
    /// Values of a slice of a fan and of a fan.
    strides: [usize; 2],
    /// Rays of a fan.
    length: usize,
    /// See [`Fan::ray_of`].
    paths: [[f64; 3]; FANS],
}

impl<'a> Block<'a> {
    fn new(first: usize, fans: &'a [Fan], rays: &'a Lines) -> Self {
        let fans = &fans[first..fans.len().min(first + FANS)];
        let fan = rays.line_stride();
        Self {
            fans,
            values: &rays.values[first * fan..(first + fans.len()) * fan],
            strides: [stride(rays.length), fan],
            length: rays.length,
            paths: std::array::from_fn(|k| fans[k.min(fans.len() - 1)].ray_of()),
        }
    }

    /// The rays about `count` groups of voxels from `[y, x]` on.
    #[inline(always)]
    fn look<const WIDE: bool>(
        &self,
        [y, x]: [usize; 2],
        count: usize,
        windows: &mut [Windows<SEGMENT>; FANS],
    ) {
        for (k, windows) in windows.iter_mut().enumerate().take(self.fans.len()) {
            let [constant, along_y, along_x] = self.paths[k];
            let first = constant + y as f64 * along_y + x as f64 * along_x;
            windows.fill::<WIDE>(count, [first, along_x * GROUP as f64, along_x], self.length);
        }
    }

    /// One share a fan; where there are fewer fans, the last of them again.
    #[inline(always)]
    fn shares<'b>(&'b self, windows: &'b [Windows<SEGMENT>; FANS]) -> [Share<'b>; FANS] {
        std::array::from_fn(|k| {
            let k = k.min(self.fans.len() - 1);
            Share {
                rays: &self.values[k * self.strides[1]..][..self.strides[1]],
                stride: self.strides[0],
                windows: &windows[k],
                step: to_f32(self.paths[k][2]),
                spacing: to_f32(self.fans[k].spacing.abs()),
            }
        })
    }
}

/// A band of rows of voxels.
struct Area {
    first_row: usize,
    width: usize,
}

impl Area {
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn sum_with<const LANES: usize>(
        &self,
        processor: Processor,
        rays: (&[Fan], &Lines),
        voxels: &mut [f32],
    ) {
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { self.avx512::<LANES>(rays, voxels) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { self.avx2::<LANES>(rays, voxels) },
            _ => self.portable::<LANES, { cfg!(target_arch = "aarch64") }>(rays, voxels),
        }
    }

    /// Calls `step` for the segments of all rows, a few fans at a time, in the order of the fans.
    #[inline(always)]
    fn segments<const LANES: usize, const WIDE: bool>(
        &self,
        (fans, rays): (&[Fan], &Lines),
        voxels: &mut [f32],
        step: impl Fn(&[Share<'_>], usize, (&mut [f32], usize)),
    ) {
        let mut windows = [Windows::<SEGMENT>::EMPTY; FANS];
        for first in (0..fans.len()).step_by(FANS) {
            let block = Block::new(first, fans, rays);
            for (row, voxels) in voxels.chunks_mut(LANES * self.width).enumerate() {
                for x in (0..self.width).step_by(SEGMENT * GROUP) {
                    let count = ((self.width - x) / GROUP).min(SEGMENT);
                    block.look::<WIDE>([self.first_row + row, x], count, &mut windows);
                    let shares = block.shares(&windows);
                    step(&shares[..block.fans.len()], count, (&mut voxels[x..], self.width));
                }
            }
        }
    }

    #[inline(always)]
    fn portable<const LANES: usize, const FUSED: bool>(
        &self,
        rays: (&[Fan], &Lines),
        voxels: &mut [f32],
    ) {
        self.segments::<LANES, false>(rays, voxels, |shares, count, voxels| {
            gather_portable::<LANES, FUSED>(shares, count, voxels);
        });
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<const LANES: usize>(&self, rays: (&[Fan], &Lines), voxels: &mut [f32]) {
        self.portable::<LANES, true>(rays, voxels);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    fn avx512<const LANES: usize>(&self, rays: (&[Fan], &Lines), voxels: &mut [f32]) {
        self.segments::<LANES, true>(rays, voxels, |shares, count, voxels| {
            super::lanes::gather_avx512::<LANES>(shares, count, voxels);
        });
    }
}
