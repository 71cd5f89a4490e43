//! Filtered back-projection against bodies of known attenuation. Knows no calibration.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, s};
use voltomo_acquire::simulate::{Body, Phantom, project};
use voltomo_reconstruct::{
    Fbp, Padding, Projections, ReconstructSettings, Reconstruction, Window, angular_weights,
    grid_for, reconstruct,
};
use voltomo_types::{
    Millimetre, ParallelGeometry, PixelFrame, Radian, RotationAxis, Volume, VoxelGrid,
};

const PIXEL_MM: f64 = 0.05;

/// A detector seen unbinned: rows, columns, centre of rotation and tilt in degrees.
struct Setup {
    shape: (usize, usize),
    bin: usize,
    angles: Vec<Radian>,
    centre: f64,
    tilt_deg: f64,
}

impl Setup {
    fn plain(columns: usize, angles: Vec<Radian>) -> Self {
        let centre = (columns as f64 - 1.0) / 2.0;
        Self { shape: (4, columns), bin: 1, angles, centre, tilt_deg: 0.0 }
    }

    fn geometry(&self) -> ParallelGeometry {
        ParallelGeometry {
            angles: self.angles.clone(),
            axis: RotationAxis { centre: self.centre, tilt: Radian::from_degrees(self.tilt_deg) },
            frame: PixelFrame::whole(self.shape.0, self.shape.1).binned(self.bin),
            pixel: Some(Millimetre(PIXEL_MM)),
        }
    }

    fn frame_shape(&self) -> (usize, usize) {
        (self.shape.0 / self.bin, self.shape.1 / self.bin)
    }

    fn volume(&self, phantom: &Phantom, settings: &ReconstructSettings) -> Volume {
        let projections = self.projections(phantom, 3);
        reconstruct(projections.view(), &self.geometry(), settings).unwrap()
    }

    fn projections(&self, phantom: &Phantom, samples: usize) -> Array3<f32> {
        project(phantom, &self.geometry(), 0..self.frame_shape().0, samples)
    }
}

fn turn(count: usize, degrees: f64) -> Vec<Radian> {
    (0..count).map(|k| Radian::from_degrees(k as f64 * degrees / count as f64)).collect()
}

fn cylinder(centre: [f64; 2], radius: f64) -> Phantom {
    let [y, x] = centre;
    Phantom { bodies: vec![Body::cylinder([0.0, y, x], radius, 1e3, 2.0)] }
}

/// Mean over the voxels of all slices nearer than `radius` (mm) to `[y, x]` (mm).
fn mean_within(volume: &Volume, [y, x]: [f64; 2], radius: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ((k, j, i), value) in volume.attenuation.indexed_iter() {
        let at = volume.grid.centre_of([k, j, i]);
        if (at[1] - y).hypot(at[2] - x) < radius {
            (sum, count) = (sum + f64::from(*value), count + 1.0);
        }
    }
    assert!(count > 20.0, "{count} voxels within {radius} mm");
    sum / count
}

fn assert_attenuation(setup: &Setup, settings: &ReconstructSettings, what: &str) {
    let place = [0.4, -0.7];
    let volume = setup.volume(&cylinder(place, 2.0), settings);
    let mean = mean_within(&volume, place, 1.5);
    assert!((mean / 2.0 - 1.0).abs() < 0.005, "{what}: {mean} 1/cm, expected 2");
}

#[test]
fn a_cylinder_has_its_attenuation_for_any_number_of_views_and_binning() {
    for views in [90, 180, 360, 900] {
        for bin in [1, 2, 4] {
            for degrees in [180.0, 360.0] {
                let mut setup = Setup::plain(160, turn(views, degrees));
                (setup.bin, setup.centre) = (bin, 79.5 + 13.0);
                let what = format!("{views} views over {degrees}°, bin {bin}");
                assert_attenuation(&setup, &ReconstructSettings::default(), &what);
            }
        }
    }
    let setup = Setup::plain(128, turn(3000, 180.0));
    assert_attenuation(&setup, &ReconstructSettings::default(), "3000 views");
}

#[test]
fn a_cylinder_has_its_attenuation_with_the_axis_off_the_middle_and_tilted() {
    for (offset, tilt_deg) in [(20.0, 0.0), (-20.4, 1.0), (0.0, -1.0), (20.0, 1.0)] {
        for degrees in [180.0, 360.0] {
            for bin in [1, 2] {
                let mut setup = Setup::plain(180, turn(180, degrees));
                (setup.centre, setup.tilt_deg, setup.bin) = (89.5 + offset, tilt_deg, bin);
                setup.shape.0 = 8;
                let what = format!("{offset} px off, {tilt_deg}°, {degrees}°, bin {bin}");
                assert_attenuation(&setup, &ReconstructSettings::default(), &what);
            }
        }
    }
}

#[test]
fn a_cylinder_has_its_attenuation_at_every_voxel_size_window_and_padding() {
    let setup = Setup::plain(140, turn(200, 180.0));
    for voxel_px in [0.6, 1.0, 1.5, 2.0, 3.0] {
        let settings = ReconstructSettings { voxel_px: Some(voxel_px), ..Default::default() };
        assert_attenuation(&setup, &settings, &format!("voxels of {voxel_px} px"));
    }
    let windows = [Window::SheppLogan, Window::Cosine, Window::Hamming, Window::Hann];
    for window in windows.into_iter().chain([Window::Butterworth, Window::Parzen]) {
        let settings = ReconstructSettings {
            window,
            cutoff: 0.8,
            padding: Padding::Zero,
            ..Default::default()
        };
        assert_attenuation(&setup, &settings, &format!("{window:?}"));
    }
}

#[test]
fn a_cylinder_has_its_attenuation_for_angles_of_any_order_and_end() {
    let golden = |k: usize| Radian(k as f64 * std::f64::consts::PI / 1.618_033_988_749_895);
    let included = |degrees: f64| -> Vec<Radian> {
        (0..181).map(|k| Radian::from_degrees(f64::from(k) * degrees / 180.0)).collect()
    };
    let cases = [
        ("golden ratio", (0..233).map(golden).collect()),
        ("0 and 180° both", included(180.0)),
        ("0 and 360° both", included(360.0)),
        ("three turns", turn(540, 1080.0)),
        ("backwards", turn(180, -180.0)),
        (
            "two steps",
            (0..90)
                .chain((90..180).step_by(2))
                .map(|k| Radian::from_degrees(f64::from(k)))
                .collect(),
        ),
    ];
    for (what, angles) in cases {
        assert_attenuation(&Setup::plain(140, angles), &ReconstructSettings::default(), what);
    }
}

/// A sample wider than the detector's far side: the axis near one edge, a full turn.
#[test]
fn opposite_views_are_joined_on_a_full_turn_with_the_axis_near_an_edge() {
    for (centre, views) in [(25.3, 360), (94.6, 361)] {
        let mut setup = Setup::plain(120, turn(views, 360.0));
        setup.centre = centre;
        let phantom = cylinder([0.3, -0.2], 3.8);
        let volume = setup.volume(&phantom, &ReconstructSettings::default());
        for place in [[0.0, 0.0], [2.0, 2.0], [-2.4, 0.0], [0.0, 2.8]] {
            let mean = mean_within(&volume, place, 0.4);
            assert!((mean / 2.0 - 1.0).abs() < 0.01, "{centre} {place:?}: {mean}");
        }
    }
}

#[test]
fn a_ball_lands_at_its_place_on_tilted_and_upright_axes() {
    for (tilt_deg, bin) in [(0.0, 1), (1.0, 1), (-1.5, 1), (1.0, 2)] {
        let mut setup = Setup::plain(120, turn(180, 180.0));
        (setup.shape.0, setup.tilt_deg, setup.centre, setup.bin) = (60, tilt_deg, 66.2, bin);
        let place = [0.33, -0.81, 1.27];
        let phantom = Phantom { bodies: vec![Body::ball(place, 0.5, 3.0)] };
        let settings = ReconstructSettings { window: Window::Hann, ..Default::default() };
        let volume = setup.volume(&phantom, &settings);
        let found = centroid(&volume);
        for (found, place) in found.iter().zip(place) {
            assert!(
                (found - place).abs() < 0.1 * PIXEL_MM,
                "{tilt_deg}° bin {bin}: {found} {place}"
            );
        }
    }
}

fn centroid(volume: &Volume) -> [f64; 3] {
    let (mut sums, mut total) = ([0.0; 3], 0.0);
    for ((k, j, i), value) in volume.attenuation.indexed_iter() {
        if *value > 0.6 {
            let at = volume.grid.centre_of([k, j, i]);
            sums = std::array::from_fn(|axis| sums[axis] + at[axis] * f64::from(*value));
            total += f64::from(*value);
        }
    }
    sums.map(|sum| sum / total)
}

#[test]
fn reconstruction_is_linear_and_scales_with_the_pixel() {
    let setup = Setup::plain(80, turn(60, 180.0));
    let [one, two] = [cylinder([0.2, 0.1], 0.8), cylinder([-0.5, 0.6], 0.4)]
        .map(|phantom| setup.projections(&phantom, 1));
    let settings = ReconstructSettings::default();
    let volume = |projections: &Array3<f32>| {
        reconstruct(projections.view(), &setup.geometry(), &settings).unwrap().attenuation
    };
    let together = volume(&(&one * 2.0 - &two));
    let apart = volume(&one) * 2.0 - volume(&two);
    assert!((together - apart).iter().all(|error| error.abs() < 2e-5));

    let mut without_size = setup.geometry();
    without_size.pixel = None;
    let per_pixel = reconstruct(one.view(), &without_size, &settings).unwrap();
    assert_eq!(per_pixel.grid.attenuation_unit().symbol(), "1/pixel");
    let per_centimetre = volume(&one);
    for (a, b) in per_centimetre.iter().zip(&per_pixel.attenuation) {
        assert!((a - b / 0.005).abs() < 1e-4);
    }
}

/// µ of all slices in one call, or in calls of `slab` slices, with `threads` threads.
fn in_slabs(fbp: &Fbp, grid: &VoxelGrid, projections: &Array3<f32>, slab: usize) -> Vec<u32> {
    let count = grid.shape[0];
    let mut bits = vec![];
    for first in (0..count).step_by(slab) {
        let z = first..(first + slab).min(count);
        let rows = fbp.rows_needed(z.clone());
        let part = projections.slice(s![.., rows.clone(), ..]);
        let slices = fbp.reconstruct(Projections::new(part, rows.start), z, &()).unwrap();
        bits.extend(slices.iter().map(|value| value.to_bits()));
    }
    bits
}

#[test]
fn slab_size_and_threads_do_not_change_a_bit() {
    for (tilt_deg, voxel_px) in [(0.0, 1.0), (0.7, 1.3)] {
        let mut setup = Setup::plain(70, turn(45, 180.0));
        (setup.shape.0, setup.tilt_deg, setup.centre) = (100, tilt_deg, 33.3);
        let phantom = Phantom {
            bodies: vec![
                Body::ball([0.2, 0.3, -0.4], 1.0, 2.0),
                Body::ball([-0.9, -0.3, 0.4], 0.7, -1.0),
            ],
        };
        let projections = setup.projections(&phantom, 1);
        let settings = ReconstructSettings { voxel_px: Some(voxel_px), ..Default::default() };
        let grid = grid_for(&setup.geometry(), setup.frame_shape(), &settings).unwrap();
        let fbp = Fbp::new(&setup.geometry(), setup.frame_shape(), &grid, &settings).unwrap();
        let whole = in_slabs(&fbp, &grid, &projections, usize::MAX / 2);
        for (slab, threads) in [(1, 2), (7, 1), (64, 2), (64, 1), (100, 1)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let bits = pool.install(|| in_slabs(&fbp, &grid, &projections, slab));
            assert!(bits == whole, "{slab} slices, {threads} threads, tilt {tilt_deg}");
        }
    }
}

#[test]
fn a_region_and_rows_are_that_part_of_the_whole() {
    let mut setup = Setup::plain(60, turn(40, 180.0));
    setup.shape.0 = 9;
    let projections = setup.projections(&cylinder([0.2, 0.1], 0.8), 1);
    let volume = |settings: &ReconstructSettings| {
        reconstruct(projections.view(), &setup.geometry(), settings).unwrap()
    };
    let whole = volume(&ReconstructSettings::default());
    let part = volume(&ReconstructSettings {
        region: Some("11:37,20:60".into()),
        rows: Some("2:5".into()),
        ..Default::default()
    });
    assert_eq!(part.attenuation.dim(), (3, 26, 40));
    let same = whole.attenuation.slice(s![2..5, 11..37, 20..60]);
    let worst = part.attenuation.iter().zip(same).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-5, "{worst}");
    assert_eq!(part.grid.centre_of([0, 0, 0]), whole.grid.centre_of([2, 11, 20]));
}

#[test]
fn one_hot_pixel_changes_only_its_own_slice() {
    let mut setup = Setup::plain(60, turn(40, 180.0));
    setup.shape.0 = 9;
    let mut projections = setup.projections(&cylinder([0.2, 0.1], 0.8), 1);
    let settings = ReconstructSettings::default();
    let before = reconstruct(projections.view(), &setup.geometry(), &settings).unwrap();
    projections[[7, 4, 31]] += 1.0;
    let after = reconstruct(projections.view(), &setup.geometry(), &settings).unwrap();
    let changed = |z: usize| {
        let slices =
            (before.attenuation.slice(s![z, .., ..]), after.attenuation.slice(s![z, .., ..]));
        slices.0 != slices.1
    };
    assert_eq!((0..9).filter(|&z| changed(z)).collect::<Vec<_>>(), [4]);
}

#[test]
fn weights_add_up_to_the_half_turn_or_to_the_arc_that_is_covered() {
    let pi = std::f64::consts::PI;
    for angles in [turn(90, 180.0), turn(91, 360.0), turn(1000, 1080.0), turn(2, 180.0)] {
        let views = angular_weights(&angles);
        assert!((views.covered.0 - pi).abs() < 1e-9, "{views:?}");
        assert!(views.warnings.is_empty());
    }
    let limited: Vec<Radian> = (0..=140).map(|k| Radian::from_degrees(f64::from(k))).collect();
    let views = angular_weights(&limited);
    assert!((views.covered.degrees() - 141.0).abs() < 1e-6, "{}", views.covered.degrees());
    assert!(views.weights.iter().all(|weight| (weight.to_degrees() - 1.0).abs() < 1e-6));
    assert!(views.warnings[0].contains("between 140.0° and 180.0°"), "{}", views.warnings[0]);
}

#[test]
fn working_bytes_cover_the_bundle_and_the_result() {
    let setup = Setup::plain(256, turn(100, 180.0));
    let settings = ReconstructSettings { rows: Some("0:3".into()), ..Default::default() };
    let grid = grid_for(&setup.geometry(), setup.frame_shape(), &settings).unwrap();
    let fbp = Fbp::new(&setup.geometry(), setup.frame_shape(), &grid, &settings).unwrap();
    let (bundle, result) = (100 * 259 * 16 * 4, 3 * 256 * 256 * 4);
    let bytes = fbp.working_bytes(0..3);
    assert!(bytes > bundle + result && bytes < 2 * (bundle + result), "{bytes}");
}
