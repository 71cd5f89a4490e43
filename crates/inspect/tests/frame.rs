//! The cell's frame on volumes of simulated cells whose place is known, and on volumes without a cell.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use ndarray::{Array3, s};
use twin::{Volume, cell, in_volume, look};
use voltomo_inspect::cylindrical::frame::{Body, LidBy, find_frame};
use voltomo_inspect::{CylindricalSettings, InspectSettings, Limits, Views, inspect_cylindrical};
use voltomo_numeric::cast::to_f32;
use voltomo_numeric::random::Random;
use voltomo_types::{HeightOrigin, LengthUnit, Probe, VoxelGrid};

fn found(volume: &Volume) -> Body {
    find_frame(&volume.seen(), &CylindricalSettings::default()).unwrap()
}

/// Distance of a point of the cell, by the frame, from where it lies in truth, mm.
fn miss(body: &Body, [x, y, z]: [f64; 3], high: f64) -> f64 {
    let a = body.frame.volume_from_cell.apply([z, y, x]);
    let b = in_volume([x, y, z], high);
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn a_neutron_volume_of_a_whole_cell() {
    let volume = look(&cell("18650-na-1500"), Probe::Neutron, 0.168, [-2.0, 67.0]);
    let body = found(&volume);
    println!("{body:?}");
    assert_eq!((body.lid_by, body.counted_from), (LidBy::Groove, HeightOrigin::Bottom));
    assert!(body.is_lid_first());
    assert!((body.height - 65.0).abs() < 0.2, "{}", body.height);
    for point in [[0.0, 0.0, 5.0], [0.0, 0.0, 60.0], [3.0, -4.0, 30.0]] {
        assert!(miss(&body, point, 67.0) < 0.1, "{point:?}: {}", miss(&body, point, 67.0));
    }
    let axis = body.frame.volume_point(30.0, 0.0, 0.0);
    assert!(axis[1].hypot(axis[2]) < 0.02, "{axis:?}");
}

#[test]
fn an_xray_volume_of_the_top_and_the_same_upside_down() {
    let look = || look(&cell("18650-na-1500"), Probe::Xray, 0.08, [50.0, 66.5]);
    let body = found(&look());
    println!("{body:?}");
    assert_eq!((body.lid_by, body.counted_from), (LidBy::Groove, HeightOrigin::NominalTop));
    assert!(body.is_lid_first());
    assert!(miss(&body, [0.0, 0.0, 55.0], 66.5) < 0.1);
    assert!((2.0 * body.radius - 18.2).abs() < 0.04, "{}", body.radius);
    let groove = body.groove.unwrap();
    assert!((0.5 * (groove[0] + groove[1]) - 61.55).abs() < 0.2, "{groove:?}");

    let turned = found(&look().turned_over());
    assert!(!turned.is_lid_first());
    assert!((turned.seen[0] - body.seen[0]).abs() < 0.05);
    assert!((turned.top.unwrap() - 65.0).abs() < 1e-9);
}

#[test]
fn one_slice_is_enough_for_axis_and_radius() {
    let mut volume = look(&cell("18650-na-1500"), Probe::Xray, 0.08, [30.0, 30.24]);
    volume.attenuation = volume.attenuation.slice(s![1..2, .., ..]).to_owned();
    volume.grid.shape[0] = 1;
    let body = found(&volume);
    assert_eq!((body.lid_by, body.counted_from), (LidBy::Assumed, HeightOrigin::Volume));
    let part = body.part();
    assert!(!part.holds_bottom && !part.holds_top);
    assert!((part.heights_mm[0]).abs() < 1e-9 && (part.heights_mm[1] - 0.08).abs() < 1e-9);
    assert!((2.0 * body.radius - 18.2).abs() < 0.04, "{}", body.radius);
}

fn said(volume: &Volume) -> String {
    let views = Views { neutron: Some(volume.seen()), ..Views::default() };
    let settings = InspectSettings::default();
    inspect_cylindrical(&views, &settings, &Limits::default()).unwrap_err().to_string()
}

fn noise(shape: [usize; 3]) -> Volume {
    let mut chance = Random::new(1);
    let grid = VoxelGrid { shape, voxel: 0.1, first: [0.0; 3], unit: LengthUnit::Millimetre };
    let attenuation = Array3::from_shape_simple_fn(shape, || to_f32(chance.normal()));
    Volume { attenuation, grid, probe: Probe::Neutron }
}

#[test]
fn bad_noise_and_tiny_volumes_hold_no_can() {
    for shape in [[20, 120, 120], [1, 1, 1], [3, 7, 5], [1, 40, 40], [200, 3, 3]] {
        let said = said(&noise(shape));
        assert!(said.contains("no round can") || said.contains("differ"), "{shape:?}: {said}");
    }
}

#[test]
fn bad_half_a_cell_lies_outside_the_field() {
    let mut volume = look(&cell("18650-na-1500"), Probe::Neutron, 0.168, [28.0, 33.0]);
    let edge = volume.grid.shape[2];
    volume.attenuation = volume.attenuation.slice(s![.., .., ..edge / 2]).to_owned();
    volume.grid.shape[2] = edge / 2;
    let said = said(&volume);
    assert!(said.contains("lies outside"), "{said}");
}

#[test]
fn bad_volumes_without_unit_or_contrast_say_so() {
    let mut volume = noise([4, 40, 40]);
    volume.grid.unit = LengthUnit::Pixel;
    assert!(said(&volume).contains("--voxel-mm"));
    volume.grid.unit = LengthUnit::Millimetre;
    volume.attenuation.fill(f32::NAN);
    assert!(said(&volume).contains("no two finite values"));
    volume.attenuation.fill(0.5);
    assert!(said(&volume).contains("no two finite values"));
    volume.grid.shape = [4, 40, 41];
    assert!(said(&volume).contains("its grid says"));
    let none =
        inspect_cylindrical(&Views::default(), &InspectSettings::default(), &Limits::default());
    assert!(none.unwrap_err().to_string().contains("no volume was given"));
}

#[test]
fn bad_coin_cell_is_no_wound_one() {
    let volume = look(&cell("2032-k-li"), Probe::Neutron, 0.1, [-1.0, 4.5]);
    let said = said(&volume);
    assert!(said.contains("--cell"), "{said}");
}

#[test]
fn bad_coin_cell_in_a_high_noisy_volume_is_no_wound_one() {
    let mut volume = noise([200, 120, 120]);
    volume.grid.voxel = 0.2;
    for ((z, y, x), value) in volume.attenuation.indexed_iter_mut() {
        let is_coin = z.abs_diff(100) < 8 && (y as f64 - 60.3).hypot(x as f64 - 59.1) < 50.0;
        *value = 0.05 * *value + if is_coin { 1.0 } else { 0.0 };
    }
    let said = said(&volume);
    assert!(said.contains("which is no cylindrical cell"), "{said}");
}
