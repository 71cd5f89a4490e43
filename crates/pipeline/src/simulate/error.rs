//! Why a scan could not be simulated, by whose fault. Prints nothing.

use std::path::PathBuf;

use voltomo_acquire::simulate::{cell::CellError, instrument::InstrumentError};

use crate::{
    error::RunError,
    memory::Bytes,
    store::{StoreError, is_full_disk},
};

/// Why a scan could not be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// The cell.
    #[error(transparent)]
    Cell(#[from] CellError),
    /// The instrument.
    #[error(transparent)]
    Instrument(#[from] InstrumentError),
    /// A file that cannot be written or read.
    #[error(transparent)]
    File(#[from] RunError),
    /// A frame or a volume of the truth.
    #[error(transparent)]
    Store(StoreError),
    /// Somebody else writes there.
    #[error(
        "another simulation is writing into the folder, expected it for this one alone; wait for \
         it, or choose another --out ({path})", path = path.display()
    )]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The disk is full.
    #[error(
        "the disk is full; the scan takes {needed} in all, its truth included: make room and go on \
         with --resume, leave out the volumes of the truth with --no-truth, or choose a larger disk \
         with --out ({path})", path = path.display()
    )]
    DiskFull {
        /// Bytes of the scan and its truth.
        needed: Bytes,
        /// The file that found no room.
        path: PathBuf,
    },
    /// The output folder holds a simulated scan.
    #[error(
        "the folder holds a simulated scan already; choose another --out, go on with --resume, or \
         replace it with --force ({path})", path = path.display()
    )]
    OutputExists {
        /// The folder.
        path: PathBuf,
    },
    /// Something is in the way that voltomo did not write.
    #[error(
        "`{name}` is in the folder, and voltomo did not simulate it: it is not replaced; choose \
         another --out, or move it away ({path})", path = path.display()
    )]
    NotOurs {
        /// The first name in the way.
        name: String,
        /// The folder.
        path: PathBuf,
    },
    /// There is nothing to go on with, or it is another simulation.
    #[error("cannot resume: {why}; simulate it anew with --force ({path})", path = path.display())]
    Resume {
        /// What does not fit.
        why: String,
        /// The folder.
        path: PathBuf,
    },
    /// A single frame does not fit into the memory budget.
    #[error(
        "{what} takes {needed}, and {budget} are allowed; allow more with --memory, or choose \
         a smaller `detector.region` or a larger `detector.bin`"
    )]
    Budget {
        /// What would not fit.
        what: &'static str,
        /// Bytes for it.
        needed: Bytes,
        /// Bytes allowed.
        budget: Bytes,
    },
    /// The rotation axis is beside the frame.
    #[error(
        "the rotation axis is at column {axis:.1} of a frame of {columns} columns, expected it on \
         the frame; mend `geometry.axis_offset_mm` or `detector.region` of the instrument"
    )]
    AxisOffFrame {
        /// Column of the axis at the frame's middle, from 0.
        axis: f64,
        /// Columns of the frame.
        columns: usize,
    },
    /// More materials than a label volume can tell apart.
    #[error("the cell has {found} materials; expected at most 255, so that labels fit one byte")]
    Materials {
        /// How many.
        found: usize,
    },
    /// The simulation was stopped by the user.
    #[error(
        "stopped; {finished} of {frames} frames are written: go on with --resume ({path})",
        path = path.display()
    )]
    Cancelled {
        /// Frames that are written.
        finished: usize,
        /// Frames in all.
        frames: usize,
        /// The folder.
        path: PathBuf,
    },
}

impl From<StoreError> for SimulateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl SimulateError {
    /// The same error; of a full disk, with what the whole scan takes.
    #[must_use]
    pub(super) fn with_disk(self, needed: Bytes) -> Self {
        match self {
            Self::Store(StoreError::DiskFull { path, .. })
            | Self::File(RunError::Store(StoreError::DiskFull { path, .. })) => {
                Self::DiskFull { needed, path }
            }
            Self::File(RunError::File { path, source, .. }) if is_full_disk(&source) => {
                Self::DiskFull { needed, path }
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_says_what_the_whole_scan_takes() {
        let store = StoreError::DiskFull { needed: 7, path: "out/darks/dark_0000.tif".into() };
        let text = SimulateError::from(store).with_disk(Bytes(5 << 30)).to_string();
        assert!(text.contains("5.00 GiB") && text.contains("--resume"), "{text}");
        assert!(text.ends_with("(out/darks/dark_0000.tif)"), "{text}");
        let file = RunError::File {
            what: "cannot write",
            path: "out/notes.txt".into(),
            source: std::io::ErrorKind::StorageFull.into(),
        };
        let text = SimulateError::from(file).with_disk(Bytes(5 << 30)).to_string();
        assert!(text.starts_with("the disk is full"), "{text}");
    }
}
