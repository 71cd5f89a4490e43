//! How much counts scatter from one exposure to the next, at a given level. Knows no spots.
//!
//! Measured in the corrected radiographs themselves: what a pixel keeps from frame to frame (gain,
//! dark field) is divided out first, and a body's slopes fall out of the mask.

use voltomo_numeric::{cast::to_f32, median::median_in_place};
use voltomo_types::NoiseCorrelation;

use crate::{flat_field::Mixed, noise::DEVIATIONS};

/// Levels that the fit looks at.
const LEVELS: usize = 24;

/// Pixels of a frame that are looked at, about.
const SAMPLE: usize = 100_000;

/// The mask sees at least this part of the variance of noise that pixels share, or it is told by
/// chance.
const LEAST_SEEN: f64 = 0.01;

/// Radiographs that are looked at, at least and at most.
const FRAMES: [usize; 2] = [5, 48];

/// Smallest relative standard deviation that is believed: noise-free data have a weight too.
const LEAST_RELATIVE: f32 = 1e-4;

/// Second differences along rows and columns: it is 0 on any `f(row) + g(column)`, and of white
/// noise it keeps the variance. Source: Immerkær 1996, doi:10.1006/cviu.1996.0060.
const MASK: [[f32; 3]; 3] = [[1.0, -2.0, 1.0], [-2.0, 4.0, -2.0], [1.0, -2.0, 1.0]];
const MASK_NORM: f32 = 6.0;

/// Fourth differences along a row, where a frame has fewer rows than the mask.
const ROW_MASK: [f32; 5] = [1.0, -4.0, 6.0, -4.0, 1.0];
/// `√70`.
const ROW_MASK_NORM: f32 = 8.366_6;

/// Variance of a corrected pixel from exposure to exposure: `constant + slope·counts`, the counts
/// above the dark field.
///
/// Counted quanta make the slope, the camera the constant; the gain need not be known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Counting {
    pub(crate) constant: f32,
    pub(crate) slope: f32,
}

/// What one place of a frame tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Counts above the dark field.
    level: f32,
    /// What the mask gives, in counts.
    distance: f32,
    /// Counts over the open beam.
    transmission: f32,
    /// 1 over the flat fields that the open beam is a mean of.
    of_flats: f32,
}

/// The open beam of a radiograph, the dark field, and how many flat fields the beam is a mean of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beam<'a> {
    pub(crate) open: Mixed<'a>,
    pub(crate) dark: &'a [f32],
    pub(crate) flats: f32,
}

/// How many radiographs of so many pixels are looked at: of small ones more.
pub(crate) fn frames_to_see(pixels: usize) -> usize {
    (SAMPLE / pixels.max(1)).clamp(FRAMES[0], FRAMES[1])
}

/// Adds places of a frame whose spots are mended to the sample.
///
/// `values`: `[row, column]` in rows of `columns`, counts, or line integrals where there is no
/// `beam`. `is_usable`: whether a pixel counts at all.
pub(crate) fn see(
    (values, columns): (&[f32], usize),
    beam: Option<Beam<'_>>,
    is_usable: impl Fn(usize) -> bool,
    seen: &mut Vec<Seen>,
) {
    let rows = values.len() / columns.max(1);
    let reach = if rows < 3 { [0, 2] } else { [1, 1] };
    if columns <= 2 * reach[1] {
        return;
    }
    let step = (values.len() / SAMPLE).max(1);
    for row in (reach[0]..rows - reach[0]).step_by(step.min(rows.div_ceil(8)).max(1)) {
        for column in reach[1]..columns - reach[1] {
            let around = around([row, column], columns, reach);
            seen.extend(place(values, beam, (around, &is_usable)));
        }
    }
}

/// The part of the variance of noise that pixels share that the mask sees in frames of so many rows;
/// it sees all of white noise. `None` where it sees hardly any.
pub(crate) fn seen_of(correlation: &NoiseCorrelation, rows: usize) -> Option<f64> {
    let reach = if rows < 3 { [0, 2] } else { [1, 1] };
    let columns = 2 * reach[1] + 1;
    let place =
        |index: usize| [index / columns, index % columns].map(|k| k.try_into().unwrap_or(0));
    let mask = around(reach, columns, reach);
    let mask: Vec<_> = mask.map(|(index, weight)| (place(index), f64::from(weight))).collect();
    Some(correlation.variance_of(&mask)).filter(|seen| *seen > LEAST_SEEN)
}

/// Pixels that the mask covers, with what it multiplies them by.
fn around(
    [row, column]: [usize; 2],
    columns: usize,
    reach: [usize; 2],
) -> impl Iterator<Item = (usize, f32)> {
    let rows = row - reach[0]..=row + reach[0];
    rows.flat_map(move |y| (column - reach[1]..=column + reach[1]).map(move |x| (y, x))).map(
        move |(y, x)| {
            let weight = match reach[0] {
                0 => ROW_MASK[x + 2 - column] / ROW_MASK_NORM,
                _ => MASK[y + 1 - row][x + 1 - column] / MASK_NORM,
            };
            (y * columns + x, weight)
        },
    )
}

/// What the mask gives at one place; `None` where a pixel of it does not answer.
fn place(
    values: &[f32],
    beam: Option<Beam<'_>>,
    (around, is_usable): (impl Iterator<Item = (usize, f32)>, &impl Fn(usize) -> bool),
) -> Option<Seen> {
    let (mut difference, mut mean, mut open_beam) = (0.0, 0.0, 0.0);
    for (index, weight) in around {
        let (value, open) = match beam {
            None => (values[index], 1.0),
            Some(beam) => {
                let open = beam.open.at(index);
                ((values[index] - beam.dark[index]) / open, open)
            }
        };
        if !(is_usable(index) && value.is_finite() && open > 0.0) {
            return None;
        }
        difference += weight * value;
        mean += weight * weight * value;
        open_beam += weight * weight * open;
    }
    let level = if beam.is_some() { mean * open_beam } else { mean.abs() };
    let of_flats = beam.map_or(0.0, |beam| 1.0 / beam.flats);
    let distance = (difference * open_beam).abs();
    Some(Seen { level, distance, transmission: mean, of_flats })
}

impl Counting {
    /// Variance at a level of counts above the dark field.
    #[inline]
    pub(crate) fn variance(&self, level: f32) -> f32 {
        let least = LEAST_RELATIVE * level;
        (self.constant + self.slope * level.max(0.0)).max(least * least)
    }

    /// Where pixels share the noise of counted quanta, and the mask sees but a part of it.
    pub(crate) fn seen_by(self, part: f64) -> Self {
        Self { slope: to_f32(f64::from(self.slope) / part), ..self }
    }

    /// With both numbers so many times as large.
    pub(crate) fn times(self, [constant, slope]: [f64; 2]) -> Self {
        let times = |value: f32, gain: f64| to_f32(f64::from(value) * gain);
        Self { constant: times(self.constant, constant), slope: times(self.slope, slope) }
    }

    /// Fits the two numbers: the median distance at each of 24 levels, then a line through their
    /// squares, each level weighed by the variance that the line tells.
    ///
    /// The mean of n flat fields has noise of its own, which is the same in all radiographs and not
    /// wanted here: at the transmission t, `distance² = constant·(1 + t²/n) + slope·level·(1 + t/n)`.
    pub(crate) fn fit(mut seen: Vec<Seen>) -> Self {
        seen.sort_by(|a, b| a.level.total_cmp(&b.level).then(a.distance.total_cmp(&b.distance)));
        let size = seen.len().div_ceil(LEVELS).max(1);
        let levels: Vec<Level> = seen.chunks(size).map(Level::of).collect();
        let mut fitted = Self::through(&levels, |level| level.variance);
        for _ in 0..3 {
            fitted = Self::through(&levels, |level| {
                f64::from(fitted.constant) * level.ones + f64::from(fitted.slope) * level.counts
            });
        }
        fitted
    }

    /// Line with no negative number in it; `expected` tells the variance that a level is weighed by.
    fn through(levels: &[Level], expected: impl Fn(&Level) -> f64) -> Self {
        let largest = levels.iter().fold(0.0f64, |most, level| most.max(level.variance));
        let mut sums = [0.0; 5];
        for level in levels {
            let weight = level.weight / (expected(level) + 1e-3 * largest + 1e-30).powi(2);
            let Level { ones, counts, variance, .. } = *level;
            let terms = [ones * ones, ones * counts, counts * counts, ones * variance];
            let terms = terms.into_iter().chain([counts * variance]);
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
        }
        let [one, x, xx, y, xy] = sums;
        let determinant = one * xx - x * x;
        let free = [y * xx - x * xy, one * xy - x * y].map(|term| term / determinant);
        let only = |sum: f64, of: f64| if of > 0.0 { (sum / of).max(0.0) } else { 0.0 };
        // Levels that lie within 3 % of each other tell one number: that of counted quanta.
        let [constant, slope] = match free {
            [constant, slope]
                if determinant > 1e-3 * one * xx && constant >= 0.0 && slope >= 0.0 =>
            {
                [constant, slope]
            }
            [_, slope] if determinant > 1e-3 * one * xx && slope < 0.0 => [only(y, one), 0.0],
            _ => [0.0, only(xy, xx)],
        };
        Self { constant: to_f32(constant), slope: to_f32(slope) }
    }
}

/// The places of one level together.
#[derive(Debug, Clone, Copy)]
struct Level {
    /// What the constant is multiplied by.
    ones: f64,
    /// What the slope is multiplied by.
    counts: f64,
    variance: f64,
    /// Places.
    weight: f64,
}

impl Level {
    fn of(seen: &[Seen]) -> Self {
        let mut distances: Vec<f32> = seen.iter().map(|place| place.distance).collect();
        let deviation = f64::from(DEVIATIONS * median_in_place(&mut distances).unwrap_or(0.0));
        let weight = seen.len() as f64;
        let mean = |of: &dyn Fn(&Seen) -> f64| seen.iter().map(of).sum::<f64>() / weight;
        Self {
            ones: mean(&|place| f64::from(1.0 + place.transmission.powi(2) * place.of_flats)),
            counts: mean(&|place| {
                f64::from(place.level * (1.0 + place.transmission * place.of_flats))
            }),
            variance: deviation * deviation,
            weight,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look drawn by chance, normal, of variance 1.
    fn noise(count: usize) -> Vec<f32> {
        let mut state = 1u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / (1u64 << 31) as f64
        };
        (0..count).map(|_| to_f32((0..12).map(|_| uniform()).sum::<f64>() - 6.0)).collect()
    }

    /// A body that falls by a tenth from column to column, and noise that grows with the counts.
    #[test]
    fn noise_on_steep_slopes_is_told_as_it_is() {
        let (rows, columns) = (600, 64);
        let level = |column: usize| 40_000.0 * 0.9f32.powi(i32::try_from(column).unwrap() % 32);
        let drawn = noise(rows * columns);
        let values: Vec<f32> = (0..rows * columns)
            .map(|k| level(k % columns) + (400.0 + 0.5 * level(k % columns)).sqrt() * drawn[k])
            .collect();
        let mut seen = vec![];
        see((&values, columns), None, |_| true, &mut seen);
        let fitted = Counting::fit(seen);
        for level in [2000.0, 8000.0, 40_000.0] {
            let ratio = fitted.variance(level) / (400.0 + 0.5 * level);
            assert!((ratio - 1.0).abs() < 0.12, "{level} {ratio} {fitted:?}");
        }
    }

    #[test]
    fn a_single_row_tells_its_noise_too() {
        let drawn = noise(4000);
        let value = |(k, drawn): (usize, &f32)| 1.0 + 0.3 * (k as f32 / 40.0).sin() + 0.02 * drawn;
        let values: Vec<f32> = drawn.iter().enumerate().map(value).collect();
        let mut seen = vec![];
        see((&values, 4000), None, |_| true, &mut seen);
        let ratio = Counting::fit(seen).variance(1.0) / 4e-4;
        assert!((ratio - 1.0).abs() < 0.15, "{ratio}");
    }

    #[test]
    fn the_mask_sees_all_of_white_noise_and_a_part_of_that_of_three_columns() {
        let sees =
            |lags: Vec<f64>, rows| seen_of(&NoiseCorrelation::new(vec![lags]), rows).unwrap();
        assert!((sees(vec![1.0], 100) - 1.0).abs() < 1e-6);
        assert!((sees(vec![1.0], 1) - 1.0).abs() < 1e-6);
        // Along a row the mask is (1, −2, 1)/√6: (6·1 − 8·2/3 + 2·1/3)/6.
        let expected = (6.0 - 16.0 / 3.0 + 2.0 / 3.0) / 6.0;
        assert!((sees(vec![1.0, 2.0 / 3.0, 1.0 / 3.0], 100) - expected).abs() < 1e-6);
    }

    #[test]
    fn nothing_seen_is_no_noise_and_frames_too_narrow_show_nothing() {
        let mut seen = vec![];
        see((&[1.0; 4], 2), None, |_| true, &mut seen);
        assert_eq!(Counting::fit(seen), Counting::default());
        assert!(Counting::default().variance(100.0) > 0.0);
    }
}
