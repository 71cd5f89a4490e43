//! The spiral of simulated rolls against what they were wound to.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use ndarray::Array3;
use twin::{Volume, cell_with, look};
use voltomo_inspect::cylindrical::winding::{
    Sense, Spiral, WindingError, WindingSettings, windings,
};
use voltomo_inspect::frame::CellFrame;
use voltomo_types::{LengthUnit, Probe};

/// The frame of a volume of `look` whose upper end is at `high`.
fn frame(high: f64) -> CellFrame {
    CellFrame::new([-10.0, 0.0, 0.0], high, [0.0; 2], true)
}

fn wound(name: &str, defects: &str, voxel: f64) -> Spiral {
    let volume = look(&cell_with(name, defects), Probe::Xray, voxel, [30.0, 30.3]);
    windings(&volume.seen(), &frame(30.3), &WindingSettings::default()).unwrap()
}

#[test]
fn the_sodium_cell_has_its_pitch_and_count_at_every_voxel() {
    for voxel in [0.032, 0.048, 0.064] {
        let found = wound("18650-na-1500", "", voxel);
        assert!((found.pitch - 0.4).abs() < 0.002, "{voxel}: {}", found.pitch);
        // The cathode: 17.4 turns less the quarter by which it ends early.
        assert!((found.length() - 17.15).abs() < 0.03, "{voxel}: {}", found.length());
        assert_eq!(found.windings(), [17, 18]);
        assert_eq!(found.sense, Sense::Anticlockwise);
        assert!((found.start_angle().to_degrees() - 356.0).abs() < 3.0);
        let line = found.first_radius + found.pitch * (found.ends[0] + 5.0);
        // Inner face of the stack 1.55 mm, five turns on, and to the cathode's middle 0.3025 mm.
        assert!((line - (1.55 + 5.0 * 0.4 + 0.3025)).abs() < 0.2 * voxel, "{voxel}: {line}");
    }
}

#[test]
fn the_axis_of_a_roll_beside_the_cans_is_found() {
    let shift = "[[defect]]\nkind = \"roll_off_centre\"\nshift_mm = 0.08\nangle_deg = 120.0";
    let found = wound("18650-na-1500", shift, 0.048);
    assert!((found.centre[0] - 0.0693).abs() < 0.01, "{:?}", found.centre);
    assert!((found.centre[1] + 0.04).abs() < 0.01, "{:?}", found.centre);
    let largest = found.layers().iter().map(|layer| layer.rms_mm).fold(0.0, f64::max);
    assert!(largest < 0.04, "{largest}");
    let beside = found.layers_about([0.0; 2], 0.0);
    assert!(beside[5].rms_mm > found.layers()[5].rms_mm + 0.03);
}

fn mirrored(mut volume: Volume) -> Volume {
    volume.attenuation.invert_axis(ndarray::Axis(1));
    volume.grid.first[1] =
        -(volume.grid.first[1] + volume.grid.voxel * (volume.grid.shape[1] as f64 - 1.0));
    volume
}

#[test]
fn a_mirrored_roll_winds_the_other_way() {
    let volume = mirrored(look(&cell_with("18650-na-1500", ""), Probe::Xray, 0.048, [30.0, 30.1]));
    let found = windings(&volume.seen(), &frame(30.1), &WindingSettings::default()).unwrap();
    assert_eq!(found.sense, Sense::Clockwise);
    assert!((found.length() - 17.15).abs() < 0.03, "{}", found.length());
    assert!((found.start_angle().to_degrees() - 4.0).abs() < 3.0, "{}", found.start_angle());
}

#[test]
fn nothing_depends_on_the_scale_of_the_grey_values() {
    let mut volume = look(&cell_with("18650-na-1500", ""), Probe::Xray, 0.064, [30.0, 30.1]);
    let settings = WindingSettings::default();
    let one = windings(&volume.seen(), &frame(30.1), &settings).unwrap();
    volume.attenuation.mapv_inplace(|value| 1000.0 + 4096.0 * value);
    let other = windings(&volume.seen(), &frame(30.1), &settings).unwrap();
    assert!((one.pitch - other.pitch).abs() < 1e-5);
    assert!((one.length() - other.length()).abs() < 1e-2);
}

/// Slices with values of `value` at `[y, x]` mm.
fn slices(value: impl Fn([f64; 2]) -> f32) -> Volume {
    let mut volume = look(&cell_with("18650-na-1500", ""), Probe::Xray, 0.1, [30.0, 30.1]);
    let grid = volume.grid;
    volume.attenuation = Array3::from_shape_fn(grid.shape, |(z, y, x)| {
        let [_, y, x] = grid.centre_of([z, y, x]);
        value([y, x])
    });
    volume
}

fn refused(volume: &Volume) -> WindingError {
    windings(&volume.seen(), &frame(30.1), &WindingSettings::default()).unwrap_err()
}

#[test]
fn bad_noise_has_no_windings() {
    let mut chance = voltomo_numeric::random::Random::new(3);
    let mut volume = slices(|_| 0.0);
    volume.attenuation.mapv_inplace(|_| voltomo_numeric::cast::to_f32(chance.normal()));
    let error = refused(&volume);
    assert!(
        matches!(error, WindingError::NoWindings { .. } | WindingError::NoSpiral { .. }),
        "{error}"
    );
}

#[test]
fn bad_rings_are_no_spiral() {
    let rings = slices(|[y, x]| voltomo_numeric::cast::to_f32((16.0 * y.hypot(x)).sin()));
    assert!(matches!(refused(&rings), WindingError::NoSpiral { .. }));
}

#[test]
fn bad_values_that_are_no_numbers_are_refused() {
    assert!(matches!(refused(&slices(|_| f32::NAN)), WindingError::NoWindings { .. }));
}

#[test]
fn bad_volume_without_millimetres_is_refused() {
    let mut volume = slices(|_| 0.0);
    volume.grid.unit = LengthUnit::Pixel;
    assert_eq!(refused(&volume), WindingError::NoSize);
}

#[test]
fn bad_settings_are_named() {
    let settings = WindingSettings { angles: 3, ..WindingSettings::default() };
    let error = windings(&slices(|_| 0.0).seen(), &frame(30.1), &settings).unwrap_err();
    assert!(error.to_string().contains("winding.angles"), "{error}");
}
