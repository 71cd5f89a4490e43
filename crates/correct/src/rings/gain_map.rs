//! What single detector pixels add to all their line integrals. Knows no scan and no sinogram.
//!
//! A sinogram cannot tell a stripe from a layer that is nearly a circle about the axis. The detector
//! can: a layer goes on from row to row, the gain of a pixel does not.

use std::{ops::Range, sync::Arc};

use rayon::prelude::*;
use serde::Serialize;
use voltomo_numeric::cast::to_f32;

use super::{plane::mirrored, sliding_median::median_across};

/// Robust standard deviations beyond which a piece of the scan tells of the sample.
const BEYOND: f32 = 4.0;
/// A normal distribution's standard deviation over its median absolute deviation.
const NORMAL: f32 = 1.4826;

/// How much nearer rows must be to a slope, as a factor of their deviation, for it to be one.
const NEARER: f32 = 0.8;
/// Line integral below which nothing stands out.
const NOTHING: f32 = 1e-4;
/// How far what is beside a pixel may stand out of what is usual, as a factor.
const STANDS_OUT: f32 = 4.0;
/// Pixels among the 81 about one that must not stand out.
const EVEN_OF_81: usize = 73;

/// Rows and columns, odd numbers, that a pixel is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GainWindow {
    /// Rows.
    pub(crate) rows: usize,
    /// Columns.
    pub(crate) columns: usize,
}

/// What the pixels of a detector were found to add to their line integrals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GainFigures {
    /// Rows that a pixel was held against.
    pub rows: usize,
    /// Columns that a pixel was held against.
    pub columns: usize,
    /// Share of the pixels that something is taken off from; of the others it would be the sample's.
    pub share: f64,
    /// What stands still there, root mean square, without its noise.
    pub stripes: f64,
    /// How far the halves of the scan are from their mean there, root mean square.
    pub noise: f64,
}

impl GainFigures {
    /// Whether what stands still reaches above what does not.
    pub(crate) fn stands_out(&self) -> bool {
        self.stripes > self.noise
    }
}

/// What each pixel of the corrected frames adds to its line integrals.
#[derive(Debug, Clone)]
pub(crate) struct GainMap {
    columns: usize,
    values: Arc<[f32]>,
}

impl GainMap {
    /// `values`: `[row, column]`.
    pub(crate) fn new(columns: usize, values: Vec<f32>) -> Self {
        Self { columns, values: values.into() }
    }

    /// Takes it off the line integrals of a row.
    pub(crate) fn subtract(&self, row: usize, values: &mut [f32]) {
        let gains = &self.values[row * self.columns..(row + 1) * self.columns];
        values.iter_mut().zip(gains).for_each(|(value, gain)| *value -= gain);
    }
}

/// What the pixels of some rows add.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Gains {
    /// `[row, column]`.
    pub(crate) values: Vec<f32>,
    /// Half the difference of what the even and what the odd pieces tell, as many.
    pub(crate) differences: Vec<f32>,
}

/// What the pixels add, from the means over each of some pieces of the scan.
///
/// `pieces`: the means over a piece each, `[row, column]`, with a window of rows on either side of
/// the `wanted` ones wherever the frame has them, and as many rows as the window has at least. For
/// each piece a pixel is held against its column in the rows about it ([`standing`]); the pieces
/// within 4 robust standard deviations of their median are averaged, so that what passes by counts
/// for nothing; and what neighbouring columns share is left to the sample,
/// `g = e − median_columns(e)`. No row knows how many others were asked for. Memory: the pieces once
/// more.
pub(crate) fn gains(
    pieces: &[Vec<f32>],
    columns: usize,
    wanted: &Range<usize>,
    window: GainWindow,
) -> Gains {
    let rows: Vec<Gains> = wanted
        .clone()
        .into_par_iter()
        .map(|row| {
            let line = |means: &Vec<f32>| standing(means, columns, (row, window.rows));
            let lines: Vec<Vec<f32>> = pieces.iter().map(line).collect();
            gains_of_row(&lines, window.columns)
        })
        .collect();
    rows.into_iter().fold(Gains::default(), |mut all, row| {
        all.values.extend(row.values);
        all.differences.extend(row.differences);
        all
    })
}

/// A row less what its columns show in the rows about it: their median, or the median about a slope
/// where the rows are nearer to that by a fifth (by their median absolute deviation).
///
/// The slope is the difference of the medians of the upper and the lower half of the window; at the
/// rims the window ends where the frame does.
fn standing(means: &[f32], columns: usize, (row, window): (usize, usize)) -> Vec<f32> {
    let (rows, half) = (means.len() / columns, window / 2);
    let first = row.saturating_sub(half).min(rows.saturating_sub(window));
    let steps: Vec<f32> = (0..window).map(|k| to_f32((first + k) as f64 - row as f64)).collect();
    let [mut near, mut level, mut room] = [(); 3].map(|()| vec![0.0f32; window]);
    let column = |column: usize| {
        for (k, value) in near.iter_mut().enumerate() {
            *value = means[(first + k) * columns + column];
        }
        let [low, high] = [&near[..half], &near[window - half..]].map(|end| {
            room[..half].copy_from_slice(end);
            middle(&mut room[..half])
        });
        let slope = (high - low) / to_f32((half + 1) as f64);
        let [even, sloping] = [0.0, slope].map(|slope| {
            let all = level.iter_mut().zip(&near).zip(&steps);
            all.for_each(|((level, value), step)| *level = value - slope * step);
            let median = middle(&mut level);
            level.iter_mut().for_each(|value| *value = (*value - median).abs());
            (middle(&mut level), median)
        });
        let median = if sloping.0 < NEARER * even.0 { sloping.1 } else { even.1 };
        means[row * columns + column] - median
    };
    (0..columns).map(column).collect()
}

/// The median, of an even number the upper one; the order of the values is lost.
fn middle(values: &mut [f32]) -> f32 {
    let place = values.len() / 2;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}

/// Takes out of a map what is no pixel's but the sample's, where that ends or bends.
///
/// A pixel counts where at most 4 of the 25 about it stand out of what is usual in its column by
/// a factor of 4 (usual: the median over the rows of the median magnitude in 25 pixels, at least 10⁻⁴), as do nine tenths
/// of the 81 about it. Memory: nine bytes a pixel.
pub(crate) fn only_pixels(values: &mut [f32], columns: usize) {
    let near = ranks(values, columns);
    let usual: Vec<f32> = (0..columns)
        .into_par_iter()
        .map(|column| {
            let each = near.iter().skip(column).step_by(columns);
            let mut medians: Vec<f32> = each.map(|[median, _]| *median).collect();
            middle(&mut medians).max(NOTHING)
        })
        .collect();
    let is_even = |place: usize| near[place][1] <= STANDS_OUT * usual[place % columns];
    let even: Vec<bool> = (0..near.len()).into_par_iter().map(is_even).collect();
    let places = (even.len() / columns.max(1), columns);
    values.par_iter_mut().enumerate().for_each(|(place, value)| {
        let count = about(place, places, 4).filter(|near| even[*near]).count();
        if !even[place] || count < EVEN_OF_81 {
            *value = 0.0;
        }
    });
}

/// The middle one of the 25 magnitudes about each pixel, and the fifth largest.
fn ranks(map: &[f32], columns: usize) -> Vec<[f32; 2]> {
    let places = (map.len() / columns.max(1), columns);
    let rank = |place: usize| {
        let mut near = [0.0f32; 25];
        for (value, near) in near.iter_mut().zip(about(place, places, 2)) {
            *value = map[near].abs();
        }
        near.sort_unstable_by(f32::total_cmp);
        [near[12], near[20]]
    };
    (0..map.len()).into_par_iter().map(rank).collect()
}

/// The places of the pixels about one, `reach` rows and columns on either side, mirrored at the rims.
fn about(
    place: usize,
    (rows, columns): (usize, usize),
    reach: usize,
) -> impl Iterator<Item = usize> {
    let near = move |place: usize, step: usize, count: usize| {
        mirrored((place + step).cast_signed() - reach.cast_signed(), count)
    };
    let side = 2 * reach + 1;
    (0..side * side).map(move |k| {
        let row = near(place / columns, k / side, rows);
        row * columns + near(place % columns, k % side, columns)
    })
}

fn gains_of_row(pieces: &[Vec<f32>], window: usize) -> Gains {
    let columns = pieces.first().map_or(0, Vec::len);
    let mut seen = Vec::with_capacity(pieces.len());
    let found: Vec<[f32; 3]> = (0..columns)
        .map(|column| {
            seen.clear();
            seen.extend(pieces.iter().map(|line| line[column]));
            agreed(&seen)
        })
        .collect();
    let means: Vec<f32> = found.iter().map(|[mean, ..]| *mean).collect();
    let mut shared = Vec::new();
    median_across(&means, 1, window, &mut shared);
    let mut row = Gains::default();
    for ([mean, even, odd], shared) in found.into_iter().zip(shared) {
        row.values.push(mean - shared);
        row.differences.push(0.5 * (even - odd));
    }
    row
}

/// The mean of the pieces that agree; that of the even ones and that of the odd ones among them.
fn agreed(pieces: &[f32]) -> [f32; 3] {
    let mut room = pieces.to_vec();
    let median = middle(&mut room);
    room.iter_mut().for_each(|value| *value = (*value - median).abs());
    let spread = middle(&mut room);
    let (mut sums, mut counts) = ([0.0f64; 2], [0u32; 2]);
    for (place, value) in pieces.iter().enumerate() {
        if (value - median).abs() <= BEYOND * NORMAL * spread {
            sums[place % 2] += f64::from(*value);
            counts[place % 2] += 1;
        }
    }
    let mean = (sums[0] + sums[1]) / f64::from(counts[0] + counts[1]);
    let half = |place: usize| match counts[place] {
        0 => mean,
        count => sums[place] / f64::from(count),
    };
    [mean, half(0), half(1)].map(to_f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bands_of_rows_give_the_same_bits() {
        let (rows, columns, window) = (40, 30, GainWindow { rows: 9, columns: 7 });
        let noise = |k: usize| ((k * 7919 + 13) % 257) as f32 / 257.0;
        let piece = |piece: usize| (0..rows * columns).map(|k| noise(k + 31 * piece)).collect();
        let whole: Vec<Vec<f32>> = (0..5).map(piece).collect();
        let all = gains(&whole, columns, &(0..rows), window);
        let mut parts = Vec::new();
        for wanted in [0..1usize, 1..13, 13..37, 37..40] {
            let held = wanted.start.saturating_sub(9)..(wanted.end + 9).min(rows);
            let part = |means: &Vec<f32>| means[held.start * columns..held.end * columns].to_vec();
            let pieces: Vec<Vec<f32>> = whole.iter().map(part).collect();
            let inside = wanted.start - held.start..wanted.end - held.start;
            parts.extend(gains(&pieces, columns, &inside, window).values);
        }
        assert_eq!(all.values, parts);
    }

    #[test]
    fn pieces_that_do_not_agree_are_left_out() {
        let [mean, even, odd] = agreed(&[1.0, 1.1, 0.9, 1.0, 9.0, 1.1, 0.9]);
        assert!(
            [mean, even, odd].iter().all(|value| (value - 1.0).abs() < 0.08),
            "{mean} {even} {odd}"
        );
        assert_eq!(agreed(&[2.0; 3]), [2.0; 3]);
    }
}
