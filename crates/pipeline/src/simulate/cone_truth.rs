//! The true geometry of a simulated cone beam, as somebody who has only its frames would tell it.
//! Knows no volumes.

use voltomo_acquire::simulate::instrument::Twin;
use voltomo_types::{ConeCircle, ConeGeometry, Millimetre, PixelFrame, Radian, RotationAxis};

/// Where the axis is in the frames on disk: column at their middle row, and roll.
pub(super) fn cone_axis_as_read(twin: &Twin<'_>) -> RotationAxis {
    let (frame, geometry) = (twin.geometry().frame(), &twin.profile().geometry);
    let middle = frame.detector_row((twin.shape()[0] as f64 - 1.0) / 2.0);
    let seen = twin.cone_view(Radian(0.0)).and_then(|view| view.axis_at(middle));
    RotationAxis {
        centre: seen.map_or(f64::NAN, |point| frame.column(point.column)),
        tilt: Radian::from_degrees(geometry.axis_tilt_deg + geometry.panel_roll_deg),
    }
}

/// Source, axis and panel in pixels of the frames on disk.
pub(super) fn circle_as_read(twin: &Twin<'_>) -> ConeCircle {
    let (frame, profile) = (twin.geometry().frame(), twin.profile());
    let (geometry, axis) = (&profile.geometry, cone_axis_as_read(twin));
    let row = frame.middle_row() + profile.piercing_row();
    ConeCircle {
        source_to_axis: Millimetre(geometry.source_axis_mm),
        source_to_detector: Millimetre(geometry.source_detector_mm),
        pixel: Millimetre(profile.detector.pixel_mm * frame.bin as f64),
        centre: [frame.row(row), axis.centre],
        roll: axis.tilt,
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    }
}

/// The geometry of all views as read, heights counted from what the frames' middle row sees.
pub(super) fn geometry_as_read(twin: &Twin<'_>) -> ConeGeometry {
    let mut circle = circle_as_read(twin);
    let [rows, columns] = twin.shape();
    let frame = PixelFrame::whole(rows, columns);
    let seen = |circle: &ConeCircle| circle.view(Radian(0.0)).axis_at(frame.middle_row());
    let told = circle.centre[1];
    circle.centre[1] += seen(&circle).map_or(0.0, |point| told - point.column);
    let height = seen(&circle).map_or(0.0, |point| point.height);
    circle.geometry(&twin.profile().frames.angles(), frame).counted_from(height)
}
