//! Back-projection of a cone beam on the processor: vectors along the axis, tiles across threads.
//! Knows no filter.

use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::*;

use super::{
    ConePath, Views,
    ahead::{Ahead, Extent},
    column::{self, Shown, VIEWS},
    sights::{CHUNK, HEIGHT, PATCH, Sights, WIDTH},
    views::GROUP,
};
use crate::kernel::{
    backproject::Circle,
    pick::Pick,
    simd::{Plain, Processor},
    tiles::{Tile, tiles},
};

/// Columns of voxels along an edge of a tile: its sums, and what some views show it, stay in the
/// second cache.
const TILE: usize = 32;

/// Columns of voxels along an edge of a block.
const BLOCK: usize = 8;

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
                self.sum::<std::arch::aarch64::float32x4_t, 8>(rays, sums);
            },
            // SAFETY: it needs no instructions of its own.
            _ => unsafe { self.sum::<Plain, 4>(rays, sums) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
    fn sum_avx512(&self, rays: (&Views, &[ConePath]), sums: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.sum::<std::arch::x86_64::__m512, 8>(rays, sums) }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn sum_avx2(&self, rays: (&Views, &[ConePath]), sums: &mut [Line]) {
        // SAFETY: this function has the instructions.
        unsafe { self.sum::<std::arch::x86_64::__m256, 4>(rays, sums) }
    }

    /// `MANY`: vectors of sums that registers hold.
    ///
    /// # Safety
    ///
    /// As [`Pick`].
    #[inline(always)]
    unsafe fn sum<V: Pick, const MANY: usize>(
        &self,
        (views, all): (&Views, &[ConePath]),
        sums: &mut [Line],
    ) {
        let (_, height, width) = self.tile.voxels.dim();
        let [first_y, first_x] = self.tile.first;
        let mut sights: [Sights; VIEWS] = std::array::from_fn(|_| Sights::none());
        let mut ahead = Ahead::default();
        let patches = height.div_ceil(HEIGHT) * width.div_ceil(WIDTH);
        for (block, paths) in all.chunks(VIEWS).enumerate() {
            let next = (block + 1) * VIEWS;
            let further = &all[next.min(all.len())..(next + VIEWS).min(all.len())];
            ahead.look(views, (next, further), &self.extent());
            let step = ahead.count().div_ceil(patches);
            for [y, x] in patches_of(height, width) {
                ahead.ask(step);
                // Apart, so that one waits for no other.
                for (sights, path) in sights.iter_mut().zip(paths) {
                    sights.see(path, views, [first_y + y, first_x + x]);
                }
                for sights in &mut sights[..paths.len()] {
                    place_vectors::<V>(sights, self.z, self.count);
                }
                let shown: [Shown<'_>; VIEWS] = std::array::from_fn(|k| Shown {
                    values: views.view(block * VIEWS + k.min(paths.len() - 1)),
                    stride: views.stride(),
                    sights: &sights[k],
                    z: self.z,
                });
                for (k, [y, x]) in columns_of([y, x]).filter(|(_, place)| self.holds(*place)) {
                    let column = (y * TILE + x) * CHUNK / GROUP;
                    let sums = as_values(&mut sums[column..column + self.count / GROUP]);
                    // SAFETY: of this function; the sights are of these views.
                    unsafe { column::add::<V, MANY>(&shown[..paths.len()], k, sums) }
                }
            }
        }
    }

    fn extent(&self) -> Extent {
        let ([y, x], (_, height, width)) = (self.tile.first, self.tile.voxels.dim());
        Extent {
            ends: [[y, x], [y + height - 1, x + width - 1]],
            slices: [self.z, self.z + self.count - 1],
        }
    }

    /// Whether the tile has a column of voxels there, and within the circle.
    fn holds(&self, [y, x]: [usize; 2]) -> bool {
        let ([first_y, first_x], (_, height, width)) = (self.tile.first, self.tile.voxels.dim());
        let in_circle = |circle: Circle| circle.holds([first_y + y, first_x + x]);
        y < height && x < width && self.circle.is_none_or(in_circle)
    }
}

/// The first columns `[y, x]` of the patches of a tile, block by block: what some views show a
/// block stays in the nearest cache.
fn patches_of(height: usize, width: usize) -> impl Iterator<Item = [usize; 2]> {
    let blocks = (0..height)
        .step_by(BLOCK)
        .flat_map(move |y| (0..width).step_by(BLOCK).map(move |x| [y, x]));
    blocks.flat_map(move |[y, x]| {
        let (bottom, right) = (height.min(y + BLOCK), width.min(x + BLOCK));
        (y..bottom)
            .step_by(HEIGHT)
            .flat_map(move |y| (x..right).step_by(WIDTH).map(move |x| [y, x]))
    })
}

/// The columns of voxels of a patch, and their numbers in it.
#[inline(always)]
fn columns_of([y, x]: [usize; 2]) -> impl Iterator<Item = (usize, [usize; 2])> {
    (0..PATCH).map(move |k| (k, [y + k / WIDTH, x + k % WIDTH]))
}

#[inline(always)]
fn place_vectors<V: Pick>(sights: &mut Sights, z: usize, count: usize) {
    match V::COUNT {
        16 => sights.place_vectors::<16>(z, count / 16),
        8 => sights.place_vectors::<8>(z, count / 8),
        _ => sights.place_vectors::<4>(z, count / 4),
    }
}

fn as_values(lines: &mut [Line]) -> &mut [f32] {
    // SAFETY: a line is sixteen values and nothing else.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len() * GROUP) }
}
