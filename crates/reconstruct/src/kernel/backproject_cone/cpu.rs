//! Back-projection of a cone beam on the processor: vectors along the axis, tiles across threads.
//! Knows no filter.

use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::*;

use super::{
    ConePath, Views,
    column::{CHUNK, GROUP, Sight, add},
    pick::Pick,
    sights::{SIDE as TILE, Sights},
};
use crate::kernel::{
    backproject::Circle,
    simd::{Plain, Processor},
    tiles::{Tile, tiles},
};

/// Views that a column of voxels takes in one go.
const VIEWS: usize = 8;

/// Bytes of sums that each thread holds.
#[must_use]
pub fn tile_bytes() -> u64 {
    (TILE * TILE * CHUNK * 4) as u64
}

/// Back-projects the views: `into[z, y, x] = Σ_θ d⁻²·q(θ, u, v)`, `[z, y, x]`, its first slice the
/// voxel index `first_z`; what stood there is overwritten. `paths`: one a view. Voxels outside
/// `circle` become zero.
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
                write(&mut tile, lines, first_z, z..until);
                z += CHUNK;
            }
        },
    );
}

/// Sums of neighbouring voxels of a column; a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; GROUP]);

/// Turns the sums of the slices `z`, `[column of voxels, z]`, into the volume.
fn write(tile: &mut Tile<'_>, sums: &[Line], first_z: usize, z: std::ops::Range<usize>) {
    for index in z.start.max(first_z)..z.end {
        let at = index - z.start;
        let mut slice = tile.voxels.index_axis_mut(Axis(0), index - first_z);
        for ((y, x), voxel) in slice.indexed_iter_mut() {
            *voxel = sums[((y * TILE + x) * CHUNK + at) / GROUP].0[at % GROUP];
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
    #[target_feature(enable = "avx512f,avx2,fma")]
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
        for (block, paths) in paths.chunks(VIEWS).enumerate() {
            for y in 0..height {
                for (sights, path) in sights.iter_mut().zip(paths) {
                    sights.see(path, views, [first_y + y, first_x]);
                }
                let row = &mut sums[y * TILE * CHUNK / GROUP..(y + 1) * TILE * CHUNK / GROUP];
                let columns = row.chunks_exact_mut(CHUNK / GROUP).enumerate().take(width);
                for (x, sums) in columns.filter(|&(x, _)| self.holds([y, x])) {
                    let column = (x, self.z, &mut sums[..self.count / GROUP]);
                    // SAFETY: of this function.
                    unsafe {
                        add_views::<V>(views, (block * VIEWS, &sights[..paths.len()]), column);
                    }
                }
            }
        }
    }

    fn holds(&self, [y, x]: [usize; 2]) -> bool {
        let [first_y, first_x] = self.tile.first;
        self.circle.is_none_or(|circle| circle.holds([first_y + y, first_x + x]))
    }
}

/// Adds some views, from `first` on, to the column of voxels `x` of a row, from `z` on.
///
/// # Safety
///
/// As [`Pick`]; the sights are those of these views.
#[inline(always)]
unsafe fn add_views<V: Pick>(
    views: &Views,
    (first, sights): (usize, &[Sights]),
    (x, z, sums): (usize, usize, &mut [Line]),
) {
    let (stride, held) = (views.stride(), views.rows());
    let held = (whole(held.0), whole(held.1));
    for (k, sights) in sights.iter().enumerate().filter(|(_, sights)| sights.is_seen[x]) {
        let left = sights.left[x] as usize;
        let columns = views.view(first + k)[left..left + 2 * stride].split_at(stride);
        let sight = Sight {
            columns: columns.into(),
            weights: sights.weights.map(|weights| weights[x]),
            row: sights.row[x],
            step: sights.step[x],
            held,
        };
        let sums = as_values(sums);
        // SAFETY: of this function; the columns have the margins of the views.
        unsafe { add::<V>(&sight, z, sums) }
    }
}

fn as_values(lines: &mut [Line]) -> &mut [f32] {
    // SAFETY: a line is sixteen values and nothing else.
    unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast(), lines.len() * GROUP) }
}

#[allow(clippy::cast_possible_truncation, reason = "rows of a detector")]
fn whole(rows: usize) -> i32 {
    rows as i32
}
