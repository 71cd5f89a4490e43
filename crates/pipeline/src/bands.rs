//! Corrected row bands of a scan, for the search of the rotation axis. Finds nothing itself.

use std::ops::Range;

use ndarray::Array3;
use voltomo_correct::{Block, CorrectSettings, Survey, correct_block};
use voltomo_reconstruct::calibrate::BandSource;
use voltomo_types::{FrameError, FrameShape, Scan};

/// A scan that is read and corrected a row band at a time; nothing is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CorrectedBands<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// Its references and dose.
    pub survey: &'a Survey,
    /// How it is corrected.
    pub settings: &'a CorrectSettings,
}

impl BandSource for CorrectedBands<'_> {
    fn shape(&self) -> FrameShape {
        self.survey.shape()
    }

    fn band(&self, rows: Range<usize>) -> Result<Array3<f32>, FrameError> {
        let block = Block { frames: 0..self.shape().frames, rows };
        correct_block(self.scan, self.survey, self.settings, block)
            .map(|corrected| corrected.line_integrals)
            .map_err(|error| FrameError { what: error.to_string(), place: "axis search".into() })
    }
}
