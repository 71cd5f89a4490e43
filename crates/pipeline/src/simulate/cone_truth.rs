//! The true geometry of a simulated cone beam, as somebody who has only its frames would tell it.
//! Knows no volumes.

use voltomo_acquire::simulate::instrument::ConeGeometry as Simulated;
use voltomo_types::{ConeCircle, ConeGeometry, Millimetre, PixelFrame, Radian, RotationAxis};

/// Where the axis is in the frames on disk: column at their middle row, and roll.
pub(super) fn cone_axis_as_read(cone: &Simulated, [rows, _]: [usize; 2]) -> RotationAxis {
    let (sin, cos) = cone.turn().0.sin_cos();
    let right = cone.axis_offset.0 * cone.magnification() / cone.pixel.0;
    let middle = cone.frame.detector_row((rows as f64 - 1.0) / 2.0);
    // On the panel the axis is upright, `right` beside the piercing point, then turned about it.
    let down = (middle - cone.piercing[0] + right * sin) / cos;
    let column = cone.piercing[1] + right * cos + down * sin;
    RotationAxis { centre: cone.frame.column(column), tilt: cone.turn() }
}

/// Source, axis and panel in pixels of the frames on disk.
pub(super) fn circle_as_read(cone: &Simulated, shape: [usize; 2]) -> ConeCircle {
    ConeCircle {
        source_to_axis: cone.source_axis,
        source_to_detector: cone.source_detector,
        pixel: Millimetre(cone.pixel.0 * cone.frame.bin as f64),
        centre: [cone.frame.row(cone.piercing[0]), cone_axis_as_read(cone, shape).centre],
        roll: cone.turn(),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    }
}

/// The geometry of all views as read, heights counted from what the frames' middle row sees.
pub(super) fn geometry_as_read(cone: &Simulated, shape: [usize; 2]) -> ConeGeometry {
    let mut circle = circle_as_read(cone, shape);
    let frame = PixelFrame::whole(shape[0], shape[1]);
    let seen = |circle: &ConeCircle| circle.view(Radian(0.0)).axis_at(frame.middle_row());
    let told = circle.centre[1];
    circle.centre[1] += seen(&circle).map_or(0.0, |point| told - point.column);
    let height = seen(&circle).map_or(0.0, |point| point.height);
    circle.geometry(&cone.angles, frame).counted_from(height)
}
