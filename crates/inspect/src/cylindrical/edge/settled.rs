//! A table of places along the winding without single wrong ones. Knows no edge.

use ndarray::Array2;

/// Places along the winding over which the median is taken, and how many of them must be known.
const PLACES: usize = 5;
const LEAST_KNOWN: usize = 3;
/// Where windings stand unevenly, one place stands out of a median over many by up to this share of it.
const UNEVEN: f64 = 0.15;

/// `[turn, sector]`: median over five places along the winding, of which three are known: two wrong
/// edges side by side count nothing. NaN where fewer are known.
#[must_use]
pub(super) fn settled(table: &Array2<f64>) -> Array2<f64> {
    medians(table, (PLACES, LEAST_KNOWN))
}

/// As settled, but what stands out of the median over two fifths of a turn by more than `play`, or than a
/// share of the greatest difference of such medians, is that median: a bubble or a dent moves an edge at one
/// place, an uneven winding all along.
#[must_use]
pub(super) fn even(table: &Array2<f64>, play: f64) -> Array2<f64> {
    let places = 2 * (table.ncols() / 5).max(PLACES / 2) + 1;
    let wide = medians(table, (places, places / 2));
    let all = || wide.iter().copied().filter(|it| it.is_finite());
    let range = all().fold(f64::NEG_INFINITY, f64::max) - all().fold(f64::INFINITY, f64::min);
    let play = play.max(UNEVEN * range);
    let mut near = settled(table);
    near.zip_mut_with(&wide, |near, wide| {
        if wide.is_finite() && (*near - wide).abs() > play {
            *near = *wide;
        }
    });
    near
}

/// Median over so many places along the winding, of which so many are known; NaN where fewer are.
fn medians(table: &Array2<f64>, (places, least): (usize, usize)) -> Array2<f64> {
    let (_, sectors) = table.dim();
    Array2::from_shape_fn(table.dim(), |(turn, sector)| {
        let place = turn * sectors + sector;
        let near = place.saturating_sub(places / 2)..(place + places / 2 + 1).min(table.len());
        let mut known: Vec<f64> = near
            .map(|place| table[[place / sectors, place % sectors]])
            .filter(|it| it.is_finite())
            .collect();
        known.sort_unstable_by(f64::total_cmp);
        let middle = || 0.5 * (known[(known.len() - 1) / 2] + known[known.len() / 2]);
        if known.len() < least { f64::NAN } else { middle() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_wrong_places_side_by_side_count_nothing_and_three_do() {
        let mut table = Array2::from_elem((3, 8), 0.7);
        (table[[0, 7]], table[[1, 0]]) = (-0.3, -0.3);
        (table[[2, 2]], table[[2, 3]], table[[2, 4]]) = (0.1, 0.1, 0.1);
        let found = settled(&table);
        assert!(found.indexed_iter().all(|((turn, _), it)| turn == 2 || *it == 0.7), "{found}");
        assert_eq!(found[[2, 3]], 0.1);
    }

    #[test]
    fn what_is_known_at_two_places_of_five_is_not_known() {
        let mut table = Array2::from_elem((1, 9), f64::NAN);
        (table[[0, 3]], table[[0, 4]]) = (1.0, 1.0);
        assert!(settled(&table).iter().all(|it| it.is_nan()));
        table[[0, 5]] = 2.0;
        assert_eq!(settled(&table)[[0, 4]], 1.0);
        assert_eq!(settled(&Array2::zeros((0, 4))).len(), 0);
    }

    #[test]
    fn a_bubble_at_an_edge_is_no_uneven_winding() {
        let slope = |place: usize| 0.02 * (place as f64 - 60.0).abs();
        let truth = Array2::from_shape_fn((3, 40), |(turn, sector)| slope(40 * turn + sector));
        let mut table = truth.clone();
        table.slice_mut(ndarray::s![1, 30..36]).fill(-1.0);
        let found = even(&table, 0.05);
        let worst = (&found - &truth).mapv(f64::abs).iter().copied().fold(0.0, f64::max);
        assert!(worst < 0.15 * 1.2, "{worst}");
        assert_eq!(found[[1, 20]], settled(&truth)[[1, 20]]);
        assert!(settled(&table)[[1, 33]] == -1.0);
    }
}
