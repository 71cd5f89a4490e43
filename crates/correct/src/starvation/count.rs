//! Counts starved rays of one radiograph. Knows no angles.

use ndarray::{ArrayView2, Zip};
use voltomo_numeric::cast::to_f32;

/// Rays with a larger line integral cross the sample.
const THROUGH_SAMPLE: f32 = 0.1;
/// Least signal in standard deviations of its noise.
const LEAST_SIGNAL: f32 = 3.0;
/// Least signal over a background that was computed: that is known to a third or so.
const LEAST_OF_BACKGROUND: f32 = 0.5;

/// What is known of the rays of one radiograph, `[row, column]`.
#[derive(Debug, Clone, Copy)]
pub struct SeenRays<'a> {
    /// Line integrals, no unit, the background taken off where one is known.
    pub line_integrals: ArrayView2<'a, f32>,
    /// Variances of these from counting.
    pub variances: ArrayView2<'a, f32>,
    /// Background of scatter and glare that was computed and not measured, as a share of the open
    /// beam.
    pub computed_background: Option<ArrayView2<'a, f32>>,
}

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

/// Counts the rays of a radiograph whose transmission is below `below`, whose signal is less than
/// three times its noise, or less than half of a background that was computed: what is measured
/// there is the background, within what is known of it.
#[must_use]
pub fn count_starved(seen: &SeenRays<'_>, below: f64) -> StarvedRays {
    let mut found = StarvedRays::default();
    for (row, values) in seen.line_integrals.outer_iter().enumerate() {
        let background = seen.computed_background.map(|plane| plane.row(row).to_owned());
        let least = match background {
            Some(background) => background.mapv(|share| LEAST_OF_BACKGROUND * share),
            None => ndarray::Array1::zeros(values.len()),
        };
        let (mut through, mut starved) = (0u64, 0u64);
        Zip::from(values).and(seen.variances.row(row)).and(&least).for_each(
            |line_integral, variance, least| {
                if *line_integral > THROUGH_SAMPLE {
                    through += 1;
                    // The noise of a line integral is that of the signal over the signal.
                    let is_noise = *variance > 1.0 / (LEAST_SIGNAL * LEAST_SIGNAL);
                    let transmission = (-line_integral).exp();
                    let is_dark = transmission < least.max(to_f32(below));
                    starved += u64::from(is_noise || is_dark);
                }
            },
        );
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
        let seen = SeenRays {
            line_integrals: line_integrals.view(),
            variances: variances.view(),
            computed_background: None,
        };
        let found = count_starved(&seen, 0.01);
        assert_eq!((found.through_sample, found.starved), (4, 2));
        assert_eq!(found.by_row, [0.5, 0.5, 0.0]);
        assert_eq!(found.share(), 0.5);
        assert_eq!(StarvedRays::default().share(), 0.0);
    }

    #[test]
    fn rays_that_show_less_than_half_their_computed_background_are_starved() {
        let line_integrals = array![[2.0, 3.0, 4.0]];
        let variances = array![[1e-4, 1e-4, 1e-4]];
        let seen = |background: f32| {
            let plane = ndarray::Array2::from_elem((1, 3), background);
            let seen = SeenRays {
                line_integrals: line_integrals.view(),
                variances: variances.view(),
                computed_background: Some(plane.view()),
            };
            count_starved(&seen, 0.01).starved
        };
        assert_eq!([0.0, 0.03, 0.05, 0.2, 0.3].map(seen), [0, 0, 1, 2, 3]);
    }
}
