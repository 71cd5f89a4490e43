//! Spots in raw frames: finds them and puts the median of clean neighbours there. Knows no
//! reference frames and no angles.
//!
//! A spot is a peak (or hole) that stands out of the noise and is small. Seeds differ from the
//! median of 25 by more than the threshold; from each seed the peak is flooded down to a level
//! near its surroundings, and where the flood stays within a few pixels, it was a spot. What is
//! joined to something larger (an edge, a wire, a corner) stays, however sharp it is.

use std::ops::Range;

use ndarray::Array2;
use voltomo_numeric::median::{MedianOf25, median_in_place};

use crate::{
    SpotMethod, SpotSettings, mark,
    noise::{DEVIATIONS, Noise},
    peak::Flood,
};

/// Neighbours whose median replaces a pixel: at least so many.
const LEAST_NEIGHBOURS: usize = 3;
/// Pixels of the window whose median finds the seeds.
const WINDOW_OF_25: usize = 25;

/// What a pixel is compared with.
#[derive(Debug, Clone, Copy)]
struct Surroundings {
    level: f32,
    sigma: f32,
}

/// A pixel that may be a spot.
#[derive(Debug, Clone, Copy)]
struct Seed {
    value: f32,
    is_bright: bool,
}

impl Seed {
    /// How far it stands out of a level.
    fn height(self, level: f32) -> f32 {
        if self.is_bright { self.value - level } else { level - self.value }
    }
}

/// A row in which nothing is left to mend with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unmendable {
    /// Row of the window.
    pub(crate) row: usize,
    /// Pixels without a number in it.
    pub(crate) missing: usize,
}

/// Rows that must be given above and below the rows that are to be right.
pub(crate) fn halo(settings: &SpotSettings) -> usize {
    // A pixel is mended from up to radius + 1 rows away; the seed of a peak is up to 2·radius rows
    // from there, and the noise about a seed is read in radius + 1 rows.
    4 * settings.radius + 2
}

/// Finds and mends spots in windows of frames; keeps its memory between windows.
#[derive(Debug)]
pub(crate) struct SpotFilter<'a> {
    settings: &'a SpotSettings,
    noise: Noise,
    columns: usize,
    marks: Vec<u8>,
    medians: Vec<f32>,
    seeds: Vec<(usize, f32)>,
    window: Vec<f32>,
    median_of_25: MedianOf25,
    flood: Flood,
}

impl<'a> SpotFilter<'a> {
    pub(crate) fn new(settings: &'a SpotSettings, noise: Noise) -> Self {
        Self {
            settings,
            noise,
            columns: 0,
            marks: Vec::new(),
            medians: Vec::new(),
            seeds: Vec::new(),
            window: Vec::new(),
            median_of_25: MedianOf25::default(),
            flood: Flood::new(2 * settings.radius + 1),
        }
    }

    /// Columns of the last window.
    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// What each pixel of the last window was.
    pub(crate) fn marks(&self) -> &[u8] {
        &self.marks
    }

    /// Mends `values` (rows of `columns` pixels) in the rows `wanted`; clean pixels keep their
    /// bits. `dead` names pixels that hold nothing, as far as it is given; they are not mended.
    pub(crate) fn clean(
        &mut self,
        values: &mut [f32],
        columns: usize,
        (dead, wanted): (&[bool], Range<usize>),
    ) -> Result<(), Unmendable> {
        self.columns = columns;
        self.marks.clear();
        self.marks.resize(values.len(), mark::CLEAN);
        self.find_holes(values, dead);
        if self.settings.method == SpotMethod::Adaptive {
            self.find_seeds(values);
            let seeds = std::mem::take(&mut self.seeds);
            for &(index, median) in &seeds {
                self.judge(values, index, median);
            }
            self.seeds = seeds;
        }
        self.mend(values, wanted)
    }

    /// Marks pixels that hold no number, and puts the nearest number of their row there meanwhile.
    fn find_holes(&mut self, values: &mut [f32], dead: &[bool]) {
        for (mark, dead) in self.marks.iter_mut().zip(dead) {
            *mark = if *dead { mark::DEAD } else { mark::CLEAN };
        }
        let rows = values.chunks_mut(self.columns).zip(self.marks.chunks_mut(self.columns));
        for (row, marks) in rows {
            for (value, mark) in row.iter().zip(marks.iter_mut()) {
                if !value.is_finite() && *mark == mark::CLEAN {
                    *mark = mark::HOLE;
                }
            }
            if marks.iter().any(|mark| *mark != mark::CLEAN) {
                bridge_row(row, marks);
            }
        }
    }

    /// Adds about `wanted` pixels to `pixels`, as (median of 25, distance from it), for
    /// [`Noise::fit`]; `values` lose their holes.
    pub(crate) fn sample(
        &mut self,
        values: &mut [f32],
        columns: usize,
        (dead, wanted, pixels): (&[bool], usize, &mut Vec<(f32, f32)>),
    ) {
        self.columns = columns;
        self.marks.clear();
        self.marks.resize(values.len(), mark::CLEAN);
        self.find_holes(values, dead);
        self.medians.resize(columns, 0.0);
        let rows: Vec<&[f32]> = values.chunks(columns).collect();
        let step = (values.len() / wanted.max(1)).max(1);
        let row_step = step.isqrt().min(rows.len().div_ceil(8)).max(1);
        for y in (row_step / 2..rows.len()).step_by(row_step) {
            self.median_of_25.row(around_row(&rows, y), &mut self.medians);
            let marks = &self.marks[y * columns..(y + 1) * columns];
            let row = rows[y].iter().zip(&self.medians).zip(marks);
            let clean = row.filter(|(_, mark)| **mark == mark::CLEAN);
            let distances = clean.map(|((value, median), _)| (*median, (value - median).abs()));
            pixels.extend(distances.step_by((step / row_step).max(1)));
        }
    }

    fn find_seeds(&mut self, values: &[f32]) {
        self.seeds.clear();
        self.medians.resize(self.columns, 0.0);
        let rows: Vec<&[f32]> = values.chunks(self.columns).collect();
        for (y, row) in rows.iter().enumerate() {
            self.median_of_25.row(around_row(&rows, y), &mut self.medians);
            self.find_seeds_in_row(row, y * self.columns);
        }
    }

    /// Pixels beyond the threshold, and beyond half of it where the count is zero or negative.
    fn find_seeds_in_row(&mut self, row: &[f32], first: usize) {
        const CHUNK: usize = 16;
        let squared = self.settings.threshold.powi(2);
        let stands_out = |value: f32, median: f32| {
            let distance = value - median;
            let limit = squared * self.noise.variance(median);
            distance * distance > if value > 0.0 { limit } else { 0.25 * limit }
        };
        for (chunk, (values, medians)) in
            row.chunks(CHUNK).zip(self.medians.chunks(CHUNK)).enumerate()
        {
            let pairs = || values.iter().zip(medians);
            if !pairs().fold(false, |any, (value, median)| any | stands_out(*value, *median)) {
                continue;
            }
            for (k, (value, median)) in pairs().enumerate() {
                let index = first + chunk * CHUNK + k;
                if stands_out(*value, *median) && self.marks[index] < mark::HOLE {
                    self.seeds.push((index, *median));
                }
            }
        }
    }

    /// Decides about one seed and marks its whole peak if it is a spot.
    ///
    /// The seed is compared with a small square, which the slope of a body hardly disturbs, and
    /// with a larger one, which a large spot does not fill.
    fn judge(&mut self, values: &[f32], index: usize, median: f32) {
        let value = values[index];
        let kind = if value > median { mark::BRIGHT } else { mark::DARK };
        if !if kind == mark::BRIGHT { self.settings.bright } else { self.settings.dark } {
            return;
        }
        for (reach, level) in [(2, Some(median)), (self.settings.radius + 1, None)] {
            self.fill_window(values, index, reach);
            let seed = Seed { value, is_bright: kind == mark::BRIGHT };
            let Some(around) = self.surroundings(seed, level) else { continue };
            let height = seed.height(around.level);
            if value <= 0.0
                && kind == mark::DARK
                && height > 0.5 * self.settings.threshold * around.sigma
            {
                self.marks[index] = self.marks[index].max(kind);
            }
            if height > self.settings.threshold * around.sigma
                && self.mark_peak(values, index, (around, kind))
            {
                return;
            }
        }
    }

    /// Marks the peak (or hole) at a seed, down to the lowest level at which it is small; false if
    /// there is none.
    ///
    /// The lowest level is half the threshold above the surroundings; above it the peak must stand
    /// out of its own foot by the whole threshold.
    fn mark_peak(
        &mut self,
        values: &[f32],
        index: usize,
        (around, kind): (Surroundings, u8),
    ) -> bool {
        let threshold = self.settings.threshold;
        let height = (values[index] - around.level).abs();
        let sign = if kind == mark::BRIGHT { 1.0 } else { -1.0 };
        let prominence = threshold * around.sigma.max(self.noise.variance(values[index]).sqrt());
        let lowest = 0.5 * threshold * around.sigma;
        let higher = [0.25 * height, 0.5 * height, height - prominence];
        let higher =
            higher.into_iter().filter(|foot| *foot > lowest && height - foot >= 0.999 * prominence);
        for foot in std::iter::once(lowest).chain(higher) {
            let level = sign * around.level + foot;
            let picture = (values, self.marks.as_slice(), self.columns);
            if let Some(peak) = self.flood.peak(picture, index, (sign, level)) {
                peak.iter().for_each(|&k| self.marks[k] = self.marks[k].max(kind));
                return true;
            }
        }
        false
    }

    /// Level and noise of the window about a seed: the noise expected at this level or the
    /// scatter, whichever is more. `None` where the seed does not stand out of it by half the
    /// threshold (by the whole, where its count is positive).
    ///
    /// `median`: that of the whole square, which is the window's where no pixel of it is left out.
    /// Most seeds are edges of a body, where the window scatters: whether half of it lies so far
    /// from the level is counted, before the scatter itself is looked for.
    fn surroundings(&mut self, seed: Seed, median: Option<f32>) -> Option<Surroundings> {
        let median = median.filter(|_| self.window.len() == WINDOW_OF_25);
        let level = median.or_else(|| median_in_place(&mut self.window)).unwrap_or(0.0);
        let factor = if seed.value > 0.0 { 1.0 } else { 0.5 } * self.settings.threshold;
        let (height, expected) = (seed.height(level), self.noise.variance(level).sqrt());
        if height <= factor * expected {
            return None;
        }
        let is_within = |value: f32| height > factor * (DEVIATIONS * (value - level).abs());
        let within: u32 = self.window.iter().map(|value| u32::from(is_within(*value))).sum();
        if 2 * (within as usize) < self.window.len() {
            return None;
        }
        self.window.iter_mut().for_each(|value| *value = (*value - level).abs());
        let scatter = median_in_place(&mut self.window).unwrap_or(0.0);
        Some(Surroundings { level, sigma: (DEVIATIONS * scatter).max(expected) })
    }

    /// Puts the square about a pixel into the window, less the pixels that hold nothing.
    fn fill_window(&mut self, values: &[f32], index: usize, reach: usize) {
        self.window.clear();
        for pixels in self.rows_around(index, reach, values.len()) {
            let (row, marks) = (&values[pixels.clone()], &self.marks[pixels]);
            if marks.iter().fold(true, |all, mark| all & (*mark < mark::HOLE)) {
                self.window.extend_from_slice(row);
            } else {
                let held = row.iter().zip(marks).filter(|(_, mark)| **mark < mark::HOLE);
                self.window.extend(held.map(|(value, _)| *value));
            }
        }
    }

    /// Indices of the square about a pixel, a range for each of its rows.
    fn rows_around(
        &self,
        index: usize,
        reach: usize,
        count: usize,
    ) -> impl Iterator<Item = Range<usize>> + use<> {
        let columns = self.columns;
        let (y, x) = (index / columns, index % columns);
        let rows = y.saturating_sub(reach)..(y + reach + 1).min(count / columns);
        let (first, end) = (x.saturating_sub(reach), (x + reach + 1).min(columns));
        rows.map(move |row| row * columns + first..row * columns + end)
    }

    fn mend(&mut self, values: &mut [f32], wanted: Range<usize>) -> Result<(), Unmendable> {
        let mut mended = Vec::new();
        for row in wanted {
            let pixels = row * self.columns..(row + 1) * self.columns;
            for index in pixels.clone() {
                if (mark::DARK..=mark::HOLE).contains(&self.marks[index]) {
                    let value = self.median_of_clean(values, index);
                    let value = value.or_else(|| self.bridge(values, index));
                    let missing = || self.marks[pixels.clone()].iter();
                    mended.push((
                        index,
                        value.ok_or_else(|| Unmendable {
                            row,
                            missing: missing().filter(|mark| **mark != mark::CLEAN).count(),
                        })?,
                    ));
                }
            }
        }
        for (index, value) in mended {
            values[index] = value;
        }
        Ok(())
    }

    /// Median of the clean pixels in the smallest square that has enough of them.
    fn median_of_clean(&mut self, values: &[f32], index: usize) -> Option<f32> {
        for reach in 1..=self.settings.radius + 1 {
            let mut clean = std::mem::take(&mut self.window);
            clean.clear();
            let around = self.rows_around(index, reach, values.len()).flatten();
            clean.extend(around.filter(|k| self.marks[*k] == mark::CLEAN).map(|k| values[k]));
            let median =
                if clean.len() < LEAST_NEIGHBOURS { None } else { median_in_place(&mut clean) };
            self.window = clean;
            if median.is_some() {
                return median;
            }
        }
        None
    }

    /// Between the nearest clean pixels of the row.
    fn bridge(&self, values: &[f32], index: usize) -> Option<f32> {
        let first = index / self.columns * self.columns;
        let is_clean = |k: &usize| self.marks[*k] == mark::CLEAN;
        let left = (first..index).rev().find(is_clean);
        let right = (index + 1..first + self.columns).find(is_clean);
        match (left, right) {
            (Some(left), Some(right)) => {
                let share = (index - left) as f32 / (right - left) as f32;
                Some(values[left] * (1.0 - share) + values[right] * share)
            }
            (Some(one), None) | (None, Some(one)) => Some(values[one]),
            (None, None) => None,
        }
    }
}

/// Pixels that were replaced in a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpotCount {
    /// Pixels of bright spots.
    pub bright: u64,
    /// Pixels of dark spots.
    pub dark: u64,
    /// Pixels that held NaN or infinity.
    pub non_finite: u64,
}

/// Takes the spots out of one raw frame, `[row, column]` in counts, by the noise of that frame.
///
/// Clean pixels keep their bits. `None` if a row holds no number and nothing to mend it with; the
/// frame is then as it was. Memory: two copies of the frame.
#[must_use]
pub fn remove_spots(frame: &mut Array2<f32>, settings: &SpotSettings) -> Option<SpotCount> {
    let columns = frame.ncols();
    let mut values: Vec<f32> = frame.iter().copied().collect();
    let mut pixels = Vec::new();
    let mut filter = SpotFilter::new(settings, Noise { constant: 0.0, slope: 0.0 });
    filter.sample(&mut values.clone(), columns, (&[], 100_000, &mut pixels));
    filter.noise = Noise::fit(&mut pixels);
    filter.clean(&mut values, columns, (&[], 0..frame.nrows())).ok()?;
    frame.iter_mut().zip(values).for_each(|(into, value)| *into = value);
    let count = |kind| filter.marks.iter().filter(|mark| **mark == kind).count() as u64;
    Some(SpotCount {
        bright: count(mark::BRIGHT),
        dark: count(mark::DARK),
        non_finite: count(mark::HOLE),
    })
}

/// Five rows about row `y`, the outermost repeated.
pub(crate) fn around_row<'r>(rows: &[&'r [f32]], y: usize) -> [&'r [f32]; 5] {
    std::array::from_fn(|k| rows[(y + k).saturating_sub(2).min(rows.len() - 1)])
}

/// Puts the nearest value of the row (the left one, if both are as near) at each marked pixel; 0
/// where the row has none.
fn bridge_row(row: &mut [f32], marks: &[u8]) {
    let mut left: Option<usize> = None;
    let mut column = 0;
    while column < row.len() {
        if marks[column] == mark::CLEAN {
            left = Some(column);
            column += 1;
            continue;
        }
        let run = marks[column..].iter().position(|mark| *mark == mark::CLEAN);
        let right = run.map(|length| column + length);
        for k in column..right.unwrap_or(row.len()) {
            row[k] = match (left, right) {
                (Some(left), Some(right)) if right - k < k - left => row[right],
                (Some(left), _) => row[left],
                (None, Some(right)) => row[right],
                (None, None) => 0.0,
            };
        }
        column = right.unwrap_or(row.len());
    }
}
