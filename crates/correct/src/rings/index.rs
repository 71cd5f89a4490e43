//! How strong the stripes of sinograms are. Removes nothing.

use super::{
    plane::{less_parabola, shape},
    sliding_median::median_across,
};

/// Columns that a stripe is seen against.
const WINDOW: usize = 9;
/// Share of the columns, the steepest ones, that is left out: there the sample bends.
const STEEP: f64 = 0.15;

/// The stripes of some sinograms, in units of the line integrals.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RingIndex {
    stripes: f64,
    noise: f64,
    count: f64,
}

impl RingIndex {
    /// Root mean square of the stripes.
    pub(crate) fn value(&self) -> f64 {
        (self.stripes / self.count.max(1.0)).max(0.0).sqrt()
    }

    /// Whether the stripes reach the noise of the mean row.
    pub(super) fn stands_out(&self) -> bool {
        self.value() > (self.noise / self.count.max(1.0)).sqrt()
    }

    /// Adds a sinogram, a row an angle.
    ///
    /// The even and the odd angles have a mean row each, less its median over 9 columns. The mean of
    /// their product is the stripes' energy: noise differs between the two, stripes do not. Over a
    /// whole turn windings leave no trace in a mean row. Columns where the sample's level is steep
    /// are left out.
    pub(crate) fn add(&mut self, rows: &[&mut [f32]]) {
        let (_, columns) = shape(rows);
        let halves = [0, 1].map(|first| {
            let mut mean = vec![0.0f32; columns];
            let half = rows.iter().skip(first).step_by(2);
            let share = 1.0 / half.len().max(1) as f32;
            for row in half {
                mean.iter_mut().zip(row.iter()).for_each(|(mean, value)| *mean += share * value);
            }
            mean
        });
        let mut smooth = [Vec::new(), Vec::new()];
        for (half, smooth) in halves.iter().zip(&mut smooth) {
            median_across(half, 1, WINDOW, smooth);
        }
        let steepness = |x: usize| {
            let (before, after) = (x.saturating_sub(WINDOW / 2), (x + WINDOW / 2).min(columns - 1));
            smooth.iter().map(|line| line[after] - line[before]).sum::<f32>().abs()
        };
        let mut sorted: Vec<f32> = (0..columns).map(steepness).collect();
        sorted.sort_by(f32::total_cmp);
        let standing = halves.map(|half| less_parabola(&half, WINDOW / 2));
        let kept = voltomo_numeric::cast::to_index((1.0 - STEEP) * (columns - 1) as f64);
        for x in (0..columns).filter(|x| steepness(*x) <= sorted[kept]) {
            let [even, odd] = [0, 1].map(|half| f64::from(standing[half][x]));
            self.stripes += even * odd;
            self.noise += 0.25 * (even - odd) * (even - odd);
            self.count += 1.0;
        }
    }
}

/// Root mean square of the difference of two mean rows.
pub(super) fn change(before: &[&mut [f32]], after: &[&mut [f32]]) -> f64 {
    let (angles, columns) = shape(before);
    let mut means = vec![0.0f64; columns];
    for (before, after) in before.iter().zip(after) {
        let both = before.iter().zip(after.iter());
        means.iter_mut().zip(both).for_each(|(mean, (a, b))| *mean += f64::from(b - a));
    }
    let squares: f64 = means.iter().map(|mean| (mean / angles as f64).powi(2)).sum();
    (squares / columns as f64).sqrt()
}
