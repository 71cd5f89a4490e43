//! Decides how the rings of a scan are removed, once. Knows no method.

use std::f64::consts::PI;

use ndarray::{Array2, Axis};
use voltomo_types::Scan;

use crate::{
    Block, CorrectError, CorrectSettings, RingChoice, RingMethod, RingSettings, Survey,
    correct_block, gain_map::measure, rings::choose_method,
};

/// Sinograms that methods are tried on.
const SINOGRAMS: usize = 3;
/// Least rows that a pixel is held against where the scan decides.
const LEAST_ROWS: usize = 9;

/// The survey with the way that rings are removed, where `correct.rings.method` is `auto` or
/// `gain_map`.
///
/// What each pixel adds is measured in one pass over the scan. For `auto` it is kept where it stands out
/// of the noise; three sinograms, at the same rows of the scan every time, are then corrected and handed to
/// [`choose_method`]. Without angles the scan is taken for half a turn. `watch(done, total)` is
/// called as the pass goes on. Memory: 4 bytes a pixel, meanwhile two times 64 MB, and some copies of
/// these sinograms.
///
/// # Errors
/// Frames that cannot be read or mended; a scan of less than 8 radiographs or columns, or of fewer
/// rows than `correct.rings.gain_rows`.
pub fn decide_rings(
    scan: &Scan,
    mut survey: Survey,
    settings: &CorrectSettings,
    watch: &dyn Fn(usize, usize),
) -> Result<Survey, CorrectError> {
    match settings.rings.method {
        RingMethod::GainMap => {
            let found = measure(scan, &mut survey, settings, watch)?;
            Ok(survey.with_rings(RingChoice::of_gains(&settings.rings, found)))
        }
        RingMethod::Auto => Trial { scan, settings, watch }.decide(survey),
        _ => Ok(survey),
    }
}

/// What is tried on which scan.
struct Trial<'a> {
    scan: &'a Scan,
    settings: &'a CorrectSettings,
    watch: &'a dyn Fn(usize, usize),
}

impl Trial<'_> {
    fn decide(&self, mut survey: Survey) -> Result<Survey, CorrectError> {
        let before = self.sinograms(&survey)?;
        let rows = survey.shape().rows;
        let mut settings = self.settings.clone();
        settings.rings.method = RingMethod::GainMap;
        settings.rings.gain_rows = settings.rings.gain_rows.min(rows - (rows + 1) % 2);
        if settings.rings.gain_rows >= LEAST_ROWS {
            let found = measure(self.scan, &mut survey, &settings, self.watch)?;
            let after = self.sinograms(&survey)?;
            let choice = self.choose(&after)?;
            let found = (&settings.rings, found);
            if let Some(choice) = choice.after_gains((&before, &after), found) {
                return Ok(told(survey, choice));
            }
            survey.gain_map = None;
        }
        let choice = self.choose(&before)?;
        Ok(told(survey, choice))
    }

    fn choose(&self, sinograms: &[Array2<f32>]) -> Result<RingChoice, CorrectError> {
        let frames = sinograms.first().map_or(0, Array2::nrows);
        let angles: Vec<f64> = match &self.scan.angles {
            Some(angles) => angles.iter().map(|angle| angle.0).collect(),
            None => (0..frames).map(|k| PI * k as f64 / frames as f64).collect(),
        };
        choose_method(sinograms, &angles, &self.settings.rings)
    }

    /// Three sinograms, without rings where the survey knows what pixels add.
    fn sinograms(&self, survey: &Survey) -> Result<Vec<Array2<f32>>, CorrectError> {
        let shape = survey.shape();
        let method = survey.gain_map.as_ref().map_or(RingMethod::None, |_| RingMethod::GainMap);
        let settings = CorrectSettings { rings: RingSettings::of(method), ..self.settings.clone() };
        let count = SINOGRAMS.min(shape.rows);
        let sinogram = |k: usize| -> Result<Array2<f32>, CorrectError> {
            let row = (2 * k + 1) * shape.rows / (2 * count);
            let block = Block { frames: 0..shape.frames, rows: row..row + 1 };
            let corrected = correct_block(self.scan, survey, &settings, block)?;
            Ok(corrected.line_integrals.index_axis_move(Axis(1), 0))
        };
        (0..count).map(sinogram).collect()
    }
}

fn told(survey: Survey, choice: RingChoice) -> Survey {
    tracing::info!("rings: {}", choice.why);
    survey.with_rings(choice)
}

impl Survey {
    /// How rings are removed: as the scan decided, else as the settings say.
    pub(crate) fn rings<'a>(&'a self, settings: &'a CorrectSettings) -> &'a RingSettings {
        self.figures.rings.as_ref().map_or(&settings.rings, |found| &found.settings)
    }

    /// The survey, with the way that rings are removed.
    #[must_use]
    pub(crate) fn with_rings(mut self, choice: RingChoice) -> Self {
        self.figures.rings = Some(choice);
        self
    }
}
