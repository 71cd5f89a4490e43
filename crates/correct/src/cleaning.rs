//! Spots out of a window of a raw frame, with what is known of the detector's pixels. Knows no
//! open beam of the day.

use std::ops::Range;

use crate::{
    SpotSettings,
    detector_pixels::{DetectorPixels, Uneven},
    mark,
    noise::Noise,
    spots::{SpotFilter, Unmendable},
};

/// Rows and columns of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
}

/// Cleans windows of raw frames; keeps its memory between windows.
#[derive(Debug)]
pub(crate) struct Cleaner<'a> {
    filter: SpotFilter<'a>,
    detector: &'a DetectorPixels,
    dead: Vec<bool>,
    /// Uneven pixels of the window: index, count as read, what the pixel is like.
    uneven: Vec<(usize, f32, Uneven)>,
}

/// Pixels of a window that were mended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mended {
    pub(crate) bright: u64,
    pub(crate) dark: u64,
    pub(crate) holes: u64,
    pub(crate) dead: u64,
}

impl<'a> Cleaner<'a> {
    pub(crate) fn new(
        settings: &'a SpotSettings,
        noise: Noise,
        detector: &'a DetectorPixels,
    ) -> Self {
        let filter = SpotFilter::new(settings, noise);
        Self { filter, detector, dead: Vec::new(), uneven: Vec::new() }
    }

    /// Mends the window in its rows `wanted` (counted in the window); clean pixels keep their bits.
    ///
    /// Pixels unlike their neighbours are compared as their neighbours would have counted.
    pub(crate) fn clean(
        &mut self,
        values: &mut [f32],
        window: &Window,
        wanted: Range<usize>,
    ) -> Result<(), Unmendable> {
        self.lay_out(window);
        for (index, count, pixel) in &mut self.uneven {
            *count = values[*index];
            values[*index] = (*count - pixel.dark) / pixel.gain + pixel.dark_around;
        }
        let done = self.filter.clean(values, window.columns.len(), (&self.dead, wanted));
        for (index, count, pixel) in &self.uneven {
            values[*index] = if self.filter.marks()[*index] == mark::CLEAN {
                *count
            } else {
                (values[*index] - pixel.dark_around) * pixel.gain + pixel.dark
            };
        }
        done
    }

    /// Adds pixels of the window to the sample that the noise is fitted to.
    pub(crate) fn sample(
        &mut self,
        values: &mut [f32],
        window: &Window,
        pixels: &mut Vec<(f32, f32)>,
    ) {
        self.lay_out(window);
        self.filter.sample(values, window.columns.len(), (&self.dead, 100_000, pixels));
    }

    /// What was mended in these rows of the last window.
    pub(crate) fn mended(&self, rows: Range<usize>, columns: Range<usize>) -> Mended {
        let width = self.filter.columns();
        let mut mended = Mended::default();
        for row in rows {
            let line = row * width + columns.start..row * width + columns.end;
            for kind in &self.filter.marks()[line] {
                mended.bright += u64::from(*kind == mark::BRIGHT);
                mended.dark += u64::from(*kind == mark::DARK);
                mended.holes += u64::from(*kind == mark::HOLE);
                mended.dead += u64::from(*kind == mark::DEAD);
            }
        }
        mended
    }

    fn lay_out(&mut self, window: &Window) {
        self.dead.clear();
        self.uneven.clear();
        for (y, row) in window.rows.clone().enumerate() {
            let first = row * self.detector.columns;
            let line = first + window.columns.start..first + window.columns.end;
            self.dead.extend_from_slice(&self.detector.dead[line]);
            for pixel in &self.detector.uneven[row] {
                if window.columns.contains(&pixel.column) {
                    let x = pixel.column - window.columns.start;
                    self.uneven.push((y * window.columns.len() + x, 0.0, *pixel));
                }
            }
        }
    }
}
