//! Where the rotation axis is: its centre and its tilt, with a confidence. Knows no files.
//!
//! Three methods are asked, and all answers are reported with their residual:
//! 1. *whole frames*: some pairs of opposite radiographs are registered as pictures, shift and
//!    rotation together. Upper and lower edges tell the tilt of a flat sample.
//! 2. *opposite pairs*: the radiograph at θ + 180° is the mirror image of the one at θ, about the
//!    axis. All pairs of the scan, in bands of rows; a robust line through the centres of the
//!    bands gives the centre at the detector's middle row, and the tilt.
//! 3. *double wedge*: a sinogram over a whole turn holds no energy outside a double wedge of its
//!    Fourier plane; half a turn completed by its mirror image about a wrong axis does.
//!
//! The surest answer is taken: that of the least standard deviation of the centre at the detector's
//! middle row. Bands are straightened along the tilt that they are to measure, so that a flat sample
//! agrees with any; what whole frames show bounds how sure bands can be (see `axis_search`). Where
//! answers differ by more than they should, the least negative of several reconstructed slices
//! decides, and a person is told.
//!
//! The sense of the rotation does not matter here: a scan turned the wrong way round has the same
//! pairs, the same axis and the same sign of the tilt.

mod axis;
mod axis_search;
mod band;
mod band_line;
pub mod cone;
mod double_wedge;
mod frames;
mod pairs;
mod partners;
mod row_ends;
mod search;
mod sharpness;
mod turn;
mod verdict;

use ndarray::{Array2, Array3};
use serde::Serialize;
use std::ops::Range;
use voltomo_numeric::least_squares::{Line, Point};
use voltomo_types::{FrameError, FrameShape, Radian, RotationAxis};

pub use axis::find_axis;
pub use band::{rows_at_once, search_bytes};
pub use row_ends::{RowEnds, ends_in_air, row_ends};
pub use turn::{coarser, turn_doubt};

/// Line integrals that are made when they are asked for, some rows of all frames at a time.
pub trait BandSource: Sync {
    /// Frames, rows and columns of the (cropped, binned) frames.
    fn shape(&self) -> FrameShape;

    /// Line integrals of the frame rows `rows` of all radiographs, `[angle, row, column]`.
    ///
    /// # Errors
    /// A frame that could not be read or corrected.
    fn band(&self, rows: Range<usize>) -> Result<Array3<f32>, FrameError>;

    /// Line integrals of one whole radiograph, `[row, column]`.
    ///
    /// # Errors
    /// A frame that could not be read or corrected.
    fn frame(&self, index: usize) -> Result<Array2<f32>, FrameError>;
}

impl BandSource for Array3<f32> {
    fn shape(&self) -> FrameShape {
        let (frames, rows, columns) = self.dim();
        FrameShape { frames, rows, columns }
    }

    fn band(&self, rows: Range<usize>) -> Result<Array3<f32>, FrameError> {
        Ok(self.slice(ndarray::s![.., rows, ..]).to_owned())
    }

    fn frame(&self, index: usize) -> Result<Array2<f32>, FrameError> {
        Ok(self.index_axis(ndarray::Axis(0), index).to_owned())
    }
}

/// Who says where the axis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisOrigin {
    /// `reconstruct.centre_px` says so; nothing was searched.
    Given,
    /// Found in the radiographs.
    Found,
}

/// The rotation axis, how sure it is, and how that was found out.
#[derive(Debug, Clone, Serialize)]
pub struct AxisEstimate {
    /// The axis: centre as a detector column index at the middle row of the uncropped, unbinned
    /// detector, tilt in radians.
    pub axis: RotationAxis,
    /// Who says so.
    pub origin: AxisOrigin,
    /// Standard deviation of the centre, in detector pixels; 0 where it was given.
    pub centre_sigma_px: f64,
    /// Standard deviation of the tilt; `None` where it was given, or could not be measured
    /// because the frames have too few rows (the tilt is then 0).
    pub tilt_sigma: Option<Radian>,
    /// What each method says; the one that the axis comes from stands first.
    pub methods: Vec<MethodEstimate>,
    /// Largest difference between the centres of the methods, in detector pixels; one that is within
    /// three standard deviations, however large, counts as none.
    pub disagreement_px: f64,
    /// What a person must read. Empty where all is well.
    pub warnings: Vec<String>,
    /// Slices at several centres, where the methods disagree: for a contact sheet.
    pub candidates: Vec<CandidateSlice>,
}

/// What one method says about the axis.
#[derive(Debug, Clone, Serialize)]
pub struct MethodEstimate {
    /// The method, in words: `whole frames`, `opposite pairs`, `double wedge`.
    pub name: String,
    /// Centre at the middle row of the detector, in detector pixels.
    pub centre_px: f64,
    /// Standard deviation of that centre, in detector pixels.
    pub centre_sigma_px: f64,
    /// Tilt in degrees; `None` where it cannot be measured.
    pub tilt_deg: Option<f64>,
    /// Standard deviation of the tilt in degrees.
    pub tilt_sigma_deg: Option<f64>,
    /// Root-mean-square distance of the bands' centres from the straight line, in detector
    /// pixels; 0 for a single band. Of whole frames, that of the pairs' centres from the common one.
    pub residual: f64,
    /// Bands of rows that the line goes through; of whole frames, pairs.
    pub bands_used: usize,
    /// Bands of rows that were measured; of whole frames, pairs.
    pub bands_measured: usize,
    /// How far each band's centre is from the line; empty of whole frames.
    pub bands: Vec<BandCentre>,
}

/// The centre of one band of rows against the axis that a method found.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct BandCentre {
    /// Middle row of the band, in detector pixels.
    pub row_px: f64,
    /// The band's centre less the axis there, in detector pixels.
    pub residual_px: f64,
    /// Whether the axis goes by it: outliers are left out.
    pub is_used: bool,
}

/// The bands' centres against their line; `row_of` takes a point's x to a row of the detector, `bin`
/// are its pixels in one of the frame.
fn band_centres(
    points: &[Point],
    line: &Line,
    (row_of, bin): (impl Fn(f64) -> f64, f64),
) -> Vec<BandCentre> {
    let centre = |(point, kept): (&Point, &bool)| BandCentre {
        row_px: row_of(point.x),
        residual_px: (point.value - line.at(point.x)) * bin,
        is_used: *kept,
    };
    let known = points.iter().zip(&line.kept).filter(|(point, _)| point.value.is_finite());
    known.map(centre).collect()
}

/// One slice, reconstructed about a candidate of the centre.
#[derive(Debug, Clone, Serialize)]
pub struct CandidateSlice {
    /// The centre at the middle row of the detector, in detector pixels.
    pub centre_px: f64,
    /// Sharpness: minus the sum of the negative attenuation, relative to all attenuation; the
    /// candidate with the largest one is the best.
    pub sharpness: f64,
    /// µ `[y, x]`, for the picture.
    #[serde(skip)]
    pub slice: Array2<f32>,
}
