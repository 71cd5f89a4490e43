//! The frames of a scan, batch by batch, from the twin to the disk. Knows no file format.

use voltomo_acquire::simulate::instrument::Twin;

use super::{error::SimulateError, folder::ScanFolder, progress::Progress, sink::Sink};
use crate::{memory::Bytes, watch::Watch};

/// Frames a thread that are rendered before they are written and noted, at most.
const FRAMES_A_THREAD: usize = 2;

/// How many frames may be rendered together within a budget.
///
/// # Errors
/// Not even one.
pub(super) fn batch(twin: &Twin<'_>, budget: Bytes) -> Result<usize, SimulateError> {
    let takes = |frames: usize| Bytes(twin.memory_bytes(frames) as u64 + PROGRAM_BYTES);
    let most = FRAMES_A_THREAD * rayon::current_num_threads();
    let what = "rendering one frame";
    (1..=most).rev().find(|frames| takes(*frames) <= budget).ok_or_else(|| SimulateError::Budget {
        what,
        needed: takes(1),
        budget,
    })
}

/// The program itself, its threads, the cell, and what the system rounds up to.
pub(super) const PROGRAM_BYTES: u64 = 96 << 20;

/// Renders and writes the frames that are still missing; stops between two batches when told.
pub(super) fn render(
    (twin, sink): (&Twin<'_>, &mut Sink<'_>),
    folder: &ScanFolder,
    (progress, batch): (&mut Progress, usize),
    watch: &dyn Watch,
) -> Result<(), SimulateError> {
    let count = twin.schedule().len();
    watch.begin("expose the frames", count);
    while progress.frames_written < count && !watch.is_cancelled() {
        let first = progress.frames_written;
        let range = first..(first + batch).min(count);
        let frames = twin.render(range.clone());
        sink.write(range.clone(), &frames)?;
        progress.frames_written = range.end;
        progress.save(folder)?;
        watch.advance(range.end);
    }
    watch.end();
    Ok(())
}
