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

/// Angles, rows and columns of the small scans that are searched band by band: the second has twice
/// the columns. In smaller ones most of the time goes where it does not grow. Whole frames of a
/// parallel beam are left out, since these are too low for that.
const SMALL: [usize; 3] = [60, 24, 192];
const LOW: usize = 7;
const BANDS: usize = 4;
/// Angles and sides of the small scans whose whole frames are registered.
const FEW: usize = 24;
const SIDES: [usize; 2] = [64, 128];
/// Rows and columns of another one, whose frames are binned by two before the whole range is searched.
const BINNED: [usize; 2] = [64, 400];
/// Columns of the frames that the whole range of axes is searched in, at most, and pixels that are
/// read of each of a frame's: eight pairs once, and three times more where those were binned.
const COARSE_COLUMNS: usize = 384;
const READ_ONCE: f64 = 16.0;
const READ_AGAIN: f64 = 48.0;
/// Steepest tilt that is searched, radians.
const STEEPEST: f64 = TAU / 90.0;
/// Rows of a band at most, and how often bands are read again, tilted or not.
const BAND_ROWS: usize = 16;
const PASSES: f64 = 2.0;
const SECONDS_PER_PIXEL: f64 = 1.0 / 30e6;

/// Seconds of a search in `bands` bands of a scan of `[views, rows, columns]` with the same kind of
/// beam as `geometry`, reading and correction included: small searches are timed here and now, and
/// what they differ by tells how the time grows with the columns of bands, and with the pixels of
/// whole frames and the tilts that are tried in them. With views and bands it grows evenly. That
/// holds within a factor of 3, other programs aside, and unless the methods disagree: then slices are compared, which takes about as long again.
pub(crate) fn axis_seconds(
    geometry: &Geometry,
    [views, rows, columns]: [usize; 3],
    bands: usize,
) -> f64 {
    let read = bands.min(rows) * BAND_ROWS.min(rows) * views * columns;
    let mut pixels = PASSES * read as f64;
    let mut seconds = search_seconds(geometry, [views, columns], bands);
    if matches!(geometry, Geometry::Parallel(_)) && rows > LOW {
        seconds += frames_seconds(geometry, [rows, columns]);
        let again = if columns > COARSE_COLUMNS { READ_AGAIN } else { 0.0 };
        pixels += (READ_ONCE + again) * (rows * columns) as f64;
    }
    seconds + pixels * SECONDS_PER_PIXEL
}

/// The search in bands alone.
fn search_seconds(geometry: &Geometry, [views, columns]: [usize; 2], bands: usize) -> f64 {
    let [small_views, rows, small_columns] = SMALL;
    let rows = if matches!(geometry, Geometry::Parallel(_)) { LOW } else { rows };
    let [narrow, wide] = [1, 2].map(|times| {
        let shape = [small_views, rows, times * small_columns];
        quickest(geometry, shape)
    });
    let power = (wide / narrow).log2().clamp(1.0, 2.0);
    let of = |one: usize, other: usize| one as f64 / other as f64;
    let wider = of(columns, 2 * small_columns).powf(power);
    wide * of(bands, BANDS) * of(views, small_views) * wider
}

/// The registration of whole frames alone: so much a pixel for each tilt that is tried and for the
/// fit, and for the fit again where the frames were binned before.
fn frames_seconds(geometry: &Geometry, [rows, columns]: [usize; 2]) -> f64 {
    let frames = |[rows, columns]: [usize; 2]| {
        let [high, low] = [rows, LOW].map(|rows| quickest(geometry, [FEW, rows, columns]));
        (high - low).max(1e-6)
    };
    let [small, large] = SIDES.map(|side| frames([side, side]) / (side * side) as f64);
    let tilts = |side: usize| 2.0 * (STEEPEST * side as f64 / 2.0).ceil() + 1.0;
    let [few, many] = SIDES.map(tilts);
    let a_tilt = ((large - small) / (many - few)).max(0.0);
    let fit = (small - few * a_tilt).max(0.0);
    let coarse = |[rows, columns]: [usize; 2]| {
        (rows * columns) as f64 * (a_tilt * tilts(rows.max(columns)) + fit)
    };
    let whole = (frames(BINNED) - coarse(BINNED.map(|side| side / 2))).max(0.0);
    let again = whole / (BINNED[0] * BINNED[1]) as f64;
    let bin = columns.div_ceil(COARSE_COLUMNS);
    let whole = if bin > 1 { (rows * columns) as f64 * again } else { 0.0 };
    coarse([rows / bin, columns / bin]) + whole
}

/// Seconds of a search in a small scan: of two the quicker, since other programs may run.
fn quickest(geometry: &Geometry, shape: [usize; 3]) -> f64 {
    searched(geometry, shape).min(searched(geometry, shape)).max(1e-6)
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
        let (parallel, cone) = (
            Geometry::Parallel(parallel),
            Geometry::Cone(voltomo_types::ConeGeometry { views: vec![], frame }),
        );
        let mut is_near = true;
        for (geometry, shape) in [
            (&parallel, [120, 24, 384]),
            (&parallel, [120, 200, 320]),
            (&parallel, [60, 400, 800]),
            (&cone, [120, 24, 384]),
            (&cone, [240, 24, 768]),
        ] {
            let taken = searched(geometry, shape);
            let mut told = search_seconds(geometry, [shape[0], shape[2]], BANDS);
            if matches!(geometry, Geometry::Parallel(_)) {
                told += frames_seconds(geometry, [shape[1], shape[2]]);
            }
            println!("{shape:?} told {told:.2} s, taken {taken:.2} s");
            is_near &= (1.0 / 3.0..3.0).contains(&(told / taken));
        }
        assert!(is_near);
    }
}
