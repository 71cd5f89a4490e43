//! A cell in the digital twins, reconstructed: noise and attenuation of its roll must be those that
//! the instruments' physics foretell.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array2, Array3, Axis, s};
use voltomo_acquire::simulate::{
    cell::{Cell, CellFile},
    instrument::{Aim, FrameKind, Profile, Twin},
    material::Library,
};
use voltomo_reconstruct::{
    Fbp, Fdk, Projections, ReconstructSettings, Reconstruction, Window, grid_for,
};
use voltomo_types::{Geometry, LengthUnit, VoxelGrid};

fn cell() -> Cell {
    let file = CellFile::read("18650-na-1500").unwrap().without_defects();
    Cell::build(&file, &[], &Library::standard()).unwrap()
}

/// A profile without what corrections would remove: drift, spots, bad pixels, scatter.
fn plain(mut profile: Profile) -> Profile {
    (profile.beam.drift_per_hour, profile.beam.jitter, profile.beam.falloff) = (0.0, 0.0, 0.0);
    (profile.scatter.strength, profile.scatter.backlight) = (0.0, 0.0);
    (profile.defects.hot_share, profile.defects.dead_share) = (0.0, 0.0);
    (profile.defects.dead_columns, profile.defects.hot_columns) = (0, 0);
    (profile.spots.per_megapixel_s, profile.screen.afterglow) = (0.0, 0.0);
    profile.readout.gain_residual = 0.0;
    (profile.geometry.axis_offset_mm, profile.geometry.axis_tilt_deg) = (0.0, 0.0);
    profile.geometry.panel_roll_deg = 0.0;
    (profile.frames.open_before, profile.frames.open_after) = (40, 0);
    profile
}

/// Line integrals of the radiographs, `[angle, row, column]`.
fn line_integrals(twin: &Twin<'_>) -> Array3<f32> {
    let frames = twin.render(0..twin.schedule().len());
    let of = |kind: FrameKind| {
        let jobs = frames.iter().zip(twin.schedule());
        jobs.filter(move |(_, job)| job.kind == kind).map(|(frame, _)| frame)
    };
    let mean = |kind: FrameKind| -> Array2<f32> {
        let count = of(kind).count() as f32;
        let zeros = Array2::zeros(frames[0].dim());
        of(kind).fold(zeros, |sum, frame| sum + frame.mapv(f32::from)) / count
    };
    let (open, dark) = (mean(FrameKind::OpenBefore), mean(FrameKind::Dark));
    let open = open - &dark;
    let views: Vec<Array2<f32>> = of(FrameKind::Radiograph)
        .map(|frame| ((frame.mapv(f32::from) - &dark) / &open).mapv(|share| -share.ln()))
        .collect();
    let views: Vec<_> = views.iter().map(|view| view.view()).collect();
    ndarray::stack(Axis(0), &views).unwrap()
}

/// Mean of two slices and standard deviation of one, in the ring `radius` (mm).
fn figures(
    [first, second]: [&Array3<f32>; 2],
    grid: &VoxelGrid,
    radius: std::ops::Range<f64>,
) -> [f64; 2] {
    let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
    for (index, &value) in first.indexed_iter() {
        let [_, y, x] = grid.centre_of(index.into());
        if radius.contains(&y.hypot(x)) {
            let (one, other) = (f64::from(value), f64::from(second[index]));
            sum += one + other;
            squares += (one - other).powi(2);
            count += 1.0;
        }
    }
    [sum / count / 2.0, (squares / count / 2.0).sqrt()]
}

#[test]
fn noise_and_attenuation_of_the_roll_in_neutrons_are_as_foretold() {
    let mut profile = plain(Profile::titan());
    profile.detector.region = [12, 480];
    profile.frames.views = 360;
    let cell = cell();
    let twin = Twin::new(&cell, &profile, None, 1).unwrap();
    let Geometry::Parallel(geometry) = twin.geometry() else { panic!("a parallel beam") };
    let settings = ReconstructSettings::default();
    let grid = grid_for(geometry, (12, 480), &settings).unwrap();
    let fbp = Fbp::new(geometry, (12, 480), &grid, &settings).unwrap();
    let volume =
        fbp.reconstruct(Projections::new(line_integrals(&twin).view(), 0), 0..12, &()).unwrap();
    // Two slices of the same windings, so far apart that their noise is not the same.
    let slice = |z: usize| volume.slice(s![z..z + 1, .., ..]).to_owned();
    let slices = [slice(1), slice(10)];
    let slices = [&slices[0], &slices[1]];
    let [roll, noise] = figures(slices, &grid, 2.6..8.0);
    let [void, _] = figures(slices, &grid, 0.0..1.2);
    assert!((noise / 0.16 - 1.0).abs() < 0.2, "noise {noise}, expected 0.16 1/cm");
    assert!((1.25..1.38).contains(&roll), "roll {roll}, expected 1.29 to 1.32 1/cm");
    assert!(void.abs() < 0.06, "void {void}, expected 0.03 1/cm");
}

#[test]
#[ignore = "slow: 900 views of 1216 columns of windings"]
fn slow_noise_of_the_roll_in_x_rays_is_as_foretold() {
    let mut profile = plain(Profile::imax());
    profile.detector.region = [20, 1216];
    profile.geometry.aim = Aim::Height(40.0);
    profile.geometry.piercing_offset = [0.0, 0.0];
    profile.rays.per_pixel = [1, 1];
    let tube = profile.tube.as_mut().unwrap();
    (tube.spot_drift_mm, tube.heel_per_degree) = (0.0, 0.0);
    let cell = cell();
    let twin = Twin::new(&cell, &profile, None, 1).unwrap();
    let Geometry::Cone(cone) = twin.geometry() else { panic!("a cone") };
    let scan = line_integrals(&twin);
    // Two slices of the same windings, so far apart that their noise is not the same.
    let (voxel, side) = (0.016, 1150);
    let first = -(side as f64 - 1.0) / 2.0 * voxel;
    let grid = VoxelGrid {
        shape: [11, side, side],
        voxel,
        first: [-5.0 * voxel, first, first],
        unit: LengthUnit::Millimetre,
    };
    let window = Window::Hann;
    let settings = ReconstructSettings { window, circular_mask: false, ..Default::default() };
    let fdk = Fdk::new(cone, (scan.dim().1, scan.dim().2), &grid, &settings).unwrap();
    let slice =
        |z: usize| fdk.reconstruct(Projections::new(scan.view(), 0), z..z + 1, &()).unwrap();
    let slices = [slice(0), slice(10)];
    let slices = [&slices[0], &slices[1]];
    let [roll, noise] = figures(slices, &grid, 2.6..8.0);
    assert!((noise / 0.07 - 1.0).abs() < 0.2, "noise {noise}, expected 0.07 1/cm");
    assert!((0.95..1.2).contains(&roll), "roll {roll}, expected 1.02 to 1.11 1/cm");
}
