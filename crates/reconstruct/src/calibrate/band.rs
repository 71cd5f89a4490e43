//! Bands of rows as sinograms, straightened along a tilted axis. Knows no centre-finding method.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView1, ArrayViewMut2, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::FrameShape;

use super::BandSource;
use crate::ReconstructError;

/// Rows of a band at most: more cost reading and give little.
const MOST_ROWS: usize = 16;
/// A band that rises less than this part of the clearest one is air.
const LEAST_RISE: f32 = 0.04;
/// Bytes of line integrals that are read at once, as far as one row allows.
const BYTES_AT_ONCE: usize = 64 << 20;
/// Pictures that are held while two frames are registered: both, smooth, with gradients and weights.
const IMAGES_OF_A_PAIR: usize = 12;

/// An axis in the frame's own pixels: `column(row) = centre + (row − middle)·slope`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FrameAxis {
    /// Frame row of the detector's middle row.
    pub(super) middle: f64,
    /// Frame column of the axis there.
    pub(super) centre: f64,
    /// Tangent of the tilt.
    pub(super) slope: f64,
}

impl FrameAxis {
    /// Any upright axis: along it nothing is straightened.
    pub(super) const UPRIGHT: Self = Self { middle: 0.0, centre: 0.0, slope: 0.0 };

    /// Frame column of the axis at a frame row.
    pub(super) fn column_at(&self, row: f64) -> f64 {
        self.centre + (row - self.middle) * self.slope
    }
}

/// Some neighbouring rows, averaged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Band {
    /// Frame row of the middle of the band, where it crosses the axis.
    pub(super) row: f64,
    /// Rows averaged.
    pub(super) height: f64,
}

/// Bands spread evenly over a frame of `rows` × `columns`: at most `count`, no two share a row.
///
/// They keep as far from the upper and lower edge as straightening along `axis` needs, where that
/// leaves half of the rows.
pub(super) fn layout(
    (rows, columns): (usize, usize),
    count: usize,
    axis: Option<&FrameAxis>,
) -> Vec<Band> {
    let reach = axis.map_or(0.0, |axis| {
        let column = axis.column_at((rows as f64 - 1.0) / 2.0);
        column.max(columns as f64 - 1.0 - column).max(0.0) * axis.slope.abs()
    });
    let margin = if 4.0 * reach <= rows as f64 { reach } else { 0.0 };
    let usable = rows as f64 - 2.0 * margin;
    let count = count.clamp(1, to_index(usable).max(1));
    let pitch = usable / count as f64;
    let height = pitch.floor().clamp(1.0, MOST_ROWS as f64);
    let middle = |band: usize| margin + (band as f64 + 0.5) * pitch - 0.5;
    (0..count).map(|band| Band { row: middle(band), height }).collect()
}

/// The band as a sinogram, `[angle, column]`, straightened along each of some axes: the mean of its
/// rows. All are made from one reading.
///
/// The band follows the line at right angles to the axis (the same height of the sample in
/// all columns), so that opposite views show the same slice of a tilted sample, and its rows are
/// averaged along the axis: a band that the sample fills in part is not pulled towards that part.
/// About the axis the columns are `cos(tilt)` closer, and still symmetric.
/// Memory: the sinograms and up to 64 MiB (or one row of all frames) of line integrals.
pub(super) fn sinograms<const AXES: usize>(
    source: &dyn BandSource,
    band: &Band,
    axes: [FrameAxis; AXES],
) -> Result<[Array2<f32>; AXES], ReconstructError> {
    let shape = source.shape();
    let taken = axes.map(|axis| Taken::new(shape, band, &axis));
    let first = taken.iter().map(|taken| taken.rows.start).min().unwrap_or(0);
    let last = taken.iter().map(|taken| taken.rows.end).max().unwrap_or(0);
    let at_once = rows_at_once(shape);
    let mut means = axes.map(|_| Array2::zeros((shape.frames, shape.columns)));
    for start in (first..last).step_by(at_once) {
        let part = start..(start + at_once).min(last);
        let rows = source.band(part.clone())?;
        for (mean, taken) in means.iter_mut().zip(&taken) {
            add_rows(mean.view_mut(), &rows, &taken.of(&part));
        }
    }
    Ok(means)
}

/// Rows of all frames that are read at a time.
#[must_use]
pub fn rows_at_once(shape: FrameShape) -> usize {
    (BYTES_AT_ONCE / (4 * shape.frames * shape.columns).max(1)).max(1)
}

/// Memory of the search beside the rows that are read: a band straightened along two axes, one of
/// them smoothed, and its spectra along the columns; or a pair of opposite frames, registered.
#[must_use]
pub fn search_bytes(shape: FrameShape) -> u64 {
    let sinogram = 4 * shape.frames * shape.columns;
    let spectra = 8 * shape.frames * (2 * shape.columns).next_power_of_two();
    let frame = 4 * shape.rows * shape.columns;
    (3 * sinogram + spectra).max(IMAGES_OF_A_PAIR * frame) as u64
}

/// What a band takes of the frames.
struct Taken {
    /// Rows of which it takes anything.
    rows: Range<usize>,
    /// Its upper edge in each column, frame rows.
    tops: Vec<f64>,
    height: f64,
    slope: f64,
}

impl Taken {
    fn new(shape: FrameShape, band: &Band, axis: &FrameAxis) -> Self {
        let highest = shape.rows as f64 - 0.5 - band.height;
        let tops: Vec<f64> = (0..shape.columns)
            .map(|column| {
                let right = (column as f64 - axis.column_at(band.row)) * axis.slope;
                (band.row - band.height / 2.0 - right).clamp(-0.5, highest.max(-0.5))
            })
            .collect();
        let first = tops.iter().copied().fold(f64::INFINITY, f64::min);
        let last = tops.iter().copied().fold(f64::NEG_INFINITY, f64::max) + band.height;
        let rows = to_index(first + 0.5)..to_index((last + 0.5).ceil()).min(shape.rows);
        Self { rows, tops, height: band.height, slope: axis.slope }
    }

    /// `[weight, columns to the right]` for each pixel of some rows.
    fn of(&self, rows: &Range<usize>) -> Array2<[f32; 2]> {
        Array2::from_shape_fn((rows.len(), self.tops.len()), |(row, column)| {
            let row = (rows.start + row) as f64;
            let top = self.tops[column];
            let upper = (row - 0.5).max(top);
            let lower = (row + 0.5).min(top + self.height);
            let below = (upper + lower) / 2.0 - top - self.height / 2.0;
            [to_f32((lower - upper).max(0.0) / self.height), to_f32(below * self.slope)]
        })
    }
}

/// Adds the rows of each frame, `[weight, columns to the right]` for each of their pixels.
fn add_rows(mut mean: ArrayViewMut2<'_, f32>, rows: &Array3<f32>, taken: &Array2<[f32; 2]>) {
    let frames = rows.axis_iter(Axis(0)).into_par_iter();
    mean.axis_iter_mut(Axis(0)).into_par_iter().zip(frames).for_each(|(mut mean, frame)| {
        for (row, taken) in frame.outer_iter().zip(taken.outer_iter()) {
            for ((column, mean), &[weight, right]) in mean.iter_mut().enumerate().zip(taken) {
                if weight > 0.0 {
                    *mean += weight * between_columns(&row, column, right);
                }
            }
        }
    });
}

/// The value some columns to the right, linear between columns.
fn between_columns(row: &ArrayView1<'_, f32>, column: usize, right: f32) -> f32 {
    if right == 0.0 {
        return row[column];
    }
    let last = row.len() - 1;
    let place = (column as f64 + f64::from(right)).clamp(0.0, last as f64);
    let base = to_index(place);
    let part = to_f32(place - base as f64);
    row[base] * (1.0 - part) + row[(base + 1).min(last)] * part
}

/// What is measured in bands that rise more than a little of what the clearest one does: in the others
/// is air, in which the noise of the flat fields is the same in all views and looks like a sample.
pub(super) fn of_sample<T>(measured: Vec<Option<(f32, T)>>) -> Vec<Option<T>> {
    let rises = measured.iter().flatten().map(|(rise, _)| *rise);
    let least = LEAST_RISE * rises.fold(0.0, f32::max);
    measured.into_iter().map(|band| Some(band.filter(|(rise, _)| *rise >= least)?.1)).collect()
}

/// The sinogram, smoothed along the columns by a Gaussian of `sigma` columns; beside the detector
/// the outermost value goes on.
pub(super) fn smoothed(sinogram: &Array2<f32>, sigma: f64) -> Array2<f32> {
    let reach = to_index((4.0 * sigma).ceil());
    let gauss = |k: usize| (-0.5 * ((k as f64 - reach as f64) / sigma).powi(2)).exp();
    let sum: f64 = (0..=2 * reach).map(gauss).sum();
    let kernel: Vec<f32> = (0..=2 * reach).map(|k| to_f32(gauss(k) / sum)).collect();
    let columns = sinogram.ncols();
    let mut smooth = Array2::zeros(sinogram.dim());
    let views = sinogram.axis_iter(Axis(0)).into_par_iter();
    smooth.axis_iter_mut(Axis(0)).into_par_iter().zip(views).for_each(|(mut smooth, view)| {
        let padded: Vec<f32> = (0..columns + 2 * reach)
            .map(|k| view[k.saturating_sub(reach).min(columns - 1)])
            .collect();
        for (value, window) in smooth.iter_mut().zip(padded.windows(kernel.len())) {
            *value = window.iter().zip(&kernel).map(|(a, b)| a * b).sum();
        }
    });
    smooth
}

/// Where the sample is in a band, as its mean over all views shows it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Support {
    /// First and last column of the sample.
    pub(super) first: f64,
    /// Last column of the sample.
    pub(super) last: f64,
    /// How far the line integrals rise above the background.
    pub(super) rise: f32,
}

/// The columns in which the mean over all views rises out of the noise; `None` for air.
///
/// The noise is that between neighbouring columns; the lowest tenth of the columns is taken as
/// the background.
pub(super) fn support(smooth: &Array2<f32>) -> Option<Support> {
    let mean = smooth.mean_axis(Axis(0))?;
    let mut sorted: Vec<f32> = mean.to_vec();
    sorted.sort_by(f32::total_cmp);
    let background = sorted[sorted.len() / 20];
    let top = sorted[sorted.len() - 1 - sorted.len() / 50];
    let noise = noise_of_mean(smooth);
    let rise = top - background;
    if rise.is_nan() || rise <= 8.0 * noise {
        return None;
    }
    let limit = background + (0.02 * rise).max(5.0 * noise);
    let first = mean.iter().position(|value| *value > limit)?;
    let last = mean.iter().rposition(|value| *value > limit)?;
    Some(Support { first: first as f64, last: last as f64, rise })
}

/// Noise of the mean over all views: from the differences of views that follow one another.
fn noise_of_mean(smooth: &Array2<f32>) -> f32 {
    let (views, columns) = smooth.dim();
    let mut quiet: Vec<f32> = (0..columns)
        .map(|column| {
            let view = smooth.column(column);
            let steps = view.iter().zip(view.iter().skip(1)).map(|(a, b)| (a - b) * (a - b));
            (steps.sum::<f32>() / (2.0 * views as f32)).sqrt()
        })
        .collect();
    quiet.sort_by(f32::total_cmp);
    quiet[columns / 4] / (views as f32).sqrt()
}
