//! One acquisition as the instrument wrote it, read on demand. Names no file format.

use std::{fmt::Debug, ops::Range, sync::Arc};

use ndarray::{Array3, ArrayViewMut3, s};
use serde::{Deserialize, Serialize};

use crate::{ConeFacts, Detector, Fact, Probe, Radian};

/// Why frames could not be read: what was found, what was expected and what mends it, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} ({place})")]
pub struct FrameError {
    /// Found, expected, mend.
    pub what: String,
    /// The file, and the frame in it.
    pub place: String,
}

/// How many frames of what size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameShape {
    /// Frames in the stack.
    pub frames: usize,
    /// Rows of a frame.
    pub rows: usize,
    /// Columns of a frame.
    pub columns: usize,
}

/// A stack of equal frames somewhere (on disk, in memory) that can be read in part.
pub trait Frames: Send + Sync + Debug {
    /// Frames, rows and columns of the stack.
    fn shape(&self) -> FrameShape;

    /// Reads rows `rows` of frames `frames` into `into`, `[frame, row, column]` of exactly that
    /// shape, as `f32` (integers above 2²⁴ are rounded). Values are the file's own: nothing is
    /// mended here, NaN stays NaN.
    ///
    /// # Errors
    /// The frame's file and what is wrong with it. `into` is then only partly written.
    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError>;

    /// Where frame `frame` comes from, for messages: a file name, or a dataset with an index.
    fn name_of(&self, frame: usize) -> String;

    /// Number of frame `frame` among all radiographs of the files, skipped ones counted too: the one
    /// that `acquire.skip` takes.
    fn number_of(&self, frame: usize) -> usize {
        frame
    }
}

/// Frames that are held in memory.
#[derive(Debug, Clone)]
pub struct MemoryFrames(
    /// The frames, `[frame, row, column]`.
    pub Array3<f32>,
);

impl Frames for MemoryFrames {
    fn shape(&self) -> FrameShape {
        let (frames, rows, columns) = self.0.dim();
        FrameShape { frames, rows, columns }
    }

    fn read(
        &self,
        frames: Range<usize>,
        rows: Range<usize>,
        mut into: ArrayViewMut3<'_, f32>,
    ) -> Result<(), FrameError> {
        into.assign(&self.0.slice(s![frames, rows, ..]));
        Ok(())
    }

    fn name_of(&self, frame: usize) -> String {
        format!("frame {frame} in memory")
    }
}

/// When reference frames (flat fields, dark fields) were taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the first radiograph.
    Before,
    /// After the last radiograph.
    After,
    /// Between radiographs: just before the radiograph of this index.
    During(usize),
    /// Nobody told.
    Unknown,
}

impl When {
    /// The moment as an index into the radiographs (0 = first), where it is known.
    #[must_use]
    pub fn radiograph_index(self, radiograph_count: usize) -> Option<f64> {
        match self {
            Self::Before => Some(-1.0),
            Self::After => Some(radiograph_count as f64),
            Self::During(index) => Some(index as f64 - 0.5),
            Self::Unknown => None,
        }
    }
}

/// One set of flat fields or dark fields that were taken together.
#[derive(Debug, Clone)]
pub struct ReferenceFrames {
    /// The frames, of the radiographs' size, in counts.
    pub frames: Arc<dyn Frames>,
    /// When they were taken.
    pub when: When,
}

/// Frames with bodies in the beam that let nothing through: what is seen behind them was scattered.
#[derive(Debug, Clone)]
pub struct BlackBodyFrames {
    /// The frames, of the radiographs' size, in counts.
    pub frames: Arc<dyn Frames>,
    /// Rotation angle of each frame; `None` where the sample is out of the beam, or nobody told them.
    pub angles: Option<Vec<Radian>>,
}

/// The frames of a scan with black bodies (or a beam stop) in the beam.
#[derive(Debug, Clone, Default)]
pub struct BlackBodies {
    /// Without the sample.
    pub open: Option<BlackBodyFrames>,
    /// With the sample, at some angles.
    pub sample: Option<BlackBodyFrames>,
}

/// What the numbers of the radiographs mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// Detector counts, to be divided by the open beam.
    Counts,
    /// Line integrals −ln(I/I₀), already corrected.
    LineIntegrals,
}

/// One acquisition as the instrument wrote it; read-only, nothing of it in memory.
///
/// `radiographs` are in counts, `[frame, row, column]`, in the order of `angles`.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The radiographs, without flats, darks and frames that were skipped.
    pub radiographs: Arc<dyn Frames>,
    /// Flat fields (open beam), in the order they were taken.
    pub flats: Vec<ReferenceFrames>,
    /// Dark fields (shutter closed), in the order they were taken.
    pub darks: Vec<ReferenceFrames>,
    /// Frames with black bodies in the beam; most scans have none.
    pub black_bodies: BlackBodies,
    /// Rotation angle of each radiograph; `None` where nobody told them.
    pub angles: Option<Vec<Radian>>,
    /// What the numbers mean.
    pub quantity: Quantity,
    /// What passed through the sample, where it is known.
    pub probe: Option<Probe>,
    /// Where source and detector stand, as far as the files tell: whether the beam is parallel.
    pub cone: ConeFacts,
    /// The detector.
    pub detector: Detector,
    /// What the reader understood, had to be told, and misses.
    pub facts: Vec<Fact>,
    /// Every file that the scan is read from.
    pub files: Vec<std::path::PathBuf>,
}
