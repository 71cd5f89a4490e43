//! Iterative methods in a cone beam: an ellipsoid longer than the slices that are asked for, drawn
//! in closed form.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::f64::consts::TAU;

use ndarray::{Array3, s};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    ConeSlices, IterativeSettings, Method, Projections, ReconstructSettings, SlabRule,
    cone_grid_for, prepare,
};
use voltomo_types::{
    ConeCircle, ConeGeometry, Geometry, Millimetre, PixelFrame, Radian, VoxelGrid,
};

const FRAME: (usize, usize) = (16, 32);
/// µ in 1/cm, and half axes `[z, y, x]` in mm, about (x, y, z) = (0.7, −1, 0.3) mm.
const ATTENUATION: f64 = 0.7;
const HALF_AXES: [f64; 3] = [3.4, 4.2, 4.8];
const MIDDLE: [f64; 3] = [0.3, -1.0, 0.7];

fn geometry(views: usize) -> ConeGeometry {
    let circle = ConeCircle {
        source_to_axis: Millimetre(80.0),
        source_to_detector: Millimetre(160.0),
        pixel: Millimetre(1.0),
        centre: [7.3, 15.5],
        roll: Radian::from_degrees(0.5),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let angles: Vec<Radian> = (0..views).map(|k| Radian(k as f64 * TAU / views as f64)).collect();
    circle.geometry(&angles, PixelFrame::whole(FRAME.0, FRAME.1))
}

/// Chords of the ellipsoid, the mean of 3 × 3 rays a pixel.
fn projections(geometry: &ConeGeometry) -> Array3<f32> {
    let shape = (geometry.views.len(), FRAME.0, FRAME.1);
    Array3::from_shape_fn(shape, |(view, row, column)| {
        let view = &geometry.views[view];
        let chord = |part: usize| {
            let row = row as f64 + (part / 3) as f64 / 3.0 - 1.0 / 3.0;
            let column = column as f64 + (part % 3) as f64 / 3.0 - 1.0 / 3.0;
            let toward: [f64; 3] = std::array::from_fn(|k| {
                view.origin[k] + row * view.along_rows[k] + column * view.along_columns[k]
                    - view.source[k]
            });
            let length = toward.iter().map(|part| part * part).sum::<f64>().sqrt();
            let ray: [f64; 3] = std::array::from_fn(|k| toward[k] / length / HALF_AXES[k]);
            let from: [f64; 3] =
                std::array::from_fn(|k| (view.source[k] - MIDDLE[k]) / HALF_AXES[k]);
            let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let (a, b, c) = (dot(ray, ray), dot(ray, from), dot(from, from) - 1.0);
            2.0 * (b * b - a * c).max(0.0).sqrt() / a / 10.0
        };
        to_f32(ATTENUATION * (0..9).map(chord).sum::<f64>() / 9.0)
    })
}

fn recipe(method: Method, iterations: usize) -> ReconstructSettings {
    let iterative =
        IterativeSettings { iterations: Some(iterations), subsets: 6, ..Default::default() };
    ReconstructSettings { method, iterative, ..Default::default() }
}

/// Mean within 0.6 of the half axes.
fn mean_inside(volume: &Array3<f32>, grid: &VoxelGrid) -> f64 {
    let inside = volume.indexed_iter().filter_map(|((z, y, x), value)| {
        let place = grid.centre_of([z, y, x]);
        let squares = (0..3).map(|k| ((place[k] - MIDDLE[k]) / HALF_AXES[k]).powi(2));
        (squares.sum::<f64>() < 0.36).then_some(f64::from(*value))
    });
    let (sum, count) = inside.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

const EVERY: [(Method, usize); 8] = [
    (Method::Sirt, 50),
    (Method::Sart, 3),
    (Method::OsSart, 9),
    (Method::Cgls, 12),
    (Method::Mlem, 50),
    (Method::Osem, 9),
    (Method::FistaTv, 20),
    (Method::PdhgTv, 60),
];

#[test]
fn attenuation_of_a_long_body_is_right_within_a_percent() {
    let geometry = geometry(32);
    let values = projections(&geometry);
    let mut wrong = vec![];
    for (method, iterations) in EVERY {
        let part = (method == Method::Cgls).then(|| "6:10".to_string());
        for rows in [None].into_iter().chain(part.map(Some)) {
            let settings = ReconstructSettings { rows, ..recipe(method, iterations) };
            let grid = cone_grid_for(&geometry, FRAME, &settings).unwrap();
            let beam = Geometry::Cone(geometry.clone());
            let made = prepare(&beam, FRAME, &grid, &settings).unwrap();
            assert_eq!((made.slab_rule(), made.rows_needed(0..1)), (SlabRule::Whole, 0..16));
            let given = Projections::new(values.view(), 0);
            let volume = made.reconstruct(given, 0..grid.shape[0], &()).unwrap();
            assert_eq!(volume.shape(), grid.shape);
            let error = mean_inside(&volume, &grid) / ATTENUATION - 1.0;
            if error.abs() > 0.01 {
                wrong.push(format!("{method:?} {:?}: {error:.4}", settings.rows));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn threads_do_not_change_a_bit_and_a_part_is_that_of_the_whole() {
    let geometry = geometry(24);
    let values = projections(&geometry);
    for (method, iterations) in EVERY {
        let mut settings = recipe(method, iterations.min(4));
        settings.iterative.noise_weights = true;
        settings.cone.slices = ConeSlices::Axis;
        let grid = cone_grid_for(&geometry, FRAME, &settings).unwrap();
        let beam = Geometry::Cone(geometry.clone());
        let made = prepare(&beam, FRAME, &grid, &settings).unwrap();
        let part = |z| made.reconstruct(Projections::new(values.view(), 0), z, &()).unwrap();
        let [few, many] = [1, 5].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| part(0..grid.shape[0]))
        });
        assert_eq!(few, many, "{method:?}");
        assert_eq!(part(3..5), few.slice(s![3..5, .., ..]), "{method:?}");
    }
}

#[test]
fn bad_method_for_a_cone_beam_is_named() {
    let geometry = geometry(24);
    for method in [Method::MrFbp, Method::SirtFbp] {
        let settings = recipe(method, 3);
        let grid = cone_grid_for(&geometry, FRAME, &settings).unwrap();
        let beam = Geometry::Cone(geometry.clone());
        let message = prepare(&beam, FRAME, &grid, &settings).unwrap_err().to_string();
        assert!(message.contains("not for a cone beam"), "{message}");
    }
}

const CUT_FRAME: (usize, usize) = (12, 48);
/// µ in 1/cm, and half axes `[z, y, x]` in mm, of an ellipsoid a third wider than that frame.
const CUT: (f64, [f64; 3]) = (0.5, [9.0, 16.0, 16.0]);

fn cut_geometry() -> ConeGeometry {
    let circle = ConeCircle {
        source_to_axis: Millimetre(100.0),
        source_to_detector: Millimetre(200.0),
        pixel: Millimetre(1.0),
        centre: [5.5, 23.5],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let angles: Vec<Radian> = (0..60).map(|k| Radian(f64::from(k) * TAU / 60.0)).collect();
    circle.geometry(&angles, PixelFrame::whole(CUT_FRAME.0, CUT_FRAME.1))
}

/// Chords of the ellipsoid about the axis.
fn cut_projections(geometry: &ConeGeometry) -> Array3<f32> {
    let (attenuation, half) = CUT;
    Array3::from_shape_fn((60, CUT_FRAME.0, CUT_FRAME.1), |(view, row, column)| {
        let view = &geometry.views[view];
        let toward: [f64; 3] = std::array::from_fn(|k| {
            view.origin[k] + row as f64 * view.along_rows[k] + column as f64 * view.along_columns[k]
                - view.source[k]
        });
        let length = toward.iter().map(|part| part * part).sum::<f64>().sqrt();
        let ray: [f64; 3] = std::array::from_fn(|k| toward[k] / length / half[k]);
        let from: [f64; 3] = std::array::from_fn(|k| view.source[k] / half[k]);
        let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (a, b, c) = (dot(ray, ray), dot(ray, from), dot(from, from) - 1.0);
        to_f32(attenuation * 2.0 * (b * b - a * c).max(0.0).sqrt() / a / 10.0)
    })
}

/// Rows and columns that are cut: mean µ about the axis.
#[test]
fn a_sample_wider_than_the_frame_keeps_its_attenuation_in_a_wider_volume() {
    let geometry = cut_geometry();
    let values = cut_projections(&geometry);
    let mean = |method, iterations, field| {
        let mut settings = recipe(method, iterations);
        settings.iterative.field = field;
        let grid = cone_grid_for(&geometry, CUT_FRAME, &settings).unwrap();
        let beam = Geometry::Cone(geometry.clone());
        let made = prepare(&beam, CUT_FRAME, &grid, &settings).unwrap();
        let slices = grid.shape[0];
        let volume = made.reconstruct(Projections::new(values.view(), 0), 0..slices, &()).unwrap();
        let middle = volume.slice(s![slices / 2, 16..32, 16..32]).mean().unwrap();
        100.0 * (f64::from(middle) / CUT.0 - 1.0)
    };
    println!("fdk {:.1} %", mean(Method::Fdk, 1, None));
    let methods =
        [(Method::Sirt, 30), (Method::Cgls, 12), (Method::OsSart, 6), (Method::FistaTv, 15)];
    for (method, iterations) in methods {
        let (narrow, wide) = (mean(method, iterations, None), mean(method, iterations, Some(1.36)));
        println!("{} narrow {narrow:.1} %, wide {wide:.1} %", method.name());
        assert!(narrow > 8.0 && wide.abs() < 4.0, "{method:?} {narrow} {wide}");
    }
}
