//! Corrected row bands of a scan, for the search of the rotation axis. Finds nothing itself.

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayView3, Axis};
use voltomo_correct::{
    Block, BlockFigures, CorrectError, CorrectSettings, Corrected, NoiseGains, Survey,
    correct_block,
};
use voltomo_reconstruct::{ReconstructSettings, Reconstruction, calibrate::BandSource};
use voltomo_types::{FrameError, FrameShape, NoiseCorrelation, Scan};

/// A scan that is read and corrected a row band at a time; nothing is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CorrectedBands<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// Its references and dose.
    pub survey: &'a Survey,
    /// How it is corrected.
    pub settings: &'a CorrectSettings,
    /// What was done to each row, where the scan is one of radiographs corrected before.
    pub row_figures: Option<&'a [BlockFigures]>,
}

impl<'a> CorrectedBands<'a> {
    /// A scan that is corrected as it is read.
    pub(crate) fn of(scan: &'a Scan, survey: &'a Survey, settings: &'a CorrectSettings) -> Self {
        Self { scan, survey, settings, row_figures: None }
    }

    /// The same scan with another survey of it.
    pub(crate) fn of_survey(self, survey: &'a Survey) -> Self {
        Self { survey, ..self }
    }

    /// The line integrals of a block.
    ///
    /// # Errors
    /// Frames that cannot be read or mended.
    pub(crate) fn block(&self, block: Block) -> Result<Corrected, CorrectError> {
        let rows = block.rows.clone();
        let mut corrected = correct_block(self.scan, self.survey, self.settings, block)?;
        let Some(before) = self.row_figures else { return Ok(corrected) };
        for (now, before) in corrected.row_figures.iter_mut().zip(&before[rows]) {
            *now = BlockFigures { min: now.min, max: now.max, ..*before };
        }
        Ok(corrected)
    }

    /// Variances of these line integrals of a block, as a method brings them into a voxel.
    pub(crate) fn variances(
        &self,
        block: &Block,
        values: (ArrayView3<'_, f32>, NoiseGains),
    ) -> Array3<f32> {
        self.survey.variances_with(self.scan, block, values)
    }

    /// By how much more noise than the noise map of a method tells comes into its voxels.
    pub(crate) fn gains(
        &self,
        method: &dyn Reconstruction,
        settings: &ReconstructSettings,
    ) -> NoiseGains {
        let shared = self.survey.noise_correlation(self.scan);
        NoiseGains {
            own: method.noise_gain(settings, &NoiseCorrelation::white()),
            shared: method.noise_gain(settings, &shared),
        }
    }

    /// How much each of these line integrals of a block is worth.
    pub(crate) fn weights(&self, block: &Block, values: ArrayView3<'_, f32>) -> Array3<f32> {
        self.survey.weights(self.scan, block, values)
    }
}

impl BandSource for CorrectedBands<'_> {
    fn shape(&self) -> FrameShape {
        self.survey.shape()
    }

    fn band(&self, rows: Range<usize>) -> Result<Array3<f32>, FrameError> {
        let block = Block { frames: 0..self.shape().frames, rows };
        self.block(block)
            .map(|corrected| corrected.line_integrals)
            .map_err(|error| FrameError { what: error.to_string(), place: "axis search".into() })
    }
    fn frame(&self, index: usize) -> Result<Array2<f32>, FrameError> {
        let block = Block { frames: index..index + 1, rows: 0..self.shape().rows };
        self.block(block)
            .map(|corrected| corrected.line_integrals.index_axis_move(Axis(0), 0))
            .map_err(|error| FrameError { what: error.to_string(), place: "axis search".into() })
    }
}
