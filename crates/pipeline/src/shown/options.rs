//! What a picture of a volume is to show. Cuts nothing, draws nothing.

use std::path::PathBuf;

use voltomo_show::picture::ColourMap;
use voltomo_show::section::Over;
use voltomo_types::{Probe, Transform};

use super::words::{Limits, PlaneAt, Radii};

/// Across which axis of the volume a section lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SectionAxis {
    /// A slice, at right angles to the rotation axis.
    #[default]
    Z,
    /// Upright, z and x in it.
    Y,
    /// Upright, z and y in it.
    X,
}

impl SectionAxis {
    pub(super) fn index(self) -> usize {
        match self {
            Self::Z => 0,
            Self::Y => 1,
            Self::X => 2,
        }
    }

    pub(super) fn name(self) -> &'static str {
        ["z", "y", "x"][self.index()]
    }
}

/// Where along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Along {
    /// The middle voxel.
    #[default]
    Middle,
    /// A voxel, counted from 0.
    Index(usize),
    /// A place in mm of the volume's frame.
    Millimetre(f64),
}

/// How a volume is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// Across an axis.
    Across(SectionAxis, Along),
    /// By any plane.
    Plane(PlaneAt),
    /// Through an upright axis, at an angle in degrees from +x towards +y.
    Angle(f64),
    /// Everything along an axis, or what lies between two places, mm.
    Projection(SectionAxis, [Option<f64>; 2]),
    /// The wall of a cylinder about the upright axis, laid flat.
    Unrolled(Radii),
    /// A slice laid flat about the upright axis: radius by angle.
    Polar(Along),
}

impl Default for Cut {
    fn default() -> Self {
        Self::Across(SectionAxis::Z, Along::Middle)
    }
}

/// A volume and how its numbers become colours.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Output folder of a run, or a volume of any program.
    pub path: PathBuf,
    /// Distances from voxel to voxel `[z, y, x]`, mm, where the files do not tell them.
    pub voxel_mm: Option<[f64; 3]>,
    /// Numbers of the first and the last colour; as the inside has them without a wish.
    pub range: Option<Limits>,
    /// Colours.
    pub colours: ColourMap,
    /// The numbers of another program's volume are attenuation coefficients in 1/cm.
    pub is_per_cm: bool,
}

/// How a second volume comes into the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Together {
    /// Beside the first one.
    Beside,
    /// In colours over the first one, which it hides by this share, 0 to 1.
    Fused(f64),
}

/// A second volume, cut at the same place.
#[derive(Debug, Clone)]
pub struct Other {
    /// The volume.
    pub shown: Shown,
    /// How it comes into the picture.
    pub together: Together,
    /// Both volumes have one frame, by the word of who asks.
    pub has_same_frame: bool,
    /// One scale of colours for both.
    pub has_same_range: bool,
}

/// Findings that arrows point to.
#[derive(Debug, Clone)]
pub struct ShownFindings {
    /// A `findings.json`.
    pub path: PathBuf,
    /// Findings at most so far from the section are drawn, mm.
    pub within_mm: f64,
}

/// What becomes of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PictureFormat {
    /// Pixels, with all that surrounds them.
    #[default]
    Png,
    /// The image's pixels, and vectors and text about them.
    Svg,
    /// The bare numbers as 16-bit grey, with their scale in the file.
    Grey16,
}

/// A picture of a volume.
#[derive(Debug, Clone, Default)]
pub struct ShowOptions {
    /// The volume.
    pub shown: Shown,
    /// The beam that made it, which a transform and findings go by.
    pub modality: Option<Probe>,
    /// How it is cut.
    pub cut: Cut,
    /// Where the upright axis stands, `[y, x]`, mm.
    pub axis: Option<[f64; 2]>,
    /// How thick the section is, mm.
    pub thickness_mm: Option<f64>,
    /// What becomes of the numbers in depth.
    pub over: Over,
    /// A second volume.
    pub other: Option<Other>,
    /// Where points of the neutron volume lie in the X-ray volume.
    pub xray_from_neutron: Option<Transform>,
    /// Findings that arrows point to.
    pub findings: Option<ShownFindings>,
    /// What becomes of the picture.
    pub format: PictureFormat,
    /// The file.
    pub out: PathBuf,
}
