//! How much a raw pixel scatters at a given level of counts. Knows no spots.

use voltomo_numeric::{
    cast::{to_f32, to_index},
    median::median_in_place,
};

/// Normal noise has this many standard deviations in its median distance from the median.
pub(crate) const DEVIATIONS: f32 = 1.4826;

/// Smallest standard deviation that is believed, as a part of the level: without it a frame of
/// few grey levels, or one without noise, would be full of spots.
const LEAST_RELATIVE: f32 = 0.003;

/// Levels that the fit looks at.
const LEVELS: usize = 24;

/// Variance of a raw pixel about the median of its surroundings: `constant + slope·counts`.
///
/// What spots stand out of. It is less than the noise of counting where the median follows the
/// slope of a body; that noise is [`Counting`](crate::counting::Counting).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Noise {
    pub(crate) constant: f32,
    pub(crate) slope: f32,
}

impl Noise {
    /// Variance at a level of counts.
    #[inline]
    pub(crate) fn variance(&self, level: f32) -> f32 {
        let relative = LEAST_RELATIVE * level;
        let counted = self.constant + self.slope * if level > 0.0 { level } else { 0.0 };
        if counted > relative * relative { counted } else { relative * relative }
    }

    /// Fits the two numbers to pixels as (level, distance from it): the median distance at each
    /// of 24 levels, then a line through their squares; again without what the line takes for
    /// spots. The list loses those.
    pub(crate) fn fit(pixels: &mut Vec<(f32, f32)>) -> Self {
        pixels.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let step = least_step(pixels);
        let mut noise = Self { constant: 0.0, slope: 0.0 };
        for _ in 0..3 {
            noise = line(&variances(pixels));
            noise.constant = noise.constant.max(0.25 * step * step);
            pixels.retain(|(level, distance)| distance * distance < 16.0 * noise.variance(*level));
        }
        noise
    }
}

/// Smallest difference of two grey levels; 0 where hardly any pixel differs from its surroundings.
/// Where levels are few, half a step between them is noise, however rarely it shows.
fn least_step(pixels: &[(f32, f32)]) -> f32 {
    let positive = || pixels.iter().map(|(_, distance)| *distance).filter(|d| *d > 0.0);
    if 200 * positive().count() < pixels.len() {
        return 0.0;
    }
    positive().reduce(f32::min).unwrap_or(0.0)
}

/// Level and variance at each of 24 levels.
fn variances(pixels: &[(f32, f32)]) -> Vec<(f64, f64)> {
    let size = pixels.len().div_ceil(LEVELS).max(1);
    let variance = |level: &[(f32, f32)]| {
        let mut distances: Vec<f32> = level.iter().map(|(_, distance)| *distance).collect();
        let deviation = DEVIATIONS * median_in_place(&mut distances).unwrap_or(0.0);
        (f64::from(level[level.len() / 2].0), f64::from(deviation).powi(2))
    };
    pixels.chunks(size).map(variance).collect()
}

/// Line with no negative number in it, each point weighted by its relative accuracy.
fn line(points: &[(f64, f64)]) -> Noise {
    let largest = points.iter().fold(0.0f64, |most, (_, variance)| most.max(*variance));
    let mut sums = [0.0; 5];
    for &(level, variance) in points {
        let weight = 1.0 / (variance + 1e-3 * largest + f64::MIN_POSITIVE).powi(2);
        let terms = [1.0, level, level * level, variance, level * variance];
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
    }
    let [one, x, xx, y, xy] = sums;
    // Levels that lie within 3 % of each other tell no slope.
    let determinant = one * xx - x * x;
    let (mut constant, mut slope) = if determinant > 1e-3 * one * xx {
        ((y * xx - x * xy) / determinant, (one * xy - x * y) / determinant)
    } else {
        (y / one.max(f64::MIN_POSITIVE), 0.0)
    };
    if slope < 0.0 {
        (constant, slope) = (y / one, 0.0);
    } else if constant < 0.0 {
        (constant, slope) = (0.0, if xx > 0.0 { (xy / xx).max(0.0) } else { 0.0 });
    }
    Noise { constant: to_f32(constant), slope: to_f32(slope) }
}

/// About `wanted` indices spread evenly over `count`, ends included.
pub(crate) fn spread(count: usize, wanted: usize) -> Vec<usize> {
    if count <= wanted {
        return (0..count).collect();
    }
    let step = (count - 1) as f64 / (wanted.max(2) - 1) as f64;
    (0..wanted.max(2)).map(|k| to_index((k as f64 * step).round()).min(count - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_finds_the_line_that_the_distances_follow() {
        let mut pixels = Vec::new();
        for k in 0..20_000u32 {
            let level = 100.0 + (k % 200) as f32 * 10.0;
            let sigma = (50.0 + 2.0 * level).sqrt();
            let distance = 2.0 * 0.6745 * sigma * (k / 200) as f32 / 99.0;
            pixels.push((level, distance));
        }
        let noise = Noise::fit(&mut pixels);
        for level in [100.0, 1000.0, 2000.0] {
            let expected = 50.0 + 2.0 * level;
            assert!((noise.variance(level) / expected - 1.0).abs() < 0.15, "{noise:?}");
        }
    }

    #[test]
    fn frames_of_one_grey_level_still_have_some_noise() {
        let noise = Noise::fit(&mut vec![(1000.0, 0.0); 100]);
        assert!(noise.variance(1000.0) > 1.0);
        assert_eq!(Noise::fit(&mut Vec::new()).variance(0.0), 0.0);
    }

    #[test]
    fn spread_keeps_both_ends() {
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert_eq!(spread(101, 3), [0, 50, 100]);
    }
}
