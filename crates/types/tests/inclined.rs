//! A cone beam whose axis leans: what stays of the central ray.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_types::{ConeCircle, Millimetre, Radian};

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|k| a[k] * b[k]).sum()
}

#[test]
fn the_central_ray_still_meets_axis_and_pixel_at_the_same_distances() {
    let circle = ConeCircle {
        source_to_axis: Millimetre(60.0),
        source_to_detector: Millimetre(240.0),
        pixel: Millimetre(0.064),
        centre: [100.0, 80.5],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let inclination = Radian(0.3);
    let view = circle.inclined(inclination).view(Radian(0.8));
    let on_axis = [60.0 * inclination.0.sin(), 0.0, 0.0];
    let [row, column] = view.detector_position(on_axis).unwrap();
    assert!((row - 100.0).abs() < 1e-9 && (column - 80.5).abs() < 1e-9, "{row} {column}");
    let ray: [f64; 3] = std::array::from_fn(|k| {
        view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k] - view.source[k]
    });
    assert!((dot(ray, ray).sqrt() - 240.0).abs() < 1e-9);
    let to_axis: [f64; 3] = std::array::from_fn(|k| on_axis[k] - view.source[k]);
    assert!((dot(to_axis, to_axis).sqrt() - 60.0).abs() < 1e-9);
    // The detector stands at right angles to it.
    assert!(dot(ray, view.along_rows).abs() < 1e-9);
    assert!(dot(ray, view.along_columns).abs() < 1e-9);
}
