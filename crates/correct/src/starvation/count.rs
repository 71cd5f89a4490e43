//! Counts starved rays of one radiograph. Knows no angles.

use ndarray::ArrayView2;
use voltomo_numeric::cast::to_f32;

/// Rays with a larger line integral cross the sample.
const THROUGH_SAMPLE: f32 = 0.1;
/// Least signal in standard deviations of its noise.
const LEAST_SIGNAL: f32 = 3.0;

/// Starved rays of a radiograph.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StarvedRays {
    /// Rays through the sample.
    pub through_sample: u64,
    /// Those that are starved.
    pub starved: u64,
    /// Share of the starved ones in each row; 0 where none crosses the sample.
    pub by_row: Vec<f32>,
}

impl StarvedRays {
    /// Share of the rays through the sample that are starved.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.starved as f64 / self.through_sample.max(1) as f64
    }
}

/// Counts the rays of a radiograph whose transmission is below `below`, or whose signal is less
/// than three times its noise.
///
/// `line_integrals`, `variances`: `[row, column]`, no unit.
#[must_use]
pub fn count_starved(
    line_integrals: ArrayView2<'_, f32>,
    variances: ArrayView2<'_, f32>,
    below: f64,
) -> StarvedRays {
    let limit = -to_f32(below.max(1e-30)).ln();
    // The noise of a line integral is that of the signal over the signal.
    let noisiest = 1.0 / (LEAST_SIGNAL * LEAST_SIGNAL);
    let mut found = StarvedRays::default();
    for (values, variances) in line_integrals.outer_iter().zip(variances.outer_iter()) {
        let rays = values.iter().zip(variances).filter(|(p, _)| **p > THROUGH_SAMPLE);
        let (through, starved) = rays.fold((0u64, 0u64), |(through, starved), (p, variance)| {
            (through + 1, starved + u64::from(*p > limit || *variance > noisiest))
        });
        found.through_sample += through;
        found.starved += starved;
        found.by_row.push(to_f32(starved as f64 / through.max(1) as f64));
    }
    found
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn dark_and_noisy_rays_are_starved_and_air_is_no_ray() {
        let line_integrals = array![[0.0, 1.0, 5.0], [0.02, 2.0, 3.0], [0.0, 0.0, 0.0]];
        let variances = array![[1e-4, 1e-4, 1e-2], [1e-4, 0.2, 1e-3], [1e-4, 1e-4, 0.5]];
        let found = count_starved(line_integrals.view(), variances.view(), 0.01);
        assert_eq!((found.through_sample, found.starved), (4, 2));
        assert_eq!(found.by_row, [0.5, 0.5, 0.0]);
        assert_eq!(found.share(), 0.5);
        assert_eq!(StarvedRays::default().share(), 0.0);
    }
}
