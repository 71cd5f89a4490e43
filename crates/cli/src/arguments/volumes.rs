//! What the command line may say of finished volumes: register, segment, inspect, compare. Does
//! nothing.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum};

use super::MachineArguments;

/// What is built into a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cell {
    /// A wound cell in a round can: 18650, 21700.
    Cylindrical,
    /// A coin cell: 2032.
    Coin,
}

/// The beam that made a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Modality {
    /// X-rays.
    Xray,
    /// Neutrons.
    Neutron,
}

/// Distances from voxel to voxel, as `0.034` or as `Z,Y,X`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct VoxelSize(pub(crate) [f64; 3]);

impl FromStr for VoxelSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}`; expected a length in mm, as 0.034, or three as Z,Y,X");
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
        let numbers = numbers.map_err(|_| refuse())?;
        if !numbers.iter().all(|length| length.is_finite() && *length > 0.0) {
            return Err(refuse());
        }
        match numbers[..] {
            [edge] => Ok(Self([edge; 3])),
            [z, y, x] => Ok(Self([z, y, x])),
            _ => Err(refuse()),
        }
    }
}

/// How the neutron volume may be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// Turned and shifted.
    Rigid,
    /// Also stretched and sheared.
    Affine,
    /// Also bent smoothly.
    Deformable,
}

#[derive(Debug, Args)]
pub(crate) struct RegisterArguments {
    /// The neutron volume: output folder of a run, OME-Zarr, a folder of slices, a TIFF stack,
    /// MetaImage, NRRD.
    pub(crate) neutron: PathBuf,
    /// The X-ray volume of the same cell; it may hold a part of it only.
    pub(crate) xray: PathBuf,
    /// Edge of a voxel of the neutron volume in mm, or Z,Y,X; without it, as the files say.
    #[arg(long, value_name = "MM")]
    pub(crate) neutron_voxel_mm: Option<VoxelSize>,
    /// Edge of a voxel of the X-ray volume.
    #[arg(long, value_name = "MM")]
    pub(crate) xray_voxel_mm: Option<VoxelSize>,
    /// How the neutron volume may be moved.
    #[arg(long, value_enum, default_value_t = Model::Rigid)]
    pub(crate) model: Model,
    /// Full width at half maximum of the neutron volume's blur, in mm.
    #[arg(long, value_name = "MM", default_value_t = 0.2)]
    pub(crate) neutron_blur_mm: f64,
    /// Write the neutron volume on the voxels of the X-ray volume.
    #[arg(long)]
    pub(crate) resample: bool,
    /// Output folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Replace a registration that is in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SegmentArguments {
    /// The volume: output folder of a run, OME-Zarr, a folder of slices, a TIFF stack, MetaImage,
    /// NRRD; in 1/cm.
    pub(crate) volume: PathBuf,
    /// The beam that made the volume.
    #[arg(long, value_enum)]
    pub(crate) modality: Modality,
    /// Edge of a voxel in mm, or Z,Y,X; without it, as the files say.
    #[arg(long, value_name = "MM")]
    pub(crate) voxel_mm: Option<VoxelSize>,
    /// The numbers of another program's volume are attenuation coefficients in 1/cm.
    #[arg(long)]
    pub(crate) per_cm: bool,
    /// The volume of the other beam, of the same cell.
    #[arg(long, value_name = "VOLUME", requires = "transform")]
    pub(crate) partner: Option<PathBuf>,
    /// Edge of a voxel of the other beam's volume.
    #[arg(long, value_name = "MM", requires = "partner")]
    pub(crate) partner_voxel_mm: Option<VoxelSize>,
    /// Where the neutron volume lies in the X-ray volume: the JSON file of a registration.
    #[arg(long, value_name = "JSON", requires = "partner")]
    pub(crate) transform: Option<PathBuf>,
    /// How much neighbours speak for a material; 0 takes every voxel by itself.
    #[arg(long, default_value_t = 0.7)]
    pub(crate) smoothing: f64,
    /// Output folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Replace labels that are in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// The volume: output folder of a run, OME-Zarr, a folder of slices, a TIFF stack, MetaImage,
    /// NRRD; one slice will do where a slice can tell.
    #[arg(required_unless_present = "show_limits")]
    pub(crate) volume: Option<PathBuf>,
    /// What the cell is.
    #[arg(long, value_enum, required_unless_present = "show_limits")]
    pub(crate) cell: Option<Cell>,
    /// The beam that made the volume.
    #[arg(long, value_enum, required_unless_present = "show_limits")]
    pub(crate) modality: Option<Modality>,
    /// Edge of a voxel in mm, or Z,Y,X; without it, as the files say.
    #[arg(long, value_name = "MM")]
    pub(crate) voxel_mm: Option<VoxelSize>,
    /// The numbers of another program's volume are attenuation coefficients in 1/cm, and not grey
    /// values.
    #[arg(long)]
    pub(crate) per_cm: bool,
    /// The volume of the other beam, of the same cell.
    #[arg(long, value_name = "VOLUME")]
    pub(crate) partner: Option<PathBuf>,
    /// Edge of a voxel of the other beam's volume.
    #[arg(long, value_name = "MM", requires = "partner")]
    pub(crate) partner_voxel_mm: Option<VoxelSize>,
    /// Where the neutron volume lies in the X-ray volume: the JSON file of a registration.
    #[arg(long, value_name = "JSON", requires = "partner")]
    pub(crate) transform: Option<PathBuf>,
    /// Name of the cell, for the report.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) name: String,
    /// Limits that take the place of the default ones, a TOML file.
    #[arg(long, value_name = "TOML")]
    pub(crate) limits: Option<PathBuf>,
    /// Print the default limits, to be copied and changed.
    #[arg(long)]
    pub(crate) show_limits: bool,
    /// Output folder.
    #[arg(long, required_unless_present = "show_limits")]
    pub(crate) out: Option<PathBuf>,
    /// Replace findings that are in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// The folder of findings: what `voltomo inspect` wrote, or `6-inspect` of a cell's run.
    pub(crate) folder: PathBuf,
    /// File for the report; without it, report.html in the folder.
    #[arg(long, value_name = "HTML")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// The first volume: output folder of a run, OME-Zarr, a folder of slices, a TIFF stack,
    /// MetaImage, NRRD.
    pub(crate) first: PathBuf,
    /// The second volume, of the same beam.
    pub(crate) second: PathBuf,
    /// The beam that made the volumes.
    #[arg(long, value_enum)]
    pub(crate) modality: Modality,
    /// Edge of the voxels of both in mm, or Z,Y,X; without it, as the files say.
    #[arg(long, value_name = "MM")]
    pub(crate) voxel_mm: Option<VoxelSize>,
    /// The numbers of other programs' volumes are attenuation coefficients in 1/cm.
    #[arg(long)]
    pub(crate) per_cm: bool,
    /// A change stands out by so many standard deviations of the volumes' own noise.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) sigmas: f64,
    /// Take the numbers as they are, and do not hold the scale of the second to the first.
    #[arg(long)]
    pub(crate) absolute: bool,
    /// Output folder.
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Replace a comparison that is in the folder.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}
