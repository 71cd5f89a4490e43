//! A flat stack of plates whose axis leans against the beam, so that no ray runs along its layers:
//! what brings them apart again. Draws no noise.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::f64::consts::TAU;

use ndarray::Array3;
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    IterativeSettings, Method, Projections, ReconstructSettings, Start, iterative::Iterative,
};
use voltomo_types::{
    ConeCircle, ConeGeometry, Geometry, LengthUnit, Millimetre, PixelFrame, Radian, VoxelGrid,
};

const FRAME: (usize, usize) = (56, 100);
const VIEWS: usize = 24;
const INCLINATION_DEG: f64 = 15.0;
/// Plates: bottom, top and radius in mm, µ in 1/cm; between them is nothing.
const PLATES: [([f64; 3], f64); 3] =
    [([-1.6, -0.9, 6.0], 4.0), ([-0.2, 0.5, 5.5], 4.0), ([1.1, 1.6, 6.0], 4.0)];
const VOXEL: f64 = 0.25;
const SHAPE: [usize; 3] = [16, 52, 52];

fn geometry() -> ConeGeometry {
    let circle = ConeCircle {
        source_to_axis: Millimetre(48.0),
        source_to_detector: Millimetre(240.0),
        pixel: Millimetre(0.75),
        centre: [27.5, 49.5],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let tilt = Radian::from_degrees(INCLINATION_DEG);
    let angles: Vec<Radian> = (0..VIEWS).map(|k| Radian(k as f64 * TAU / VIEWS as f64)).collect();
    // The central ray meets the axis in the middle of the stack.
    let height = 48.0 * tilt.0.sin();
    circle
        .inclined(tilt)
        .geometry(&angles, PixelFrame::whole(FRAME.0, FRAME.1))
        .counted_from(height)
}

/// Part of `from + t·way` between two planes and within a cylinder about the axis.
fn chord([bottom, top, radius]: [f64; 3], from: [f64; 3], way: [f64; 3]) -> f64 {
    let planes = [bottom, top].map(|z| (z - from[0]) / way[0]);
    let a = way[1] * way[1] + way[2] * way[2];
    let b = way[1] * from[1] + way[2] * from[2];
    let c = from[1] * from[1] + from[2] * from[2] - radius * radius;
    let root = (b * b - a * c).max(0.0).sqrt();
    let first = planes[0].min(planes[1]).max((-b - root) / a);
    (planes[0].max(planes[1]).min((-b + root) / a) - first).max(0.0)
}

/// The mean of 3 × 3 rays a pixel.
fn projections(geometry: &ConeGeometry) -> Array3<f32> {
    Array3::from_shape_fn((VIEWS, FRAME.0, FRAME.1), |(view, row, column)| {
        let view = &geometry.views[view];
        let ray = |part: usize| {
            let row = row as f64 + (part / 3) as f64 / 3.0 - 1.0 / 3.0;
            let column = column as f64 + (part % 3) as f64 / 3.0 - 1.0 / 3.0;
            let toward: [f64; 3] = std::array::from_fn(|k| {
                view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k]
                    - view.source[k]
            });
            let length = toward.iter().map(|part| part * part).sum::<f64>().sqrt();
            let way = toward.map(|part| part / length);
            PLATES
                .iter()
                .map(|(plate, mu)| mu * chord(*plate, view.source, way) / 10.0)
                .sum::<f64>()
        };
        to_f32((0..9).map(ray).sum::<f64>() / 9.0)
    })
}

fn grid() -> VoxelGrid {
    let first = SHAPE.map(|count| -0.5 * (count as f64 - 1.0) * VOXEL);
    VoxelGrid { shape: SHAPE, voxel: VOXEL, first, unit: LengthUnit::Millimetre }
}

fn truth(grid: &VoxelGrid) -> Array3<f32> {
    Array3::from_shape_fn(grid.shape, |(z, y, x)| {
        let [z, y, x] = grid.centre_of([z, y, x]);
        let share = |[bottom, top, radius]: [f64; 3]| {
            let inside = (top.min(z + VOXEL / 2.0) - bottom.max(z - VOXEL / 2.0)).max(0.0) / VOXEL;
            if y.hypot(x) < radius { inside } else { 0.0 }
        };
        to_f32(PLATES.iter().map(|(plate, mu)| mu * share(*plate)).sum())
    })
}

/// Relative error within 5 mm of the axis.
fn error(iterative: &IterativeSettings) -> f64 {
    let (geometry, grid) = (geometry(), grid());
    let settings = ReconstructSettings {
        method: Method::FistaTv,
        circular_mask: false,
        iterative: IterativeSettings { within_rows: true, min: Some(0.0), ..iterative.clone() },
        ..Default::default()
    };
    let values = projections(&geometry);
    let beam = Geometry::Cone(geometry);
    let made = Iterative::new(&beam, FRAME, &grid, &settings).unwrap();
    let found = made.iterate(Projections::new(values.view(), 0), 0..SHAPE[0], &()).unwrap().volume;
    let (mut wrong, mut all) = (0.0, 0.0);
    for ((place, found), truth) in found.indexed_iter().zip(&truth(&grid)) {
        let [_, y, x] = grid.centre_of([place.0, place.1, place.2]);
        if y.hypot(x) < 5.0 {
            wrong += f64::from(found - truth).powi(2);
            all += f64::from(*truth).powi(2);
        }
    }
    (wrong / all).sqrt()
}

/// As few iterations as a quick test may have; found: errors of 62 %, 43 % and 29 %.
#[test]
fn plates_that_no_ray_runs_along_come_apart_where_slices_may_differ() {
    let plain = IterativeSettings {
        iterations: Some(40),
        tv_weight: 1e-2,
        start: Start::Zero,
        ..Default::default()
    };
    let even = error(&plain);
    let layered = IterativeSettings { tv_along_axis: 0.02, ..plain };
    let from_nothing = error(&layered);
    let from_coarser = error(&IterativeSettings { start: Start::Coarser, ..layered });
    println!("{even:.3} {from_nothing:.3} {from_coarser:.3}");
    assert!(from_coarser < 0.33, "{from_coarser}");
    assert!(from_nothing > 1.2 * from_coarser && even > 2.0 * from_coarser, "{even}");
}
