//! Back-projection of a cone beam on the processor: vectors along the axis, tiles across threads.
//! Knows no filter.

use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::*;

use super::{
    ConePath, Views,
    column::{CHUNK, Gathered, Sight, VIEWS},
    pick::Pick,
    sights::{SIDE, Sights},
    views::GROUP,
};
use crate::kernel::{
    backproject::Circle,
    simd::{Plain, Processor},
    tiles::{Tile, tiles},
};

/// Columns of voxels along an edge of a tile: its sums, and what some views show it, stay in the
/// second cache.
const TILE: usize = 4 * SIDE;

/// Bytes of sums that each thread holds.
#[must_use]
pub fn tile_bytes() -> u64 {
    (TILE * TILE * CHUNK * 4) as u64
}

/// Adds the views: `into[z, y, x] += Σ_θ d⁻²·q(θ, u, v)`, `[z, y, x]`, its first slice the voxel
/// index `first_z`. `paths`: one a view. Voxels outside `circle` are left as they are.
///
/// The views must hold all rows that these slices see. Memory: [`tile_bytes`] a thread.
pub fn backproject_cone(
    (views, paths): (&Views, &[ConePath]),
    first_z: usize,
    circle: Option<Circle>,
    into: ArrayViewMut3<'_, f32>,
) {
    backproject_cone_with(Processor::found(), (views, paths), (first_z, circle), into);
}

/// As [`backproject_cone`], with the instructions given where they are here, to compare them.
pub fn backproject_cone_with(
    processor: Processor,
    rays: (&Views, &[ConePath]),
    (first_z, circle): (usize, Option<Circle>),
    into: ArrayViewMut3<'_, f32>,
) {
    let processor = processor.or_portable();
    tiles(into, TILE).into_par_iter().for_each_init(
        || vec![Line([0.0; GROUP]); TILE * TILE * CHUNK / GROUP],
        |lines, mut tile| {
            let end = first_z + tile.voxels.dim().0;
            // Chunks begin at whole groups of the volume, wherever the slab begins.
            let mut z = first_z - first_z % GROUP;
            while z < end {
                let until = (z + CHUNK).min(end);
                let count = (until - z).next_multiple_of(GROUP);
                let part = Part { tile: &tile, circle, z, count };
                lines.fill(Line([0.0; GROUP]));
                part.sum_with(processor, rays, lines);
                add_to(&mut tile, lines, first_z, z..until);
                z += CHUNK;
            }
        },
    );
}

/// Sums of neighbouring voxels of a column; a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; GROUP]);

/// Adds the sums of the slices `z`, `[column of voxels, z]`, to the volume.
fn add_to(tile: &mut Tile<'_>, sums: &[Line], first_z: usize, z: std::ops::Range<usize>) {
    for (y, mut plane) in tile.voxels.axis_iter_mut(Axis(1)).enumerate() {
        let row = &sums[y * TILE * CHUNK / GROUP..(y + 1) * TILE * CHUNK / GROUP];
        for index in z.start.max(first_z)..z.end {
            let (line, lane) = ((index - z.start) / GROUP, (index - z.start) % GROUP);
            let columns = row.iter().skip(line).step_by(CHUNK / GROUP);
            let voxels = plane.row_mut(index - first_z);
            voxels.into_iter().zip(columns).for_each(|(voxel, sums)| *voxel += sums.0[lane]);
        }
    }
}

/// A part of a tile along the axis.
struct Part<'a, 'b> {
    tile: &'a Tile<'b>,
    circle: Option<Circle>,
    z: usize,
    count: usize,
}

impl Part<'_, '_> {
    fn sum_with(&self, processor: Processor, rays: (&Views, &[ConePath]), sums: &mut [Line]) {
        assert!(sums.len() * GROUP >= TILE * TILE * CHUNK && self.count <= CHUNK, "a whole tile");
        match processor {
            // SAFETY: the caller has found these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { self.sum_avx512(rays, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { self.sum_avx2(rays, sums) },
            // SAFETY: every processor of the family has them.
            #[cfg(target_arch = "aarch64")]
            Processor::Neon => unsafe {
                self.sum::<std::arch::aarch64::float32x4_t>(rays, sums);
            },
            // SAFETY: it needs no instructions of its own.
            _ => unsafe { self.sum::<Plain>(rays, sums) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    fn sum_avx512(&self, rays: (&Views, &[ConePath]), sums: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.sum::<std::arch::x86_64::__m512>(rays, sums) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn sum_avx2(&self, rays: (&Views, &[ConePath]), sums: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.sum::<std::arch::x86_64::__m256>(rays, sums) }
    }

    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn sum<V: Pick>(&self, (views, paths): (&Views, &[ConePath]), sums: &mut [Line]) {
        let (_, height, width) = self.tile.voxels.dim();
        let [first_y, first_x] = self.tile.first;
        let mut sights: [Sights; VIEWS] = std::array::from_fn(|_| Sights::none());
        let mut gathered = Gathered::none();
        for (block, paths) in paths.chunks(VIEWS).enumerate() {
            for [y, first] in rows_of_blocks(height, width) {
                for (sights, path) in sights.iter_mut().zip(paths) {
                    sights.see(path, views, [first_y + y, first_x + first]);
                }
                for x in (first..width.min(first + SIDE)).filter(|&x| self.holds([y, x])) {
                    let seen = (block * VIEWS, &sights[..paths.len()]);
                    let sights = sights_of(views, seen, x - first);
                    let column = (y * TILE + x) * CHUNK / GROUP;
                    let sums = as_values(&mut sums[column..column + self.count / GROUP]);
                    // SAFETY: of this function; the views have columns of zeros behind the last.
                    unsafe { gathered.add::<V>(sights, self.z, sums) }
                }
            }
        }
    }

    fn holds(&self, [y, x]: [usize; 2]) -> bool {
        let [first_y, first_x] = self.tile.first;
        self.circle.is_none_or(|circle| circle.holds([first_y + y, first_x + x]))
    }
}

/// The rows `[y, first x]` of a tile, block by block: what some views show a block stays in the
/// nearest cache.
fn rows_of_blocks(height: usize, width: usize) -> impl Iterator<Item = [usize; 2]> {
    let blocks =
        (0..height).step_by(SIDE).flat_map(move |y| (0..width).step_by(SIDE).map(move |x| [y, x]));
    blocks.flat_map(move |[y, x]| (y..height.min(y + SIDE)).map(move |y| [y, x]))
}

/// What the views from `first` on show the column of voxels `x` of a row.
#[inline(always)]
fn sights_of<'a>(
    views: &'a Views,
    (first, sights): (usize, &'a [Sights]),
    x: usize,
) -> impl Iterator<Item = Sight<'a>> + Clone {
    let (stride, held) = (views.stride(), views.rows());
    let held = (whole(held.0), whole(held.1));
    let seen = sights.iter().enumerate().filter(move |(_, sights)| sights.is_seen[x]);
    seen.map(move |(k, sights)| {
        let columns = &views.view(first + k)[sights.left[x] as usize..];
        Sight {
            columns: [columns, &columns[stride..]],
            weights: sights.weights.map(|weights| weights[x]),
            row: sights.row[x],
            step: sights.step[x],
            held,
        }
    })
}

fn as_values(lines: &mut [Line]) -> &mut [f32] {
    // SAFETY: a line is sixteen values and nothing else.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len() * GROUP) }
}

#[allow(clippy::cast_possible_truncation, reason = "rows of a detector")]
fn whole(rows: usize) -> i32 {
    rows as i32
}
