//! The inside of a body in a picture: without the air about it and its wall. Knows no colours.

use ndarray::{ArrayView2, Axis};
use voltomo_numeric::cast::to_index;

/// Above this part of the bright numbers a pixel is no air.
const BODY: f64 = 0.1;
/// Outer part of a body's chords that may be its wall.
const WALL: f64 = 0.12;
/// Fewer pixels than this part of the picture are no inside.
const LEAST: f64 = 0.01;

/// The numbers inside a body: of pixels that lie in the inner part of its chord along their row and
/// of that along their column. All finite numbers where there is no such body.
pub(super) fn inside(values: ArrayView2<'_, f32>) -> Vec<f32> {
    let all: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if all.is_empty() {
        return all;
    }
    let mut sorted = all.clone();
    let rank = to_index(0.99 * (sorted.len() - 1) as f64);
    let bright = f64::from(*sorted.select_nth_unstable_by(rank, f32::total_cmp).1);
    let is_body = |value: &f32| f64::from(*value) > BODY * bright;
    let chords = |axis: Axis| -> Vec<[usize; 2]> {
        let lines = values.axis_iter(axis);
        lines.map(|line| inner(line.iter().map(is_body))).collect()
    };
    let (rows, columns) = (chords(Axis(0)), chords(Axis(1)));
    let holds = |[first, end]: [usize; 2], at: usize| (first..end).contains(&at);
    let within = values.indexed_iter().filter(|((y, x), value)| {
        holds(rows[*y], *x) && holds(columns[*x], *y) && value.is_finite()
    });
    let within: Vec<f32> = within.map(|(_, value)| *value).collect();
    if (within.len() as f64) < LEAST * all.len() as f64 { all } else { within }
}

/// The inner part of what lies between the first and the last pixel of a body.
fn inner(line: impl Iterator<Item = bool>) -> [usize; 2] {
    let (mut first, mut last) = (None, 0);
    for (at, is_body) in line.enumerate() {
        if is_body {
            first.get_or_insert(at);
            last = at;
        }
    }
    let Some(first) = first else { return [0, 0] };
    let wall = to_index((WALL * (last - first) as f64).ceil());
    [first + wall, (last + 1).saturating_sub(wall)]
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn a_roll_in_a_can_is_shown_without_the_can() {
        let picture = Array2::from_shape_fn((120, 120), |(y, x)| {
            let away = (y as f32 - 60.0).hypot(x as f32 - 58.0);
            match away {
                away if away > 50.0 => 0.0,
                away if away > 46.0 => 9.0,
                away => 1.0 + 0.2 * (away * 2.0).sin(),
            }
        });
        let inside = inside(picture.view());
        let most = inside.iter().copied().fold(0.0, f32::max);
        assert!(most < 1.3 && inside.len() > 3000, "{most} {}", inside.len());
    }

    #[test]
    fn what_is_no_body_is_shown_whole() {
        let flat = Array2::from_elem((10, 12), 0.0f32);
        assert_eq!(inside(flat.view()).len(), 120);
        assert_eq!(inside(Array2::from_elem((3, 3), f32::NAN).view()).len(), 0);
    }
}
