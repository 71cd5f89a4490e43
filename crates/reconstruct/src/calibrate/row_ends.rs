//! Whether rows end inside the sample, and how far it seems to reach. Finds no axis.

use ndarray::{Array2, ArrayView1, s};
use voltomo_numeric::cast::to_index;
use voltomo_types::Radian;

use crate::{angular_weights, row_filter::Join};

/// Outermost pixels whose mean is the end of a row: a part of the columns, and at most so many.
const EDGE_PART: usize = 32;
const MOST_EDGE: usize = 8;
/// An end above this part of the row's largest values is inside the sample.
const INSIDE: f64 = 0.15;
/// Values below this are air, whatever their neighbours.
const AIR: f64 = 0.02;
/// Noise of an end that must be surpassed, in standard deviations.
const SIGMAS: f64 = 6.0;
/// Fewer views than this part of all are not worth telling.
const FEW_VIEWS: f64 = 0.02;
/// The widest and the narrowest that a sample is taken for, in half widths of the frame.
const WIDEST: f64 = 3.0;

/// What the ends of rows show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowEnds {
    /// Part of the views whose rows end inside the sample.
    pub share: f64,
    /// How far from the axis the sample seems to reach, in the farther end of the frame from it.
    pub reach: f64,
}

/// What rows show whose ends should lie in air; `None` where (nearly) all do.
///
/// `rows`: sinograms of some rows, `[angle, column]`; `axis`: column of the axis; `sides`: which
/// ends must lie in air (with the axis far off the middle of a whole turn, the farther one alone).
/// The reach is that of the body whose squared chords go on as the row's do: of an even disc or
/// ellipse they are a parabola.
#[must_use]
pub fn row_ends(rows: &[Array2<f32>], axis: f64, sides: [bool; 2]) -> Option<RowEnds> {
    let (mut views, mut reaches) = (0usize, vec![]);
    for row in rows {
        for view in row.outer_iter() {
            views += 1;
            if ends_inside(view, sides) {
                reaches.push(reach(view, axis));
            }
        }
    }
    let share = reaches.len() as f64 / views.max(1) as f64;
    if share < FEW_VIEWS || reaches.is_empty() {
        return None;
    }
    reaches.sort_by(f64::total_cmp);
    let reach = reaches[to_index(0.9 * (reaches.len() - 1) as f64)];
    Some(RowEnds { share, reach })
}

/// Which ends of rows must lie in air: both, or on a whole turn with the axis far off the middle the
/// farther one, since opposite views show what is beyond the other.
#[must_use]
pub fn ends_in_air(angles: &[Radian], axis: f64, columns: usize) -> [bool; 2] {
    let is_joined = Join::needed(columns.max(2), axis).is_some();
    if !(is_joined && angular_weights(angles).full_turn) {
        return [true, true];
    }
    let is_right_farther = axis < (columns as f64 - 1.0) / 2.0;
    [!is_right_farther, is_right_farther]
}

fn ends_inside(view: ArrayView1<'_, f32>, sides: [bool; 2]) -> bool {
    let columns = view.len();
    let count = (columns / EDGE_PART).clamp(1, MOST_EDGE);
    if columns < (2 * count).max(3) {
        return false;
    }
    let mut sorted: Vec<f32> = view.to_vec();
    sorted.sort_by(f32::total_cmp);
    let largest = f64::from(sorted[columns - 1 - columns / 20]);
    // Second differences know no slope; their middle size is 0.6745 standard deviations of √6.
    let mut steps: Vec<f32> =
        view.windows(3).into_iter().map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).collect();
    steps.sort_by(f32::total_cmp);
    let noise = f64::from(steps[steps.len() / 2]) / 0.6745 / 6f64.sqrt();
    let limit = (INSIDE * largest).max(AIR).max(SIGMAS * noise / (count as f64).sqrt());
    let end = |part: ArrayView1<'_, f32>| f64::from(part.sum()) / count as f64;
    let ends = [end(view.slice(s![..count])), end(view.slice(s![columns - count..]))];
    ends.into_iter().zip(sides).any(|(end, counts)| counts && end > limit)
}

/// Farthest root of the parabola through the squares of a row, from the axis, in half widths.
fn reach(view: ArrayView1<'_, f32>, axis: f64) -> f64 {
    let last = (view.len() - 1) as f64;
    let half = axis.max(last - axis).max(1.0);
    // Sums of powers of the place (−1 … 1 over the frame about the axis), and of p² times them.
    let (mut powers, mut values) = ([0.0; 5], [0.0; 3]);
    for (column, value) in view.iter().enumerate() {
        let place = (column as f64 - axis) / half;
        let square = f64::from(value.max(0.0)).powi(2);
        let mut power = 1.0;
        for (k, sum) in powers.iter_mut().enumerate() {
            *sum += power;
            if let Some(value) = values.get_mut(k) {
                *value += power * square;
            }
            power *= place;
        }
    }
    let matrix = |row: usize, column: usize| powers[row + column];
    let Some([constant, slope, bend]) = solved(matrix, values) else { return WIDEST };
    if bend >= 0.0 {
        return WIDEST;
    }
    let middle = -slope / (2.0 * bend);
    let spread = (middle * middle - constant / bend).max(0.0).sqrt();
    (middle.abs() + spread).clamp(1.0, WIDEST)
}

/// Three equations with three unknowns, by Cramer's rule.
fn solved(matrix: impl Fn(usize, usize) -> f64, values: [f64; 3]) -> Option<[f64; 3]> {
    let determinant = |of: &dyn Fn(usize, usize) -> f64| {
        let minor = |a: usize, b: usize| of(1, a) * of(2, b) - of(1, b) * of(2, a);
        of(0, 0) * minor(1, 2) - of(0, 1) * minor(0, 2) + of(0, 2) * minor(0, 1)
    };
    let whole = determinant(&matrix);
    let replaced = |column: usize| {
        determinant(&|row, at| if at == column { values[row] } else { matrix(row, at) })
    };
    (whole.abs() > f64::MIN_POSITIVE).then(|| std::array::from_fn(|k| replaced(k) / whole))
}

#[cfg(test)]
mod tests {
    use voltomo_numeric::cast::to_f32;

    use super::*;

    /// Sinogram of a disc about the axis in column 63.5 of 128, and of air.
    fn disc(radius: f64, level: f64) -> Array2<f32> {
        Array2::from_shape_fn((40, 128), |(view, column)| {
            let away = column as f64 - 63.5;
            let ripple = ((view * 37 + column * 11) % 17) as f64 / 17.0 - 0.5;
            to_f32(
                level * (radius * radius - away * away).max(0.0).sqrt() / radius + 0.004 * ripple,
            )
        })
    }

    #[test]
    fn rows_of_one_and_two_columns_tell_nothing() {
        for columns in [1, 2] {
            assert_eq!(row_ends(&[Array2::ones((9, columns))], 0.5, [true; 2]), None);
        }
    }

    #[test]
    fn a_sample_inside_the_frame_is_none_and_a_wider_one_has_its_reach() {
        for radius in [20.0, 55.0, 62.0] {
            assert_eq!(row_ends(&[disc(radius, 1.0)], 63.5, [true; 2]), None, "{radius}");
        }
        for ratio in [1.2, 1.5, 2.0, 2.6] {
            let found = row_ends(&[disc(ratio * 63.5, 1.0)], 63.5, [true; 2]).unwrap();
            assert_eq!(found.share, 1.0);
            assert!((found.reach / ratio - 1.0).abs() < 0.03, "{ratio} {found:?}");
        }
        assert_eq!(row_ends(&[disc(60.0, 0.0)], 63.5, [true; 2]), None);
    }

    #[test]
    fn only_the_sides_that_count_and_views_that_are_cut_are_told() {
        let mut rows = disc(40.0, 1.0);
        rows.slice_mut(s![10..20, 100..]).fill(0.8);
        let found = row_ends(&[rows.clone()], 63.5, [true; 2]).unwrap();
        assert!((found.share - 0.25).abs() < 1e-9);
        assert_eq!(row_ends(&[rows], 63.5, [true, false]), None);
    }

    #[test]
    fn an_axis_far_off_the_middle_of_a_whole_turn_leaves_the_nearer_end_in_the_sample() {
        let turn = |degrees: f64| -> Vec<Radian> {
            (0..60).map(|k| Radian::from_degrees(f64::from(k) * degrees / 60.0)).collect()
        };
        assert_eq!(ends_in_air(&turn(360.0), 30.0, 128), [false, true]);
        assert_eq!(ends_in_air(&turn(360.0), 100.0, 128), [true, false]);
        assert_eq!(ends_in_air(&turn(360.0), 62.0, 128), [true, true]);
        assert_eq!(ends_in_air(&turn(180.0), 30.0, 128), [true, true]);
    }
}
