//! What is exported: the wish, and a volume of either origin. Writes nothing.

use std::path::{Path, PathBuf};

use voltomo_types::{LengthUnit, VoxelGrid};

use crate::error::RunError;
use crate::layout::volume_in;
use crate::memory::Bytes;
use crate::shown::Limits;
use crate::store::{ForeignVolume, NumberType, StoreError, StoredVolume};
use crate::whole_file::MadeFolder;

/// What is written, and how.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// Output folder of a run, or a volume of any program.
    pub volume: PathBuf,
    /// Edge of a voxel, mm, where the files do not tell it.
    pub voxel_mm: Option<f64>,
    /// The file; its ending says what it is.
    pub out: PathBuf,
    /// How a voxel is stored; as it is without a wish.
    pub numbers: Option<NumberType>,
    /// What the smallest and the greatest integer stand for.
    pub limits: Option<Limits>,
    /// Name or number of the label about which a surface goes.
    pub label: Option<String>,
    /// The value above which a surface goes, in the volume's unit.
    pub above: Option<f32>,
    /// The findings that become regions.
    pub findings: Option<PathBuf>,
    /// Replace what is there.
    pub force: bool,
    /// Memory allowed.
    pub memory: Option<Bytes>,
}

/// A volume of either origin.
pub(super) enum Source {
    Own(StoredVolume),
    Foreign(Box<ForeignVolume>, VoxelGrid),
}

impl Source {
    pub(super) fn open(options: &ExportOptions) -> Result<Self, RunError> {
        let path = volume_in(&options.volume);
        match StoredVolume::open(&path) {
            Ok(stored) => {
                stored.refuse_missing(0..stored.grid().shape[0])?;
                Ok(Self::Own(stored))
            }
            Err(StoreError::Unreadable { .. } | StoreError::Io { .. }) => {
                let foreign = Box::new(ForeignVolume::open(&path)?);
                let grid = foreign_grid(&foreign, options.voxel_mm)?;
                Ok(Self::Foreign(foreign, grid))
            }
            Err(other) => Err(other.into()),
        }
    }

    pub(super) fn grid(&self) -> &VoxelGrid {
        match self {
            Self::Own(stored) => stored.grid(),
            Self::Foreign(_, grid) => grid,
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Own(stored) => stored.path(),
            Self::Foreign(foreign, _) => foreign.path(),
        }
    }

    pub(super) fn read(
        &self,
        z: std::ops::Range<usize>,
    ) -> Result<ndarray::Array3<f32>, StoreError> {
        match self {
            Self::Own(stored) => stored.read_slab(z),
            Self::Foreign(foreign, _) => foreign.read_slab(z),
        }
    }
}

/// Where the voxels of another program's volume are: cubes, or a refusal.
fn foreign_grid(foreign: &ForeignVolume, told: Option<f64>) -> Result<VoxelGrid, RunError> {
    let spacing = told.map(|edge| [edge; 3]).or(foreign.spacing_mm());
    let refuse = |why: String| RunError::Export { why, path: foreign.path().into() };
    let (voxel, unit) = match spacing {
        Some([z, y, x]) if (y / z - 1.0).abs() < 1e-3 && (x / z - 1.0).abs() < 1e-3 => {
            (z, LengthUnit::Millimetre)
        }
        Some(sides) => {
            return Err(refuse(format!(
                "voxels of {sides:?} mm [z, y, x]; expected cubes: resample it first"
            )));
        }
        None => (1.0, LengthUnit::Pixel),
    };
    let first = foreign.first_mm().unwrap_or([0.0; 3]);
    Ok(VoxelGrid { shape: foreign.shape(), voxel, first, unit })
}

/// Refuses to write over what is there, unless it may. The folder that is made for it goes again where
/// nothing was written.
pub(super) fn refuse_taken(out: &Path, force: bool) -> Result<MadeFolder, RunError> {
    if out.is_dir() || (out.exists() && !force) {
        return Err(RunError::FileExists { path: out.into() });
    }
    let what = "cannot make the output folder";
    MadeFolder::make(out.parent().unwrap_or(Path::new(""))).map_err(|source| RunError::File {
        what,
        path: out.into(),
        source,
    })
}
