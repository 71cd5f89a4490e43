//! A cone beam: the projector beside the back-projection kernel. Knows no filter.

use ndarray::Array3;
use voltomo_reconstruct::{
    ConeProjector,
    kernel::{
        backproject::Processor,
        backproject_cone::{ConePath, Slope, Views, backproject_cone_with},
    },
};
use voltomo_types::{
    ConeCircle, ConeGeometry, LengthUnit, Millimetre, PixelFrame, Radian, VoxelGrid,
};

use crate::{processors, projector, seconds, tell};

const SIDE: usize = 256;
const VIEWS: usize = 180;
/// Rows and columns of the detector.
const PIXELS: usize = SIDE * 5 / 4;
/// Distance from the source to the axis, in voxels.
const FAR: f64 = 3.0 * SIDE as f64;

pub(crate) fn compare() {
    let updates = (SIDE * SIDE * SIDE * VIEWS) as f64;
    for processor in processors() {
        for roll in [0.0, 1.0] {
            let [forward, adjoint] = projector::times(&of(roll).on(processor), SIDE as f32 / 10.0);
            let calls = [("kernel", kernel(processor)), ("forward", forward), ("adjoint", adjoint)];
            let what = format!("cone, {SIDE}³, {VIEWS} views, detector rolled by {roll}°");
            tell(&what, processor, updates, &calls);
        }
    }
}

fn angles() -> impl Iterator<Item = f64> {
    (0..VIEWS).map(|view| view as f64 * std::f64::consts::TAU / VIEWS as f64)
}

/// A voxel is a pixel on the axis.
pub(crate) fn circle(pixels: usize, (roll, pitch): (f64, f64)) -> ConeCircle {
    ConeCircle {
        source_to_axis: Millimetre(FAR),
        source_to_detector: Millimetre(2.0 * FAR),
        pixel: Millimetre(2.0),
        centre: [(pixels as f64 - 1.0) / 2.0; 2],
        roll: Radian::from_degrees(roll),
        pitch: Radian::from_degrees(pitch),
        yaw: Radian(0.0),
    }
}

pub(crate) fn grid() -> VoxelGrid {
    let first = -(SIDE as f64 - 1.0) / 2.0;
    VoxelGrid { shape: [SIDE; 3], voxel: 1.0, first: [first; 3], unit: LengthUnit::Millimetre }
}

fn of(roll: f64) -> ConeProjector {
    let angles: Vec<Radian> = angles().map(Radian).collect();
    let geometry: ConeGeometry =
        circle(PIXELS, (roll, 0.0)).geometry(&angles, PixelFrame::whole(PIXELS, PIXELS));
    ConeProjector::new(&geometry, (PIXELS, PIXELS), &grid()).unwrap()
}

/// Processor seconds of the back-projection of the same views.
fn kernel(processor: Processor) -> f64 {
    let (half, middle) = ((SIDE as f64 - 1.0) / 2.0, (PIXELS as f64 - 1.0) / 2.0);
    let path = |angle: f64| {
        let (sin, cos) = angle.sin_cos();
        let slope = |scale: f64, y: f64, x: f64, start: f64| Slope {
            start: start - scale * (y + x) * half,
            along_y: scale * y,
            along_x: scale * x,
        };
        let (depth, across) = (slope(1.0 / FAR, cos, sin, 1.0), slope(1.0, -sin, cos, 0.0));
        let column = Slope {
            start: across.start + middle * depth.start,
            along_y: across.along_y + middle * depth.along_y,
            along_x: across.along_x + middle * depth.along_x,
        };
        ConePath { depth, column, source_row: middle, rise: (-half, 1.0) }
    };
    let paths: Vec<ConePath> = angles().map(path).collect();
    let mut views = Views::default();
    views.reshape(VIEWS, PIXELS, (0, PIXELS));
    let ones = vec![1.0; PIXELS * PIXELS];
    for mut part in views.parts_mut(1) {
        part.clear(0);
        part.write(0, 0, &ones);
    }
    let mut volume = Array3::zeros((SIDE, SIDE, SIDE));
    let mut once =
        || backproject_cone_with(processor, (&views, &paths), (0, None), volume.view_mut());
    once();
    // Views of ones: each voxel sums the inverse squares of its depths.
    let place = [SIDE / 3, SIDE / 2];
    let expected: f64 = paths.iter().map(|path| path.depth.at(place).powi(-2)).sum();
    let found = f64::from(volume[[SIDE - 1, place[0], place[1]]]);
    assert!((found / expected - 1.0).abs() < 1e-5, "{found}, expected {expected}");
    seconds(|| backproject_cone_with(processor, (&views, &paths), (0, None), volume.view_mut()))
}
