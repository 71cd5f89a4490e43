//! A parallel beam: the projector beside the back-projection kernel. Knows no cone.

use ndarray::Array3;
use voltomo_reconstruct::{
    ParallelProjector,
    kernel::backproject::{Bundle, Interpolation, Processor, RayPath, Rays, backproject_with},
};
use voltomo_types::{
    LengthUnit, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

use crate::{processors, projector, seconds, tell};

const SIDE: usize = 512;
const VIEWS: usize = 360;

pub(crate) fn compare() {
    for slices in [1, 16, 64] {
        let updates = (slices * SIDE * SIDE * VIEWS) as f64;
        for processor in processors() {
            let [forward, adjoint] =
                projector::times(&of(slices).on(processor), SIDE as f32 / 10.0);
            let calls =
                [("kernel", kernel(slices, processor)), ("forward", forward), ("adjoint", adjoint)];
            tell(
                &format!("parallel, {slices} × {SIDE}², {VIEWS} views"),
                processor,
                updates,
                &calls,
            );
        }
    }
    // A ray meets a line of voxels where its line is crossed: seldom more often than voxels are seen.
    println!("  ray samples a voxel update: {:.2}", samples() / (SIDE * SIDE * VIEWS) as f64);
}

fn angles() -> impl Iterator<Item = f64> {
    (0..VIEWS).map(|view| view as f64 * std::f64::consts::PI / VIEWS as f64)
}

fn of(slices: usize) -> ParallelProjector {
    let geometry = ParallelGeometry {
        angles: angles().map(Radian).collect(),
        axis: RotationAxis { centre: (SIDE as f64 - 1.0) / 2.0, tilt: Radian(0.0) },
        frame: PixelFrame::whole(slices, SIDE),
        pixel: Some(Millimetre(1.0)),
    };
    let half = |count: usize| -(count as f64 - 1.0) / 2.0;
    let grid = VoxelGrid {
        shape: [slices, SIDE, SIDE],
        voxel: 1.0,
        first: [half(slices), half(SIDE), half(SIDE)],
        unit: LengthUnit::Millimetre,
    };
    ParallelProjector::new(&geometry, (slices, SIDE), &grid).unwrap()
}

/// Crossings of rays and lines within a slice.
fn samples() -> f64 {
    let half = SIDE as f64 / 2.0;
    let of_view = |angle: f64| {
        let (sin, cos) = angle.sin_cos();
        let (main, other) = (cos.abs().max(sin.abs()), cos.abs().min(sin.abs()));
        let inside = |ray: usize, line: usize| {
            let [ray, line] = [ray, line].map(|k| k as f64 + 0.5 - half);
            ((ray + line * other) / main).abs() < half
        };
        let lines = |ray: usize| (0..SIDE).filter(move |line| inside(ray, *line)).count();
        (0..SIDE).map(lines).sum::<usize>() as f64
    };
    angles().map(of_view).sum()
}

/// Processor seconds of the back-projection of as many slices and views.
fn kernel(slices: usize, processor: Processor) -> f64 {
    let middle = (SIDE as f64 - 1.0) / 2.0;
    let path = |angle: f64| {
        let (sin, cos) = angle.sin_cos();
        RayPath { start: middle * (1.0 - cos + sin), along_y: -sin, along_x: cos }
    };
    let paths: Vec<RayPath> = angles().map(path).collect();
    let mut bundle = Bundle::default();
    bundle.reshape(VIEWS, SIDE, Bundle::lanes_for(slices));
    let row = vec![1.0; slices * SIDE];
    bundle.parts_mut(1).into_iter().for_each(|mut part| part.write(0, &row));
    let rays = Rays { bundle: &bundle, paths: &paths, interpolation: Interpolation::Linear };
    let mut volume = Array3::zeros((slices, SIDE, SIDE));
    let took = seconds(|| backproject_with(processor, &rays, None, volume.view_mut()));
    let found = volume[[slices - 1, SIDE / 3, SIDE / 2]];
    assert!((found - VIEWS as f32).abs() < 1e-2, "{found}, expected {VIEWS}");
    took
}
