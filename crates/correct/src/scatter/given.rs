//! What every method for scatter is given, and frames as shares of the open beam. Knows no method.

use ndarray::Array3;
use voltomo_numeric::{cast::to_f32, median::median_in_place};
use voltomo_types::{BlackBodyFrames, FrameShape, Frames, ReferenceFrames, When};

use crate::{
    CorrectError, CorrectSettings, SpotMethod, dose::Instrument, noise::spread, references,
    region::Region,
};

use super::{ScatterFigures, grid::Grid};

/// A scan whose references and air are known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) instrument: Instrument<'a>,
    pub(crate) settings: &'a CorrectSettings,
    pub(crate) grid: Grid,
    /// Air of each radiograph over the open beam, its scatter still in it; where nothing was read in
    /// air, the dose.
    pub(crate) air: &'a [f32],
    /// Where it was read; `None` where the dose is not corrected.
    pub(crate) region: Option<&'a Region>,
    /// Radiographs whose background is wanted; `None`: all.
    pub(crate) only: Option<&'a [usize]>,
}

/// What a method found: nodes of one or of all radiographs, and of the open beam.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) sample: Vec<f32>,
    pub(crate) open: Vec<f32>,
    pub(crate) figures: ScatterFigures,
    pub(crate) warnings: Vec<String>,
}

impl Given<'_> {
    pub(crate) fn shape(&self) -> FrameShape {
        self.instrument.scan.radiographs.shape()
    }

    pub(crate) fn is_wanted(&self, radiograph: usize) -> bool {
        self.only.is_none_or(|only| only.contains(&radiograph))
    }

    /// One frame over the open beam at the moment of a radiograph, its dose still in it; NaN where
    /// a pixel is dead.
    pub(crate) fn ratio(
        &self,
        frames: &dyn Frames,
        (index, radiograph): (usize, usize),
    ) -> Result<Vec<f32>, CorrectError> {
        let FrameShape { rows, columns, .. } = self.shape();
        let mut counts = Array3::zeros((1, rows, columns));
        frames.read(index..index + 1, 0..rows, counts.view_mut())?;
        let (mut values, _) = counts.into_raw_vec_and_offset();
        self.divide(&mut values, radiograph);
        Ok(values)
    }

    /// The mean of equal frames over the open beam before the first radiograph.
    pub(crate) fn mean_ratio(
        &self,
        frames: &BlackBodyFrames,
        key: &'static str,
    ) -> Result<Vec<f32>, CorrectError> {
        let set = ReferenceFrames { frames: frames.frames.clone(), when: When::Unknown };
        if set.frames.shape().frames == 0 {
            let place = self.instrument.scan.radiographs.name_of(0);
            return Err(CorrectError::EmptyReference { kind: "black-body", key, place });
        }
        // A small dot is no dark spot.
        let mut settings = self.settings.clone();
        settings.spots.dark = false;
        if !settings.spots.bright {
            settings.spots.method = SpotMethod::None;
        }
        let mean = references::average(&set, self.shape(), &settings, ("black-body", key))?;
        let mut values = mean.values;
        self.divide(&mut values, 0);
        Ok(values)
    }

    fn divide(&self, values: &mut [f32], radiograph: usize) {
        let open_beam = self.instrument.open_beam.at(radiograph);
        let (dark, dead) = (&self.instrument.open_beam.dark, &self.instrument.detector.dead);
        for (pixel, value) in values.iter_mut().enumerate() {
            *value = match dead[pixel] {
                true => f32::NAN,
                false => (*value - dark[pixel]) / open_beam.at(pixel),
            };
        }
    }

    /// The air of a picture: the median over the rows of the region of their means, without pixels
    /// that are shaded; `None` where there is none.
    pub(crate) fn air_of(&self, picture: &[f32], shaded: &[bool]) -> Option<f64> {
        let region = self.region?;
        let columns = self.shape().columns;
        let mean = |row: usize| {
            let line = row * columns + region.columns.start..row * columns + region.columns.end;
            let values = line.filter(|pixel| !shaded[*pixel]).map(|pixel| picture[pixel]);
            let values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
            voltomo_numeric::statistics::mean(&values)
        };
        let mut means: Vec<f32> = region.rows.clone().filter_map(mean).collect();
        median_in_place(&mut means).map(f64::from)
    }

    /// A surface in air: the median over some rows of the region of their means, as air is read; over
    /// the frame where there is no region.
    pub(crate) fn over_air(&self, surface: impl Fn([f64; 2]) -> f64) -> f64 {
        let FrameShape { rows, columns, .. } = self.shape();
        let (rows, columns) = match self.region {
            Some(region) => (region.rows.clone(), region.columns.clone()),
            None => (0..rows, 0..columns),
        };
        let some = |range: &std::ops::Range<usize>| -> Vec<f64> {
            let chosen = spread(range.len(), 33).into_iter();
            chosen.map(|k| (range.start + k) as f64).collect()
        };
        let (rows, columns) = (some(&rows), some(&columns));
        let mean = |row: &f64| {
            let sum: f64 = columns.iter().map(|column| surface([*row, *column])).sum();
            to_f32(sum / columns.len().max(1) as f64)
        };
        let mut means: Vec<f32> = rows.iter().map(mean).collect();
        median_in_place(&mut means).map_or(0.0, f64::from)
    }
}
