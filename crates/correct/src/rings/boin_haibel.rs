//! Ring removal by column sums. Knows sinograms; knows no files.

use super::{
    filter::{Filter, Room},
    plane::Rows,
    profile::constant,
    sliding_median::median_across,
};

/// Share of the largest smoothed mean below which a column is air.
const AIR: f32 = 0.05;

/// Multiplies each column by the smoothed sum of the columns over its own sum.
///
/// Full stripes alone, and those that grow with the sample. Where the smoothed mean lies below 5 %
/// of its largest value there is hardly a sample, and no ratio: there the difference of both means
/// is added. The source smooths by a moving average; the median keeps a lone stripe out of it.
/// Source: Boin & Haibel 2006, doi:10.1364/OE.14.012071.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoinHaibel {
    /// Columns of the median, an odd number.
    pub(super) window: usize,
}

impl Filter for BoinHaibel {
    fn apply(&self, rows: Rows<'_, '_>, _: &mut Room) {
        let scale = 1.0 / (rows.len() as f32).sqrt();
        let mut means = constant(rows.len()).project(rows);
        means.iter_mut().for_each(|mean| *mean *= scale);
        let mut smooth = Vec::new();
        median_across(&means, 1, self.window, &mut smooth);
        let least = AIR * smooth.iter().copied().fold(0.0, f32::max);
        let changes: Vec<(f32, f32)> =
            means
                .iter()
                .zip(&smooth)
                .map(|(&mean, &smooth)| {
                    if mean.min(smooth) > least {
                        (smooth / mean, 0.0)
                    } else {
                        (1.0, smooth - mean)
                    }
                })
                .collect();
        for row in rows.iter_mut() {
            row.iter_mut().zip(&changes).for_each(|(value, (factor, offset))| {
                *value = *value * factor + offset;
            });
        }
    }
}
