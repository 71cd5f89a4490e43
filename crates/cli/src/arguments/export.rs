//! What the command line may say of `voltomo export`. Does nothing.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use voltomo_pipeline::Limits;

use super::MachineArguments;

/// How one voxel is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Numbers {
    /// 32-bit floating point.
    F32,
    /// 0 to 65535 between the two numbers of `--range`.
    U16,
    /// 0 to 255 between the two numbers of `--range`.
    U8,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The volume: output folder of a run, labels, or a volume of another program.
    pub(crate) volume: PathBuf,
    /// What to write; its ending says what it is. Volumes: .zarr, .mha, .nrrd, .nii, and without an
    /// ending a folder of TIFF slices. Surfaces: .stl, .ply, .obj. Regions for ImageJ: .zip.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Edge of a voxel in mm, where the files do not tell it.
    #[arg(long, value_name = "MM", value_parser = length)]
    pub(crate) voxel_mm: Option<f64>,
    /// How a voxel of a volume is stored; without it, as it is.
    #[arg(long, value_enum)]
    pub(crate) numbers: Option<Numbers>,
    /// What the smallest and the greatest integer stand for, in the volume's unit.
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true)]
    pub(crate) range: Option<Limits>,
    /// Surface about one label of a label volume: its name or number.
    #[arg(long, value_name = "NAME", conflicts_with = "above")]
    pub(crate) label: Option<String>,
    /// Surface about what is above a value, in the volume's unit.
    #[arg(long, value_name = "LEVEL", allow_hyphen_values = true)]
    pub(crate) above: Option<f32>,
    /// The findings that become regions.
    #[arg(long, value_name = "JSON")]
    pub(crate) findings: Option<PathBuf>,
    /// Replace what is there.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

fn length(text: &str) -> Result<f64, String> {
    let refuse = || format!("`{text}`; expected a length in mm above 0, as 0.034");
    text.parse().ok().filter(|it: &f64| it.is_finite() && *it > 0.0).ok_or_else(refuse)
}
