//! A pair of opposite frames, binned and smoothed, and values between their pixels. Finds nothing.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

use crate::{
    ReconstructError,
    calibrate::{BandSource, partners::Pair},
};

/// Gaussian that frames are smoothed with before they are registered, pixels.
const BLUR: f64 = 1.5;

/// A frame and the one from the opposite side, smoothed; NaN where too few pixels are numbers.
#[derive(Debug)]
pub(super) struct Opposites {
    /// At θ, `[row, column]`.
    pub(super) view: Array2<f32>,
    /// At θ + 180°.
    pub(super) opposite: Array2<f32>,
}

/// Reads a pair; `bin` × `bin` pixels become one.
pub(super) fn load(
    source: &dyn BandSource,
    pair: &Pair,
    bin: usize,
) -> Result<Opposites, ReconstructError> {
    let view = smoothed(&binned(source.frame(pair.view)?, bin));
    let mut opposite: Option<Array2<f32>> = None;
    for (index, weight) in pair.opposite.into_iter().filter(|(_, weight)| *weight != 0.0) {
        let mut frame = binned(source.frame(index)?, bin);
        frame *= weight;
        opposite = Some(match opposite {
            Some(sum) => sum + frame,
            None => frame,
        });
    }
    let opposite = smoothed(&opposite.unwrap_or_else(|| Array2::zeros(view.dim())));
    Ok(Opposites { view, opposite })
}

fn binned(frame: Array2<f32>, bin: usize) -> Array2<f32> {
    if bin == 1 {
        return frame;
    }
    let (rows, columns) = frame.dim();
    Array2::from_shape_fn((rows / bin, columns / bin), |(row, column)| {
        let (top, left) = (row * bin, column * bin);
        let block = frame.slice(ndarray::s![top..top + bin, left..left + bin]);
        block.sum() / to_f32((bin * bin) as f64)
    })
}

/// Smoothed by a Gaussian; pixels that are no numbers count nothing.
fn smoothed(frame: &Array2<f32>) -> Array2<f32> {
    let is_number = frame.mapv(|value| if value.is_finite() { 1.0 } else { 0.0_f32 });
    let known = frame.mapv(|value| if value.is_finite() { value } else { 0.0 });
    let mut sum = along_both(&known);
    if is_number.iter().all(|known| *known > 0.0) {
        return sum;
    }
    let share = along_both(&is_number);
    ndarray::Zip::from(&mut sum).and(&share).for_each(|value, share| {
        *value = if *share > 0.5 { *value / share } else { f32::NAN };
    });
    sum
}

fn along_both(frame: &Array2<f32>) -> Array2<f32> {
    let once = along_columns(frame);
    along_columns(&once.t().to_owned()).t().as_standard_layout().to_owned()
}

/// Beside the frame the outermost value goes on.
fn along_columns(frame: &Array2<f32>) -> Array2<f32> {
    let reach = to_index((4.0 * BLUR).ceil());
    let gauss = |k: usize| (-0.5 * ((k as f64 - reach as f64) / BLUR).powi(2)).exp();
    let sum: f64 = (0..=2 * reach).map(gauss).sum();
    let kernel: Vec<f32> = (0..=2 * reach).map(|k| to_f32(gauss(k) / sum)).collect();
    let columns = frame.ncols();
    let mut smooth = Array2::zeros(frame.dim());
    let rows = frame.axis_iter(Axis(0)).into_par_iter();
    smooth.axis_iter_mut(Axis(0)).into_par_iter().zip(rows).for_each(|(mut smooth, row)| {
        let padded: Vec<f32> = (0..columns + 2 * reach)
            .map(|k| row[k.saturating_sub(reach).min(columns - 1)])
            .collect();
        for (value, window) in smooth.iter_mut().zip(padded.windows(kernel.len())) {
            *value = window.iter().zip(&kernel).map(|(a, b)| a * b).sum();
        }
    });
    smooth
}

/// Value and slopes along columns and rows, by the cubic of Catmull and Rom; `None` within two
/// pixels of the edge and beside pixels that are no numbers.
pub(super) fn sample(frame: &ArrayView2<'_, f32>, [row, column]: [f64; 2]) -> Option<[f64; 3]> {
    let (rows, columns) = frame.dim();
    let is_inside = |place: f64, count: usize| place >= 1.0 && place + 2.0 < count as f64;
    if !is_inside(row, rows) || !is_inside(column, columns) {
        return None;
    }
    let (top, left) = (to_index(row) - 1, to_index(column) - 1);
    let (down, down_slope) = weights(row - row.floor());
    let (right, right_slope) = weights(column - column.floor());
    let mut sums = [0.0; 3];
    for k in 0..4 {
        let (mut value, mut slope) = (0.0, 0.0);
        for j in 0..4 {
            let pixel = f64::from(frame[[top + k, left + j]]);
            value += right[j] * pixel;
            slope += right_slope[j] * pixel;
        }
        sums[0] += down[k] * value;
        sums[1] += down[k] * slope;
        sums[2] += down_slope[k] * value;
    }
    sums[0].is_finite().then_some(sums)
}

/// Weights of four neighbours for the value and for the slope.
fn weights(f: f64) -> ([f64; 4], [f64; 4]) {
    let (square, cube) = (f * f, f * f * f);
    let value = [
        -0.5 * f + square - 0.5 * cube,
        1.0 - 2.5 * square + 1.5 * cube,
        0.5 * f + 2.0 * square - 1.5 * cube,
        -0.5 * square + 0.5 * cube,
    ];
    let slope = [
        -0.5 + 2.0 * f - 1.5 * square,
        -5.0 * f + 4.5 * square,
        0.5 + 4.0 * f - 4.5 * square,
        -f + 1.5 * square,
    ];
    (value, slope)
}
