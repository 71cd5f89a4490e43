//! What the command line may say of `voltomo render`. Does nothing.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use voltomo_pipeline::Limits;

use super::{Colours, MachineArguments, Modality, VoxelSize};

/// Pixels across and down, as `1600x1200`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PictureSize(pub(crate) [usize; 2]);

impl FromStr for PictureSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}`; expected pixels across and down, as 1600x1200");
        let (across, down) = text.split_once('x').ok_or_else(refuse)?;
        let side = |text: &str| text.trim().parse::<usize>().ok().filter(|it| *it > 0);
        side(across).zip(side(down)).map(|(a, b)| Self([a, b])).ok_or_else(refuse)
    }
}

/// A number of pictures of a whole turn.
fn frames(text: &str) -> Result<usize, String> {
    let refuse = || format!("`{text}`; expected 2 to 720 pictures of a whole turn");
    text.parse().ok().filter(|it| (2..=720).contains(it)).ok_or_else(refuse)
}

#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    /// The volume: output folder of a run, OME-Zarr, a folder of slices, a TIFF stack, MetaImage,
    /// NRRD.
    pub(crate) volume: PathBuf,
    /// The beam that made the volume: it chooses what is transparent.
    #[arg(long, value_enum)]
    pub(crate) modality: Modality,
    /// Edge of a voxel in mm, or Z,Y,X; without it, as the files say.
    #[arg(long, value_name = "MM")]
    pub(crate) voxel_mm: Option<VoxelSize>,
    /// Where the viewer stands about the upright axis, degrees from +x towards +y.
    #[arg(long, value_name = "DEG", default_value_t = -60.0, allow_hyphen_values = true)]
    pub(crate) azimuth: f64,
    /// How high the viewer stands: 0 level, 90 looking down.
    #[arg(long, value_name = "DEG", default_value_t = 25.0, allow_hyphen_values = true)]
    pub(crate) elevation: f64,
    /// Slice 0 is up.
    #[arg(long)]
    pub(crate) upside_down: bool,
    /// 2 shows it twice as large.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) zoom: f64,
    /// A wedge that is taken away about the middle, degrees from +x towards +y, as -115:-15.
    #[arg(long, value_name = "FROM:TO", allow_hyphen_values = true)]
    pub(crate) wedge: Option<Limits>,
    /// All above this height is taken away, mm of the volume's frame.
    #[arg(long, value_name = "MM", allow_hyphen_values = true)]
    pub(crate) cut_above: Option<f64>,
    /// Colours of low to high numbers.
    #[arg(long, value_enum, default_value_t = Colours::Turbo)]
    pub(crate) colours: Colours,
    /// Pixels across and down.
    #[arg(long, default_value = "1600x1200")]
    pub(crate) size: PictureSize,
    /// An animated PNG of a whole turn in so many pictures.
    #[arg(long, value_name = "PICTURES", value_parser = frames)]
    pub(crate) turntable: Option<usize>,
    /// File for the picture, a PNG.
    #[arg(long, default_value = "rendering.png")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) machine: MachineArguments,
}
