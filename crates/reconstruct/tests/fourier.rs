//! The Fourier method against bodies of known attenuation and against filtered back-projection.
//! Knows no calibration.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, s};
use voltomo_acquire::simulate::{Body, Phantom, project};
use voltomo_reconstruct::{
    Fbp, Fourier, Padding, Projections, ReconstructSettings, Reconstruction, Window, grid_for,
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

    fn grid(&self, settings: &ReconstructSettings) -> VoxelGrid {
        grid_for(&self.geometry(), self.frame_shape(), settings).unwrap()
    }

    fn fourier(&self, settings: &ReconstructSettings) -> Fourier {
        let grid = self.grid(settings);
        Fourier::new(&self.geometry(), self.frame_shape(), &grid, settings).unwrap()
    }

    fn fbp(&self, settings: &ReconstructSettings) -> Fbp {
        let grid = self.grid(settings);
        Fbp::new(&self.geometry(), self.frame_shape(), &grid, settings).unwrap()
    }

    fn projections(&self, phantom: &Phantom, samples: usize) -> Array3<f32> {
        project(phantom, &self.geometry(), 0..self.frame_shape().0, samples)
    }

    fn volume(&self, phantom: &Phantom, settings: &ReconstructSettings) -> Volume {
        let grid = self.grid(settings);
        let attenuation = whole(&self.fourier(settings), &self.projections(phantom, 3), &grid);
        Volume { attenuation, grid }
    }
}

fn whole(method: &dyn Reconstruction, projections: &Array3<f32>, grid: &VoxelGrid) -> Array3<f32> {
    let given = Projections::new(projections.view(), 0);
    method.reconstruct(given, 0..grid.shape[0], &()).unwrap()
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
    for views in [60, 180, 361, 900] {
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
        for (degrees, bin) in [(180.0, 1), (180.0, 2), (360.0, 1), (360.0, 2)] {
            let mut setup = Setup::plain(180, turn(180, degrees));
            (setup.centre, setup.tilt_deg, setup.bin) = (89.5 + offset, tilt_deg, bin);
            setup.shape.0 = 8;
            let what = format!("{offset} px off, {tilt_deg}°, {degrees}°, bin {bin}");
            assert_attenuation(&setup, &ReconstructSettings::default(), &what);
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
    for window in [Window::SheppLogan, Window::Hann, Window::Butterworth, Window::Parzen] {
        for voxel_px in [1.0, 2.5] {
            let settings = ReconstructSettings {
                window,
                cutoff: 0.8,
                padding: Padding::Zero,
                voxel_px: Some(voxel_px),
                ..Default::default()
            };
            assert_attenuation(&setup, &settings, &format!("{window:?}, {voxel_px} px"));
        }
    }
}

#[test]
fn a_cylinder_has_its_attenuation_for_angles_of_any_order_and_end() {
    let golden = |k: usize| Radian(k as f64 * std::f64::consts::PI / 1.618_033_988_749_895);
    let included = |degrees: f64| -> Vec<Radian> {
        (0..181).map(|k| Radian::from_degrees(f64::from(k) * degrees / 180.0)).collect()
    };
    let steps = (0..90).chain((90..180).step_by(2));
    let cases = [
        ("golden ratio", (0..233).map(golden).collect()),
        ("0 and 180° both", included(180.0)),
        ("0 and 360° both", included(360.0)),
        ("three turns", turn(540, 1080.0)),
        ("backwards", turn(180, -180.0)),
        ("two steps", steps.map(|k| Radian::from_degrees(f64::from(k))).collect()),
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
        let volume = setup.volume(&cylinder([0.3, -0.2], 3.8), &ReconstructSettings::default());
        for place in [[0.0, 0.0], [2.0, 2.0], [-2.4, 0.0], [0.0, 2.8]] {
            let mean = mean_within(&volume, place, 0.4);
            assert!((mean / 2.0 - 1.0).abs() < 0.01, "{centre} {place:?}: {mean}");
        }
    }
}

/// Balls filtered smooth: what is left between the two is linear interpolation's sinc² against
/// band-limited means over voxels.
fn assert_like_fbp(setup: &Setup, settings: &ReconstructSettings, (within, limit): (f64, f64)) {
    let balls = [([0.0, 0.3, -0.4], 1.4, 2.0), ([0.05, -0.9, 0.4], 0.7, -1.0)];
    let bodies = balls.map(|(place, radius, mu)| Body::ball(place, radius, mu)).to_vec();
    let projections = setup.projections(&Phantom { bodies }, 2);
    let grid = setup.grid(settings);
    let fourier = whole(&setup.fourier(settings), &projections, &grid);
    let fbp = whole(&setup.fbp(settings), &projections, &grid);
    let (mut error, mut count) = (0.0, 0.0);
    for ((index, a), b) in fourier.indexed_iter().zip(&fbp) {
        let [_, y, x] = grid.centre_of([index.0, index.1, index.2]);
        if y.hypot(x) < within {
            (error, count) = (error + f64::from(a - b).powi(2), count + 1.0);
        }
    }
    let (error, peak) = ((error / count).sqrt(), fbp.iter().fold(0.0f32, |p, v| p.max(*v)));
    assert!(error < limit * f64::from(peak), "{error:.2e} of {peak}");
}

fn smooth() -> ReconstructSettings {
    ReconstructSettings { window: Window::Parzen, cutoff: 0.5, ..Default::default() }
}

#[test]
fn it_agrees_with_back_projection_where_all_is_smooth() {
    let settings = smooth();
    let half = 60.0 * PIXEL_MM;
    for (centre, tilt_deg, bin) in [(59.5, 0.0, 1), (66.2, 1.0, 1), (52.1, -1.0, 2)] {
        let mut setup = Setup::plain(120, turn(180, 180.0));
        (setup.shape.0, setup.centre, setup.tilt_deg, setup.bin) = (16, centre, tilt_deg, bin);
        assert_like_fbp(&setup, &settings, (0.9 * half, 2e-3));
    }
    let settings = ReconstructSettings { voxel_px: Some(0.7), ..smooth() };
    assert_like_fbp(&Setup::plain(120, turn(150, 180.0)), &settings, (0.9 * half, 2e-3));
}

/// Also in the corners, which only some views see.
#[test]
fn corners_are_what_back_projection_makes_of_them() {
    assert_like_fbp(&Setup::plain(120, turn(180, 180.0)), &smooth(), (1e3, 2e-3));
    let masked = ReconstructSettings { circular_mask: true, ..Default::default() };
    let setup = Setup::plain(120, turn(60, 180.0));
    let volume = setup.volume(&cylinder([0.3, -0.2], 1.0), &masked);
    assert_eq!(volume.attenuation[[1, 5, 5]], 0.0);
    assert_ne!(volume.attenuation[[1, 5, 60]], 0.0);
}

/// µ of all slices in one call, or in calls of `slab` slices.
fn in_slabs(fourier: &Fourier, count: usize, projections: &Array3<f32>, slab: usize) -> Vec<u32> {
    let mut bits = vec![];
    for first in (0..count).step_by(slab) {
        let z = first..(first + slab).min(count);
        let rows = fourier.rows_needed(z.clone());
        let part = projections.slice(s![.., rows.clone(), ..]);
        let slices = fourier.reconstruct(Projections::new(part, rows.start), z, &()).unwrap();
        bits.extend(slices.iter().map(|value| value.to_bits()));
    }
    bits
}

#[test]
fn slab_size_and_threads_do_not_change_a_bit() {
    for (tilt_deg, voxel_px) in [(0.0, 1.0), (0.7, 1.3)] {
        let mut setup = Setup::plain(70, turn(45, 180.0));
        (setup.shape.0, setup.tilt_deg, setup.centre) = (100, tilt_deg, 33.3);
        let balls = [([0.2, 0.3, -0.4], 1.0, 2.0), ([-0.9, -0.3, 0.4], 0.7, -1.0)];
        let bodies = balls.map(|(place, radius, mu)| Body::ball(place, radius, mu)).to_vec();
        let projections = setup.projections(&Phantom { bodies }, 1);
        let settings = ReconstructSettings { voxel_px: Some(voxel_px), ..Default::default() };
        let count = setup.grid(&settings).shape[0];
        let whole = in_slabs(&setup.fourier(&settings), count, &projections, count);
        for (slab, threads) in [(1, 2), (7, 1), (7, 2), (64, 2), (64, 1), (100, 1)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let fourier = setup.fourier(&settings);
            let bits = pool.install(|| in_slabs(&fourier, count, &projections, slab));
            assert!(bits == whole, "{slab} slices, {threads} threads, tilt {tilt_deg}");
        }
    }
}

#[test]
fn a_region_and_rows_are_that_part_of_the_whole() {
    let mut setup = Setup::plain(60, turn(40, 180.0));
    setup.shape.0 = 9;
    let phantom = cylinder([0.2, 0.1], 0.8);
    let all = setup.volume(&phantom, &ReconstructSettings::default());
    let part = setup.volume(
        &phantom,
        &ReconstructSettings {
            region: Some("11:37,20:60".into()),
            rows: Some("2:5".into()),
            ..Default::default()
        },
    );
    assert_eq!(part.attenuation.dim(), (3, 26, 40));
    let same = all.attenuation.slice(s![2..5, 11..37, 20..60]);
    let worst = part.attenuation.iter().zip(same).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    // 0.2 %: rows that end at once ripple a little, and repeat with another period here.
    assert!(worst < 4e-3, "{worst}");
    assert_eq!(part.grid.centre_of([0, 0, 0]), all.grid.centre_of([2, 11, 20]));
}

#[test]
fn one_hot_pixel_changes_only_its_own_slice() {
    let mut setup = Setup::plain(60, turn(40, 180.0));
    setup.shape.0 = 9;
    let mut projections = setup.projections(&cylinder([0.2, 0.1], 0.8), 1);
    let settings = ReconstructSettings::default();
    let (fourier, grid) = (setup.fourier(&settings), setup.grid(&settings));
    let before = whole(&fourier, &projections, &grid);
    projections[[7, 4, 31]] += 1.0;
    let after = whole(&fourier, &projections, &grid);
    let changed = |z: usize| before.slice(s![z, .., ..]) != after.slice(s![z, .., ..]);
    assert_eq!((0..9).filter(|&z| changed(z)).collect::<Vec<_>>(), [4]);
}

#[test]
fn reconstruction_is_linear_and_scales_with_the_pixel() {
    let setup = Setup::plain(80, turn(60, 180.0));
    let [one, two] = [cylinder([0.2, 0.1], 0.8), cylinder([-0.5, 0.6], 0.4)]
        .map(|phantom| setup.projections(&phantom, 1));
    let settings = ReconstructSettings::default();
    let (fourier, grid) = (setup.fourier(&settings), setup.grid(&settings));
    let together = whole(&fourier, &(&one * 2.0 - &two), &grid);
    let apart = whole(&fourier, &one, &grid) * 2.0 - whole(&fourier, &two, &grid);
    assert!((together - apart).iter().all(|error| error.abs() < 3e-5));

    let mut without_size = setup.geometry();
    without_size.pixel = None;
    let in_pixels = grid_for(&without_size, setup.frame_shape(), &settings).unwrap();
    let per_pixel = Fourier::new(&without_size, setup.frame_shape(), &in_pixels, &settings);
    let per_pixel = whole(&per_pixel.unwrap(), &one, &in_pixels);
    for (a, b) in whole(&fourier, &one, &grid).iter().zip(&per_pixel) {
        assert!((a - b / 0.005).abs() < 1e-4);
    }
}

/// A slice of one voxel, a detector of few columns, and more slices than are taken at once.
#[test]
fn small_and_odd_problems_are_solved() {
    let mut setup = Setup::plain(9, turn(7, 180.0));
    setup.shape.0 = 35;
    let projections = Array3::from_elem((7, 35, 9), 0.1);
    for region in ["4:5,4:5", "0:9,0:9", "2:7,8:9"] {
        let settings = ReconstructSettings { region: Some(region.into()), ..Default::default() };
        let volume = whole(&setup.fourier(&settings), &projections, &setup.grid(&settings));
        assert!(volume.iter().all(|value| value.is_finite()));
        assert_eq!(volume.slice(s![0, .., ..]), volume.slice(s![34, .., ..]));
    }
}

#[test]
fn working_bytes_cover_what_is_held() {
    let setup = Setup::plain(256, turn(100, 180.0));
    let settings = ReconstructSettings { rows: Some("0:3".into()), ..Default::default() };
    // A period of 320 for the reach of a square of 256, and 320 cells: 161 samples and columns.
    let (spectra, half, result) = (100 * 161 * 8 * 8, 161 * 256 * 8 * 8, 3 * 256 * 256 * 4);
    let (bytes, least) = (setup.fourier(&settings).working_bytes(0..3), spectra + half + result);
    assert!(bytes > least && bytes < 3 * least, "{bytes} {least}");
}

#[test]
fn bad_input_is_refused_as_by_back_projection() {
    let setup = Setup::plain(40, turn(30, 180.0));
    let (settings, shape) = (ReconstructSettings::default(), setup.frame_shape());
    let (fourier, grid) = (setup.fourier(&settings), setup.grid(&settings));
    let mut projections = Array3::zeros((30, 4, 40));
    let says = |result: Result<Array3<f32>, _>, words: &[&str]| {
        let error: voltomo_reconstruct::ReconstructError = result.unwrap_err();
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
    };
    says(
        fourier.reconstruct(Projections::new(projections.view(), 0), 2..5, &()),
        &["2..5", "the grid has 4"],
    );
    let part = projections.slice(s![.., 1.., ..]);
    says(fourier.reconstruct(Projections::new(part, 1), 0..1, &()), &["[30, 3, 40]", "rows"]);
    projections[[17, 3, 8]] = f32::NAN;
    says(
        fourier.reconstruct(Projections::new(projections.view(), 0), 0..4, &()),
        &["[17, 3, 8]", "NaN"],
    );

    let mut geometry = setup.geometry();
    geometry.angles.truncate(1);
    let error = Fourier::new(&geometry, shape, &grid, &settings).unwrap_err();
    assert!(error.to_string().contains("1 angles in 1 different"), "{error}");
    let settings = ReconstructSettings { cutoff: 0.0, ..settings };
    assert!(Fourier::new(&setup.geometry(), shape, &grid, &settings).is_err());
}
