//! Pairs of the digital twin's volumes that do not belong together: each is refused with a message that
//! says why. Opens no file.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{BLUR_MM, NEUTRON_NOISE, XRAY_NOISE, add_noise, blurred, cell, drawn, rendered};
use voltomo_acquire::simulate::instrument::Profile;
use voltomo_register::{Placement, RegisterError, RegisterSettings, register, resample_slab};
use voltomo_types::{Probe, Volume};

const VOXEL_MM: f64 = 0.2;

fn xray(name: &str, heights: [f64; 2]) -> Volume {
    let mut volume = rendered(&cell(name, ""), &Profile::imax(), (heights, VOXEL_MM));
    add_noise(&mut volume, (XRAY_NOISE, 11));
    volume
}

/// Turned by some angle and shifted, air where nothing was rendered.
fn neutron(name: &str, heights: [f64; 2]) -> Volume {
    let upright =
        blurred(&rendered(&cell(name, ""), &Profile::titan(), (heights, VOXEL_MM)), BLUR_MM);
    let grid = upright.grid;
    let transform = drawn(4, [-0.5 * (heights[0] + heights[1]), 0.0, 0.0]);
    let moved = Placement { transform, deformation: None };
    let mut attenuation = resample_slab(&upright, &grid, &moved, 0..grid.shape[0]);
    attenuation.mapv_inplace(|value| if value.is_finite() { value } else { 0.0 });
    let mut volume = Volume { attenuation, grid };
    add_noise(&mut volume, (NEUTRON_NOISE, 12));
    volume
}

fn refused(neutron: &Volume, xray: &Volume) -> RegisterError {
    let settings =
        RegisterSettings { points: 30_000, angle_step_deg: 6.0, ..RegisterSettings::default() };
    let error = register(neutron, xray, &settings).unwrap_err();
    assert!(error.to_string().contains("expected"), "{error}");
    error
}

/// The cell's top as neutrons see it.
fn top(name: &str) -> Volume {
    neutron(name, [45.0, 69.0])
}

#[test]
fn bad_two_parts_of_a_roll_without_an_end_are_refused_unsearched() {
    let error =
        refused(&neutron("18650-na-1500", [5.0, 20.0]), &xray("18650-na-1500", [40.0, 52.0]));
    assert_eq!(error, RegisterError::NoEnd { neutron: 0, xray: 0 });
    assert!(error.to_string().contains("scan the same end"), "{error}");
}

#[test]
fn bad_an_end_in_one_volume_alone_tells_no_height() {
    // They share 8 mm of the roll, which is alike all along.
    let error =
        refused(&neutron("18650-na-1500", [35.0, 60.0]), &xray("18650-na-1500", [52.0, 67.0]));
    assert_eq!(error, RegisterError::NoEnd { neutron: 0, xray: 1 });
}

#[test]
fn bad_the_top_in_one_beam_and_the_bottom_in_the_other_are_refused() {
    let error = refused(&top("18650-na-1500"), &xray("18650-na-1500", [-2.0, 20.0]));
    assert!(error.to_string().contains("the same end of one cell"), "{error}");
}

#[test]
fn bad_two_models_of_one_size_are_refused() {
    let error = refused(&top("18650-li-nmc"), &xray("18650-na-1500", [52.0, 67.0]));
    assert!(error.to_string().contains("two different cells"), "{error}");
    let error = refused(&top("18650-na-1500"), &xray("18650-li-nmc", [52.0, 67.0]));
    assert!(error.to_string().contains("two different cells"), "{error}");
}

#[test]
fn bad_two_kinds_of_coin_are_refused() {
    let error = refused(&neutron("2032-k-li-wetted", [-3.0, 6.2]), &xray("2032-a-k", [-2.0, 5.2]));
    assert!(error.to_string().contains("two different cells"), "{error}");
}

#[test]
fn bad_a_coin_and_a_wound_cell_are_two_cells() {
    let error =
        refused(&neutron("2032-k-li-wetted", [-3.0, 6.2]), &xray("18650-na-1500", [52.0, 67.0]));
    assert!(matches!(error, RegisterError::Diameter { .. }), "{error}");
    let error = refused(&top("18650-na-1500"), &xray("21700-li-nmc", [57.0, 72.0]));
    assert!(matches!(error, RegisterError::Diameter { .. }), "{error}");
}

#[test]
fn bad_half_a_cell_is_named_with_its_beam() {
    let whole = xray("18650-na-1500", [52.0, 67.0]);
    let half = whole.attenuation.dim().2 / 2;
    let attenuation = whole.attenuation.slice(ndarray::s![.., .., ..half]).to_owned();
    let mut grid = whole.grid;
    grid.shape[2] = half;
    let error = refused(&top("18650-na-1500"), &Volume { attenuation, grid });
    assert!(matches!(error, RegisterError::PartOfCell { which: Probe::Xray, .. }), "{error}");
}

#[test]
fn bad_noise_in_place_of_one_beam_is_no_cell() {
    let mut noise = xray("18650-na-1500", [52.0, 67.0]);
    noise.attenuation.fill(0.0);
    add_noise(&mut noise, (0.5, 3));
    let error = refused(&top("18650-na-1500"), &noise);
    assert!(matches!(error, RegisterError::NoCell { which: Probe::Xray, .. }), "{error}");
}
