//! Where source, axis and detector of a cone beam are. Knows no files.
//!
//! From the scan itself, with the distances known: the column of the axis and the detector's roll,
//! by two principles whose answers are both reported:
//! 1. *opposite rays*: the ray at the angle θ and the fan angle γ is met from its other end at
//!    `(θ + π + 2γ, −γ)`. Exact in the source's plane; off it for what does not change along z.
//! 2. *round can*: the edges of a round cylinder's shadow are tangents, whose mean direction is
//!    that of its axis wherever it stands.
//!
//! Unlike in a parallel beam the sense of the rotation matters: a scan turned the wrong way round
//! has no opposite rays that match, and is warned of.

mod axis;
mod axis_search;
pub mod balls;
mod can;
mod fan;
mod opposite;
mod ring;
mod verdict;

use serde::Serialize;
use voltomo_types::{ConeCircle, PixelFrame, Radian};

use super::{AxisOrigin, MethodEstimate};

pub use axis::find_cone_axis;

/// A cone-beam scan as far as it is known before its axis is searched.
#[derive(Debug, Clone)]
pub struct ConeScan {
    /// Distances, pixel, row of the central ray, pitch and yaw; its centre column and its roll are
    /// ignored.
    pub circle: ConeCircle,
    /// Angle of each radiograph.
    pub angles: Vec<Radian>,
    /// The window of the detector that the radiographs show.
    pub frame: PixelFrame,
}

/// What is known of the axis, and where it is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConeSearch {
    /// Detector column of the central ray, where it is known; nothing is then searched.
    pub centre_px: Option<f64>,
    /// Roll, where it is known.
    pub roll: Option<Radian>,
    /// First and last detector column of the search; `None`: the middle half of the frame, and all
    /// but its outermost 4 % where the views cover a whole turn.
    pub search_px: Option<[f64; 2]>,
    /// Bands of rows in which the centre is measured.
    pub bands: usize,
}

impl Default for ConeSearch {
    fn default() -> Self {
        Self { centre_px: None, roll: None, search_px: None, bands: 12 }
    }
}

/// The axis of a cone beam, how sure it is, and how that was found out.
#[derive(Debug, Clone, Serialize)]
pub struct ConeAxisEstimate {
    /// The geometry with the column of the axis (at the row of the central ray) and the roll.
    pub circle: ConeCircle,
    /// Who says so.
    pub origin: AxisOrigin,
    /// Standard deviation of the centre column, in detector pixels; 0 where it was given.
    pub centre_sigma_px: f64,
    /// Standard deviation of the roll; `None` where it was given, or could not be measured because
    /// the frames have too few rows (the roll is then 0).
    pub roll_sigma: Option<Radian>,
    /// What each method says, centres at the row of the central ray; the one that the axis comes
    /// from stands first.
    pub methods: Vec<MethodEstimate>,
    /// Largest difference between the centres of the methods, in detector pixels.
    pub disagreement_px: f64,
    /// Mean squared difference of opposite rays in units of their variance: 0 where they are
    /// alike, about 1 where they have nothing to do with one another; `None` where nothing was
    /// searched.
    pub mismatch: Option<f64>,
    /// What a person must read. Empty where all is well.
    pub warnings: Vec<String>,
}
