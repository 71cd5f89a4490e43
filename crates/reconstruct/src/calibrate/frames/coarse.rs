//! The axis of opposite frames over the whole range, to about half a pixel. Refines nothing.

use std::sync::Arc;

use ndarray::Array2;
use voltomo_numeric::cast::{to_f32, to_index};

use super::{fit::AxisLine, image::Opposites};
use crate::calibrate::{
    pairs::mismatch,
    partners::Pair,
    search::{Reach, STEEPEST_DEG},
};

/// Frames that match worse than this about every axis are not opposite views of one sample
/// (1: unrelated).
const WORST: f64 = 0.6;

/// The axis about which the frames match best; `None` where it is at an end of the range, or the
/// frames are not alike.
///
/// For each tilt the frames are turned upright and matched row by row at all centres at once; of
/// the pairs the middle one counts, so that a spoilt frame does not.
pub(super) fn search(pairs: &[Arc<Opposites>], reach: &Reach, bin: usize) -> Option<AxisLine> {
    let shape = pairs.first()?.view.dim();
    let mut best: Option<(f64, AxisLine, bool)> = None;
    for tilt in tilts(shape, reach) {
        let curves: Vec<Vec<f64>> = pairs.iter().map(|pair| curve(pair, tilt)).collect();
        let range = steps(reach, bin, (shape, tilt));
        for step in range.clone() {
            let value = middle_of(&curves, step);
            if value.is_finite() && best.as_ref().is_none_or(|(least, _, _)| value < *least) {
                let at_edge = step == *range.start() || step == *range.end();
                best = Some((value, axis_at(step, shape, tilt), at_edge));
            }
        }
    }
    best.filter(|(value, _, at_edge)| *value < WORST && !at_edge).map(|(_, axis, _)| axis)
}

/// Tilts that move the outermost pixels by a pixel from one to the next.
fn tilts((rows, columns): (usize, usize), reach: &Reach) -> Vec<f64> {
    if let Some(slope) = reach.slope {
        return vec![slope.atan()];
    }
    let steepest = STEEPEST_DEG.to_radians();
    let furthest = rows.max(columns) as f64 / 2.0;
    let count = to_index((steepest * furthest).ceil()).max(1);
    (0..=2 * count).map(|k| (k as f64 - count as f64) * steepest / count as f64).collect()
}

/// The half columns of the upright frame whose axis lies in the range.
fn steps(
    reach: &Reach,
    bin: usize,
    ((rows, columns), tilt): ((usize, usize), f64),
) -> std::ops::RangeInclusive<usize> {
    let bin = bin as f64;
    let lower = ((rows as f64 - 1.0) / 2.0 + 0.5) * bin - 0.5;
    let aside = (lower - reach.pivot) * tilt.tan();
    let middle = (columns as f64 - 1.0) / 2.0;
    let step = |column: f64| {
        let small = (column + aside + 0.5) / bin - 0.5;
        (2.0 * ((small - middle) * tilt.cos() + middle)).max(0.0)
    };
    let last = 2 * columns - 2;
    to_index(step(reach.from).ceil()).min(last)..=to_index(step(reach.to).floor()).min(last)
}

fn axis_at(step: usize, (rows, columns): (usize, usize), tilt: f64) -> AxisLine {
    let middle = (columns as f64 - 1.0) / 2.0;
    let aside = step as f64 / 2.0 - middle;
    AxisLine { row: (rows as f64 - 1.0) / 2.0, column: middle + aside / tilt.cos(), tilt }
}

/// The mismatch of a pair at all half columns, its frames turned upright.
fn curve(pair: &Opposites, tilt: f64) -> Vec<f64> {
    let (rows, columns) = pair.view.dim();
    let mut both = Array2::zeros((2 * rows, columns));
    upright(&pair.view, tilt, both.slice_mut(ndarray::s![..rows, ..]));
    upright(&pair.opposite, tilt, both.slice_mut(ndarray::s![rows.., ..]));
    let lines: Vec<Pair> = (0..rows)
        .map(|row| Pair { view: row, opposite: [(rows + row, 1.0), (rows + row, 0.0)] })
        .collect();
    let overlap = (columns / 20).max(16).min(columns / 2);
    mismatch(&both, &lines, overlap)
}

/// The frame turned about its middle so that an axis of this tilt stands upright; linear between
/// pixels, 0 for what is no number.
fn upright(frame: &Array2<f32>, tilt: f64, mut turned: ndarray::ArrayViewMut2<'_, f32>) {
    let (rows, columns) = frame.dim();
    let [middle_row, middle] = [rows, columns].map(|count| (count as f64 - 1.0) / 2.0);
    let (sin, cos) = tilt.sin_cos();
    for ((i, j), value) in turned.indexed_iter_mut() {
        let (t, u) = (i as f64 - middle_row, j as f64 - middle);
        let row = (middle_row + t * cos - u * sin).clamp(0.0, rows as f64 - 1.0);
        let column = (middle + t * sin + u * cos).clamp(0.0, columns as f64 - 1.0);
        let (top, left) = (to_index(row), to_index(column));
        let (down, right) = (to_f32(row - top as f64), to_f32(column - left as f64));
        let at = |i: usize, j: usize| frame[[i.min(rows - 1), j.min(columns - 1)]];
        let upper = at(top, left) * (1.0 - right) + at(top, left + 1) * right;
        let lower = at(top + 1, left) * (1.0 - right) + at(top + 1, left + 1) * right;
        let between = upper * (1.0 - down) + lower * down;
        *value = if between.is_finite() { between } else { 0.0 };
    }
}

/// The lower middle one of the pairs' values.
fn middle_of(curves: &[Vec<f64>], step: usize) -> f64 {
    let mut values: Vec<f64> = curves.iter().map(|curve| curve[step]).collect();
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}
