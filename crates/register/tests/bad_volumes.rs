//! Volumes that cannot be registered: each is refused with a message that says why. Opens no file.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::Array3;
use voltomo_numeric::cast::to_f32;
use voltomo_numeric::random::Random;
use voltomo_register::{RegisterError, RegisterSettings, register};
use voltomo_types::{LengthUnit, Probe, Volume, VoxelGrid};

const VOXEL_MM: f64 = 0.4;

/// A plain cylinder of a radius, mm, in a box 24 mm wide and `height` mm high, at `x` mm from its
/// middle; a wall of its own attenuation.
fn cylinder(radius: f64, (height, x): (f64, f64)) -> Volume {
    let slices = voltomo_numeric::cast::to_index(height / VOXEL_MM);
    let shape = [slices, 60, 60];
    let first = [-0.5 * height, -11.8, -11.8];
    let grid = VoxelGrid { shape, voxel: VOXEL_MM, first, unit: LengthUnit::Millimetre };
    let mut random = Random::new(height.to_bits() ^ x.to_bits() ^ radius.to_bits());
    // How much of a voxel lies below a length: edges without stairs.
    let below = |value: f64, edge: f64| ((edge - value) / VOXEL_MM + 0.5).clamp(0.0, 1.0);
    let attenuation = Array3::from_shape_fn((slices, 60, 60), |(k, j, i)| {
        let [z, y, at] = grid.centre_of([k, j, i]);
        let from_axis = y.hypot(at - x);
        let solid = 2.0 * below(from_axis, radius) - 0.8 * below(from_axis, radius - 0.8);
        let level = solid * below(z.abs(), 0.5 * height - 3.0);
        to_f32(level + 0.05 * random.normal())
    });
    Volume { attenuation, grid }
}

fn whole() -> Volume {
    cylinder(9.0, (30.0, 0.0))
}

fn refused(neutron: &Volume, xray: &Volume) -> RegisterError {
    let settings =
        RegisterSettings { points: 20_000, angle_step_deg: 10.0, ..RegisterSettings::default() };
    let error = register(neutron, xray, &settings).unwrap_err();
    assert!(error.to_string().contains("expected"), "{error}");
    error
}

#[test]
fn bad_no_unit_is_named() {
    let mut neutron = whole();
    neutron.grid.unit = LengthUnit::Pixel;
    assert_eq!(refused(&neutron, &whole()), RegisterError::Unit { which: Probe::Neutron });
}

#[test]
fn bad_a_volume_of_nan_is_named() {
    let mut xray = whole();
    xray.attenuation.fill(f32::NAN);
    let error = refused(&whole(), &xray);
    assert!(matches!(error, RegisterError::NotNumbers { which: Probe::Xray, .. }), "{error}");
    // Four tenths of it are too many too.
    let mut part = whole();
    let slices = 4 * part.grid.shape[0] / 10;
    part.attenuation.slice_mut(ndarray::s![..slices, .., ..]).fill(f32::NAN);
    let error = refused(&whole(), &part);
    assert!(matches!(error, RegisterError::NotNumbers { which: Probe::Xray, .. }), "{error}");
}

#[test]
fn bad_a_single_voxel_and_an_empty_volume_are_too_small() {
    for slices in [0, 1] {
        let mut neutron = whole();
        neutron.grid.shape[0] = slices;
        neutron.attenuation = Array3::zeros((slices, 60, 60));
        let error = refused(&neutron, &whole());
        assert!(matches!(error, RegisterError::Size { which: Probe::Neutron, .. }), "{error}");
    }
}

#[test]
fn bad_noise_alone_is_no_cell() {
    let mut neutron = whole();
    let mut random = Random::new(9);
    neutron.attenuation.iter_mut().for_each(|value| *value = to_f32(0.3 * random.normal()));
    let error = refused(&neutron, &whole());
    assert!(matches!(error, RegisterError::NoCell { which: Probe::Neutron, .. }), "{error}");
    neutron.attenuation.fill(0.0);
    let error = refused(&neutron, &whole());
    assert!(matches!(error, RegisterError::NoCell { which: Probe::Neutron, .. }), "{error}");
}

#[test]
fn bad_half_a_cell_is_said_to_be_half() {
    let error = refused(&whole(), &cylinder(9.0, (30.0, 11.5)));
    assert!(matches!(error, RegisterError::PartOfCell { which: Probe::Xray, .. }), "{error}");
}

#[test]
fn bad_cells_of_two_diameters_are_two_cells() {
    let error = refused(&whole(), &cylinder(8.0, (30.0, 0.0)));
    assert!(matches!(error, RegisterError::Diameter { .. }), "{error}");
}

#[test]
fn bad_a_cell_that_is_the_same_all_round_has_no_angle() {
    let mut neutron = whole();
    let mut random = Random::new(77);
    neutron.attenuation.iter_mut().for_each(|value| *value += to_f32(0.2 * random.normal()));
    let error = refused(&neutron, &cylinder(9.0, (30.0, 0.1)));
    assert!(matches!(error, RegisterError::Ambiguous { .. }), "{error}");
}

#[test]
fn bad_a_setting_is_named() {
    let settings = RegisterSettings { points: 1, ..RegisterSettings::default() };
    let error = register(&whole(), &whole(), &settings).unwrap_err();
    assert!(error.to_string().starts_with("`register.points` is 1"), "{error}");
}
