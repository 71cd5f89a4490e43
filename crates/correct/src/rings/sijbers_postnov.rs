//! Ring removal by the even lines of sliding windows. Knows images with stripes; knows no files.

use voltomo_numeric::{
    cast::{to_f32, to_index},
    median::median_in_place,
};

use super::{
    filter::{Filter, Room},
    plane::{Rows, shape},
};

/// Finds the stripes in the lines that are even within a window, where hardly anything else is.
///
/// In each window of `window` columns the lines whose variance is low are kept, their means taken
/// off, and the median over the lines taken: the stripes of these columns. Windows overlap by three
/// quarters; where they do, each counts with the number of its lines, and less towards its ends.
///
/// The source has a threshold for the variance, and one window at a column. Here the threshold is
/// the variance that a share of all lines of all windows lies below, which needs no unit.
/// Source: Sijbers & Postnov 2004, doi:10.1088/0031-9155/49/14/N06.
#[derive(Debug, Clone, Copy)]
pub(super) struct SijbersPostnov {
    /// Columns of a window.
    pub(super) window: usize,
    /// Share of the lines that count as even.
    pub(super) even_share: f32,
}

/// A line in a window.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    mean: f32,
    variance: f32,
}

impl SijbersPostnov {
    /// The stripes, one value a column; their mean is about 0.
    pub(super) fn template(&self, rows: &[&mut [f32]]) -> Vec<f32> {
        let (_, columns) = shape(rows);
        let width = self.window.min(columns);
        let windows: Vec<usize> =
            (0..=columns - width).step_by((width / 4).max(1)).chain([columns - width]).collect();
        let stretches: Vec<Vec<Stretch>> = windows
            .iter()
            .map(|first| rows.iter().map(|row| stretch(&row[*first..first + width])).collect())
            .collect();
        let least_variance = self.threshold(&stretches);
        let (mut sums, mut weights) = (vec![0.0f64; columns], vec![0.0f64; columns]);
        for (first, stretches) in windows.into_iter().zip(stretches) {
            let even: Vec<(usize, f32)> = stretches
                .iter()
                .enumerate()
                .filter(|(_, one)| one.variance <= least_variance)
                .map(|(line, one)| (line, one.mean))
                .collect();
            let mut values = Vec::with_capacity(even.len());
            for x in 0..width {
                values.clear();
                values.extend(even.iter().map(|(line, mean)| rows[*line][first + x] - mean));
                let middle = 0.5 * (width as f64 - 1.0);
                let weight = even.len() as f64 * (middle + 1.0 - (x as f64 - middle).abs());
                if let Some(stripe) = median_in_place(&mut values) {
                    sums[first + x] += weight * f64::from(stripe);
                    weights[first + x] += weight;
                }
            }
        }
        let stripe =
            |(sum, weight): (f64, f64)| if weight > 0.0 { to_f32(sum / weight) } else { 0.0 };
        sums.into_iter().zip(weights).map(stripe).collect()
    }

    /// The variance that the share of all lines of all windows lies below.
    fn threshold(&self, windows: &[Vec<Stretch>]) -> f32 {
        let mut variances: Vec<f32> = windows.iter().flatten().map(|one| one.variance).collect();
        let last = variances.len() - 1;
        let place = to_index(f64::from(self.even_share) * last as f64).min(last);
        *variances.select_nth_unstable_by(place, f32::total_cmp).1
    }
}

fn stretch(values: &[f32]) -> Stretch {
    let share = 1.0 / values.len() as f32;
    let mean = values.iter().sum::<f32>() * share;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() * share;
    Stretch { mean, variance }
}

impl Filter for SijbersPostnov {
    fn apply(&self, rows: Rows<'_, '_>, _: &mut Room) {
        let template = self.template(rows);
        for row in rows.iter_mut() {
            row.iter_mut().zip(&template).for_each(|(value, stripe)| *value -= stripe);
        }
    }
}
