//! A region beside the sample that sees the open beam at every angle. Knows no frames: it is
//! given the transmission of tiles.

use voltomo_numeric::median::median_in_place;

use crate::region::{LEAST_PIXELS, Region};

/// Rows of the region at most: the dose needs no more, and all frames are read there.
const MOST_ROWS: usize = 128;

/// Largest drop below the brightest tiles that still is air, without noise.
const EVEN: f32 = 0.015;

/// How a frame is cut into tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tiling {
    /// Rows and columns of a frame.
    pub(crate) frame: [usize; 2],
    /// Rows and columns of a tile.
    pub(crate) tile: [usize; 2],
}

impl Tiling {
    pub(crate) fn new(rows: usize, columns: usize) -> Self {
        let tile = [(rows / 16).clamp(1, 16), (columns / 32).clamp(1, 16)];
        Self { frame: [rows, columns], tile }
    }

    /// Whole tiles along rows and columns; a rest at the far edges belongs to none.
    pub(crate) fn counts(&self) -> [usize; 2] {
        [self.frame[0] / self.tile[0], self.frame[1] / self.tile[1]]
    }
}

/// The level of the brightest tiles of a frame: the 99th of 100.
pub(crate) fn brightest(tiles: &[f32]) -> f32 {
    let mut levels: Vec<f32> = tiles.iter().copied().filter(|level| level.is_finite()).collect();
    if levels.is_empty() {
        return f32::NAN;
    }
    let rank = (levels.len() - 1) * 99 / 100;
    *levels.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// The largest rectangle of air, or a sentence why there is none.
///
/// `frames`: transmission of every tile (row by row, NaN where all is dead) in frames at all
/// angles. `noise`: standard deviation of a tile's transmission in the open beam. `uneven`: part of
/// the beam by which air may rise and fall, beyond what it does without scatter.
pub(crate) fn find(
    tiling: Tiling,
    frames: &[Vec<f32>],
    (noise, uneven): (f32, f32),
) -> Result<Region, String> {
    let [tile_rows, tile_columns] = tiling.counts();
    let levels: Vec<f32> = frames.iter().map(|tiles| brightest(tiles)).collect();
    let usual = median_in_place(&mut levels.clone()).unwrap_or(f32::NAN);
    if !(0.7..=1.4).contains(&usual) {
        return Err(format!(
            "the brightest parts of the radiographs have {usual:.3} times the open beam, too far \
             from 1 to be taken for air"
        ));
    }
    let tolerance = EVEN + 7.0 * noise + uneven;
    let is_air = |tile: usize| {
        frames.iter().zip(&levels).all(|(tiles, level)| tiles[tile] >= level * (1.0 - tolerance))
    };
    let air: Vec<bool> = (0..tile_rows * tile_columns).map(is_air).collect();
    if air.iter().all(|is_air| *is_air) && (usual - 1.0).abs() > 0.02 + 3.0 * noise {
        return Err(format!(
            "the radiographs are even all over at {usual:.3} times the open beam, so that air \
             cannot be told from a sample"
        ));
    }
    let tiles = largest(&air, tile_columns).ok_or("no part of the frame is air at all angles")?;
    let region = shrink(tiling, &tiles);
    if region.pixel_count() < LEAST_PIXELS {
        return Err(format!("only {} pixels are air at all angles", region.pixel_count()));
    }
    slope_of(frames, (&tiles, tile_columns), (&levels, [noise, uneven])).map_or(Ok(region), Err)
}

/// The largest rectangle of tiles; one at the left or right border is preferred unless it is less
/// than half as large.
fn largest(air: &[bool], columns: usize) -> Option<Region> {
    let rows = air.len() / columns.max(1);
    let mut best: [Option<Region>; 2] = [None, None];
    for top in 0..rows {
        let mut is_free = vec![true; columns];
        for bottom in top + 1..=rows {
            let line = &air[(bottom - 1) * columns..bottom * columns];
            is_free.iter_mut().zip(line).for_each(|(free, air)| *free &= air);
            for run in runs(&is_free) {
                let is_inside = usize::from(run.start > 0 && run.end < columns);
                let found = Region { rows: top..bottom, columns: run };
                let held = best[is_inside].as_ref().map_or(0, Region::pixel_count);
                if found.pixel_count() > held {
                    best[is_inside] = Some(found);
                }
            }
        }
    }
    let [border, inside] = best;
    let size = |region: &Option<Region>| region.as_ref().map_or(0, Region::pixel_count);
    if 2 * size(&border) >= size(&inside) { border } else { inside }
}

fn runs(is_free: &[bool]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut first = 0;
    for same in is_free.chunk_by(|a, b| a == b) {
        if same[0] {
            found.push(first..first + same.len());
        }
        first += same.len();
    }
    found
}

/// The tiles as pixels, a third of a tile away from what is no air, and not more rows than needed.
fn shrink(tiling: Tiling, tiles: &Region) -> Region {
    let side = |axis: usize, range: &std::ops::Range<usize>| {
        let (tile, count) = (tiling.tile[axis], tiling.counts()[axis]);
        let margin = tile.div_ceil(3).min(tile - 1);
        let first = if range.start > 0 { margin } else { 0 };
        let last = if range.end < count { margin } else { 0 };
        range.start * tile + first..range.end * tile - last
    };
    let (rows, columns) = (side(0, &tiles.rows), side(1, &tiles.columns));
    let surplus = rows.len().saturating_sub(MOST_ROWS);
    let first = rows.start + surplus / 2;
    Region { rows: first..first + rows.len() - surplus, columns }
}

/// Air is even: a sentence if the region falls off from one side to the other.
fn slope_of(
    frames: &[Vec<f32>],
    (tiles, columns): (&Region, usize),
    (levels, [noise, uneven]): (&[f32], [f32; 2]),
) -> Option<String> {
    let (middle, half) = (tiles.columns.start, tiles.columns.len() / 2);
    if half == 0 {
        return None;
    }
    let mean = |side: std::ops::Range<usize>| {
        let (mut sum, mut count) = (0.0, 0.0f32);
        for (frame, level) in frames.iter().zip(levels) {
            for row in tiles.rows.clone() {
                for tile in &frame[row * columns + side.start..row * columns + side.end] {
                    (sum, count) = (sum + tile / level, count + 1.0);
                }
            }
        }
        (sum / count, count)
    };
    let (left, count) = mean(middle..middle + half);
    let (right, _) = mean(tiles.columns.end - half..tiles.columns.end);
    let limit = 0.006 + 6.0 * noise / count.sqrt() + uneven;
    ((left - right).abs() > limit).then(|| {
        format!(
            "the brightest part (tile columns {:?}) falls off from {left:.3} to {right:.3}, so \
             that it may be a thin sample",
            tiles.columns
        )
    })
}
