//! What a stopped run left behind, so that the next one goes on from there. Writes no volume.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use voltomo_types::RotationAxis;

use crate::{
    error::RunError,
    iterations::SlabIterations,
    layout::{Layout, PROGRESS},
    provenance::{Input, RECORD, write_json},
    recipe::Recipe,
    tally::Tally,
};

/// What an earlier run left to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// Slabs that are finished.
    Slabs,
    /// Nothing: it ended before its first slab was finished.
    Nothing,
}

/// How far a run came. The axis is kept, so that the rest is reconstructed about the same one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The recipe as completed.
    pub recipe: Recipe,
    /// The input files.
    pub inputs: Vec<Input>,
    /// The rotation axis.
    pub axis: RotationAxis,
    /// The axis search as it goes into the record.
    pub axis_record: serde_json::Value,
    /// The rows and slices that are done.
    pub tally: Tally,
    /// How the iterations of the slabs that are done went.
    #[serde(default)]
    pub iterations: Vec<SlabIterations>,
}

impl Progress {
    /// Keeps the progress in the output folder.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), RunError> {
        write_json(&path(folder), self)
    }

    /// What an earlier run left in a folder to go on from.
    ///
    /// # Errors
    /// Nothing there: the run is done, or was never begun.
    pub(crate) fn check(folder: &Path) -> Result<Left, RunError> {
        let record = std::fs::read_to_string(folder.join(RECORD)).ok();
        let why = match (path(folder).exists(), record) {
            (true, _) => return Ok(Left::Slabs),
            (false, Some(record)) if is_without_volume(&record) => return Ok(Left::Nothing),
            (false, None) if Layout::new(folder).is_begun() => return Ok(Left::Nothing),
            (false, Some(_)) => {
                "that run is done already, or was stopped at an iteration: there are no slabs to go \
                 on from"
            }
            (false, None) => "found no progress of a stopped run",
        };
        Err(RunError::Resume { why: why.into(), path: folder.into() })
    }

    /// The progress of an earlier run of the same recipe on the same files.
    ///
    /// # Errors
    /// No progress there, or one of another recipe or other files.
    pub(crate) fn load(folder: &Path, recipe: &Recipe, inputs: &[Input]) -> Result<Self, RunError> {
        let refuse = |why: String| RunError::Resume { why, path: folder.into() };
        let text = std::fs::read_to_string(path(folder))
            .map_err(|error| refuse(format!("found no progress of a stopped run, {error}")))?;
        let progress: Self = serde_json::from_str(&text)
            .map_err(|error| refuse(format!("the progress cannot be read, {error}")))?;
        if progress.recipe != *recipe {
            return Err(refuse("the stopped run had another recipe".into()));
        }
        match changed(&progress.inputs, inputs) {
            Some(file) => Err(refuse(format!("{} has changed since", file.display()))),
            None => Ok(progress),
        }
    }

    /// Removes the progress of a run that is done.
    pub(crate) fn clear(folder: &Path) {
        // A progress file that stays behind only offers a resume that is refused.
        let _ = std::fs::remove_file(path(folder));
    }

    /// The slabs of `slabs` that are still to be done, the first one cut where the run stopped.
    #[must_use]
    pub(crate) fn remaining(finished: usize, slabs: &[Range<usize>]) -> Vec<Range<usize>> {
        let rest = slabs.iter().map(|slab| slab.start.max(finished)..slab.end);
        rest.filter(|slab| !slab.is_empty()).collect()
    }
}

/// The first file that differs between two lists of inputs.
#[must_use]
pub(crate) fn changed(before: &[Input], now: &[Input]) -> Option<PathBuf> {
    let pairs = before.iter().zip(now);
    let differing = pairs.filter(|(old, new)| old != new).map(|(old, _)| old.path.clone()).next();
    differing.or_else(|| {
        let longer = if before.len() > now.len() { before } else { now };
        longer.get(before.len().min(now.len())).map(|input| input.path.clone())
    })
}

/// Whether a record is that of a run that ended without a volume.
fn is_without_volume(record: &str) -> bool {
    let record: serde_json::Value = serde_json::from_str(record).unwrap_or_default();
    record["status"] == "stopped" && record["volume"].is_null()
}

fn path(folder: &Path) -> PathBuf {
    folder.join(PROGRESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_cuts_the_slab_in_which_the_run_stopped() {
        assert_eq!(Progress::remaining(10, &[0..8, 8..16, 16..20]), [10..16, 16..20]);
        assert_eq!(Progress::remaining(0, &[0..8, 8..9]), [0..8, 8..9]);
        assert!(Progress::remaining(9, &[0..8, 8..9]).is_empty());
    }
}
