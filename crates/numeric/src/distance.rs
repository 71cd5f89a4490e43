//! Exact Euclidean distances on a regular grid. Knows no units.

use std::ops::Range;

use ndarray::{Array3, ArrayView1, ArrayView3, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;

use crate::cast::to_f32;

/// Squared distance of a voxel from which no voxel outside can be reached.
pub const UNREACHED: u32 = u32::MAX;

/// Columns that are gathered at a time: as many as share a line of the cache.
const COLUMNS: usize = 16;

/// The square of the distance from each voxel's centre to the nearest centre of a voxel that is
/// not `inside`: min over outside q of |p − q|², in voxels squared, exact.
///
/// `inside`: `[z, y, x]`; what lies beyond the array counts for nothing. A plane is an array of one
/// slice. Returns 0 outside, and [`UNREACHED`] everywhere where no voxel is outside. Memory: the
/// array returned, and a few columns a thread.
/// Source: Meijster, Roerdink & Hesselink 2000, doi:10.1007/0-306-47025-X_36 (the lower envelope of
/// parabolas of Felzenszwalb & Huttenlocher 2012, doi:10.4086/toc.2012.v008a019, in whole numbers).
///
/// # Panics
/// If an edge has more than 32 767 voxels: the squares would not fit.
#[must_use]
pub fn squared_distance(inside: ArrayView3<'_, bool>) -> Array3<u32> {
    assert!(inside.shape().iter().all(|edge| *edge < 1 << 15), "edges below 32768 voxels");
    let mut squares = Array3::zeros(inside.dim());
    if squares.is_empty() {
        return squares;
    }
    Zip::from(squares.rows_mut()).and(inside.rows()).par_for_each(|squares, inside| {
        along_row(squares.into_slice().expect("rows of a new array"), inside);
    });
    squares.axis_iter_mut(Axis(0)).into_par_iter().for_each_init(Envelope::default, across);
    squares.axis_iter_mut(Axis(1)).into_par_iter().for_each_init(Envelope::default, across);
    squares
}

/// The distance from each voxel's centre to the nearest centre of a voxel that is not `inside`,
/// in voxels.
///
/// As [`squared_distance`]; +∞ where no voxel is outside. A voxel beside the outside has 1: its
/// face lies half a voxel nearer. Memory: twice the array returned.
///
/// # Panics
/// If an edge has more than 32 767 voxels.
#[must_use]
pub fn distance(inside: ArrayView3<'_, bool>) -> Array3<f32> {
    let squares = squared_distance(inside);
    let mut distances = Array3::zeros(squares.dim());
    Zip::from(&mut distances).and(&squares).par_for_each(|distance, square| {
        *distance = root(*square);
    });
    distances
}

/// The distance of a square of [`squared_distance`]; +∞ of [`UNREACHED`].
#[must_use]
pub fn root(square: u32) -> f32 {
    if square == UNREACHED { f32::INFINITY } else { to_f32(f64::from(square).sqrt()) }
}

/// Squares of the distance along the row to the nearest flag that is false.
fn along_row(squares: &mut [u32], inside: ArrayView1<'_, bool>) {
    let mut steps = UNREACHED;
    for (square, inside) in squares.iter_mut().zip(&inside) {
        steps = if *inside { steps.saturating_add(1) } else { 0 };
        *square = steps;
    }
    let mut steps = UNREACHED;
    for (square, inside) in squares.iter_mut().zip(&inside).rev() {
        steps = if *inside { steps.saturating_add(1) } else { 0 };
        let nearest = steps.min(*square);
        *square = if nearest == UNREACHED { UNREACHED } else { nearest * nearest };
    }
}

/// Takes the minimum over parabolas along the first axis of a plane `[line, column]`.
fn across(envelope: &mut Envelope, mut plane: ArrayViewMut2<'_, u32>) {
    let (lines, columns) = plane.dim();
    let mut gathered = std::mem::take(&mut envelope.gathered);
    for first in (0..columns).step_by(COLUMNS) {
        let part = first..(first + COLUMNS).min(columns);
        gathered.clear();
        gathered.resize(part.len() * lines, 0);
        swap_columns(&mut plane, part.clone(), &mut gathered);
        for column in gathered.chunks_mut(lines) {
            envelope.lower(column);
        }
        swap_columns(&mut plane, part, &mut gathered);
    }
    envelope.gathered = gathered;
}

/// Exchanges columns of a plane with columns that lie one after the other.
fn swap_columns(plane: &mut ArrayViewMut2<'_, u32>, part: Range<usize>, gathered: &mut [u32]) {
    let lines = plane.nrows();
    for (line, mut row) in plane.rows_mut().into_iter().enumerate() {
        for (column, x) in part.clone().enumerate() {
            std::mem::swap(&mut gathered[column * lines + line], &mut row[x]);
        }
    }
}

/// The lower envelope of the parabolas f(i) + (u − i)²; keeps its memory between columns.
#[derive(Default)]
struct Envelope {
    /// Vertices of the parabolas that are lowest somewhere, and the first place where each is.
    lowest: Vec<(i64, i64, i64)>,
    gathered: Vec<u32>,
}

impl Envelope {
    /// Replaces each height by the least of all parabolas there.
    fn lower(&mut self, heights: &mut [u32]) {
        self.lowest.clear();
        let count = heights.len() as i64;
        for (place, height) in heights.iter().enumerate() {
            if *height != UNREACHED {
                self.push(place as i64, i64::from(*height), count);
            }
        }
        let mut rank = self.lowest.len();
        if rank == 0 || self.lowest.len() == heights.len() && heights.iter().all(|it| *it == 0) {
            return;
        }
        for (place, height) in heights.iter_mut().enumerate().rev() {
            while self.lowest[rank - 1].2 > place as i64 {
                rank -= 1;
            }
            let (vertex, least, _) = self.lowest[rank - 1];
            let square = least + (place as i64 - vertex).pow(2);
            *height = u32::try_from(square).expect("edges below 32768 voxels");
        }
    }

    fn push(&mut self, place: i64, height: i64, count: i64) {
        while let Some(&(vertex, least, first)) = self.lowest.last() {
            // Beyond this place the new parabola is lower.
            let sum = place * place - vertex * vertex + height - least;
            let from = sum.div_euclid(2 * (place - vertex)) + 1;
            if from > first {
                if from < count {
                    self.lowest.push((place, height, from));
                }
                return;
            }
            self.lowest.pop();
        }
        self.lowest.push((place, height, 0));
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::random::Random;

    /// All pairs of voxels.
    fn by_trying_all(inside: &Array3<bool>) -> Array3<u32> {
        let outside: Vec<_> = inside.indexed_iter().filter(|it| !*it.1).map(|it| it.0).collect();
        Array3::from_shape_fn(inside.dim(), |(z, y, x)| {
            let square = |q: &(usize, usize, usize)| {
                z.abs_diff(q.0).pow(2) + y.abs_diff(q.1).pow(2) + x.abs_diff(q.2).pow(2)
            };
            outside.iter().map(square).min().map_or(UNREACHED, |it| u32::try_from(it).unwrap())
        })
    }

    #[test]
    fn squared_distances_are_those_found_by_trying_all_pairs() {
        let mut random = Random::new(5);
        for shape in [(9, 21, 18), (1, 30, 17), (12, 1, 40), (7, 5, 1), (1, 1, 1), (3, 0, 4)] {
            for share in [0.0, 0.02, 0.3, 0.9, 0.995, 1.0] {
                let inside = Array3::from_shape_fn(shape, |_| random.even() <= share);
                let found = squared_distance(inside.view());
                assert_eq!(found, by_trying_all(&inside), "{shape:?} {share}");
            }
        }
    }

    #[test]
    fn squared_distances_of_a_turned_view_are_the_turned_distances() {
        let mut random = Random::new(8);
        let inside = Array3::from_shape_fn((11, 6, 19), |_| random.even() < 0.97);
        let turned = squared_distance(inside.view().reversed_axes());
        assert_eq!(turned.reversed_axes(), squared_distance(inside.view()));
    }

    #[test]
    fn the_distance_in_a_ball_falls_to_one_at_its_rim() {
        let ball = Array3::from_shape_fn((41, 41, 41), |(z, y, x)| {
            [z, y, x].map(|it| it.abs_diff(20).pow(2)).iter().sum::<usize>() <= 324
        });
        let distances = distance(ball.view());
        assert!((distances[[20, 20, 20]] - 18.4).abs() < 0.5);
        assert_eq!(distances[[2, 20, 20]], 1.0);
        assert_eq!(distances[[0, 0, 0]], 0.0);
        assert_eq!(distance(Array3::from_elem((2, 2, 2), true).view())[[0, 0, 0]], f32::INFINITY);
    }
}
