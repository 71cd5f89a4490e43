//! Bands of rows as fan sinograms on an upright detector. Knows no method of finding a centre.
//!
//! The upright detector stands at the distance of the real one, at right angles to the central
//! ray and along the axis; its pixels are those of the frame. Row 0 and column 0 are where the
//! central ray falls.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayViewMut2, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::{ConeCircle, ConeView, PixelFrame, Radian};

use super::super::{
    BandSource,
    band::{self, Band},
};
use crate::ReconstructError;

/// Gaussian that views are smoothed with, in columns.
pub(super) const BLUR: f64 = 1.5;
/// Pixels that the Gaussian reaches over: to three standard deviations and more.
const TAPS: usize = 12;

/// The upright detector of a circle, in pixels of the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Upright {
    circle: ConeCircle,
    view: ConeView,
    frame: PixelFrame,
}

impl Upright {
    pub(super) fn of(circle: &ConeCircle, frame: &PixelFrame) -> Self {
        Self { circle: *circle, view: circle.view(Radian(0.0)), frame: *frame }
    }

    /// Frame column of the central ray.
    pub(super) fn centre(&self) -> f64 {
        self.frame.column(self.circle.centre[1])
    }

    /// Frame row of the central ray.
    pub(super) fn middle(&self) -> f64 {
        self.frame.row(self.circle.centre[0])
    }

    /// Distance from the source to the detector in pixels of the frame.
    pub(super) fn distance(&self) -> f64 {
        self.circle.source_to_detector.0 / self.circle.pixel.0 / self.frame.bin as f64
    }

    /// Detector `[row, column]` of an upright one, both from the central ray.
    fn detector_position(&self, [row, column]: [f64; 2]) -> [f64; 2] {
        let pitch = self.circle.pixel.0 * self.frame.bin as f64;
        let direction = [row * pitch, self.circle.source_to_detector.0, column * pitch];
        let [row, column, scale] = self.view.pixel_of(direction).unwrap_or([f64::NAN; 3]);
        [row / scale, column / scale]
    }

    fn frame_position(&self, upright: [f64; 2]) -> [f64; 2] {
        let [row, column] = self.detector_position(upright);
        [self.frame.row(row), self.frame.column(column)]
    }

    /// The circle whose axis falls on the line `offset + slope·row` of this upright detector: with
    /// another centre column at the same row, and another roll.
    pub(super) fn moved(&self, (offset, slope): (f64, f64)) -> ConeCircle {
        let [row, column] = self.detector_position([0.0, offset]);
        let roll = Radian(self.circle.roll.0 + slope.atan());
        let centre = column + (self.circle.centre[0] - row) * roll.0.tan();
        ConeCircle { centre: [self.circle.centre[0], centre], roll, ..self.circle }
    }
}

/// The band as a fan sinogram, `[angle, column]`: the mean of its rows, smoothed along the columns
/// by a Gaussian of [`BLUR`] columns. Column `k` is `k` less [`Upright::centre`] from the central
/// ray; the band's row counts in frame rows.
///
/// Beyond the frame its outermost column goes on. Memory: the sinogram and up to 64 MiB (or one row
/// of all frames) of line integrals.
pub(super) fn sinogram(
    source: &dyn BandSource,
    upright: &Upright,
    band: &Band,
) -> Result<Array2<f32>, ReconstructError> {
    let shape = source.shape();
    let taps = taps(upright, band, (shape.rows, shape.columns));
    let first = taps.iter().map(|tap| tap.row).min().unwrap_or(0);
    let last = taps.iter().map(|tap| tap.row).max().unwrap_or(0);
    let at_once = band::rows_at_once(shape);
    let mut mean = Array2::zeros((shape.frames, shape.columns));
    for start in (first..last + 1).step_by(at_once) {
        let part = start..(start + at_once).min(last + 1);
        let within: Vec<Tap> = taps.iter().filter(|tap| part.contains(&tap.row)).copied().collect();
        add_taps(mean.view_mut(), &source.band(part.clone())?, (&within, part.start));
    }
    level(&mut mean);
    Ok(mean)
}

/// Pixels of one row of the frame that add to a column of the sinogram.
///
/// Their weights are the Gaussian itself about where the column falls between them: interpolating
/// sharp edges first and smoothing them then blurs each by where it falls, which on a detector
/// with a little roll looks like another roll (0.01°).
#[derive(Debug, Clone, Copy)]
struct Tap {
    into: usize,
    row: usize,
    /// Column of the first of the pixels, counted from −TAPS.
    first: usize,
    weights: [f32; TAPS],
}

fn taps(upright: &Upright, band: &Band, (rows, columns): (usize, usize)) -> Vec<Tap> {
    let middle = band.row - upright.middle();
    let half = band.height / 2.0;
    let mut taps = vec![];
    for into in 0..columns {
        let across = into as f64 - upright.centre();
        let at = |row: f64| upright.frame_position([row, across]);
        let [top, bottom] = [at(middle - half)[0], at(middle + half)[0]];
        let within = |row: f64| row.clamp(-0.5, rows as f64 - 0.5);
        let first = to_index(within(top) + 0.5);
        let end = to_index((within(bottom) + 0.5).ceil()).clamp(first + 1, rows.max(first + 1));
        for row in first..end.min(rows) {
            let upper = (row as f64 - 0.5).max(top);
            let lower = (row as f64 + 0.5).min(bottom);
            let share = ((lower - upper) / (bottom - top)).max(0.0);
            // Where the axis' direction through the band's middle crosses this part of the row.
            let along = ((upper + lower) / 2.0 - top) / (bottom - top) - 0.5;
            let [_, column] = at(middle + along * band.height);
            taps.push(tap((into, row), column, share));
        }
    }
    taps
}

/// `(into, row)`: the column of the sinogram, the row of the frame; `share` of the band's height.
fn tap((into, row): (usize, usize), column: f64, share: f64) -> Tap {
    let before = TAPS as f64 / 2.0 - 1.0;
    let first = (column - before).floor();
    let gauss = |k: usize| (-0.5 * ((first + k as f64 - column) / BLUR).powi(2)).exp();
    let sum: f64 = (0..TAPS).map(gauss).sum();
    let weights = std::array::from_fn(|k| to_f32(share * gauss(k) / sum));
    Tap { into, row, first: to_index((first + TAPS as f64).max(0.0)), weights }
}

fn add_taps(mut mean: ArrayViewMut2<'_, f32>, rows: &Array3<f32>, (taps, first): (&[Tap], usize)) {
    let columns = rows.dim().2;
    let frames = rows.axis_iter(Axis(0)).into_par_iter();
    mean.axis_iter_mut(Axis(0)).into_par_iter().zip(frames).for_each(|(mut mean, frame)| {
        for tap in taps {
            let row = frame.row(tap.row - first);
            let value: f32 = (0..TAPS)
                .map(|k| {
                    let column = (tap.first + k).saturating_sub(TAPS).min(columns - 1);
                    tap.weights[k] * row[column]
                })
                .sum();
            mean[tap.into] += value;
        }
    });
}

/// Subtracts from each view what the air beside the sample shows: a straight line where there is
/// air on both sides, its mean where there is on one. A drift of the beam is thus taken away.
fn level(sinogram: &mut Array2<f32>) {
    let columns = sinogram.ncols();
    let Some(support) = band::support(sinogram) else { return };
    let margin = 4 + columns / 100;
    let left = 0..to_index(support.first).saturating_sub(margin);
    let right = (to_index(support.last) + 1 + margin).min(columns)..columns;
    let sides: Vec<Range<usize>> =
        [left, right].into_iter().filter(|side| side.len() >= 8).collect();
    sinogram.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut view| {
        let means: Vec<(f64, f64)> = sides
            .iter()
            .map(|side| {
                let sum: f64 = side.clone().map(|column| f64::from(view[column])).sum();
                ((side.start + side.end - 1) as f64 / 2.0, sum / side.len() as f64)
            })
            .collect();
        let (at, value, slope) = match means[..] {
            [(a, below), (b, above)] => (a, below, (above - below) / (b - a)),
            [(a, value)] => (a, value, 0.0),
            _ => return,
        };
        for (column, pixel) in view.iter_mut().enumerate() {
            *pixel -= to_f32(value + slope * (column as f64 - at));
        }
    });
}

#[cfg(test)]
mod tests {
    use voltomo_types::Millimetre;

    use super::*;

    fn circle(centre: f64, roll_deg: f64) -> ConeCircle {
        ConeCircle {
            source_to_axis: Millimetre(60.0),
            source_to_detector: Millimetre(240.0),
            pixel: Millimetre(0.5),
            centre: [31.0, centre],
            roll: Radian::from_degrees(roll_deg),
            pitch: Radian::from_degrees(0.4),
            yaw: Radian::from_degrees(-0.7),
        }
    }

    #[test]
    fn a_moved_circle_has_its_axis_where_the_line_was() {
        let frame = PixelFrame::whole(64, 96);
        let (assumed, truth) = (circle(45.0, 0.2), circle(46.7, 1.1));
        let upright = Upright::of(&assumed, &frame);
        // Where two points of the true axis fall on the assumed upright detector.
        let fallen = [-4.0, 5.0].map(|z| {
            let pixel = truth.view(Radian(0.0)).detector_position([z, 0.0, 0.0]).unwrap();
            let view = assumed.view(Radian(0.0));
            let ray: [f64; 3] = std::array::from_fn(|k| {
                view.origin[k] + pixel[0] * view.along_rows[k] + pixel[1] * view.along_columns[k]
                    - view.source[k]
            });
            [ray[0], ray[2]].map(|length| length / ray[1] * 240.0 / 0.5)
        });
        let slope = (fallen[1][1] - fallen[0][1]) / (fallen[1][0] - fallen[0][0]);
        let offset = fallen[0][1] - slope * fallen[0][0];
        let moved = upright.moved((offset, slope));
        assert!((moved.centre[1] - 46.7).abs() < 2e-3, "{moved:?}");
        assert!((moved.roll.degrees() - 1.1).abs() < 2e-2);
    }

    #[test]
    fn a_drift_of_the_beam_is_taken_away() {
        let mut sinogram = Array2::from_shape_fn((40, 120), |(view, column)| {
            let sample = if (40..80).contains(&column) { 1.0 } else { 0.0 };
            sample + to_f32(0.01 * view as f64 + 0.0001 * column as f64)
        });
        level(&mut sinogram);
        for ((_, column), value) in sinogram.indexed_iter() {
            let expected = if (40..80).contains(&column) { 1.0 } else { 0.0 };
            assert!((value - expected).abs() < 1e-4, "{column} {value}");
        }
    }
}
