//! A scan corrected some whole radiographs at a time. Keeps nothing, writes nothing.

use voltomo_correct::{Block, CorrectSettings, Corrected, Survey, correct_block, working_bytes};
use voltomo_types::Scan;

use crate::{error::RunError, memory::Bytes, watch::Watch};

/// Most radiographs that are corrected at a time.
const MOST: usize = 64;

/// A scan with what is known of it and how it is corrected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WholeFrames<'a> {
    /// The scan.
    pub(crate) scan: &'a Scan,
    /// Its references and dose.
    pub(crate) survey: &'a Survey,
    /// How it is corrected; rings stay, as no sinogram is whole.
    pub(crate) settings: &'a CorrectSettings,
}

impl WholeFrames<'_> {
    fn block(&self, first: usize, count: usize) -> Block {
        let shape = self.survey.shape();
        Block { frames: first..(first + count).min(shape.frames), rows: 0..shape.rows }
    }

    /// As many radiographs at a time as the budget allows, one at least.
    fn count(&self, budget: Bytes) -> usize {
        let fits = |count: &usize| {
            working_bytes(self.scan, self.settings, self.block(0, *count)) <= budget.0
        };
        let most = self.survey.shape().frames.min(MOST);
        (1..=most).rev().find(fits).unwrap_or(1)
    }

    /// Hands over the corrected radiographs, some at a time, in their order; `Some(count)` where
    /// that was stopped after so many of them.
    ///
    /// # Errors
    /// Whatever cannot be corrected, and what `take` refuses.
    pub(crate) fn each(
        &self,
        budget: Bytes,
        watch: &dyn Watch,
        mut take: impl FnMut(Corrected) -> Result<(), RunError>,
    ) -> Result<Option<usize>, RunError> {
        let (frames, count) = (self.survey.shape().frames, self.count(budget));
        watch.begin("correct", frames);
        for first in (0..frames).step_by(count) {
            let block = self.block(first, count);
            take(correct_block(self.scan, self.survey, self.settings, block)?)?;
            let done = (first + count).min(frames);
            watch.advance(done);
            if watch.is_cancelled() {
                return Ok(Some(done));
            }
        }
        watch.end();
        Ok(None)
    }
}
