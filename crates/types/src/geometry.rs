//! Source, rotation axis and detector for every angle. Holds no data.

use serde::{Deserialize, Serialize};

use crate::{ConeGeometry, Millimetre, PixelFrame, Radian};

/// The rotation axis as the detector sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RotationAxis {
    /// Centre of rotation: detector column index (0 = centre of the first pixel of the uncropped,
    /// unbinned frame) where the axis crosses the middle row of the uncropped frame.
    pub centre: f64,
    /// Tilt in the detector plane; positive where the axis moves to larger columns with larger
    /// rows: `column(row) = centre + (row − middle row)·tan(tilt)`.
    pub tilt: Radian,
}

impl RotationAxis {
    /// Detector column of the axis at a detector row.
    #[must_use]
    pub fn column_at(&self, detector_row: f64, frame: &PixelFrame) -> f64 {
        self.centre + (detector_row - frame.middle_row()) * self.tilt.0.tan()
    }
}

/// A parallel beam: rays at right angles to the detector, a rotation axis in its plane.
///
/// A sample point `[z, y, x]` (x = y = 0 on the axis, z along the axis with rising detector rows,
/// z = 0 at the middle row of the uncropped frame, in detector pixels) is seen at angle θ at
/// `s = x·cos θ − y·sin θ`, and there at
/// `column = centre + s·cos τ + z·sin τ`, `row = middle + z·cos τ − s·sin τ` (τ the tilt).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParallelGeometry {
    /// Rotation angle of every radiograph.
    pub angles: Vec<Radian>,
    /// Where the axis is.
    pub axis: RotationAxis,
    /// The window of the detector that the projections show.
    pub frame: PixelFrame,
    /// Edge of one unbinned detector pixel, in mm; `None` where nobody told it.
    pub pixel: Option<Millimetre>,
}

/// Where source, sample and detector are at every angle, for any beam.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "beam", rename_all = "snake_case")]
pub enum Geometry {
    /// Parallel rays.
    Parallel(ParallelGeometry),
    /// Rays from a point.
    Cone(ConeGeometry),
}

impl Geometry {
    /// How many radiographs there are.
    #[must_use]
    pub fn view_count(&self) -> usize {
        match self {
            Self::Parallel(parallel) => parallel.angles.len(),
            Self::Cone(cone) => cone.views.len(),
        }
    }

    /// The window of the detector that the projections show.
    #[must_use]
    pub fn frame(&self) -> PixelFrame {
        match self {
            Self::Parallel(parallel) => parallel.frame,
            Self::Cone(cone) => cone.frame,
        }
    }
}

impl ParallelGeometry {
    /// Where the sample point `[z, y, x]` (detector pixels) falls: detector `[row, column]`.
    #[must_use]
    pub fn detector_position(&self, angle: Radian, point: [f64; 3]) -> [f64; 2] {
        let [z, y, x] = point;
        let across = x * angle.0.cos() - y * angle.0.sin();
        let (sin, cos) = self.axis.tilt.0.sin_cos();
        [
            self.frame.middle_row() + z * cos - across * sin,
            self.axis.centre + across * cos + z * sin,
        ]
    }

    /// The ray through detector `[row, column]`: `[z, s]` in detector pixels, the height along the
    /// axis and the distance from it. Inverse of [`Self::detector_position`].
    #[must_use]
    pub fn ray(&self, detector_position: [f64; 2]) -> [f64; 2] {
        let [row, column] = detector_position;
        let (down, right) = (row - self.frame.middle_row(), column - self.axis.centre);
        let (sin, cos) = self.axis.tilt.0.sin_cos();
        [down * cos + right * sin, right * cos - down * sin]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ray_is_the_inverse_of_detector_position() {
        let geometry = ParallelGeometry {
            angles: vec![],
            axis: RotationAxis { centre: 51.3, tilt: Radian::from_degrees(1.5) },
            frame: PixelFrame::whole(80, 100),
            pixel: None,
        };
        let (angle, point) = (Radian(0.7), [12.0, -5.0, 9.0]);
        let [z, s] = geometry.ray(geometry.detector_position(angle, point));
        assert!((z - 12.0).abs() < 1e-12);
        assert!((s - (9.0 * angle.0.cos() + 5.0 * angle.0.sin())).abs() < 1e-12);
    }

    #[test]
    fn axis_moves_to_larger_columns_with_larger_rows_when_tilt_is_positive() {
        let axis = RotationAxis { centre: 50.0, tilt: Radian::from_degrees(2.0) };
        let frame = PixelFrame::whole(101, 100);
        assert_eq!(axis.column_at(50.0, &frame), 50.0);
        assert!(
            (axis.column_at(60.0, &frame) - 50.0 - 10.0 * 2f64.to_radians().tan()).abs() < 1e-12
        );
    }
}
