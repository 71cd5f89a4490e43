//! A stack of sinograms as a stack of frames: row = page, frame = angle. Knows no file format.

use std::{ops::Range, sync::Arc};

use ndarray::ArrayViewMut3;
use voltomo_types::{FrameError, FrameShape, Frames};

/// Sinograms `[row, angle, column]`, read as frames `[angle, row, column]`. Copies nothing.
#[derive(Debug)]
pub(crate) struct SinogramFrames(
    /// One sinogram a page.
    pub(crate) Arc<dyn Frames>,
);

impl Frames for SinogramFrames {
    fn shape(&self) -> FrameShape {
        let pages = self.0.shape();
        FrameShape { frames: pages.rows, rows: pages.frames, columns: pages.columns }
    }

    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        self.0.read(rows, frames, into.permuted_axes([1, 0, 2]))
    }

    fn name_of(&self, frame: usize) -> String {
        format!("line {frame} of {}", self.0.name_of(0))
    }
}
