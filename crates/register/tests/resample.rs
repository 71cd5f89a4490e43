//! A volume on another grid: against closed forms, and the same bits for any slab. Knows no cell.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use ndarray::{Array3, s};
use voltomo_numeric::cast::to_f32;
use voltomo_register::{Placement, bimodal, resample_slab};
use voltomo_types::{LengthUnit, Transform, Volume, VoxelGrid};

fn grid(shape: [usize; 3], voxel: f64, first: [f64; 3]) -> VoxelGrid {
    VoxelGrid { shape, voxel, first, unit: LengthUnit::Millimetre }
}

fn parabola([z, y, x]: [f64; 3]) -> f64 {
    0.3 * z * z - 0.2 * y * z + 0.1 * x * x + y - 2.0 * x + 3.0
}

fn source() -> Volume {
    let grid = grid([24, 22, 26], 0.5, [-6.0, -5.0, -7.0]);
    let attenuation = Array3::from_shape_fn((24, 22, 26), |(z, y, x)| {
        to_f32(parabola(grid.centre_of([z, y, x])))
    });
    Volume { attenuation, grid }
}

fn moved() -> Placement<'static> {
    Placement::of(Transform::rigid([0.2, -0.1, 0.15], [0.5, 0.0, -0.5], [0.3, -0.2, 0.1]))
}

#[test]
fn a_parabola_is_read_exactly_wherever_it_is_placed() {
    let target = grid([10, 11, 12], 0.4, [-2.0, -2.0, -2.5]);
    let found = resample_slab(&source(), &target, &moved(), 0..10);
    let back = moved().transform.inverse().unwrap();
    for ((z, y, x), value) in found.indexed_iter() {
        let wanted = parabola(back.apply(target.centre_of([z, y, x])));
        assert!((f64::from(*value) - wanted).abs() < 2e-4, "{value} {wanted}");
    }
}

#[test]
fn slabs_have_the_bits_of_the_whole() {
    for voxel in [0.3, 1.3] {
        let target = grid([9, 14, 13], voxel, [-3.0, -3.0, -3.0]);
        let whole = resample_slab(&source(), &target, &moved(), 0..9);
        for part in [0..1, 1..4, 4..9] {
            let slab = resample_slab(&source(), &target, &moved(), part.clone());
            let same = whole.slice(s![part, .., ..]);
            assert!(slab.iter().zip(same).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}

#[test]
fn nothing_is_made_up_outside_and_a_hole_stays_a_hole() {
    let mut holed = source();
    holed.attenuation[[12, 11, 13]] = f32::NAN;
    let here = Placement::of(Transform::IDENTITY);
    let same = resample_slab(&holed, &holed.grid, &here, 0..24);
    assert!(same[[12, 11, 13]].is_nan() && same[[12, 11, 14]].is_finite());
    assert_eq!(same.iter().filter(|value| value.is_nan()).count(), 1);
    let target = grid([4, 4, 4], 1.0, [40.0, 0.0, 0.0]);
    assert!(resample_slab(&source(), &target, &here, 0..4).iter().all(|value| value.is_nan()));
}

#[test]
fn both_stand_on_the_xray_volumes_voxels() {
    let xray = Volume {
        attenuation: Array3::from_elem((5, 6, 7), 2.5),
        grid: grid([5, 6, 7], 0.6, [-1.0, -1.0, -1.0]),
    };
    let both = bimodal(&source(), &xray, &moved(), None);
    assert_eq!(both.xray, xray.attenuation);
    assert_eq!(both.neutron.dim(), (5, 6, 7));
    assert_eq!((both.grid, both.xray_from_neutron), (xray.grid, moved().transform));
    let coarse = grid([2, 3, 3], 1.2, [-0.7, -0.7, -0.7]);
    let both = bimodal(&source(), &xray, &moved(), Some(&coarse));
    assert!(both.xray.iter().all(|value| (value - 2.5).abs() < 1e-5), "{:?}", both.xray);
}
