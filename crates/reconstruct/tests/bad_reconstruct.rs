//! Mistakes in settings, geometry and data, and what is said about each. Knows no calibration.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array3;
use voltomo_reconstruct::{
    Fbp, Projections, ReconstructSettings, Reconstruction, Window, grid_for, prepare, reconstruct,
};
use voltomo_types::{
    ConeCircle, Geometry, LengthUnit, Millimetre, ParallelGeometry, PixelFrame, Radian,
    RotationAxis, VoxelGrid,
};

fn geometry() -> ParallelGeometry {
    ParallelGeometry {
        angles: (0..30).map(|k| Radian::from_degrees(6.0 * f64::from(k))).collect(),
        axis: RotationAxis { centre: 19.5, tilt: Radian(0.0) },
        frame: PixelFrame::whole(10, 40),
        pixel: Some(Millimetre(0.1)),
    }
}

fn message(geometry: &ParallelGeometry, settings: &ReconstructSettings) -> String {
    let projections = Array3::zeros((geometry.angles.len(), 10, 40));
    reconstruct(projections.view(), geometry, settings).unwrap_err().to_string()
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
}

#[test]
fn an_axis_beside_the_frame_is_refused() {
    let mut geometry = geometry();
    geometry.axis.centre = 41.0;
    let message = message(&geometry, &ReconstructSettings::default());
    assert_says(&message, &["41.00", "0 to 39", "reconstruct.centre_px"]);
}

#[test]
fn an_axis_that_leaves_the_frame_by_its_tilt_is_refused() {
    let mut geometry = geometry();
    geometry.axis = RotationAxis { centre: 38.0, tilt: Radian::from_degrees(30.0) };
    let message = message(&geometry, &ReconstructSettings::default());
    assert_says(&message, &["40.60", "reconstruct.centre_px"]);
}

#[test]
fn a_voxel_in_mm_without_a_pixel_size_is_refused() {
    let mut geometry = geometry();
    geometry.pixel = None;
    let settings = ReconstructSettings { voxel_mm: Some(0.2), ..Default::default() };
    assert_says(&message(&geometry, &settings), &["0.2 mm", "unknown", "acquire.pixel_mm"]);
}

#[test]
fn rows_beyond_the_frame_are_refused() {
    let settings = ReconstructSettings { rows: Some("5:11".into()), ..Default::default() };
    assert_says(
        &message(&geometry(), &settings),
        &["5..11", "frame rows", "10", "reconstruct.rows"],
    );
}

#[test]
fn rows_too_few_for_the_voxels_are_refused() {
    let settings =
        ReconstructSettings { rows: Some("0:1".into()), voxel_px: Some(5.0), ..Default::default() };
    assert_says(&message(&geometry(), &settings), &["no slice", "5.0 rows", "reconstruct.rows"]);
}

#[test]
fn a_region_beyond_the_slice_is_refused() {
    let settings = ReconstructSettings { region: Some("0:40,3:41".into()), ..Default::default() };
    assert_says(
        &message(&geometry(), &settings),
        &["3..41", "along x", "40", "reconstruct.region"],
    );
}

#[test]
fn a_voxel_of_no_size_is_refused() {
    let settings = ReconstructSettings { voxel_mm: Some(0.0), ..Default::default() };
    assert_says(&message(&geometry(), &settings), &["reconstruct.voxel_mm", "is 0", "above 0"]);
}

#[test]
fn an_angle_that_is_no_number_is_refused() {
    let mut geometry = geometry();
    geometry.angles[4] = Radian(f64::NAN);
    let message = message(&geometry, &ReconstructSettings::default());
    assert_says(&message, &["angle 4", "NaN", "acquire.angles"]);
}

#[test]
fn angles_that_all_look_the_same_way_are_refused() {
    let mut geometry = geometry();
    geometry.angles = [0.0, 180.0, 360.0].map(Radian::from_degrees).to_vec();
    let message = message(&geometry, &ReconstructSettings::default());
    assert_says(&message, &["3 angles in 1 different", "at least 2", "acquire.angles"]);
}

#[test]
fn no_angles_at_all_are_refused() {
    let mut geometry = geometry();
    geometry.angles.clear();
    assert_says(&message(&geometry, &ReconstructSettings::default()), &["0 angles"]);
}

#[test]
fn a_line_integral_that_is_not_finite_is_named_by_its_place() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut projections = Array3::zeros((30, 10, 40));
        projections[[17, 3, 8]] = bad;
        let settings = ReconstructSettings::default();
        let error = reconstruct(projections.view(), &geometry(), &settings).unwrap_err();
        assert_says(&error.to_string(), &["[17, 3, 8]", &bad.to_string(), "correct.spots"]);
    }
}

#[test]
fn projections_of_another_shape_and_slices_beyond_the_grid_are_refused() {
    let settings = ReconstructSettings::default();
    let grid = grid_for(&geometry(), (10, 40), &settings).unwrap();
    let fbp = Fbp::new(&geometry(), (10, 40), &grid, &settings).unwrap();
    let says = |shape: (usize, usize, usize), z| {
        let projections = Array3::zeros(shape);
        fbp.reconstruct(Projections::new(projections.view(), 0), z, &()).unwrap_err().to_string()
    };
    assert_says(&says((29, 10, 40), 0..1), &["[29, 10, 40]", "30 angles", "40 columns"]);
    assert_says(&says((30, 3, 40), 4..6), &["[30, 3, 40]", "rows"]);
    assert_says(&says((30, 10, 40), 4..11), &["4..11", "the grid has 10"]);
}

#[test]
fn a_missing_arc_is_warned_of() {
    let mut geometry = geometry();
    geometry.angles.truncate(22);
    let settings = ReconstructSettings::default();
    let grid = grid_for(&geometry, (10, 40), &settings).unwrap();
    let fbp = Fbp::new(&geometry, (10, 40), &grid, &settings).unwrap();
    assert_says(&fbp.warnings()[0], &["126.0° and 180.0°", "132.0°"]);
}

#[test]
fn slices_that_a_tilted_axis_takes_out_of_the_frame_are_warned_of() {
    let mut geometry = geometry();
    geometry.axis.tilt = Radian::from_degrees(5.0);
    let settings = ReconstructSettings::default();
    let grid = grid_for(&geometry, (10, 40), &settings).unwrap();
    let fbp = Fbp::new(&geometry, (10, 40), &grid, &settings).unwrap();
    assert_says(&fbp.warnings()[0], &["4 of 10 slices", "tilted"]);
}

#[test]
fn bad_window_parameters_and_tables_are_named() {
    let of = |window, window_parameter, window_table| ReconstructSettings {
        window,
        window_parameter,
        window_table,
        ..Default::default()
    };
    let shaped = |window, shape| of(window, Some(shape), None);
    let tabled = |table| of(Window::Table, None, Some(table));
    let cases = [
        ("parameter", shaped(Window::Hann, 0.3)),
        ("parameter", shaped(Window::Tukey, 1.5)),
        ("parameter", shaped(Window::Gaussian, 0.0)),
        ("parameter", shaped(Window::Kaiser, f64::NAN)),
        ("table", of(Window::Table, None, None)),
        ("table", of(Window::Hann, None, Some(vec![[0.0, 1.0]]))),
        ("table", tabled(vec![])),
        ("table", tabled(vec![[0.5, 1.0], [0.2, 1.0]])),
        ("table", tabled(vec![[0.0, f64::INFINITY]])),
        ("table", tabled(vec![[0.0, 0.5], [1.0, 0.0]])),
        ("table", tabled(vec![[0.0, 1.0], [2.0, 1.0]])),
    ];
    for (key, settings) in cases {
        let problems = settings.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].key, format!("reconstruct.window_{key}"));
    }
}

#[test]
fn a_cone_that_looks_one_way_is_refused() {
    let circle = ConeCircle {
        source_to_axis: Millimetre(60.0),
        source_to_detector: Millimetre(240.0),
        pixel: Millimetre(0.8),
        centre: [4.5, 19.5],
        roll: Radian(0.0),
        pitch: Radian(0.0),
        yaw: Radian(0.0),
    };
    let cone = circle.geometry(&[Radian(0.3); 12], PixelFrame::whole(10, 40));
    let grid = VoxelGrid {
        shape: [4, 8, 8],
        voxel: 0.2,
        first: [-0.3, -0.7, -0.7],
        unit: LengthUnit::Millimetre,
    };
    let settings = ReconstructSettings::default();
    let error = prepare(&Geometry::Cone(cone), (10, 40), &grid, &settings).err().unwrap();
    assert_says(&error.to_string(), &["12 angles in 1 different directions", "acquire.angles"]);
}
