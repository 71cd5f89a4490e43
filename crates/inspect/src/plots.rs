//! What an inspection measured along something: curves and unrolled maps. Judges nothing.

use voltomo_types::{Counted, Curve, UnrolledMap};

/// Curves and maps of a cell, for plots and pictures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plots {
    /// Quantities round the clock, along the height, or winding by winding.
    pub curves: Vec<Curve>,
    /// Surfaces of the cell laid flat.
    pub maps: Vec<UnrolledMap>,
}

impl Plots {
    /// Takes what another room measured.
    pub fn extend(&mut self, others: Self) {
        self.curves.extend(others.curves);
        self.maps.extend(others.maps);
    }
}

/// What directions are counted from, for the name of an axis.
#[must_use]
pub fn direction(tab_angle: Option<f64>) -> Counted {
    Counted::new(
        if tab_angle.is_some() { "direction from the tab" } else { "direction from +x" },
        "°",
    )
}

/// Directions in degrees from the tab (or +x), 0 to 360, rising, and for each the index of its angle.
#[must_use]
pub fn clock(angles: &[f64], tab_angle: Option<f64>) -> (Vec<f64>, Vec<usize>) {
    let from = tab_angle.unwrap_or(0.0);
    let degrees: Vec<f64> =
        angles.iter().map(|angle| (angle - from).to_degrees().rem_euclid(360.0)).collect();
    let mut order: Vec<usize> = (0..angles.len()).collect();
    order.sort_by(|a, b| degrees[*a].total_cmp(&degrees[*b]));
    (order.iter().map(|k| degrees[*k]).collect(), order)
}

/// Least, median and greatest of the values that are numbers; NaN where there is none.
#[must_use]
pub fn spread(values: impl IntoIterator<Item = f64>) -> [f64; 3] {
    let mut known: Vec<f64> = values.into_iter().filter(|it| it.is_finite()).collect();
    known.sort_unstable_by(f64::total_cmp);
    let at = |k: usize| known.get(k).copied().unwrap_or(f64::NAN);
    [at(0), at(known.len() / 2), at(known.len().saturating_sub(1))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_begins_at_the_tab() {
        let quarter = std::f64::consts::FRAC_PI_2;
        let (degrees, order) = clock(&[0.0, quarter, 2.0 * quarter, 3.0 * quarter], Some(quarter));
        assert_eq!(order, [1, 2, 3, 0]);
        assert!(degrees.iter().zip([0.0, 90.0, 180.0, 270.0]).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn of_nothing_known_nothing_is_known() {
        assert!(spread([f64::NAN]).iter().all(|it| it.is_nan()));
        assert_eq!(spread([3.0, f64::NAN, 1.0, 2.0]), [1.0, 2.0, 3.0]);
    }
}
