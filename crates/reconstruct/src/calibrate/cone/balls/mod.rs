//! Source, axis and detector of a cone beam from a phantom of small balls. Knows no files.
//!
//! Balls at unknown places on a holder that turns once, or half a turn and more: each ball's
//! shadow runs along a conic, whose parameters hold the geometry. Found are the distance of the
//! detector in pixels, the pixel of the central ray, roll, pitch and yaw, and the balls' places in
//! units of the distance from source to axis. A length is needed for millimetres: the pixel gives
//! that of the detector, the spacing of the balls that of the axis.
//! Source: Noo, Clackdoyle, Mennessier, White & Roney 2000, doi:10.1088/0031-9155/45/11/327;
//! von Smekal, Kachelrieß, Stepina & Kalender 2004, doi:10.1118/1.1803792; Yang, Kwan, Miller &
//! Boone 2006, doi:10.1118/1.2198187.

mod error;
mod fit;
mod orbit;
mod report;
mod shadow;
mod start;
mod track;

use ndarray::{Array2, Array3, Axis};
use serde::Serialize;
use voltomo_types::{ConeCircle, FrameError, FrameShape, Millimetre, PixelFrame, Radian};

pub use error::BallError;
pub use report::calibrate;
pub use track::find_tracks;

/// Line integrals that are made when they are asked for, a whole frame at a time.
pub trait ViewSource: Sync {
    /// Frames, rows and columns of the (cropped, binned) frames.
    fn shape(&self) -> FrameShape;

    /// Line integrals of one radiograph, `[row, column]`.
    ///
    /// # Errors
    /// A frame that could not be read or corrected.
    fn view(&self, index: usize) -> Result<Array2<f32>, FrameError>;
}

impl ViewSource for Array3<f32> {
    fn shape(&self) -> FrameShape {
        let (frames, rows, columns) = self.dim();
        FrameShape { frames, rows, columns }
    }

    fn view(&self, index: usize) -> Result<Array2<f32>, FrameError> {
        Ok(self.index_axis(Axis(0), index).to_owned())
    }
}

/// Where one ball's shadow was in one view, in detector pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BallPoint {
    /// Which view.
    pub view: usize,
    /// Detector `[row, column]` of the middle of the shadow.
    pub place: [f64; 2],
}

/// The shadow of one ball through the views.
#[derive(Debug, Clone, PartialEq)]
pub struct BallTrack {
    /// Where it was seen, at most once a view.
    pub points: Vec<BallPoint>,
    /// Mean radius of the shadow in detector pixels, for the way of its middle from where the
    /// middle of the ball falls; 0 where the places are those of the middle of the ball.
    pub radius_px: f64,
}

/// What is known of a scan of balls.
#[derive(Debug, Clone)]
pub struct BallScan {
    /// Angle of each radiograph.
    pub angles: Vec<Radian>,
    /// The window of the detector that the radiographs show.
    pub frame: PixelFrame,
    /// Edge of a detector pixel, on the detector: gives the distance of the detector in mm.
    pub pixel: Option<Millimetre>,
    /// Distance from each ball to the next along the axis of the holder: gives the distance of the
    /// axis in mm.
    pub spacing: Option<Millimetre>,
    /// Distance from source to axis as somebody told it: kept where no spacing measures it.
    pub source_to_axis: Option<Millimetre>,
}

/// One figure of the geometry.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The recipe key, or what it is.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Standard deviation; `None` where it was told.
    pub sigma: Option<f64>,
    /// Unit.
    pub unit: &'static str,
    /// Whether the balls show it. Where not, it is what was assumed or told.
    pub is_measured: bool,
}

/// Two figures that the balls know together better than apart.
#[derive(Debug, Clone, Serialize)]
pub struct Correlation {
    /// The figures.
    pub between: [String; 2],
    /// −1 to 1.
    pub value: f64,
}

/// The geometry as the balls show it.
#[derive(Debug, Clone, Serialize)]
pub struct BallCalibration {
    /// The geometry in mm; `None` where no length is known for a distance.
    pub circle: Option<ConeCircle>,
    /// Every figure with its standard deviation.
    pub figures: Vec<Figure>,
    /// Figures that are strongly correlated.
    pub correlations: Vec<Correlation>,
    /// Where the balls are at the angle 0, `[z, y, x]` in units of the distance from source to axis.
    pub balls: Vec<[f64; 3]>,
    /// Root-mean-square distance of the shadows from where they should be, detector pixels, along
    /// rows and columns.
    pub residual_px: f64,
    /// Shadows used, and those left out as too far off.
    pub shadows: [usize; 2],
    /// What a person must read. Empty where all is well.
    pub warnings: Vec<String>,
}
