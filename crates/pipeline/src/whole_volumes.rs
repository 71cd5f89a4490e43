//! What stages on whole volumes ask of the machine: memory, and a folder. Knows no stage.

use std::path::Path;

use crate::error::RunError;
use crate::memory::{self, Bytes};

/// Holds what a stage on whole volumes takes to what is allowed: `budget`, else a share of what is
/// free.
///
/// # Errors
/// It takes more.
pub(crate) fn check_memory(
    what: &str,
    needed: Bytes,
    budget: Option<Bytes>,
) -> Result<(), RunError> {
    let share = |free: Bytes| Bytes(free.0 / 10 * 6);
    let Some(budget) = budget.or_else(|| memory::available().map(share)).filter(|it| *it < needed)
    else {
        return Ok(());
    };
    Err(RunError::Budget {
        what: what.into(),
        needed,
        most: "the volumes are held in memory".into(),
        budget,
        mends: "give volumes with larger voxels, or fewer slices",
    })
}

/// Makes the folder `out` for results of which `file` is the last to be written.
///
/// # Errors
/// The result is there and may not be replaced; a file where the folder should be; a place that
/// cannot be written.
pub(crate) fn claim(out: &Path, file: &str, may_replace: bool) -> Result<(), RunError> {
    let taken = out.join(file);
    if taken.exists() && !may_replace {
        return Err(RunError::FileExists { path: taken });
    }
    if out.is_file() {
        return Err(RunError::OutputNoFolder { path: out.into() });
    }
    let what = "cannot make the output folder";
    let failed = |source| RunError::File { what, path: out.into(), source };
    std::fs::create_dir_all(out).map_err(failed)
}
