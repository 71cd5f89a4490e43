//! Regions that grow from markers along the lowest ways. Knows no meaning of the values.

use std::{cmp::Reverse, collections::BinaryHeap};

use ndarray::{Array3, ArrayView3};

/// Floods a relief from markers: each voxel joins the marker that reaches it over the lowest pass;
/// of equal ones the one that came first.
///
/// `relief`: `[z, y, x]`, a gradient's size, say; voxels that are NaN stay 0. `markers`: numbers
/// above 0 where the regions begin, 0 elsewhere, of the same shape. Neighbours share a face.
/// Returns a number for every voxel that a marker reaches. One thread; memory: 4 bytes a voxel,
/// and 24 bytes a voxel on the front.
/// Source: Meyer 1994, doi:10.1016/0165-1684(94)90060-4 (flooding in order of height, then age).
///
/// # Panics
/// If the shapes differ.
#[must_use]
pub fn watershed(relief: ArrayView3<'_, f32>, markers: ArrayView3<'_, u32>) -> Array3<u32> {
    assert_eq!(relief.dim(), markers.dim(), "a marker or 0 for each voxel");
    let mut regions = markers.to_owned();
    let mut front = Front { heap: BinaryHeap::new(), age: 0 };
    for (place, marker) in markers.indexed_iter() {
        if relief[place].is_nan() {
            regions[place] = 0;
        } else if *marker > 0 {
            front.push(f32::NEG_INFINITY, place.into());
        }
    }
    while let Some(Reverse((height, _, place))) = front.heap.pop() {
        let region = regions[place];
        for neighbour in neighbours(place, relief.dim()) {
            let level = relief[neighbour];
            if regions[neighbour] == 0 && !level.is_nan() {
                regions[neighbour] = region;
                front.push(level.max(from_ordered(height)), neighbour);
            }
        }
    }
    regions
}

/// Voxels whose neighbours are to be looked at, lowest first, then oldest.
struct Front {
    heap: BinaryHeap<Reverse<(u32, u64, [usize; 3])>>,
    age: u64,
}

impl Front {
    fn push(&mut self, height: f32, place: [usize; 3]) {
        self.age += 1;
        self.heap.push(Reverse((ordered(height), self.age, place)));
    }
}

/// A whole number in the order of the values.
fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn from_ordered(order: u32) -> f32 {
    f32::from_bits(if order >> 31 == 1 { order & !(1 << 31) } else { !order })
}

/// The neighbours that share a face.
pub(crate) fn neighbours(
    [z, y, x]: [usize; 3],
    (depth, rows, columns): (usize, usize, usize),
) -> impl Iterator<Item = [usize; 3]> {
    let all = [
        [z.wrapping_sub(1), y, x],
        [z, y.wrapping_sub(1), x],
        [z, y, x.wrapping_sub(1)],
        [z, y, x + 1],
        [z, y + 1, x],
        [z + 1, y, x],
    ];
    all.into_iter().filter(move |[z, y, x]| *z < depth && *y < rows && *x < columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The height of the lowest way from each voxel to a marker, by raising the level step by step.
    fn passes(relief: &Array3<f32>, markers: &Array3<u32>, marker: u32) -> Array3<f32> {
        let start =
            |place| if markers[place] == marker { f32::NEG_INFINITY } else { f32::INFINITY };
        let mut best = Array3::from_shape_fn(relief.dim(), start);
        for _ in 0..relief.len() {
            let old = best.clone();
            for (place, value) in best.indexed_iter_mut().filter(|it| markers[it.0] == 0) {
                let around = neighbours(place.into(), relief.dim()).map(|it| old[it]);
                let lowest = around.fold(f32::INFINITY, f32::min);
                *value = value.min(lowest.max(relief[place]));
            }
            if old == best {
                break;
            }
        }
        best
    }

    #[test]
    fn each_voxel_joins_a_marker_of_its_lowest_pass() {
        let mut random = Random::new(21);
        let relief = Array3::from_shape_fn((5, 8, 9), |_| crate::cast::to_f32(random.even()));
        let mut markers = Array3::zeros(relief.dim());
        (markers[[0, 0, 0]], markers[[4, 7, 8]], markers[[2, 4, 0]]) = (1, 2, 3);
        let found = watershed(relief.view(), markers.view());
        let ways = [1, 2, 3].map(|marker| passes(&relief, &markers, marker));
        for (place, region) in found.indexed_iter() {
            let lowest = ways.iter().map(|way| way[place]).fold(f32::INFINITY, f32::min);
            assert_eq!(ways[*region as usize - 1][place], lowest, "{place:?}");
        }
    }

    #[test]
    fn a_ridge_parts_two_basins_and_nan_belongs_to_none() {
        let mut relief = Array3::from_shape_fn((1, 4, 11), |(_, _, x)| 5.0 - x.abs_diff(5) as f32);
        relief[[0, 2, 2]] = f32::NAN;
        let mut markers = Array3::zeros(relief.dim());
        (markers[[0, 0, 0]], markers[[0, 3, 10]]) = (7, 8);
        let found = watershed(relief.view(), markers.view());
        assert!((0..5).all(|x| found[[0, 1, x]] == 7) && (6..11).all(|x| found[[0, 1, x]] == 8));
        assert_eq!(found[[0, 2, 2]], 0);
    }
}
