//! Which pixels a gain can be told of, and which way. Knows no scan.

use rayon::prelude::*;

use super::{
    gain_map::{Gains, NORMAL, middle},
    plane::mirrored,
};

/// Line integral below which nothing stands out.
const NOTHING: f32 = 1e-4;
/// How far what is beside a pixel may stand out of what is usual, as a factor.
const STANDS_OUT: f32 = 4.0;
/// Pixels among the 81 about one that must not stand out.
const EVEN_OF_81: usize = 73;
/// How far what columns and rows tell of a pixel that stands out may differ: in usual standard
/// deviations, and as a share of what the columns tell.
const ALIKE: [f32; 2] = [2.0, 0.25];
/// Mean square of the 25 about a pixel, in usual variances, up to which its row is believed.
const EVEN_ROWS: f32 = 2.0;

/// Leaves in `found.values` (and the differences beside them) what is a pixel's, and takes out what is the sample's, where that ends or
/// bends.
///
/// What the columns tell counts where at most 4 of the 25 pixels about one stand out of what is usual
/// in its column by a factor of 4 (usual: the median over the rows of the median magnitude in 25
/// pixels, at least 10⁻⁴), as do nine tenths of the 81 about it; a pixel that stands out itself must do
/// so in its row as well. Elsewhere what the rows tell counts, where it does not stand out and the 25
/// about it are even, all together. Memory: thirteen bytes a pixel.
pub(crate) fn only_pixels(found: &mut Gains, columns: usize) {
    let Gains { values, differences, across } = found;
    let near = ranks(values, columns);
    let usual: Vec<f32> = (0..columns)
        .into_par_iter()
        .map(|column| {
            let each = near.iter().skip(column).step_by(columns);
            let mut medians: Vec<f32> = each.map(|[median, _]| *median).collect();
            middle(&mut medians).max(NOTHING)
        })
        .collect();
    let stands_out = |value: f32, place: usize| value.abs() > STANDS_OUT * usual[place % columns];
    let is_even = |place: usize| !stands_out(near[place][1], place);
    let even: Vec<bool> = (0..near.len()).into_par_iter().map(is_even).collect();
    let places = (even.len() / columns.max(1), columns);
    values.par_iter_mut().zip(differences).enumerate().for_each(|(place, (value, difference))| {
        let deviation = NORMAL * usual[place % columns];
        let [beside, differing] = across[place];
        let is_alike = !stands_out(*value, place)
            || (*value - beside).abs() <= ALIKE[0] * deviation + ALIKE[1] * value.abs();
        let count = || about(place, places, 4).filter(|near| even[*near]).count();
        if !(even[place] && is_alike && count() >= EVEN_OF_81) {
            let square: f32 = about(place, places, 2).map(|near| across[near][0].powi(2)).sum();
            let is_even = square <= 25.0 * EVEN_ROWS * deviation * deviation;
            let is_told = is_even && !stands_out(beside, place);
            (*value, *difference) = if is_told { (beside, differing) } else { (0.0, 0.0) };
        }
    });
}

/// The middle one of the 25 magnitudes about each pixel, and the fifth largest.
fn ranks(map: &[f32], columns: usize) -> Vec<[f32; 2]> {
    let places = (map.len() / columns.max(1), columns);
    let rank = |place: usize| {
        let mut near = [0.0f32; 25];
        for (value, near) in near.iter_mut().zip(about(place, places, 2)) {
            *value = map[near].abs();
        }
        near.sort_unstable_by(f32::total_cmp);
        [near[12], near[20]]
    };
    (0..map.len()).into_par_iter().map(rank).collect()
}

/// The places of the pixels about one, `reach` rows and columns on either side, mirrored at the rims.
fn about(
    place: usize,
    (rows, columns): (usize, usize),
    reach: usize,
) -> impl Iterator<Item = usize> {
    let near = move |place: usize, step: usize, count: usize| {
        mirrored((place + step).cast_signed() - reach.cast_signed(), count)
    };
    let side = 2 * reach + 1;
    (0..side * side).map(move |k| {
        let row = near(place / columns, k / side, rows);
        row * columns + near(place % columns, k % side, columns)
    })
}
