//! Back-projection of a cone beam on the processor: vectors along the axis, tiles across threads.
//! Knows no filter.

use ndarray::{ArrayViewMut3, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    ConePath, Views,
    column::{CHUNK, GROUP, Sight, WIDEST_STEP, add_portable, add_wide},
};
use crate::kernel::{
    backproject::Circle,
    simd::Processor,
    tiles::{Tile, tiles},
};

/// Voxels along an edge of a tile: its detector columns of a few views stay in the second cache.
const TILE: usize = 16;
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
    backproject_with(Processor::found(), (views, paths), (first_z, circle), into);
}

/// As [`backproject_cone`], with the instructions given. They must be there.
pub(super) fn backproject_with(
    processor: Processor,
    rays: (&Views, &[ConePath]),
    (first_z, circle): (usize, Option<Circle>),
    into: ArrayViewMut3<'_, f32>,
) {
    tiles(into, TILE).into_par_iter().for_each_init(
        || vec![0.0; TILE * TILE * CHUNK],
        |sums, mut tile| {
            let end = first_z + tile.voxels.dim().0;
            // Chunks begin at whole groups of the volume, wherever the slab begins.
            let mut z = first_z - first_z % GROUP;
            while z < end {
                let until = (z + CHUNK).min(end);
                let count = (until - z).next_multiple_of(GROUP);
                let part = Part { tile: &tile, circle, z, count };
                sums.fill(0.0);
                part.sum_with(processor, rays, sums);
                write(&mut tile, sums, first_z, z..until);
                z += CHUNK;
            }
        },
    );
}

/// Turns the sums of the slices `z`, `[column of voxels, z]`, into the volume.
fn write(tile: &mut Tile<'_>, sums: &[f32], first_z: usize, z: std::ops::Range<usize>) {
    for index in z.start.max(first_z)..z.end {
        let mut slice = tile.voxels.index_axis_mut(Axis(0), index - first_z);
        for ((y, x), voxel) in slice.indexed_iter_mut() {
            *voxel = sums[(y * TILE + x) * CHUNK + index - z.start];
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
    fn sum_with(&self, processor: Processor, rays: (&Views, &[ConePath]), sums: &mut [f32]) {
        let (_, height, width) = self.tile.voxels.dim();
        let [first_y, first_x] = self.tile.first;
        let columns = (0..height * width).map(|k| (k / width, k % width));
        let inside =
            |y, x| self.circle.is_none_or(|circle| circle.holds([first_y + y, first_x + x]));
        let columns: Vec<(usize, usize)> = columns.filter(|&(y, x)| inside(y, x)).collect();
        for block in (0..rays.1.len()).step_by(VIEWS) {
            let block = block..(block + VIEWS).min(rays.1.len());
            for &(y, x) in &columns {
                let sums = &mut sums[(y * TILE + x) * CHUNK..][..self.count];
                let column = Column { place: [first_y + y, first_x + x], z: self.z, sums };
                column.sum_with(processor, rays, block.clone());
            }
        }
    }
}

/// A column of voxels, or a part of one.
struct Column<'a> {
    place: [usize; 2],
    z: usize,
    sums: &'a mut [f32],
}

impl Column<'_> {
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "one processor kind"))]
    fn sum_with(
        self,
        processor: Processor,
        rays: (&Views, &[ConePath]),
        block: std::ops::Range<usize>,
    ) {
        match processor {
            // SAFETY: chosen only where the processor was found to have these instructions.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx512 => unsafe { sum_avx512(self, rays, block) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Processor::Avx2 => unsafe { sum_avx2(self, rays, block) },
            _ => sum::<{ cfg!(target_arch = "aarch64") }>(self, rays, block),
        }
    }
}

/// What a view shows the column of voxels at `place`; `None` where it falls beside the detector.
#[inline(always)]
fn sight<'a>(
    (views, view): (&'a Views, usize),
    path: &ConePath,
    place: [usize; 2],
) -> Option<Sight<'a>> {
    let depth = 1.0 / path.depth.at(place);
    let column = path.column.at(place) * depth;
    if !(column > -1.0 && column < views.columns() as f64) {
        return None;
    }
    let left = to_index(column + 1.0);
    let way = column + 1.0 - left as f64;
    let stride = views.stride();
    let pair = &views.view(view)[left * stride..(left + 2) * stride];
    let (left, right) = pair.split_at(stride);
    let weight = depth * depth;
    let (first, rows) = views.rows();
    Some(Sight {
        columns: [left, right],
        weights: [to_f32(weight * (1.0 - way)), to_f32(weight * way)],
        row: path.source_row + path.rise.0 * depth,
        step: path.rise.1 * depth,
        held: (first as f64, rows as f64),
    })
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn sum_avx512(column: Column<'_>, rays: (&Views, &[ConePath]), block: std::ops::Range<usize>) {
    for view in block {
        let Some(sight) = sight((rays.0, view), &rays.1[view], column.place) else { continue };
        if sight.step <= WIDEST_STEP {
            super::column::add_avx512(&sight, column.z, column.sums);
        } else {
            add_wide(&sight, column.z, column.sums);
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn sum_avx2(column: Column<'_>, rays: (&Views, &[ConePath]), block: std::ops::Range<usize>) {
    sum::<true>(column, rays, block);
}

#[inline(always)]
fn sum<const FUSED: bool>(
    column: Column<'_>,
    rays: (&Views, &[ConePath]),
    block: std::ops::Range<usize>,
) {
    for view in block {
        let Some(sight) = sight((rays.0, view), &rays.1[view], column.place) else { continue };
        if sight.step <= WIDEST_STEP {
            add_portable::<FUSED>(&sight, column.z, column.sums);
        } else {
            add_wide(&sight, column.z, column.sums);
        }
    }
}
