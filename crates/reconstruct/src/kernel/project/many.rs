//! Fans of parallel rays through many slices, on the threads of the processor. Knows no geometry.
//!
//! All slices share the places and weights of a ray, so vectors run across slices and nothing is
//! picked out of registers. Sums go in the order of [`super::slices`]: a slice has the same bits
//! here as there.

use std::ops::Range;

use rayon::prelude::*;

use super::{
    Fan, Stack, Walk,
    fan::{GROUP, WALK, Windows},
    lanes::{FANS, SEGMENT},
    many_lanes::{Given, Met, Reach, give, meet},
    stack::{BESIDE, Line},
};
use crate::kernel::{
    backproject::Processor,
    simd::{Plain, Vector},
};

/// Places across a band of lines that the rays of all fans cross one after the other: what they
/// meet stays in the second cache.
const TILE: f64 = 64.0;
/// Most fans that a thread takes in one go, so that a tile is read once for all of them.
const MOST_FANS: usize = 64;
/// Rows of voxels that a thread sums in one go, and groups of them along a row: their sums stay in
/// the second cache.
const BAND: usize = 32;
const WIDE_GROUPS: usize = 8;
/// Groups that are taken together: the rays that they see stay in the first cache.
const CHUNK: usize = 4;

/// Sums of voxels along the rays of each fan, in voxels: `sums` `[fan, ray, slice]`, made ready for
/// the fans, is overwritten. `voxels`: `[y, x, slice]`.
pub fn project_many(processor: Processor, voxels: &Stack, fans: &[Fan], sums: &mut Stack) {
    let share = fans.len().div_ceil(4 * rayon::current_num_threads()).clamp(1, MOST_FANS);
    let stride = sums.stride() * sums.width();
    let parts = sums.parts_mut(share).zip(fans.chunks(share)).collect::<Vec<_>>();
    parts.into_par_iter().for_each(|(sums, fans)| {
        sums.fill(Line::ZERO);
        let task = Task { voxels, fans, stride };
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { task.project_avx512(sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { task.project_avx2(sums) },
            // SAFETY: every processor of the family has them.
            #[cfg(target_arch = "aarch64")]
            Processor::Neon => unsafe {
                task.project_by::<std::arch::aarch64::float32x4_t, 4, 8, false>(sums);
            },
            // SAFETY: it needs no instructions of its own.
            _ => unsafe { task.project_by::<Plain, 4, 8, false>(sums) },
        }
    });
}

/// Some neighbouring fans.
struct Task<'a> {
    voxels: &'a Stack,
    fans: &'a [Fan],
    /// Places from one fan to the next.
    stride: usize,
}

impl Task<'_> {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    fn project_avx512(&self, sums: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.project_by::<std::arch::x86_64::__m512, 1, 2, true>(sums) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn project_avx2(&self, sums: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.project_by::<std::arch::x86_64::__m256, 2, 4, false>(sums) }
    }

    /// `ONE` and `TWO`: vectors of so many lines.
    ///
    /// # Safety
    ///
    /// As [`Vector`].
    #[inline(always)]
    unsafe fn project_by<V: Vector, const ONE: usize, const TWO: usize, const WIDE: bool>(
        &self,
        sums: &mut [Line],
    ) {
        // SAFETY: of this function.
        unsafe {
            match self.voxels.width() {
                1 => self.project::<V, ONE, WIDE>(sums),
                _ => self.project::<V, TWO, WIDE>(sums),
            }
        }
    }

    /// `N`: vectors of a place; `WIDE`: as of [`Windows::fill`].
    ///
    /// # Safety
    ///
    /// As [`Vector`]; `N` vectors are a place.
    #[inline(always)]
    unsafe fn project<V: Vector, const N: usize, const WIDE: bool>(&self, sums: &mut [Line]) {
        let mut desk = Desk { windows: Windows::EMPTY, met: Met::EMPTY };
        let shapes = self.fans.iter().map(|fan| shape_of(self.voxels, fan.walk));
        let (count, length) = shapes.fold((0, 0), |most, it| (most.0.max(it.0), most.1.max(it.1)));
        let tiles = voltomo_numeric::cast::to_index((length as f64 / TILE).ceil()).max(1);
        let places = (0..count).step_by(WALK);
        for (band, tile) in places.flat_map(|band| (0..tiles).map(move |tile| (band, tile))) {
            for (fan, sums) in self.fans.iter().zip(sums.chunks_mut(self.stride)) {
                for ray in groups_in(fan, band, (tile, tiles)) {
                    // SAFETY: of this function.
                    unsafe { desk.walk::<V, N, WIDE>((self.voxels, fan), (ray, band), sums) }
                }
            }
        }
    }
}

/// Where sixteen rays are on their way.
struct Desk {
    windows: Windows<WALK>,
    met: Met,
}

impl Desk {
    /// Adds what the sixteen rays from `ray` on meet in a band.
    ///
    /// # Safety
    ///
    /// As [`Task::project`].
    #[inline(always)]
    unsafe fn walk<V: Vector, const N: usize, const WIDE: bool>(
        &mut self,
        (voxels, fan): (&Stack, &Fan),
        (ray, band): (usize, usize),
        sums: &mut [Line],
    ) {
        let reach = Reach::of(voxels, fan.walk);
        let lines = fan.touched(ray, band, [reach.count, reach.length]);
        if lines.is_empty() {
            return;
        }
        let along = [fan.position(ray, lines.start), fan.along, fan.spacing];
        let count = lines.len();
        self.windows.fill::<WIDE>(count, along, reach.length);
        self.met.place::<V>(&self.windows, (lines, &reach), fan.spacing);
        let rays = [ray, fan.rays.min(ray + GROUP)].map(|ray| (BESIDE + ray) * voxels.width());
        let sums = &mut sums[rays[0]..rays[1]];
        // SAFETY: of this function; the places are of these voxels.
        unsafe { meet::<V, N>((voxels.all(), reach.step), (&self.met, count), sums) }
    }
}

/// Lines and places of a line that rays walk.
fn shape_of(voxels: &Stack, walk: Walk) -> (usize, usize) {
    match walk {
        Walk::Rows => (voxels.count(), voxels.length()),
        Walk::Columns => (voxels.length(), voxels.count()),
    }
}

/// First rays of the groups whose middle, in the middle of a band, lies in a tile.
fn groups_in(
    fan: &Fan,
    band: usize,
    (tile, tiles): (usize, usize),
) -> impl Iterator<Item = usize> + use<> {
    let fan = *fan;
    let ends = [(tile, 0, f64::NEG_INFINITY), (tile + 1, tiles, f64::INFINITY)];
    let [low, high] = ends.map(|(k, end, beyond)| if k == end { beyond } else { k as f64 * TILE });
    let half = (GROUP - 1) as f64 / 2.0 * fan.spacing;
    (0..fan.rays).step_by(GROUP).filter(move |&ray| {
        let middle = fan.position(ray, band + WALK / 2) + half;
        middle >= low && middle < high
    })
}

/// Values of the rays given back to the voxels with the weights of [`project_many`]: `voxels`
/// `[y, x, slice]` is overwritten. `rays`: `[fan, ray, slice]`.
pub fn backproject_many(processor: Processor, (fans, rays): (&[Fan], &Stack), voxels: &mut Stack) {
    assert!(voxels.width() == rays.width(), "as many slices of voxels as of rays");
    let (stride, width) = (voxels.stride() * voxels.width(), voxels.length());
    let bands = voxels.parts_mut(BAND).enumerate().collect::<Vec<_>>();
    bands.into_par_iter().for_each(|(band, voxels)| {
        voxels.fill(Line::ZERO);
        let area = Area { first_row: band * BAND, width, stride };
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { area.sum_avx512((fans, rays), voxels) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { area.sum_avx2((fans, rays), voxels) },
            // SAFETY: every processor of the family has them.
            #[cfg(target_arch = "aarch64")]
            Processor::Neon => unsafe {
                area.sum_by::<std::arch::aarch64::float32x4_t, 4, 8, false>((fans, rays), voxels);
            },
            // SAFETY: it needs no instructions of its own.
            _ => unsafe { area.sum_by::<Plain, 4, 8, false>((fans, rays), voxels) },
        }
    });
}

/// A band of rows of voxels.
struct Area {
    first_row: usize,
    width: usize,
    stride: usize,
}

/// The windows of a band: `[row][fan]`.
type BandWindows = [[Windows<WIDE_GROUPS>; FANS]; BAND];

impl Area {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx2,fma")]
    fn sum_avx512(&self, rays: (&[Fan], &Stack), voxels: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.sum_by::<std::arch::x86_64::__m512, 1, 2, true>(rays, voxels) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn sum_avx2(&self, rays: (&[Fan], &Stack), voxels: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.sum_by::<std::arch::x86_64::__m256, 2, 4, false>(rays, voxels) }
    }

    /// # Safety
    ///
    /// As [`Task::project_by`].
    #[inline(always)]
    unsafe fn sum_by<V: Vector, const ONE: usize, const TWO: usize, const WIDE: bool>(
        &self,
        rays: (&[Fan], &Stack),
        voxels: &mut [Line],
    ) {
        // SAFETY: of this function.
        unsafe {
            match rays.1.width() {
                1 => self.sum::<V, ONE, WIDE>(rays, voxels),
                _ => self.sum::<V, TWO, WIDE>(rays, voxels),
            }
        }
    }

    /// # Safety
    ///
    /// As [`Task::project`].
    #[inline(always)]
    unsafe fn sum<V: Vector, const N: usize, const WIDE: bool>(
        &self,
        (fans, rays): (&[Fan], &Stack),
        voxels: &mut [Line],
    ) {
        let mut windows: BandWindows = [[Windows::EMPTY; FANS]; BAND];
        let segment = SEGMENT * GROUP;
        for x in (0..self.width).step_by(WIDE_GROUPS * GROUP) {
            let piece = x..self.width.min(x + WIDE_GROUPS * GROUP);
            for (block, fans) in fans.chunks(FANS).enumerate() {
                // Windows count from the first voxel of a segment, as in a few slices.
                let start = x - x % segment;
                self.look::<WIDE>((fans, rays.length()), (start, piece.clone()), &mut windows);
                let given = Piece { fans, first: block * FANS, rays, voxels: piece.clone() };
                // SAFETY: of this function.
                unsafe { self.sum_piece::<V, N>(&given, &windows, voxels) }
            }
        }
    }

    /// The rays about the groups of voxels of all rows.
    #[inline(always)]
    fn look<const WIDE: bool>(
        &self,
        (fans, length): (&[Fan], usize),
        (start, voxels): (usize, Range<usize>),
        windows: &mut BandWindows,
    ) {
        let groups = ((voxels.start - start) / GROUP, voxels.len().div_ceil(GROUP));
        for (row, windows) in windows.iter_mut().enumerate() {
            for (fan, windows) in fans.iter().zip(windows) {
                let [constant, along_y, along_x] = fan.ray_of();
                let y = (self.first_row + row) as f64;
                let first = constant + y * along_y + start as f64 * along_x;
                let along = [first, along_x * GROUP as f64, along_x];
                windows.fill_from::<WIDE>(groups, along, length);
            }
        }
    }

    /// # Safety
    ///
    /// As [`Task::project`].
    #[inline(always)]
    unsafe fn sum_piece<V: Vector, const N: usize>(
        &self,
        piece: &Piece<'_>,
        windows: &BandWindows,
        voxels: &mut [Line],
    ) {
        let mut given = Given::EMPTY;
        let groups = piece.voxels.len().div_ceil(GROUP);
        for group in (0..groups).step_by(CHUNK) {
            for (voxels, windows) in voxels.chunks_mut(self.stride).zip(windows) {
                for next in group..groups.min(group + CHUNK) {
                    let x = piece.voxels.start + next * GROUP;
                    let sums = piece.group_of(voxels, x);
                    piece.place::<V>(windows, next, &mut given);
                    let rays = piece.rays.all();
                    // SAFETY: of this function; the places are of these rays.
                    unsafe { give::<V, N>(rays, (&given, piece.fans.len()), sums) }
                }
            }
        }
    }
}

/// A few fans, and the voxels of a row that they give to.
struct Piece<'a> {
    fans: &'a [Fan],
    /// The first of them.
    first: usize,
    rays: &'a Stack,
    voxels: Range<usize>,
}

impl Piece<'_> {
    /// The voxels of a row from `x` on, sixteen or as many as there are.
    #[inline(always)]
    fn group_of<'v>(&self, row: &'v mut [Line], x: usize) -> &'v mut [Line] {
        let ends = [x, self.voxels.end.min(x + GROUP)].map(|x| (BESIDE + x) * self.rays.width());
        &mut row[ends[0]..ends[1]]
    }

    /// The rays about a group of voxels.
    #[inline(always)]
    fn place<V: Vector>(
        &self,
        windows: &[Windows<WIDE_GROUPS>; FANS],
        group: usize,
        given: &mut Given,
    ) {
        for (k, fan) in self.fans.iter().enumerate() {
            let line = (self.first + k + BESIDE) * self.rays.stride() + BESIDE;
            let window = (windows[k].starts[group], windows[k].offsets[group]);
            given.place::<V>((k, fan), window, (line, self.rays.length()));
        }
    }
}
