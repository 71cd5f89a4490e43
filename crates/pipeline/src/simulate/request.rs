//! What a person asks of a simulation. Does nothing.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{memory::Bytes, store::FrameFormat};

/// How the frames are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanFormat {
    /// A 16-bit TIFF image a frame.
    Tiff,
    /// A 16-bit FITS image a frame.
    Fits,
    /// All frames in one HDF5 file in the layout NXtomo.
    Nexus,
}

impl ScanFormat {
    /// The format of single images, where the frames are written as such.
    #[must_use]
    pub(super) fn images(self) -> Option<FrameFormat> {
        match self {
            Self::Tiff => Some(FrameFormat::Tiff),
            Self::Fits => Some(FrameFormat::Fits),
            Self::Nexus => None,
        }
    }
}

/// What is simulated, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulateOptions {
    /// The cell: a TOML file, or the name of a built-in one.
    pub cell: String,
    /// The instrument: `titan`, `imax`, or a TOML file.
    pub instrument: String,
    /// A preset of the instrument.
    pub preset: Option<String>,
    /// Seed of every chance.
    pub seed: u64,
    /// Defects drawn by the seed, beside those of the cell's file.
    pub random_defects: usize,
    /// How the frames are written; without it, as the instrument writes them.
    pub format: Option<ScanFormat>,
    /// Without chance and without faults of the detector.
    pub noise_free: bool,
    /// Whether volumes of the truth are written.
    pub truth: bool,
    /// Output folder.
    pub out: PathBuf,
    /// Memory allowed; without it, part of what is free.
    pub memory: Option<Bytes>,
    /// Go on where a stopped simulation ended.
    pub resume: bool,
    /// Replace a simulated scan that is there.
    pub force: bool,
}

impl SimulateOptions {
    /// The simulation of a cell with an instrument's `demo` preset into a folder.
    #[must_use]
    pub fn demo(cell: &str, instrument: &str, out: PathBuf) -> Self {
        Self {
            cell: cell.into(),
            instrument: instrument.into(),
            preset: Some("demo".into()),
            seed: 1,
            random_defects: 0,
            format: None,
            noise_free: false,
            truth: true,
            out,
            memory: None,
            resume: false,
            force: false,
        }
    }
}
