//! The variance told for a voxel is the one that repeated scans show. Knows no counts.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, Axis, s};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};
use voltomo_numeric::cast::to_f32;
use voltomo_reconstruct::{
    Fdk, Interpolation, Method, Projections, ReconstructSettings, Reconstruction, Window, grid_for,
    prepare, prepare_variances,
};
use voltomo_types::{
    ConeCircle, Geometry, LengthUnit, Millimetre, NoiseCorrelation, ParallelGeometry, PixelFrame,
    Radian, RotationAxis, VoxelGrid,
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

/// Weights of a pixel and its four neighbours in what light makes of white noise.
const SPREAD: [([i64; 2], f64); 5] =
    [([0, 0], 0.6), ([0, 1], 0.4), ([0, -1], 0.4), ([1, 0], 0.4), ([-1, 0], 0.4)];

/// The same noise after light has spread it, of the same variances.
fn shared_noise(variances: &Array3<f32>) -> (Array3<f32>, NoiseCorrelation) {
    let total: f64 = SPREAD.iter().map(|(_, weight)| weight * weight).sum();
    let mut source = ChaCha8Rng::seed_from_u64(9);
    let normal = Normal::new(0.0, 1.0).unwrap();
    let white =
        Array3::from_shape_fn((VIEWS, ROWS + 2, COLUMNS + 2), |_| normal.sample(&mut source));
    let values = Array3::from_shape_fn((VIEWS, ROWS, COLUMNS), |(k, y, x)| {
        let light = |([down, right], weight): ([i64; 2], f64)| {
            let at = |place: usize, step: i64| usize::try_from(place as i64 + 1 + step).unwrap();
            weight * white[[k, at(y, down), at(x, right)]]
        };
        let deviation = f64::from(variances[[k, y, x]]).sqrt();
        to_f32(deviation * SPREAD.into_iter().map(light).sum::<f64>() / total.sqrt())
    });
    let lag = |down: i64, right: i64| {
        let pairs = SPREAD.iter().flat_map(|one| SPREAD.iter().map(move |other| (one, other)));
        let same = |([one, other], _): &([[i64; 2]; 2], f64)| {
            [other[0] - one[0], other[1] - one[1]] == [down, right]
        };
        let pairs = pairs.map(|((one, a), (other, b))| ([*one, *other], a * b));
        pairs.filter(same).map(|(_, product)| product).sum::<f64>() / total
    };
    let lags = (0..3).map(|down| (0..3).map(|right| lag(down, right)).collect()).collect();
    (values, NoiseCorrelation::new(lags))
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

/// The same for noise that pixels share: the map times the method's gain. `white`: with white noise
/// instead, whose gain is that of reading between pixels alone.
fn found_over_told_of_shared(
    geometry: &ParallelGeometry,
    settings: &ReconstructSettings,
    is_white: bool,
) -> [f64; 2] {
    let shape = (ROWS, COLUMNS);
    let grid = grid_for(geometry, shape, settings).unwrap();
    let geometry = Geometry::Parallel(geometry.clone());
    let settings = ReconstructSettings { noise_map: true, ..settings.clone() };
    let (values, variances) = noise();
    let (values, shared) = match is_white {
        true => (values, NoiseCorrelation::white()),
        false => shared_noise(&variances),
    };
    let all = 0..grid.shape[0];
    let method = prepare(&geometry, shape, &grid, &settings).unwrap();
    let slices = method.reconstruct(Projections::new(values.view(), 0), all.clone(), &()).unwrap();
    let of_variances = prepare_variances(&geometry, shape, &grid, &settings).unwrap().unwrap();
    let told = of_variances.reconstruct(Projections::new(variances.view(), 0), all, &()).unwrap();
    let gain = to_f32(method.noise_gain(&settings, &shared));
    // Away from the rows that go on beyond the frame; about a tilted axis slices differ.
    let aside = grid.shape[0] / 8;
    let kept = aside..grid.shape[0] - aside;
    let mean = told.slice(s![kept.clone(), .., ..]).mean_axis(Axis(0)).unwrap();
    let mut told = told.slice(s![kept.clone(), .., ..]).to_owned();
    told.outer_iter_mut().for_each(|mut slice| slice.assign(&(&mean * gain)));
    zones(&slices.slice(s![kept, .., ..]).to_owned(), &told)
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

/// Slices share noise there, so that fewer of them tell: 3 %.
#[test]
fn told_variances_are_found_where_pixels_share_noise() {
    for (window, voxel_px) in
        [(Window::Ramp, None), (Window::Hann, None), (Window::Hann, Some(2.0))]
    {
        for method in [Method::Fbp, Method::Fourier] {
            let settings = ReconstructSettings { window, voxel_px, method, ..Default::default() };
            for ratio in found_over_told_of_shared(&geometry(180.0, 23.5), &settings, false) {
                assert!((ratio - 1.0).abs() < 0.08, "{settings:?}: {ratio}");
            }
        }
    }
}

/// Rows are read at all places between pixels there, up, down and along.
#[test]
fn told_variances_are_found_about_a_tilted_axis() {
    let mut tilted = geometry(180.0, 23.5);
    tilted.axis.tilt = Radian::from_degrees(5.0);
    for is_white in [true, false] {
        for voxel_px in [None, Some(1.5)] {
            let settings = ReconstructSettings {
                window: Window::Hann,
                voxel_px,
                method: Method::Fbp,
                ..Default::default()
            };
            for ratio in found_over_told_of_shared(&tilted, &settings, is_white) {
                assert!((ratio - 1.0).abs() < 0.08, "white {is_white} {voxel_px:?}: {ratio}");
            }
        }
    }
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
    let aside = |slices: &Array3<f32>| slices.slice(s![..14, .., ..]).to_owned();
    for ratio in zones(&aside(&slices), &aside(&told)) {
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }
}
