//! Back-projection on the processor: vectors across slices, tiles across threads. Knows no filter.

use ndarray::ArrayViewMut3;
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::{
    Circle, Rays,
    bundle::{LINE, Line},
    places::SIDE,
    sum::{Block, add_views},
};
use crate::kernel::{
    simd::Processor,
    tiles::{Tile, tiles},
};

/// Voxels along an edge of a tile, whose sums stay in the second cache: the larger, the less is
/// read from memory.
const TILE: usize = 4 * SIDE;
/// Views that a tile takes in one go, so that its columns are read from memory once.
const VIEWS: usize = 8;

/// Bytes of sums that each thread holds for `lanes` slices.
#[must_use]
pub fn tile_bytes(lanes: usize) -> u64 {
    (TILE * TILE * lanes * 4) as u64
}

/// Back-projects a bundle: `into[z, y, x] = Σ_θ q(θ, u(θ, y, x), z)`, `[z, y, x]` with no more
/// slices than the bundle has lanes; what stood there is overwritten. Voxels outside `circle`
/// become zero.
///
/// Memory: [`tile_bytes`] a thread.
pub fn backproject(rays: &Rays<'_>, circle: Option<Circle>, into: ArrayViewMut3<'_, f32>) {
    backproject_with(Processor::found(), rays, circle, into);
}

/// As [`backproject`], with the instructions given where they are here, to compare them.
pub fn backproject_with(
    processor: Processor,
    rays: &Rays<'_>,
    circle: Option<Circle>,
    into: ArrayViewMut3<'_, f32>,
) {
    let processor = processor.or_portable();
    let line_count = SIDE * SIDE * rays.bundle.width();
    tiles(into, TILE).into_par_iter().for_each_init(
        || vec![Line([0.0; LINE]); line_count * (TILE / SIDE).pow(2)],
        |sums, mut tile| {
            let blocks: Vec<Block> =
                blocks(&tile).filter(|block| circle.is_none_or(|it| touches(block, &it))).collect();
            if blocks.len()
                < tile.voxels.dim().1.div_ceil(SIDE) * tile.voxels.dim().2.div_ceil(SIDE)
            {
                tile.voxels.fill(0.0);
            }
            sums.fill(Line([0.0; LINE]));
            for first in (0..rays.paths.len()).step_by(VIEWS) {
                let views = first..(first + VIEWS).min(rays.paths.len());
                for (block, sums) in blocks.iter().zip(sums.chunks_mut(line_count)) {
                    add_views(processor, rays, (*block, views.clone()), sums);
                }
            }
            for (block, sums) in blocks.iter().zip(sums.chunks(line_count)) {
                write(block, (sums, rays.bundle.width()), circle, &mut tile);
            }
        },
    );
}

fn blocks(tile: &Tile<'_>) -> impl Iterator<Item = Block> + use<> {
    let ([first_y, first_x], (_, height, width)) = (tile.first, tile.voxels.dim());
    (0..height).step_by(SIDE).flat_map(move |y| {
        (0..width).step_by(SIDE).map(move |x| Block {
            first: [first_y + y, first_x + x],
            height: SIDE.min(height - y),
            width: SIDE.min(width - x),
        })
    })
}

fn touches(block: &Block, circle: &Circle) -> bool {
    let sides = [block.height, block.width];
    let nearest = std::array::from_fn(|axis| {
        let (first, count) = (block.first[axis], sides[axis]);
        to_index(circle.centre[axis].round()).clamp(first, first + count - 1)
    });
    circle.holds(nearest)
}

/// Parts the interleaved sums of a block into slices.
fn write(
    block: &Block,
    (sums, lines): (&[Line], usize),
    circle: Option<Circle>,
    tile: &mut Tile<'_>,
) {
    let [y, x] = std::array::from_fn(|axis| block.first[axis] - tile.first[axis]);
    let part = ndarray::s![.., y..y + block.height, x..x + block.width];
    for (z, mut slice) in tile.voxels.slice_mut(part).outer_iter_mut().enumerate() {
        let (line, lane) = (z / LINE, z % LINE);
        for ((y, x), voxel) in slice.indexed_iter_mut() {
            *voxel = sums[(y * SIDE + x) * lines + line].0[lane];
        }
        if let Some(circle) = circle {
            let [first_y, first_x] = block.first;
            let outside = |y: usize, x: usize| !circle.holds([first_y + y, first_x + x]);
            let voxels = slice.indexed_iter_mut().filter(|((y, x), _)| outside(*y, *x));
            voxels.for_each(|(_, voxel)| *voxel = 0.0);
        }
    }
}
