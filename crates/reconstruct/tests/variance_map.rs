//! The variance told for a voxel is the one that repeated scans show. Knows no counts.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, Axis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    Fdk, Interpolation, Method, Projections, ReconstructSettings, Reconstruction, Window, grid_for,
    prepare, prepare_variances,
};
use voltomo_types::{
    ConeCircle, Geometry, LengthUnit, Millimetre, ParallelGeometry, PixelFrame, Radian,
    RotationAxis, VoxelGrid,
};

const ROWS: usize = 64;
const COLUMNS: usize = 48;
const VIEWS: usize = 90;

fn geometry(turn_deg: f64, centre: f64) -> ParallelGeometry {
    let angle = |k: usize| Radian::from_degrees(turn_deg * k as f64 / VIEWS as f64);
    ParallelGeometry {
        angles: (0..VIEWS).map(angle).collect(),
        axis: RotationAxis { centre, tilt: Radian(0.0) },
        frame: PixelFrame::whole(ROWS, COLUMNS),
        pixel: Some(Millimetre(0.1)),
    }
}

/// Line integrals of noise alone, whose variance changes over views and columns: every row of the
/// frame is another scan of the same slice.
fn noise() -> (Array3<f32>, Array3<f32>) {
    let variances = Array3::from_shape_fn((VIEWS, ROWS, COLUMNS), |(k, _, column)| {
        let across = (column as f64 - 23.5) / 24.0;
        to_f32(
            1e-4 * (1.0 + 4.0 * (1.0 - across * across)) * (1.0 + (k as f64 / 30.0).sin().powi(2)),
        )
    });
    let mut source = ChaCha8Rng::seed_from_u64(8);
    let values =
        variances.mapv(|variance| Normal::new(0.0, variance.sqrt()).unwrap().sample(&mut source));
    (values, variances)
}

fn found_over_told(geometry: &ParallelGeometry, settings: &ReconstructSettings) -> [f64; 2] {
    let shape = (ROWS, COLUMNS);
    let grid = grid_for(geometry, shape, settings).unwrap();
    let geometry = Geometry::Parallel(geometry.clone());
    let settings = ReconstructSettings { noise_map: true, ..settings.clone() };
    let (values, variances) = noise();
    let all = 0..grid.shape[0];
    let method = prepare(&geometry, shape, &grid, &settings).unwrap();
    let slices = method.reconstruct(Projections::new(values.view(), 0), all.clone(), &()).unwrap();
    let of_variances = prepare_variances(&geometry, shape, &grid, &settings).unwrap().unwrap();
    let told = of_variances.reconstruct(Projections::new(variances.view(), 0), all, &()).unwrap();
    zones(&slices, &told)
}

/// Mean of found/told variance over the middle of the slices and over their rim.
fn zones(slices: &Array3<f32>, told: &Array3<f32>) -> [f64; 2] {
    let scans = slices.len_of(Axis(0)) as f64;
    let found = slices.mapv(|value| f64::from(value).powi(2)).sum_axis(Axis(0)) / scans;
    let told = told.index_axis(Axis(0), slices.len_of(Axis(0)) / 2);
    let middle = (slices.len_of(Axis(1)) as f64 - 1.0) / 2.0;
    let mut sums = [[0.0; 2]; 2];
    for ((y, x), found) in found.indexed_iter() {
        let radius = (y as f64 - middle).hypot(x as f64 - middle) / middle;
        let zone = if radius < 0.4 { 0 } else { 1 };
        if radius < 0.85 {
            sums[zone][0] += found;
            sums[zone][1] += f64::from(told[[y, x]]);
        }
    }
    sums.map(|[found, told]| found / told)
}

/// The mean over 64 scans of some 150 independent voxels is itself uncertain by 1.5 %.
fn assert_told(geometry: &ParallelGeometry, settings: &ReconstructSettings) {
    for method in [Method::Fbp, Method::Fourier] {
        let settings = ReconstructSettings { method, ..settings.clone() };
        for ratio in found_over_told(geometry, &settings) {
            assert!((ratio - 1.0).abs() < 0.045, "{settings:?}: {ratio}");
        }
    }
}

#[test]
fn told_variances_are_found_with_any_window() {
    for window in [Window::Ramp, Window::SheppLogan, Window::Hann, Window::Parzen] {
        let settings = ReconstructSettings { window, ..Default::default() };
        assert_told(&geometry(180.0, 23.5), &settings);
    }
}

#[test]
fn told_variances_are_found_with_voxels_of_two_pixels() {
    let settings = ReconstructSettings { voxel_px: Some(2.0), ..Default::default() };
    assert_told(&geometry(180.0, 23.5), &settings);
}

#[test]
fn told_variances_are_found_with_any_interpolation() {
    for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Upsampled] {
        let settings = ReconstructSettings {
            method: Method::Fbp,
            interpolation: Some(interpolation),
            ..Default::default()
        };
        for ratio in found_over_told(&geometry(180.0, 23.5), &settings) {
            assert!((ratio - 1.0).abs() < 0.045, "{interpolation:?}: {ratio}");
        }
    }
}

#[test]
fn told_variances_are_found_where_opposite_views_are_joined() {
    assert_told(&geometry(360.0, 12.0), &ReconstructSettings::default());
}

/// Rays that open by 17 degrees.
#[test]
fn told_variances_are_found_in_a_cone_beam() {
    let (pixel, shape) = (0.1, (ROWS, COLUMNS));
    let circle = ConeCircle {
        source_to_axis: Millimetre(8.0),
        source_to_detector: Millimetre(16.0),
        pixel: Millimetre(pixel),
        centre: [31.5, 23.5],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let angle = |k: usize| Radian::from_degrees(360.0 * k as f64 / VIEWS as f64);
    let angles: Vec<Radian> = (0..VIEWS).map(angle).collect();
    let geometry = circle.geometry(&angles, PixelFrame::whole(ROWS, COLUMNS));
    let grid = VoxelGrid {
        shape: [40, 46, 46],
        voxel: pixel / 2.0,
        first: [-19.5, -22.5, -22.5].map(|k| k * pixel / 2.0),
        unit: LengthUnit::Millimetre,
    };
    let settings = ReconstructSettings::default();
    let (values, variances) = noise();
    let fdk = Fdk::new(&geometry, shape, &grid, &settings).unwrap();
    let slices = fdk.reconstruct(Projections::new(values.view(), 0), 0..40, &()).unwrap();
    let of_variances = Fdk::of_variances(&geometry, shape, &grid, &settings).unwrap();
    let told = of_variances.reconstruct(Projections::new(variances.view(), 0), 0..40, &()).unwrap();
    // Near the middle plane all views read a slice at the same place between two rows.
    let aside = |slices: &Array3<f32>| slices.slice(ndarray::s![..14, .., ..]).to_owned();
    for ratio in zones(&aside(&slices), &aside(&told)) {
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }
}
