//! What the command line may say of `voltomo show`. Does nothing.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use voltomo_pipeline::{AxisAt, Limits, PlaneAt, Radii};

use super::{Modality, VoxelSize};

/// Across which axis a section lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// A slice.
    Z,
    /// An upright section of z and x.
    Y,
    /// An upright section of z and y.
    X,
}

/// What becomes of numbers in depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Projection {
    /// The largest.
    Max,
    /// The mean.
    Mean,
    /// The smallest.
    Min,
}

/// Colours for numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colours {
    /// Black to white.
    Grey,
    /// Dark blue over green to yellow.
    Viridis,
    /// Blue over green and yellow to red.
    Turbo,
    /// Black over purple and red to pale yellow.
    Inferno,
    /// Black over purple and rose to pale yellow.
    Magma,
    /// Dark blue over grey to yellow, the same to the colour-blind.
    Cividis,
    /// Blue over white to red.
    BlueRed,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureFile {
    /// Pixels.
    Png,
    /// The image as pixels, all else as vectors and text that can be edited.
    Svg,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The volume: output folder of a run, OME-Zarr, a folder of slices, a TIFF stack, MetaImage,
    /// NRRD.
    pub(crate) volume: PathBuf,
    /// Edge of a voxel in mm, or Z,Y,X; without it, as the files say.
    #[arg(long, value_name = "MM")]
    pub(crate) voxel_mm: Option<VoxelSize>,
    /// The numbers of another program's volume are attenuation coefficients in 1/cm.
    #[arg(long)]
    pub(crate) per_cm: bool,
    #[command(flatten)]
    pub(crate) cut: CutArguments,
    #[command(flatten)]
    pub(crate) other: OtherArguments,
    /// A findings.json: arrows to the findings that lie on the section.
    #[arg(long, value_name = "JSON")]
    pub(crate) findings: Option<PathBuf>,
    /// Findings so far from the section are still drawn, in mm.
    #[arg(long, value_name = "MM", default_value_t = 0.5, requires = "findings", value_parser = length)]
    pub(crate) within: f64,
    /// Numbers of the first and the last colour, in the volume's unit (1/cm); without it, they suit
    /// the inside of the sample.
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true)]
    pub(crate) range: Option<Limits>,
    /// Colours of low to high numbers.
    #[arg(long, value_enum, default_value_t = Colours::Grey)]
    pub(crate) colours: Colours,
    /// Bits: 8 for a picture; 16 for the bare numbers as grey levels, with slope, intercept and
    /// pixel size in the file.
    #[arg(long, default_value_t = 8, value_parser = depth)]
    pub(crate) depth: u8,
    /// What is written; without it, as the ending of --out says.
    #[arg(long, value_enum)]
    pub(crate) format: Option<PictureFile>,
    /// File for the picture: .png or .svg; slice.png without it.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
}

/// How the volume is cut.
#[derive(Debug, Args)]
pub(crate) struct CutArguments {
    /// Across which axis: z for a slice, y or x for an upright section; z without it.
    #[arg(long, value_enum)]
    pub(crate) section: Option<Section>,
    /// Which slice, or which upright section across y or x, counted from 0; without it, the middle
    /// one.
    #[arg(long, value_name = "INDEX", conflicts_with = "at")]
    pub(crate) slice: Option<usize>,
    /// The same as a place in mm of the volume's frame.
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = number)]
    pub(crate) at: Option<f64>,
    /// Any plane: a point of it in mm, and a direction at right angles to it.
    #[arg(long, value_name = "z,y,x; nz,ny,nx", allow_hyphen_values = true,
        conflicts_with_all = ["section", "slice", "at", "angle", "unroll", "polar", "from", "to"])]
    pub(crate) plane: Option<PlaneAt>,
    /// The plane through the upright axis at this angle, in degrees from +x towards +y.
    #[arg(long, value_name = "DEG", allow_hyphen_values = true, value_parser = number,
        conflicts_with_all = ["section", "slice", "at", "unroll", "polar", "from", "to"])]
    pub(crate) angle: Option<f64>,
    /// The wall of a cylinder about the upright axis laid flat: at a radius in mm, or over a range.
    #[arg(long, value_name = "MM[:MM]", allow_hyphen_values = true,
        conflicts_with_all = ["section", "slice", "at", "polar", "from", "to", "thickness"])]
    pub(crate) unroll: Option<Radii>,
    /// The slice laid flat about the upright axis: radius by angle.
    #[arg(long, conflicts_with_all = ["section", "from", "to"])]
    pub(crate) polar: bool,
    /// Where the upright axis stands, y,x in mm; without it, where the sample turned.
    #[arg(long, value_name = "Y,X", allow_hyphen_values = true)]
    pub(crate) axis: Option<AxisAt>,
    /// The largest, mean or smallest number along z (or along the axis of --section); with
    /// --thickness or a range of radii, over that alone.
    #[arg(long, value_enum)]
    pub(crate) projection: Option<Projection>,
    /// Where the projection begins, in mm.
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = number,
        requires = "projection", conflicts_with_all = ["slice", "at", "thickness"])]
    pub(crate) from: Option<f64>,
    /// Where it ends.
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = number,
        requires = "projection", conflicts_with_all = ["slice", "at", "thickness"])]
    pub(crate) to: Option<f64>,
    /// Take together what lies within so many mm about the section: its mean, or what --projection
    /// says.
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = length)]
    pub(crate) thickness: Option<f64>,
}

/// A second volume in the picture.
#[derive(Debug, Args)]
pub(crate) struct OtherArguments {
    /// Another volume, cut at the same place, beside the first.
    #[arg(long, value_name = "VOLUME", conflicts_with = "fuse")]
    pub(crate) beside: Option<PathBuf>,
    /// Another volume, in colours over the first.
    #[arg(long, value_name = "VOLUME")]
    pub(crate) fuse: Option<PathBuf>,
    /// Where the neutron volume lies in the X-ray volume: the JSON file of a registration.
    #[arg(long, value_name = "JSON", conflicts_with = "same_frame")]
    pub(crate) transform: Option<PathBuf>,
    /// Both volumes have the same frame: no registration is needed.
    #[arg(long)]
    pub(crate) same_frame: bool,
    /// The beam that made the first volume, which --transform and --findings go by.
    #[arg(long, value_enum, default_value_t = Modality::Xray)]
    pub(crate) modality: Modality,
    /// How much of the first volume the second hides, 0 to 1; its lowest numbers hide nothing.
    #[arg(long, value_name = "SHARE", default_value_t = 0.6, value_parser = share, requires = "fuse")]
    pub(crate) opacity: f64,
    /// Edge of a voxel of the second volume.
    #[arg(long, value_name = "MM")]
    pub(crate) other_voxel_mm: Option<VoxelSize>,
    /// Numbers of the first and the last colour of the second volume.
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true)]
    pub(crate) other_range: Option<Limits>,
    /// Colours of the second volume; without it, those of the first, and inferno where fused.
    #[arg(long, value_enum)]
    pub(crate) other_colours: Option<Colours>,
    /// One scale of colours for both.
    #[arg(long, requires = "beside", conflicts_with_all = ["other_range", "other_colours"])]
    pub(crate) same_range: bool,
}

fn number(text: &str) -> Result<f64, String> {
    let refuse = || format!("`{text}`; expected a finite number");
    text.parse().ok().filter(|it: &f64| it.is_finite()).ok_or_else(refuse)
}

fn length(text: &str) -> Result<f64, String> {
    let refuse = || format!("`{text}`; expected a length in mm, 0 or more");
    number(text).ok().filter(|it| *it >= 0.0).ok_or_else(refuse)
}

fn share(text: &str) -> Result<f64, String> {
    let refuse = || format!("`{text}`; expected a share from 0 to 1");
    number(text).ok().filter(|it| (0.0..=1.0).contains(it)).ok_or_else(refuse)
}

fn depth(text: &str) -> Result<u8, String> {
    match text {
        "8" => Ok(8),
        "16" => Ok(16),
        _ => Err(format!("`{text}`; expected 8 or 16")),
    }
}
