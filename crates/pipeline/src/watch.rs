//! How a run tells what it does, and is told to stop. Prints nothing.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::RunError;

/// Listens to a run. All methods may be called from any thread.
pub trait Watch: Sync {
    /// A step of the way begins; it will take `total` advances.
    fn begin(&self, step: &str, total: usize);
    /// As [`Self::begin`], of a step that writes nothing and does not look whether it is cancelled: a
    /// program may simply end in it.
    fn begin_unwritten(&self, step: &str, total: usize) {
        self.begin(step, total);
    }
    /// `done` of the step's advances are over.
    fn advance(&self, done: usize);
    /// The step is over.
    fn end(&self);
    /// Something a person should read.
    fn note(&self, text: &str);
    /// Something a person must read: the result may not be what they want.
    fn warn(&self, text: &str);
    /// Whether the run should stop at the next slab, or between two iterations or steps.
    fn is_cancelled(&self) -> bool;
}

/// Ends what is cancelled, of which `out` would have been the result.
///
/// # Errors
/// It is cancelled.
pub(crate) fn refuse_cancelled(watch: &dyn Watch, out: &Path) -> Result<(), RunError> {
    if watch.is_cancelled() { Err(RunError::Stopped { path: out.into() }) } else { Ok(()) }
}

/// A watch that keeps silent and stops when told.
#[derive(Debug, Default)]
pub struct Silent {
    /// Set to stop the run.
    pub cancelled: AtomicBool,
}

impl Watch for Silent {
    fn begin(&self, _step: &str, _total: usize) {}
    fn advance(&self, _done: usize) {}
    fn end(&self) {}
    fn note(&self, _text: &str) {}
    fn warn(&self, _text: &str) {}
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
