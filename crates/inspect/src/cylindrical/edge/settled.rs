//! A table of places along the winding without single wrong ones. Knows no edge.

use ndarray::Array2;

/// Places along the winding over which the median is taken, and how many of them must be known.
const PLACES: usize = 5;
const LEAST_KNOWN: usize = 3;

/// `[turn, sector]`: median over five places along the winding, of which three are known: two wrong
/// edges side by side count nothing. NaN where fewer are known.
#[must_use]
pub(super) fn settled(table: &Array2<f64>) -> Array2<f64> {
    let (_, sectors) = table.dim();
    Array2::from_shape_fn(table.dim(), |(turn, sector)| {
        let place = turn * sectors + sector;
        let near = place.saturating_sub(PLACES / 2)..(place + PLACES / 2 + 1).min(table.len());
        let mut known: Vec<f64> = near
            .map(|place| table[[place / sectors, place % sectors]])
            .filter(|it| it.is_finite())
            .collect();
        known.sort_unstable_by(f64::total_cmp);
        let middle = || 0.5 * (known[(known.len() - 1) / 2] + known[known.len() / 2]);
        if known.len() < LEAST_KNOWN { f64::NAN } else { middle() }
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
}
