//! Air beside the sample, row by row. Knows no dose of whole radiographs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::cast::to_f32;

/// Air at both ends of every row: each row of each radiograph is divided by the line through the
/// mean transmission at its left and right end.
///
/// It takes drifts of the beam along the rows and from row to row; the noise of the few pixels of
/// air goes into the whole row, 1/√pixels of a pixel's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RowAirSettings {
    /// Columns of air at the left end of the frames as read; 0 where there is none.
    pub left: usize,
    /// Columns of air at the right end; 0 where there is none.
    pub right: usize,
}

impl RowAirSettings {
    /// Whether anything is done.
    pub(crate) fn is_wanted(&self) -> bool {
        self.left + self.right > 0
    }

    /// Divides one row of transmission by its line of air, which runs through the middle of both
    /// ends; by a constant, where only one end is air. A row without light there stays.
    pub(crate) fn divide(&self, row: &mut [f32]) {
        let mean = |part: &[f32]| {
            let sum: f64 = part.iter().map(|value| f64::from(*value)).sum();
            (!part.is_empty()).then(|| sum / part.len() as f64)
        };
        let last = row.len();
        let (left, right) = (mean(&row[..self.left]), mean(&row[last - self.right..]));
        let (Some(start), Some(end)) = (left.or(right), right.or(left)) else { return };
        let places =
            [(self.left as f64 - 1.0) / 2.0, last as f64 - 1.0 - (self.right as f64 - 1.0) / 2.0];
        let slope = (end - start) / (places[1] - places[0]).max(1.0);
        let at = |column: f64| start + slope * (column - places[0]);
        if !(at(0.0) > 0.0 && at(last as f64 - 1.0) > 0.0) {
            return;
        }
        for (column, value) in row.iter_mut().enumerate() {
            *value = to_f32(f64::from(*value) / at(column as f64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_of_the_beam_goes_and_the_sample_stays() {
        let beam = |x: usize| 0.9 + 0.01 * x as f32;
        let sample = |x: usize| if (8..20).contains(&x) { 0.5f32 } else { 1.0 };
        let mut row: Vec<f32> = (0..30).map(|x| beam(x) * sample(x)).collect();
        RowAirSettings { left: 5, right: 8 }.divide(&mut row);
        for (x, value) in row.iter().enumerate() {
            assert!((value - sample(x)).abs() < 1e-6, "{x}: {value}");
        }
    }

    #[test]
    fn one_end_gives_a_factor_and_a_dark_end_nothing() {
        let mut row = vec![0.8f32, 0.8, 0.4, 0.2];
        RowAirSettings { left: 2, right: 0 }.divide(&mut row);
        assert_eq!(row, [1.0, 1.0, 0.5, 0.25]);
        let mut dark = vec![0.0f32, -0.1, 0.4, 0.2];
        RowAirSettings { left: 2, right: 0 }.divide(&mut dark);
        assert_eq!(dark, [0.0, -0.1, 0.4, 0.2]);
    }
}
