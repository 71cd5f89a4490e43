//! The true geometry of a simulated scan: where a point of the sample is seen. Traces nothing.

use serde::{Deserialize, Serialize};
use voltomo_types::{Millimetre, ParallelGeometry, PixelFrame, Radian};

/// The geometry as simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "beam")]
pub enum ScanGeometry {
    /// Neutrons.
    Parallel(ParallelGeometry),
    /// X-rays.
    Cone(ConeGeometry),
}

impl ScanGeometry {
    /// The angle of every radiograph.
    #[must_use]
    pub fn angles(&self) -> &[Radian] {
        match self {
            Self::Parallel(geometry) => &geometry.angles,
            Self::Cone(geometry) => &geometry.angles,
        }
    }

    /// The window of the detector that the frames show.
    #[must_use]
    pub fn frame(&self) -> PixelFrame {
        match self {
            Self::Parallel(geometry) => geometry.frame,
            Self::Cone(geometry) => geometry.frame,
        }
    }
}

/// A cone beam from a spot to a flat panel.
///
/// The spot is at the distance `source_axis` before the axis, the panel at `source_detector`
/// behind the spot. At angle θ the sample point `(x, y)` is at `s = x·cos θ − y·sin θ` across the
/// beam and at `b = x·sin θ + y·cos θ` along it, both from the axis. Heights z grow with rows;
/// z = 0 is what the detector's middle row sees on the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConeGeometry {
    /// Rotation angle of every radiograph.
    pub angles: Vec<Radian>,
    /// The window of the detector that the frames show.
    pub frame: PixelFrame,
    /// Edge of an unbinned pixel on the panel.
    pub pixel: Millimetre,
    /// Distance from the spot to the axis (SOD).
    pub source_axis: Millimetre,
    /// Distance from the spot to the panel (SDD).
    pub source_detector: Millimetre,
    /// Where the central beam meets the panel at right angles: detector `[row, column]`, 0 = the
    /// centre of the first unbinned pixel. The panel and the axis turn about this point.
    pub piercing: [f64; 2],
    /// Distance of the axis from the central beam, towards larger columns.
    pub axis_offset: Millimetre,
    /// Tilt of the axis about the central beam; positive where the axis moves to larger columns
    /// with larger rows.
    pub axis_tilt: Radian,
    /// Turn of the panel about the central beam; the picture shows the sum of tilt and roll.
    pub panel_roll: Radian,
    /// Where the spot is at each radiograph, `[up, across]` in mm from its place.
    pub spots_mm: Vec<[f64; 2]>,
}

impl ConeGeometry {
    /// Magnification of what is on the axis.
    #[must_use]
    pub fn magnification(&self) -> f64 {
        self.source_detector.0 / self.source_axis.0
    }

    /// Where the sample point `[z, y, x]` (mm, z as in the type's comment) falls in radiograph
    /// `view`: detector `[row, column]`.
    #[must_use]
    pub fn detector_position(&self, view: usize, point: [f64; 3]) -> [f64; 2] {
        let [z, y, x] = point;
        let (sin, cos) = self.angles[view].0.sin_cos();
        let [spot_up, spot_across] = self.spots_mm[view];
        let across = self.axis_offset.0 + x * cos - y * sin - spot_across;
        let down = z - self.source_height() + spot_up;
        let scale = self.source_detector.0 / (self.source_axis.0 + x * sin + y * cos);
        let upright = [down * scale - spot_up, across * scale + spot_across];
        turned(upright.map(|length| length / self.pixel.0), self.turn(), self.piercing)
    }

    /// Upright place on the panel, `[v, u]` in mm down and right of the piercing point, of the
    /// detector position `[row, column]`.
    #[must_use]
    pub fn upright(&self, detector_position: [f64; 2]) -> [f64; 2] {
        upright(detector_position, self.turn(), self.piercing).map(|pixels| pixels * self.pixel.0)
    }

    /// The turn of the picture: the sum of tilt and roll.
    #[must_use]
    pub fn turn(&self) -> Radian {
        Radian(self.axis_tilt.0 + self.panel_roll.0)
    }

    /// Height z of the spot's place, mm, growing with rows.
    #[must_use]
    pub fn source_height(&self) -> f64 {
        let below_middle = (self.piercing[0] - self.frame.middle_row()) * self.pixel.0;
        below_middle / self.magnification()
    }
}

/// `[row, column]` of the upright place `[v, u]` (pixels) on a picture turned about `pivot`.
fn turned([down, right]: [f64; 2], turn: Radian, pivot: [f64; 2]) -> [f64; 2] {
    let (sin, cos) = turn.0.sin_cos();
    [pivot[0] + down * cos - right * sin, pivot[1] + right * cos + down * sin]
}

/// Inverse of [`turned`].
pub(super) fn upright([row, column]: [f64; 2], turn: Radian, pivot: [f64; 2]) -> [f64; 2] {
    let (sin, cos) = turn.0.sin_cos();
    let (down, right) = (row - pivot[0], column - pivot[1]);
    [down * cos + right * sin, right * cos - down * sin]
}
