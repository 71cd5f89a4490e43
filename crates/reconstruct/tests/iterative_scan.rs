//! Iterative methods on the rays of a parallel beam: discs of known attenuation, drawn in closed
//! form, at any voxel size, axis, and cut into slabs.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::f64::consts::PI;

use ndarray::{Array3, Axis, concatenate, s};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    Iterative, IterativeSettings, Method, Projections, ReconstructSettings, Reconstruction,
    SlabRule, grid_for, prepare,
};
use voltomo_types::{Geometry, Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis};

const FRAME: (usize, usize) = (6, 64);
const PIXEL_MM: f64 = 0.1;
/// µ in 1/cm of a disc of 2 mm about (x, y) = (0.3, −0.5) mm; a little more with every row.
const ATTENUATION: f64 = 2.0;

fn geometry(views: usize, centre: f64, tilt_deg: f64) -> ParallelGeometry {
    ParallelGeometry {
        angles: (0..views).map(|k| Radian(k as f64 * PI / views as f64)).collect(),
        axis: RotationAxis { centre, tilt: Radian::from_degrees(tilt_deg) },
        frame: PixelFrame::whole(FRAME.0, FRAME.1),
        pixel: Some(Millimetre(PIXEL_MM)),
    }
}

fn attenuation(row: usize) -> f64 {
    ATTENUATION * (1.0 + 0.1 * row as f64)
}

/// Chords of the disc, the mean of four rays a pixel.
fn projections(geometry: &ParallelGeometry) -> Array3<f32> {
    let shape = (geometry.angles.len(), FRAME.0, FRAME.1);
    Array3::from_shape_fn(shape, |(view, row, column)| {
        let angle = geometry.angles[view].0;
        let middle = 0.3 * angle.cos() + 0.5 * angle.sin();
        let chord = |part: f64| {
            let place = column as f64 + part - geometry.axis.centre;
            2.0 * (4.0 - (place * PIXEL_MM - middle).powi(2)).max(0.0).sqrt() / 10.0
        };
        let mean = [-0.375, -0.125, 0.125, 0.375].map(chord).iter().sum::<f64>() / 4.0;
        to_f32(attenuation(row) * mean)
    })
}

fn recipe(method: Method, iterations: usize) -> ReconstructSettings {
    let iterative = IterativeSettings { iterations: Some(iterations), ..Default::default() };
    ReconstructSettings { method, iterative, ..Default::default() }
}

fn made(geometry: &ParallelGeometry, settings: &ReconstructSettings) -> (Iterative, usize) {
    let grid = grid_for(geometry, FRAME, settings).unwrap();
    let geometry = Geometry::Parallel(geometry.clone());
    (Iterative::new(&geometry, FRAME, &grid, settings).unwrap(), grid.shape[0])
}

/// Mean over the inner disc of a slice: within 1.4 mm of the middle of the body.
fn mean_inside(volume: &Array3<f32>, slice: usize, grid: &voltomo_types::VoxelGrid) -> f64 {
    let slices = volume.index_axis(Axis(0), slice);
    let inside = slices.indexed_iter().filter_map(|((y, x), value)| {
        let [_, y, x] = grid.centre_of([slice, y, x]);
        ((x - 0.3).hypot(y + 0.5) < 1.4).then_some(f64::from(*value))
    });
    let (sum, count) = inside.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

const EVERY: [(Method, usize); 10] = [
    (Method::Sirt, 60),
    (Method::Sart, 4),
    (Method::OsSart, 8),
    (Method::Cgls, 12),
    (Method::Mlem, 60),
    (Method::Osem, 8),
    (Method::FistaTv, 30),
    (Method::PdhgTv, 80),
    (Method::MrFbp, 1),
    (Method::SirtFbp, 60),
];

#[test]
fn attenuation_is_right_within_half_a_percent_for_any_voxel_size_axis_and_part() {
    let mut wrong = vec![];
    for (method, iterations) in EVERY {
        for (voxel_px, centre, region, limit) in [
            (None, 31.5, None, 0.005),
            (Some(1.6), 31.5, None, 0.01),
            (Some(0.8), 31.5, None, 0.01),
            (None, 29.2, None, 0.005),
            (None, 31.5, Some("10:44,12:60"), 0.005),
        ] {
            let geometry = geometry(60, centre, 0.0);
            let mut settings = recipe(method, iterations);
            (settings.voxel_px, settings.region) = (voxel_px, region.map(str::to_string));
            let grid = grid_for(&geometry, FRAME, &settings).unwrap();
            let (iterative, slices) = made(&geometry, &settings);
            let values = projections(&geometry);
            let projections = Projections::new(values.view(), 0);
            let volume = iterative.reconstruct(projections, 0..slices, &()).unwrap();
            assert_eq!(volume.dim(), (grid.shape[0], grid.shape[1], grid.shape[2]));
            let row = grid.first[0] / PIXEL_MM + 2.5 + grid.voxel / PIXEL_MM;
            let expected = ATTENUATION * (1.0 + 0.1 * row);
            let error = mean_inside(&volume, 1, &grid) / expected - 1.0;
            // An approximation of SIRT: its filters come from a slice of finite width.
            let limit = if method == Method::SirtFbp { 0.015 } else { limit };
            if error.abs() > limit {
                wrong.push(format!("{method:?} {voxel_px:?} {centre} {region:?} {error:.4}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn slabs_and_threads_do_not_change_a_bit() {
    let geometry = geometry(40, 30.7, 0.4);
    let values = projections(&geometry);
    for (method, iterations) in EVERY {
        let mut settings = recipe(method, iterations.min(6));
        settings.iterative.noise_weights = true;
        let (whole, slices) = made(&geometry, &settings);
        let all = || whole.reconstruct(Projections::new(values.view(), 0), 0..slices, &()).unwrap();
        let [few, many] = [1, 5].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(all)
        });
        assert_eq!(few, many, "{method:?}");
        if whole.slab_rule() == SlabRule::Whole {
            assert!(matches!(method, Method::FistaTv | Method::PdhgTv));
            continue;
        }
        let (cut, _) = made(&geometry, &settings);
        let slabs: Vec<_> = [0..1, 1..4, 4..6]
            .map(|z| {
                let rows = cut.rows_needed(z.clone());
                let part = values.slice(s![.., rows.clone(), ..]);
                cut.reconstruct(Projections::new(part, rows.start), z, &()).unwrap()
            })
            .into();
        let views: Vec<_> = slabs.iter().map(|slab| slab.view()).collect();
        assert_eq!(concatenate(Axis(0), &views).unwrap(), few, "{method:?}");
        let [one, many] = [cut.course().0, whole.course().0];
        let last = |curve: &[f64]| *curve.last().unwrap();
        assert!((one.data / many.data / 0.5 - 1.0).abs() < 1e-9);
        assert!((last(&one.residual) / last(&many.residual) / 0.5 - 1.0).abs() < 1e-9);
    }
}

#[test]
fn voxels_beyond_the_circle_are_zero_throughout() {
    let geometry = geometry(40, 31.5, 0.0);
    let values = projections(&geometry);
    for (method, iterations) in EVERY {
        let settings =
            ReconstructSettings { circular_mask: true, ..recipe(method, iterations.min(5)) };
        let (iterative, slices) = made(&geometry, &settings);
        let volume =
            iterative.reconstruct(Projections::new(values.view(), 0), 0..slices, &()).unwrap();
        assert!(volume.slice(s![.., 0..4, 0..4]).iter().all(|value| *value == 0.0), "{method:?}");
        assert!(volume[[2, 30, 32]] > 0.5, "{method:?}");
    }
}

#[test]
fn bad_methods_and_projections_are_named() {
    let geometry = geometry(40, 31.5, 0.0);
    let settings = recipe(Method::Sirt, 2);
    let grid = grid_for(&geometry, FRAME, &settings).unwrap();
    let beam = Geometry::Parallel(geometry.clone());
    let fbp = recipe(Method::Fbp, 2);
    let message = Iterative::new(&beam, FRAME, &grid, &fbp).unwrap_err().to_string();
    assert!(message.contains("`reconstruct.method` is \"fbp\""), "{message}");

    let iterative = prepare(&beam, FRAME, &grid, &settings).unwrap();
    assert_eq!(iterative.name(), "sirt");
    let mut values = projections(&geometry);
    let short = values.slice(s![..30, .., ..]);
    let message = iterative.reconstruct(Projections::new(short, 0), 0..6, &()).unwrap_err();
    assert!(message.to_string().contains("expected 40 angles"), "{message}");
    values[[7, 3, 20]] = f32::NAN;
    let message = iterative.reconstruct(Projections::new(values.view(), 0), 0..6, &()).unwrap_err();
    assert!(message.to_string().contains("[7, 3, 20]"), "{message}");
}

#[test]
fn bad_discrepancy_without_variances_is_refused() {
    let geometry = geometry(40, 31.5, 0.0);
    let mut settings = recipe(Method::Cgls, 2);
    settings.iterative.noise_weights = true;
    settings.iterative.stop_at_discrepancy = Some(1.0);
    let (iterative, slices) = made(&geometry, &settings);
    let values = projections(&geometry);
    let refused = iterative.reconstruct(Projections::new(values.view(), 0), 0..slices, &());
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("stop_at_discrepancy") && message.contains("variances"), "{message}");
}
