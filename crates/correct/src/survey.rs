//! What must be known of a whole scan before a part of it can be corrected. Corrects nothing.

use voltomo_types::{FrameShape, PixelFrame, Scan};

use crate::{CorrectError, CorrectSettings, SurveyFigures};

/// Open beam, dark field, dead pixels, noise and dose of a scan.
#[derive(Debug, Clone)]
pub struct Survey {
    shape: FrameShape,
    frame: PixelFrame,
    figures: SurveyFigures,
}

impl Survey {
    /// Measures the reference frames and the dose of every radiograph.
    ///
    /// `watch(done, total)` is called as it goes on. Memory: a few frames, however long the scan.
    ///
    /// # Errors
    /// Missing or unfit flats, darks, region and settings; frames that cannot be read.
    pub fn measure(
        _scan: &Scan,
        _settings: &CorrectSettings,
        _watch: &dyn Fn(usize, usize),
    ) -> Result<Self, CorrectError> {
        todo!()
    }

    /// Frames, rows and columns of the corrected scan (after binning).
    #[must_use]
    pub fn shape(&self) -> FrameShape {
        self.shape
    }

    /// Where the corrected pixels lie on the detector (after binning).
    #[must_use]
    pub fn frame(&self) -> PixelFrame {
        self.frame
    }

    /// What was found, for the log and the report.
    #[must_use]
    pub fn figures(&self) -> &SurveyFigures {
        &self.figures
    }
}
