//! About how long the search of the rotation axis takes on this machine. Finds no axis of a scan.

use std::{f64::consts::TAU, time::Instant};

use ndarray::Array3;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    ReconstructSettings,
    calibrate::{
        cone::{ConeScan, ConeSearch, find_cone_axis},
        find_axis,
    },
};
use voltomo_types::{
    ConeCircle, Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis,
};

/// Angles, rows and columns of the small scans that are searched: the second has twice the columns.
/// In smaller ones most of the time goes where it does not grow.
const SMALL: [usize; 3] = [60, 24, 192];
const BANDS: usize = 4;
/// Rows of a band at most, and how often bands are read again, tilted or not.
const BAND_ROWS: usize = 16;
const PASSES: f64 = 2.0;
const SECONDS_PER_PIXEL: f64 = 1.0 / 30e6;

/// Seconds of a search in `bands` bands of a scan of `[views, rows, columns]` with the same kind of
/// beam as `geometry`, reading and correction included: two small searches are timed here and now, and
/// what they differ by tells how the time grows with the columns. With views and bands it grows
/// evenly, or a little less. That holds within a factor of 3, other programs aside, and unless the
/// methods disagree: then slices are compared, which takes about as long again.
pub(crate) fn axis_seconds(
    geometry: &Geometry,
    [views, rows, columns]: [usize; 3],
    bands: usize,
) -> f64 {
    let read = bands.min(rows) * BAND_ROWS.min(rows) * views * columns;
    search_seconds(geometry, [views, columns], bands) + PASSES * read as f64 * SECONDS_PER_PIXEL
}

/// The search alone.
fn search_seconds(geometry: &Geometry, [views, columns]: [usize; 2], bands: usize) -> f64 {
    let [small_views, small_rows, small_columns] = SMALL;
    let [narrow, wide] = [1, 2].map(|times| {
        let shape = [small_views, small_rows, times * small_columns];
        searched(geometry, shape).max(1e-6)
    });
    let power = (wide / narrow).log2().clamp(1.0, 2.0);
    let of = |one: usize, other: usize| one as f64 / other as f64;
    let wider = of(columns, 2 * small_columns).powf(power);
    wide * of(bands, BANDS) * of(views, small_views) * wider
}

/// Seconds of a search in a small scan.
fn searched(geometry: &Geometry, [views, rows, columns]: [usize; 3]) -> f64 {
    let turn = if matches!(geometry, Geometry::Parallel(_)) { TAU / 2.0 } else { TAU };
    let angles: Vec<Radian> =
        (0..views).map(|view| Radian(view as f64 * turn / views as f64)).collect();
    let values = rods(&angles, [rows, columns]);
    let frame = PixelFrame::whole(rows, columns);
    let middle = (columns as f64 - 1.0) / 2.0;
    let start = Instant::now();
    // Whether the axis is found does not matter.
    if matches!(geometry, Geometry::Parallel(_)) {
        let axis = RotationAxis { centre: middle, tilt: Radian(0.0) };
        let scan = ParallelGeometry { angles, axis, frame, pixel: None };
        let settings = ReconstructSettings { bands: BANDS, ..Default::default() };
        let _ = find_axis(&values, &scan, &settings, &|_, _| {});
    } else {
        let circle = ConeCircle {
            source_to_axis: Millimetre(400.0 * columns as f64),
            source_to_detector: Millimetre(401.0 * columns as f64),
            pixel: Millimetre(1.0),
            centre: [frame.middle_row(), middle],
            roll: Radian(0.0),
            pitch: Radian(0.0),
            yaw: Radian(0.0),
        };
        let settings = ConeSearch { bands: BANDS, ..Default::default() };
        let _ = find_cone_axis(&values, &ConeScan { circle, angles, frame }, &settings, &|_, _| {});
    }
    start.elapsed().as_secs_f64()
}

/// Line integrals of upright rods about an axis a little off the middle, `[angle, row, column]`.
fn rods(angles: &[Radian], [rows, columns]: [usize; 2]) -> Array3<f32> {
    let width = columns as f64;
    let rods = [([0.0, 0.0], 0.3, 0.02), ([0.1, 0.15], 0.05, 0.2), ([-0.2, 0.05], 0.06, 0.1)];
    Array3::from_shape_fn((angles.len(), rows, columns), |(view, row, column)| {
        let (sin, cos) = angles[view].0.sin_cos();
        let place = (column as f64 - 0.52 * width) / width;
        let chord = |([x, y], radius, level): ([f64; 2], f64, f64)| {
            let away = place - (x * cos - y * sin);
            level * 2.0 * f64::max(radius * radius - away * away, 0.0).sqrt() * width
        };
        // A little of everything, so that bands differ.
        let ripple = ((view * 31 + row * 17 + column * 7) % 13) as f64 * 1e-4;
        to_f32(rods.into_iter().map(chord).sum::<f64>() + ripple)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "slow: times searches, on a machine with nothing beside"]
    fn slow_told_seconds_of_a_search_are_within_a_factor_of_three() {
        let axis = RotationAxis { centre: 0.0, tilt: Radian(0.0) };
        let frame = PixelFrame::whole(1, 1);
        let parallel = ParallelGeometry { angles: vec![], axis, frame, pixel: None };
        let cone = voltomo_types::ConeGeometry { views: vec![], frame };
        for geometry in [Geometry::Parallel(parallel), Geometry::Cone(cone)] {
            for shape in [[120, 24, 384], [240, 24, 768]] {
                let taken = searched(&geometry, shape);
                let told = search_seconds(&geometry, [shape[0], shape[2]], BANDS);
                println!("{shape:?} told {told:.2} s, taken {taken:.2} s");
                assert!((1.0 / 3.0..3.0).contains(&(told / taken)), "{told} {taken}");
            }
        }
    }
}
