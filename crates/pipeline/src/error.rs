//! Why a run could not be done, by whose fault. Prints nothing.

use std::path::PathBuf;

use voltomo_acquire::AcquireError;
use voltomo_correct::CorrectError;
use voltomo_reconstruct::ReconstructError;

use crate::{memory::Bytes, recipe::RecipeError, store::StoreError};

/// Why a run could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The recipe.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The scan's files.
    #[error(transparent)]
    Acquire(#[from] AcquireError),
    /// The correction.
    #[error(transparent)]
    Correct(#[from] CorrectError),
    /// The reconstruction.
    #[error(transparent)]
    Reconstruct(#[from] ReconstructError),
    /// Balls that do not tell the geometry.
    #[error(transparent)]
    Balls(#[from] voltomo_reconstruct::calibrate::cone::balls::BallError),
    /// The registration.
    #[error(transparent)]
    Register(#[from] voltomo_register::RegisterError),
    /// The comparison.
    #[error(transparent)]
    Compare(#[from] voltomo_inspect::compare::CompareError),
    /// The segmentation.
    #[error(transparent)]
    Segment(#[from] voltomo_segment::SegmentError),
    /// Two beams that nobody laid on one another.
    #[error(
        "two volumes without a registration; give `--transform`, the JSON file that `voltomo \
         register` writes ({path})", path = path.display()
    )]
    NotRegistered {
        /// The second volume.
        path: PathBuf,
    },
    /// Materials cannot be told by grey values.
    #[error(
        "the volume holds grey values, expected attenuation coefficients in 1/cm; say `--per-cm` \
         where they are ({path})", path = path.display()
    )]
    GreyValues {
        /// The volume.
        path: PathBuf,
    },
    /// The inspection.
    #[error(transparent)]
    Inspect(#[from] voltomo_inspect::InspectError),
    /// A file of limits that cannot be used.
    #[error("{source} ({path})", path = path.display())]
    LimitsFile {
        /// What is wrong with it.
        source: Box<voltomo_inspect::InspectError>,
        /// The file.
        path: PathBuf,
    },
    /// Two volumes of the same beam.
    #[error(
        "both volumes are of the same beam, or are the same volume; expected one of neutrons and \
         one of X-rays: say which is which ({path})", path = path.display()
    )]
    SameBeam {
        /// The second volume.
        path: PathBuf,
    },
    /// The output files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A picture.
    #[error(transparent)]
    Show(#[from] voltomo_show::ShowError),
    /// A section that the volume does not have.
    #[error(transparent)]
    Section(#[from] voltomo_show::section::SectionError),
    /// A picture that cannot be drawn so.
    #[error("{found}; expected {expected} ({path})", path = path.display())]
    Picture {
        /// What was found.
        found: String,
        /// What was expected, and what mends it.
        expected: String,
        /// The volume.
        path: PathBuf,
    },
    /// Values that must not go on to the next stage.
    #[error(
        "{stage}: {violation} in {place}; expected finite values that differ: look at the scan with \
         `voltomo look`, and at `{key}`"
    )]
    Gate {
        /// The stage that ended with them.
        stage: &'static str,
        /// What is wrong.
        violation: String,
        /// Which slices.
        place: String,
        /// The recipe key to look at.
        key: &'static str,
    },
    /// So many rays are starved that a volume would mean nothing.
    #[error(
        "{verdict}; `correct.starvation.despite = true` reconstructs it all the same ({picture})",
        picture = picture.display()
    )]
    Starved {
        /// What was found, and what would do better.
        verdict: String,
        /// The map of starved rays.
        picture: PathBuf,
    },
    /// Even the thinnest slab does not fit into the memory budget.
    #[error(
        "{what} takes {needed} ({most}), and {budget} are allowed; allow more with --memory, or {mends}"
    )]
    Budget {
        /// The least that must be in memory at once.
        what: String,
        /// Bytes for that.
        needed: Bytes,
        /// The moment that takes most of it.
        most: String,
        /// Bytes allowed.
        budget: Bytes,
        /// What takes less.
        mends: &'static str,
    },
    /// A result does not fit on the disk.
    #[error(
        "{what} takes up to {needed} of disk, and {free} are free; make room, or give another disk with \
         --out ({path})", path = path.display()
    )]
    Disk {
        /// The result.
        what: String,
        /// Bytes that it takes at most.
        needed: Bytes,
        /// Bytes that are free.
        free: Bytes,
        /// Where it was to go.
        path: PathBuf,
    },
    /// A scan without rotation angles cannot be reconstructed.
    #[error(
        "the scan has no rotation angles: {known}; `acquire.angles` takes START:STOP in degrees, or \
         a file with one angle a line ({path})", path = path.display()
    )]
    NoAngles {
        /// What the files do say of the angles.
        known: String,
        /// The scan.
        path: PathBuf,
    },
    /// A scan of a cell without a pixel size.
    #[error(
        "the scan of [{table}] does not tell how large a pixel is, and a cell is looked at in mm; \
         expected `acquire.pixel_mm` in its recipe ({path})", path = path.display()
    )]
    NoPixel {
        /// The table of its beam.
        table: String,
        /// Its recipe.
        path: PathBuf,
    },
    /// A cone beam whose source or detector are missing or cannot be.
    #[error("`{key}` is {found}; expected {expected} ({path})", path = path.display())]
    Cone {
        /// Recipe key that mends it.
        key: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
        /// The scan.
        path: PathBuf,
    },
    /// The output folder holds another run.
    #[error(
        "the folder holds a run already; choose another --out, go on with --resume, or replace it \
         with --force ({path})", path = path.display()
    )]
    OutputExists {
        /// The folder.
        path: PathBuf,
    },
    /// Another run writes into the output folder.
    #[error(
        "another run writes into this folder; wait for its end, or choose another --out ({path})",
        path = path.display()
    )]
    OutputBusy {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is to be replaced is none that this program writes.
    #[error(
        "the file to be replaced is {found}, expected {expected}; choose another --out ({path})",
        path = path.display()
    )]
    NotReplaced {
        /// What it is.
        found: &'static str,
        /// What may be replaced.
        expected: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A result is there already.
    #[error(
        "a file is there already; choose another --out, or replace it with --force ({path})",
        path = path.display()
    )]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// A file stands where the output folder should be.
    #[error(
        "this is a file, expected a folder or nothing where results go; choose another --out ({path})",
        path = path.display()
    )]
    OutputNoFolder {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to resume, or it belongs to another recipe or other files.
    #[error("cannot resume: {why}; run it anew with --force ({path})", path = path.display())]
    Resume {
        /// What does not fit.
        why: String,
        /// The folder.
        path: PathBuf,
    },
    /// What a stopped run wrote is no longer there.
    #[error(
        "cannot resume: {why}; expected slices 0 to {slice} as the stopped run wrote them: run it \
         anew with --force ({path})", path = path.display()
    )]
    Damaged {
        /// The first slice that is missing or another.
        slice: usize,
        /// What is wrong with it.
        why: String,
        /// The unfinished volume.
        path: PathBuf,
    },
    /// A run's record cannot be used for a rerun.
    #[error("cannot run it again: {why} ({path})", path = path.display())]
    Rerun {
        /// What does not fit.
        why: String,
        /// The record.
        path: PathBuf,
    },
    /// The run was stopped by the user.
    #[error(
        "stopped; {finished} of {slices} slices are finished and usable: go on with --resume ({path})",
        path = path.display()
    )]
    Cancelled {
        /// Slices that are finished.
        finished: usize,
        /// Slices in all.
        slices: usize,
        /// The unfinished volume.
        path: PathBuf,
    },
    /// The correction alone was stopped by the user.
    #[error(
        "stopped after {finished} of {radiographs} radiographs: nothing of it is kept; run it again \
         ({path})", path = path.display()
    )]
    CancelledImages {
        /// Radiographs that were corrected.
        finished: usize,
        /// Radiographs in all.
        radiographs: usize,
        /// The output folder.
        path: PathBuf,
    },
    /// Images that are read lie where images are to be written.
    #[error(
        "this image of the scan lies in the folder that the corrected images replace; expected another \
         folder: choose another --out ({path})", path = path.display()
    )]
    OwnInput {
        /// An image of the scan.
        path: PathBuf,
    },
    /// The run was stopped by the user before anything was finished.
    #[error(
        "stopped before the first slices were finished: nothing is kept; run it again, with or \
         without --resume it begins anew ({path})", path = path.display()
    )]
    CancelledEarly {
        /// The output folder.
        path: PathBuf,
    },
    /// Work on whole volumes was stopped by the user.
    #[error("stopped before it was done: nothing of it is kept; run it again ({path})",
        path = path.display())]
    Stopped {
        /// The file or folder for the result.
        path: PathBuf,
    },
    /// What was asked for is not in the volume, or not to be had in that format.
    #[error("cannot export: {why} ({path})", path = path.display())]
    Export {
        /// What was found and expected.
        why: String,
        /// The volume or the file asked for.
        path: PathBuf,
    },
    /// A file of the run's own record cannot be written or read.
    #[error("{what}: {source} ({path})", path = path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
