//! Chooses how the rings of a scan are removed, once. Knows no method.

use std::f64::consts::PI;

use ndarray::{Array2, Axis};
use voltomo_types::Scan;

use crate::{
    Block, CorrectError, CorrectSettings, RingChoice, RingMethod, RingSettings, Survey,
    correct_block, rings::choose_method,
};

/// Sinograms that methods are tried on.
const SINOGRAMS: usize = 3;

/// The survey with the way that rings are removed, where `correct.rings.method` is `auto`.
///
/// Three sinograms, at the same rows of the scan every time, are corrected and handed to
/// [`choose_method`]. Without angles the scan is taken for half a turn. Memory: some copies of these
/// sinograms.
///
/// # Errors
/// Frames that cannot be read or mended; a scan of less than 8 radiographs or columns.
pub fn decide_rings(
    scan: &Scan,
    survey: Survey,
    settings: &CorrectSettings,
) -> Result<Survey, CorrectError> {
    if settings.rings.method != RingMethod::Auto {
        return Ok(survey);
    }
    let shape = survey.shape();
    let bare = CorrectSettings { rings: RingSettings::default(), ..settings.clone() };
    let count = SINOGRAMS.min(shape.rows);
    let sinogram = |k: usize| -> Result<Array2<f32>, CorrectError> {
        let row = (2 * k + 1) * shape.rows / (2 * count);
        let block = Block { frames: 0..shape.frames, rows: row..row + 1 };
        let corrected = correct_block(scan, &survey, &bare, block)?;
        Ok(corrected.line_integrals.index_axis_move(Axis(1), 0))
    };
    let sinograms = (0..count).map(sinogram).collect::<Result<Vec<_>, _>>()?;
    let angles: Vec<f64> = match &scan.angles {
        Some(angles) => angles.iter().map(|angle| angle.0).collect(),
        None => (0..shape.frames).map(|k| PI * k as f64 / shape.frames as f64).collect(),
    };
    let choice = choose_method(&sinograms, &angles, &settings.rings)?;
    tracing::info!("rings: {}", choice.why);
    Ok(survey.with_rings(choice))
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
