//! A sinogram column by column, and the way there and back. Knows no stripes.

use voltomo_numeric::cast::to_f32;

/// Rows of a sinogram, one an angle, all of one length.
pub(super) type Rows<'a, 'b> = &'a mut [&'b mut [f32]];

/// Columns that are turned at a time, so that what is read stays in the nearest cache.
const BLOCK: usize = 32;

/// Writes the sinogram to `plane` as `[column, angle]`.
pub(super) fn gather(rows: &[&mut [f32]], plane: &mut Vec<f32>) {
    let (angles, columns) = shape(rows);
    plane.resize(angles * columns, 0.0);
    for (block, into) in plane.chunks_mut(BLOCK * angles).enumerate() {
        let first = block * BLOCK;
        for (angle, row) in rows.iter().enumerate() {
            let values = &row[first..columns.min(first + BLOCK)];
            for (column, value) in into.chunks_exact_mut(angles).zip(values) {
                column[angle] = *value;
            }
        }
    }
}

/// Writes `[column, angle]` back to the sinogram; `put(value, new)` says how. Before that
/// `turn(column, values, into)` makes the values of each column.
pub(super) fn scatter(
    rows: Rows<'_, '_>,
    block: &mut Vec<f32>,
    mut turn: impl FnMut(usize, &mut [f32]),
    put: impl Fn(&mut f32, f32),
) {
    let (angles, columns) = shape(rows);
    block.resize(BLOCK * angles, 0.0);
    for first in (0..columns).step_by(BLOCK) {
        let end = columns.min(first + BLOCK);
        for (column, into) in (first..end).zip(block.chunks_exact_mut(angles)) {
            turn(column, into);
        }
        for (angle, row) in rows.iter_mut().enumerate() {
            for (value, column) in row[first..end].iter_mut().zip(block.chunks_exact(angles)) {
                put(value, column[angle]);
            }
        }
    }
}

/// Angles and columns.
pub(super) fn shape(rows: &[&mut [f32]]) -> (usize, usize) {
    (rows.len(), rows.first().map_or(0, |row| row.len()))
}

/// The place of `index` in a row of `count` values that is mirrored at both ends, the outermost
/// values repeated: … 1 0 | 0 1 2 … n−1 | n−1 n−2 …
pub(super) fn mirrored(index: isize, count: usize) -> usize {
    let place = index.rem_euclid(2 * count.cast_signed()).cast_unsigned();
    if place < count { place } else { 2 * count - 1 - place }
}

/// Means over `window` values, an odd number, of a line that is mirrored at both ends.
pub(super) fn moving_average(line: &[f32], window: usize) -> Vec<f32> {
    let reach = (window / 2).cast_signed();
    let at = |place: isize| f64::from(line[mirrored(place, line.len())]);
    let mut sum: f64 = (-reach..=reach).map(at).sum();
    let mut averages = Vec::with_capacity(line.len());
    for place in 0..line.len().cast_signed() {
        averages.push(to_f32(sum / window as f64));
        sum += at(place + reach + 1) - at(place - reach);
    }
    averages
}

/// A line less the parabola through each value and `reach` values on either side of it; the line is
/// mirrored at both ends.
///
/// Source: Savitzky & Golay 1964, doi:10.1021/ac60214a047.
pub(super) fn less_parabola(line: &[f32], reach: usize) -> Vec<f32> {
    let reach = reach.cast_signed();
    // What the parabola has in the middle, as shares of the values.
    let shares: Vec<f32> =
        (-reach..=reach).map(|k| (3 * reach * (reach + 1) - 1 - 5 * k * k) as f32).collect();
    let whole: f32 = shares.iter().sum();
    let less = |x: usize| {
        let near = (x.cast_signed() - reach..).zip(&shares);
        line[x] - near.map(|(x, share)| share * line[mirrored(x, line.len())]).sum::<f32>() / whole
    };
    (0..line.len()).map(less).collect()
}
