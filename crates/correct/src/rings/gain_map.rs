//! What single detector pixels add to all their line integrals. Knows no scan and no sinogram.
//!
//! A sinogram cannot tell a stripe from a layer that is nearly a circle about the axis. The detector
//! can: a layer goes on from row to row, the gain of a pixel does not.

use std::{ops::Range, sync::Arc};

use rayon::prelude::*;
use serde::Serialize;
use voltomo_numeric::cast::to_f32;

use super::{plane::less_parabola, sliding_median::median_across};

/// Robust standard deviations beyond which a piece of the scan tells of the sample.
const BEYOND: f32 = 4.0;
/// A normal distribution's standard deviation over its median absolute deviation.
pub(super) const NORMAL: f32 = 1.4826;

/// How much nearer rows must be to a slope, as a factor of their deviation, for it to be one.
const NEARER: f32 = 0.8;
/// Columns on either side that the parabola goes through which a pixel is held against in its row.
const BESIDE: usize = 10;

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
    /// Told from the columns, `[row, column]`.
    pub(crate) values: Vec<f32>,
    /// Half the difference of what the even and what the odd pieces tell, as many.
    pub(crate) differences: Vec<f32>,
    /// Both told from the rows, as many.
    pub(crate) across: Vec<[f32; 2]>,
}

/// What the pixels add, from the means over each of some pieces of the scan.
///
/// `pieces`: the means over a piece each, `[row, column]`, with a window of rows on either side of
/// the `wanted` ones wherever the frame has them, and as many rows as the window has at least. For
/// each piece a pixel is held against its column in the rows about it ([`standing`]); the pieces
/// within 4 robust standard deviations of their median are averaged, so that what passes by counts
/// for nothing; and what neighbouring columns share is left to the sample,
/// `g = e − median_columns(e)`. The other way round, a pixel is held against the parabola through 21
/// columns of its row, and what the rows about it share is left to the sample. No row knows how many
/// others were asked for. Memory: the pieces once more.
pub(crate) fn gains(
    pieces: &[Vec<f32>],
    columns: usize,
    wanted: &Range<usize>,
    window: GainWindow,
) -> Gains {
    let beside = beside(pieces, columns);
    let rows: Vec<Gains> = wanted
        .clone()
        .into_par_iter()
        .map(|row| {
            let line = |means: &Vec<f32>| standing(means, columns, (row, window.rows));
            let lines: Vec<Vec<f32>> = pieces.iter().map(line).collect();
            let across = standing(&beside[0], columns, (row, window.rows));
            let differences = &beside[1][row * columns..(row + 1) * columns];
            let across = across.into_iter().zip(differences.iter().copied());
            let across = across.map(|(value, difference)| [value, difference]).collect();
            Gains { across, ..gains_of_row(&lines, window.columns) }
        })
        .collect();
    rows.into_iter().fold(Gains::default(), |mut all, row| {
        all.values.extend(row.values);
        all.across.extend(row.across);
        all.differences.extend(row.differences);
        all
    })
}

/// What stands out of the parabola along each row, `[row, column]`, as the pieces agree, and half the
/// difference of what the even and what the odd ones tell.
fn beside(pieces: &[Vec<f32>], columns: usize) -> [Vec<f32>; 2] {
    let rows = pieces.first().map_or(0, Vec::len) / columns.max(1);
    let row = |row: usize| {
        let range = row * columns..(row + 1) * columns;
        let line = |means: &Vec<f32>| less_parabola(&means[range.clone()], BESIDE);
        let lines: Vec<Vec<f32>> = pieces.iter().map(line).collect();
        agreed_along(&lines).into_iter().map(|[mean, even, odd]| (mean, 0.5 * (even - odd)))
    };
    let both: (Vec<f32>, Vec<f32>) = (0..rows).into_par_iter().flat_map_iter(row).unzip();
    both.into()
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
pub(super) fn middle(values: &mut [f32]) -> f32 {
    let place = values.len() / 2;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}

fn gains_of_row(pieces: &[Vec<f32>], window: usize) -> Gains {
    let found = agreed_along(pieces);
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

/// [`agreed`] for each column.
fn agreed_along(pieces: &[Vec<f32>]) -> Vec<[f32; 3]> {
    let columns = pieces.first().map_or(0, Vec::len);
    let mut seen = Vec::with_capacity(pieces.len());
    let column = |column: usize| {
        seen.clear();
        seen.extend(pieces.iter().map(|line| line[column]));
        agreed(&seen)
    };
    (0..columns).map(column).collect()
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
            let part = gains(&pieces, columns, &inside, window);
            parts.extend(part.values.into_iter().zip(part.across));
        }
        assert_eq!(all.values.into_iter().zip(all.across).collect::<Vec<_>>(), parts);
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
