//! Back-projection on the processor: vectors across slices, tiles across threads. Knows no filter.

use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    Bundle, Circle, RayPath,
    bundle::{LINE, Line},
};

/// Voxels along an edge of a tile: its columns of a few angles stay in the nearest cache.
const TILE: usize = 32;
/// Angles that a voxel takes in one go, its sums in registers.
const ANGLES: usize = 4;

/// The instructions that the inner loop uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// 16 slices an instruction, fused multiply and add.
    Avx512,
    /// 8 slices an instruction, fused multiply and add.
    Avx2,
    /// What every processor of the family has (4 slices an instruction on x86 and ARM).
    Portable,
}

impl Processor {
    /// The best that this machine has.
    #[must_use]
    pub fn found() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }
}

/// Bytes of sums that each thread holds for `lanes` slices.
#[must_use]
pub fn tile_bytes(lanes: usize) -> u64 {
    (TILE * TILE * lanes * 4) as u64
}

/// Back-projects a bundle: `into[z, y, x] = Σ_θ q(θ, u(θ, y, x), z)`, `[z, y, x]` with no more
/// slices than the bundle has lanes; what stood there is overwritten. `paths`: one an angle.
/// Voxels outside `circle` become zero.
///
/// Memory: [`tile_bytes`] a thread.
pub fn backproject(
    bundle: &Bundle,
    paths: &[RayPath],
    circle: Option<Circle>,
    into: ArrayViewMut3<'_, f32>,
) {
    backproject_with(Processor::found(), (bundle, paths), circle, into);
}

/// As [`backproject`], with the instructions given. They must be there.
pub(super) fn backproject_with(
    processor: Processor,
    (bundle, paths): (&Bundle, &[RayPath]),
    circle: Option<Circle>,
    into: ArrayViewMut3<'_, f32>,
) {
    let line_count = TILE * TILE * bundle.width();
    tiles(into).into_par_iter().for_each_init(
        || vec![Line([0.0; LINE]); line_count],
        |sums, mut tile| {
            if circle.is_none_or(|circle| tile.touches(&circle)) {
                sums.fill(Line([0.0; LINE]));
                tile.sum_with(processor, (bundle, paths), sums);
                tile.write(sums, bundle.width(), circle);
            } else {
                tile.voxels.fill(0.0);
            }
        },
    );
}

/// A square of the slices.
struct Tile<'a> {
    /// Index of its first voxel, `[y, x]`.
    first: [usize; 2],
    voxels: ArrayViewMut3<'a, f32>,
}

fn tiles(slices: ArrayViewMut3<'_, f32>) -> Vec<Tile<'_>> {
    let (_, height, width) = slices.dim();
    let mut tiles = Vec::with_capacity(height.div_ceil(TILE) * width.div_ceil(TILE));
    let mut below = slices;
    for y in (0..height).step_by(TILE) {
        let (band, rest) = below.split_at(Axis(1), TILE.min(height - y));
        below = rest;
        let mut right = band;
        for x in (0..width).step_by(TILE) {
            let (voxels, rest) = right.split_at(Axis(2), TILE.min(width - x));
            right = rest;
            tiles.push(Tile { first: [y, x], voxels });
        }
    }
    tiles
}

impl Tile<'_> {
    fn touches(&self, circle: &Circle) -> bool {
        let (_, height, width) = self.voxels.dim();
        let sides = [height, width];
        let nearest = std::array::from_fn(|axis| {
            let (first, count) = (self.first[axis], sides[axis]);
            let centre = voltomo_numeric::cast::to_index(circle.centre[axis].round());
            centre.clamp(first, first + count - 1)
        });
        circle.holds(nearest)
    }

    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn sum_with(&self, processor: Processor, rays: (&Bundle, &[RayPath]), sums: &mut [Line]) {
        let (_, height, width) = self.voxels.dim();
        let area = Area { first: self.first, height, width };
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { sum_avx512(area, rays, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { sum_avx2(area, rays, sums) },
            _ => sum_width::<{ cfg!(target_arch = "aarch64") }>(area, rays, sums),
        }
    }

    /// Parts the interleaved sums into slices.
    fn write(&mut self, sums: &[Line], lines: usize, circle: Option<Circle>) {
        let [first_y, first_x] = self.first;
        for (z, mut slice) in self.voxels.outer_iter_mut().enumerate() {
            let (line, lane) = (z / LINE, z % LINE);
            for ((y, x), voxel) in slice.indexed_iter_mut() {
                *voxel = sums[(y * TILE + x) * lines + line].0[lane];
            }
            if let Some(circle) = circle {
                let outside = |y: usize, x: usize| !circle.holds([first_y + y, first_x + x]);
                slice
                    .indexed_iter_mut()
                    .filter(|((y, x), _)| outside(*y, *x))
                    .for_each(|(_, voxel)| *voxel = 0.0);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Area {
    first: [usize; 2],
    height: usize,
    width: usize,
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn sum_avx512(area: Area, rays: (&Bundle, &[RayPath]), sums: &mut [Line]) {
    sum_width::<true>(area, rays, sums);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn sum_avx2(area: Area, rays: (&Bundle, &[RayPath]), sums: &mut [Line]) {
    sum_width::<true>(area, rays, sums);
}

#[inline(always)]
fn sum_width<const FUSED: bool>(area: Area, rays: (&Bundle, &[RayPath]), sums: &mut [Line]) {
    match rays.0.width() {
        1 => sum_angles::<1, FUSED>(area, rays, sums),
        2 => sum_angles::<2, FUSED>(area, rays, sums),
        _ => sum_angles::<4, FUSED>(area, rays, sums),
    }
}

/// Adds all angles, a few at a time, in their order.
#[inline(always)]
fn sum_angles<const WIDTH: usize, const FUSED: bool>(
    area: Area,
    (bundle, paths): (&Bundle, &[RayPath]),
    sums: &mut [Line],
) {
    let (sums, _) = sums.as_chunks_mut::<WIDTH>();
    for (block, paths) in paths.chunks(ANGLES).enumerate() {
        // A block that is not full repeats its last angle, and leaves it out when it adds.
        let angle = |k: usize| bundle.angle(block * ANGLES + k.min(paths.len() - 1));
        let lines: [&[Line]; ANGLES] = std::array::from_fn(angle);
        for y in 0..area.height {
            let places: [Places; ANGLES] = std::array::from_fn(|k| {
                let path = &paths[k.min(paths.len() - 1)];
                Places::along::<WIDTH>(path, [area.first[0] + y, area.first[1]], bundle.columns())
            });
            let row = &mut sums[y * TILE..y * TILE + area.width];
            if paths.len() == ANGLES {
                add_row::<WIDTH, FUSED, ANGLES>(&lines, &places, row);
            } else {
                add_row_part::<WIDTH, FUSED>(&lines[..paths.len()], &places, row);
            }
        }
    }
}

/// Where a row of voxels of a tile falls on the detector at one angle.
struct Places {
    /// First line of the column below.
    line: [u32; TILE],
    /// Way to the next column, 0 to 1.
    fraction: [f32; TILE],
}

impl Places {
    #[inline(always)]
    fn along<const WIDTH: usize>(path: &RayPath, [y, x]: [usize; 2], columns: usize) -> Self {
        let mut places = Self { line: [0; TILE], fraction: [0.0; TILE] };
        // Both ends of the clamp lie among the margins of zeros.
        let (start, end) = (path.start + y as f64 * path.along_y + 1.0, (columns + 1) as f64);
        for k in 0..TILE {
            // From the whole index, not step by step: the same bits in whatever tile.
            let column = start + (x + k) as f64 * path.along_x;
            let column = column.max(0.0).min(end);
            #[allow(
                clippy::cast_possible_truncation,
                reason = "a clamped column index: the floor is meant, and a line index has 32 bits"
            )]
            let (below, width) = (column as i32, WIDTH as u32);
            places.fraction[k] = to_f32(column - f64::from(below));
            places.line[k] = below.unsigned_abs() * width;
        }
        places
    }
}

#[inline(always)]
fn add_row<const WIDTH: usize, const FUSED: bool, const COUNT: usize>(
    lines: &[&[Line]; COUNT],
    places: &[Places; COUNT],
    row: &mut [[Line; WIDTH]],
) {
    for (x, sums) in row.iter_mut().enumerate().take(TILE) {
        let mut sum = *sums;
        for angle in 0..COUNT {
            add_one::<WIDTH, FUSED>(lines[angle], &places[angle], x, &mut sum);
        }
        *sums = sum;
    }
}

#[inline(always)]
fn add_row_part<const WIDTH: usize, const FUSED: bool>(
    lines: &[&[Line]],
    places: &[Places],
    row: &mut [[Line; WIDTH]],
) {
    for (x, sums) in row.iter_mut().enumerate().take(TILE) {
        for (lines, places) in lines.iter().zip(places) {
            add_one::<WIDTH, FUSED>(lines, places, x, sums);
        }
    }
}

/// Adds one angle to one voxel of all slices.
#[inline(always)]
fn add_one<const WIDTH: usize, const FUSED: bool>(
    lines: &[Line],
    places: &Places,
    x: usize,
    sum: &mut [Line; WIDTH],
) {
    let first = places.line[x] as usize;
    let (above, below) = (places.fraction[x], 1.0 - places.fraction[x]);
    let pair = &lines[first..first + 2 * WIDTH];
    for line in 0..WIDTH {
        for lane in 0..LINE {
            let [left, right] = [pair[line].0[lane], pair[WIDTH + line].0[lane]];
            let sum = &mut sum[line].0[lane];
            *sum = if FUSED {
                right.mul_add(above, left.mul_add(below, *sum))
            } else {
                *sum + (left * below + right * above)
            };
        }
    }
}
