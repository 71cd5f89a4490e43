//! Growing and shrinking of masks by balls, and holes. Knows no units.

use ndarray::{Array3, ArrayView3};

use crate::{
    components::{Connectivity, components},
    distance::squared_distance,
};

/// The voxels within `radius` of the mask: its dilation by a ball.
///
/// `mask`: `[z, y, x]`. `radius`: in voxels, between centres; 0 changes nothing. Memory: 6 bytes a
/// voxel.
#[must_use]
pub fn dilate(mask: ArrayView3<'_, bool>, radius: f64) -> Array3<bool> {
    let outside = mask.mapv(|is_in| !is_in);
    squared_distance(outside.view()).mapv(|square| f64::from(square) <= radius * radius)
}

/// The voxels farther than `radius` from all that is not of the mask: its erosion by a ball. The
/// mask goes on beyond the ends of the array.
///
/// As [`dilate`].
#[must_use]
pub fn erode(mask: ArrayView3<'_, bool>, radius: f64) -> Array3<bool> {
    squared_distance(mask).mapv(|square| f64::from(square) > radius * radius)
}

/// Erosion, then dilation: without the parts that hold no ball.
#[must_use]
pub fn open(mask: ArrayView3<'_, bool>, radius: f64) -> Array3<bool> {
    dilate(erode(mask, radius).view(), radius)
}

/// Dilation, then erosion: with the gaps that hold no ball.
#[must_use]
pub fn close(mask: ArrayView3<'_, bool>, radius: f64) -> Array3<bool> {
    erode(dilate(mask, radius).view(), radius)
}

/// The mask with the parts of its outside that do not reach an end of the array (by faces).
#[must_use]
pub fn fill_holes(mask: ArrayView3<'_, bool>) -> Array3<bool> {
    let outside = mask.mapv(|is_in| !is_in);
    let parts = components(outside.view(), Connectivity::Faces);
    let [depth, rows, columns] = parts.shape();
    let mut is_open = vec![false; parts.count()];
    for run in parts.runs() {
        let [z, y] = run.row();
        let ends = z == 0 || y == 0 || z + 1 == depth || y + 1 == rows;
        if ends || run.start == 0 || run.end as usize == columns {
            is_open[run.component as usize] = true;
        }
    }
    let mut filled = mask.to_owned();
    parts.paint(&mut filled, |part| (!is_open[part as usize]).then_some(true));
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The voxels of which one within the radius (all, of its complement) is in the mask.
    fn dilated_by_trying_all(mask: &Array3<bool>, radius: f64) -> Array3<bool> {
        Array3::from_shape_fn(mask.dim(), |(z, y, x)| {
            mask.indexed_iter().any(|((c, b, a), is_in)| {
                let square = z.abs_diff(c).pow(2) + y.abs_diff(b).pow(2) + x.abs_diff(a).pow(2);
                *is_in && square as f64 <= radius * radius
            })
        })
    }

    #[test]
    fn growing_and_shrinking_are_those_found_by_trying_all() {
        let mut random = Random::new(3);
        let mask = Array3::from_shape_fn((7, 9, 8), |_| random.even() < 0.05);
        let not = mask.mapv(|it| !it);
        for radius in [0.0, 1.0, 1.5, 2.3] {
            let grown = dilated_by_trying_all(&mask, radius);
            assert_eq!(dilate(mask.view(), radius), grown, "{radius}");
            assert_eq!(erode(not.view(), radius), grown.mapv(|it| !it), "{radius}");
        }
    }

    #[test]
    fn a_hole_is_filled_and_a_bay_stays() {
        let mut mask = Array3::from_elem((6, 6, 6), true);
        mask[[2, 3, 3]] = false;
        mask[[0, 1, 1]] = false;
        let filled = fill_holes(mask.view());
        assert!(filled[[2, 3, 3]] && !filled[[0, 1, 1]]);
        let empty = Array3::from_elem((1, 3, 3), false);
        assert_eq!(fill_holes(empty.view()), empty);
        assert_eq!(dilate(empty.view(), 2.0), empty);
    }

    #[test]
    fn opening_removes_what_is_thin_and_closing_fills_what_is_narrow() {
        let mask = Array3::from_shape_fn((9, 9, 20), |(z, _, x)| x < 8 || z == 4);
        assert!(!open(mask.view(), 2.0)[[4, 4, 15]] && open(mask.view(), 2.0)[[4, 4, 4]]);
        let slit = Array3::from_shape_fn((9, 9, 20), |(_, _, x)| x != 10);
        assert!(close(slit.view(), 1.0)[[4, 4, 10]]);
    }
}
