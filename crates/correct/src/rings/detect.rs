//! Which columns stand out: a threshold from the columns' own spread. Knows no sinograms.

use voltomo_numeric::cast::to_f32;

/// The columns that stand out of a list with one figure a column, and their neighbours.
///
/// The figures are sorted, and a straight line is fitted to the middle half of them: from y₀ at the
/// least to y₁ at the largest. What lies beyond an end by `threshold`·(y₁ − y₀) or more tells that
/// there are stripes on that side; these are then all columns beyond it by half of that.
/// Source: Vo, Atwood & Drakopoulos 2018, algorithm 4, doi:10.1364/OE.26.028396.
pub(super) fn standing_out(figures: &[f32], threshold: f32) -> Vec<bool> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f32::total_cmp);
    let (Some(&least), Some(&largest)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let (low, high) = line_through_the_middle(&sorted);
    let spread = (high - low).abs().max(f32::MIN_POSITIVE);
    let is_low = (low - least) / spread >= threshold;
    let is_high = (largest - high) / spread >= threshold;
    let reach = 0.5 * threshold * spread;
    let stands_out =
        |figure: &f32| (is_low && *figure <= low - reach) || (is_high && *figure >= high + reach);
    widened(&figures.iter().map(stands_out).collect::<Vec<_>>())
}

/// The line's values at both ends of the list.
fn line_through_the_middle(sorted: &[f32]) -> (f32, f32) {
    let quarter = sorted.len() / 4;
    let middle = &sorted[quarter..sorted.len() - quarter];
    let count = middle.len() as f64;
    let mean = middle.iter().copied().map(f64::from).sum::<f64>() / count;
    let (mut along, mut spread) = (0.0, 0.0);
    for (index, value) in middle.iter().enumerate() {
        let from_middle = index as f64 - 0.5 * (count - 1.0);
        along += from_middle * (f64::from(*value) - mean);
        spread += from_middle * from_middle;
    }
    let slope = if spread > 0.0 { along / spread } else { 0.0 };
    let half = 0.5 * (sorted.len() as f64 - 1.0);
    (to_f32(mean - slope * half), to_f32(mean + slope * half))
}

/// The columns and one more at either side of each.
fn widened(stands_out: &[bool]) -> Vec<bool> {
    let at = |column: usize| stands_out.get(column).copied().unwrap_or(false);
    (0..stands_out.len()).map(|x| at(x.wrapping_sub(1)) || at(x) || at(x + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_has_no_stripes_and_two_outliers_come_with_their_neighbours() {
        let mut figures: Vec<f32> = (0..100u16).map(|k| f32::from(k * 37 % 100) * 0.01).collect();
        assert!(!standing_out(&figures, 3.0).contains(&true));
        (figures[40], figures[70]) = (5.0, -2.0);
        let found = standing_out(&figures, 3.0);
        let columns: Vec<usize> = (0..100).filter(|x| found[*x]).collect();
        assert_eq!(columns, [39, 40, 41], "−2 lies beyond the line's end by two spreads alone");
        figures[70] = -4.0;
        let found = standing_out(&figures, 3.0);
        assert_eq!((0..100).filter(|x| found[*x]).count(), 6);
    }

    #[test]
    fn equal_figures_have_no_stripes() {
        assert!(!standing_out(&[2.5; 9], 3.0).contains(&true));
        assert!(standing_out(&[], 3.0).is_empty());
    }
}
