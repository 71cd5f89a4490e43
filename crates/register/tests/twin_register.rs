//! The digital twin's cell, moved by a known transform, is found again. Opens no file.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{NEUTRON_NOISE, Pair, Parts, add_noise, cell, drawn, target_error};
use voltomo_register::{RegisterError, RegisterSettings, check_placement, register};
use voltomo_types::{Transform, Volume};

const XRAY_VOXEL_MM: f64 = 0.15;

/// The top of the sodium cell, and its neutron volume with more of it.
fn top() -> Pair {
    let parts = Parts { xray: [52.0, 67.0], neutron: [32.0, 69.0], voxel: XRAY_VOXEL_MM };
    Pair::new(&cell("18650-na-1500", ""), parts)
}

fn scanned(pair: &Pair, truth: &Transform) -> Volume {
    let mut neutron = pair.moved(([190, 170, 170], 0.15), truth);
    add_noise(&mut neutron, (NEUTRON_NOISE, 5));
    neutron
}

/// Less work than by default, so that the test is quick.
fn quick() -> RegisterSettings {
    RegisterSettings { points: 30_000, angle_step_deg: 6.0, ..RegisterSettings::default() }
}

#[test]
fn the_top_of_the_cell_is_found_or_refused_and_the_axis_is_exact() {
    let pair = top();
    let truth = drawn(3, [-58.5, 0.0, 0.0]);
    let settings = RegisterSettings { most_error_mm: 0.3, ..quick() };
    let found = register(&scanned(&pair, &truth), &pair.xray, &settings).unwrap();
    let along_axis = target_error(&found.xray_from_neutron, &truth, ([-65.0, -52.0], 0.0));
    assert!(along_axis[0] < 0.03, "points of the axis are {along_axis:?} mm off");
    let all = target_error(&found.xray_from_neutron, &truth, ([-65.0, -52.0], 9.1));
    assert!(all[1] < 3.0 * found.target_error.rms_mm, "{all:?} mm, said {:?}", found.target_error);
    assert!(all[0] < 0.25, "{all:?}");
    assert!((found.scale - 1.0).abs() < 0.01 && !found.is_upside_down);
    assert!(found.runner_up.unwrap().margin > 4.0, "{:?}", found.runner_up);
    assert!(found.mirror_margin.unwrap() > -4.0, "{:?}", found.mirror_margin);
}

#[test]
fn bad_a_mirrored_volume_is_refused() {
    let pair = top();
    let mut neutron = scanned(&pair, &drawn(3, [-58.5, 0.0, 0.0]));
    neutron.attenuation.invert_axis(ndarray::Axis(2));
    let settings = RegisterSettings { least_margin: 3.0, ..quick() };
    let error = register(&neutron, &pair.xray, &settings).unwrap_err();
    assert!(matches!(error, RegisterError::Mirrored { .. }), "{error}");
    assert!(error.to_string().contains("reverse_rotation"), "{error}");
}

#[test]
fn bad_a_placement_that_lays_no_can_onto_the_other_is_refused() {
    let pair = top();
    let centre = [-58.5, 0.0, 0.0];
    let truth = drawn(3, centre);
    let neutron = scanned(&pair, &truth);
    let told = |change: &Transform| check_placement(&neutron, &pair.xray, &truth.then(change));
    let turned = |turn: [f64; 3]| Transform::rigid(turn.map(f64::to_radians), centre, [0.0; 3]);
    let moved = |shift| Transform { shift, ..Transform::IDENTITY };
    assert_eq!(told(&Transform::IDENTITY), Ok(()));
    assert_eq!(told(&turned([2.0, 0.2, 0.0])), Ok(()), "what a registration may be off");
    for (wrong, said) in [
        (moved([0.0, 0.0, 3.0]), "3.0"),
        (moved([5.0, 0.0, 0.0]), "ends"),
        (moved([500.0, 0.0, 0.0]), "share 0 %"),
        (moved([1e300, 0.0, 0.0]), "share 0 %"),
        (turned([90.0, 0.0, 0.0]), "about the axis"),
        (turned([0.0, 90.0, 0.0]), "askew"),
    ] {
        let error = told(&wrong).unwrap_err();
        assert!(matches!(error, RegisterError::Apart { .. }), "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
#[ignore = "slow: two registrations with twice as many placements"]
fn slow_a_cell_the_other_way_up_is_found_so() {
    let pair = top();
    let over = Transform::rigid([0.0, std::f64::consts::PI, 0.0], [-55.0, 0.0, 0.0], [0.0; 3]);
    let found = register(
        &scanned(&pair, &over),
        &pair.xray,
        &RegisterSettings { most_error_mm: 0.3, ..quick() },
    )
    .unwrap();
    assert!(found.is_upside_down);
    let off = target_error(&found.xray_from_neutron, &over, ([-65.0, -52.0], 9.1));
    assert!(off[0] < 0.25, "{off:?}");
    let kept = RegisterSettings { upside_down: false, ..quick() };
    assert!(register(&scanned(&pair, &over), &pair.xray, &kept).is_err());
}

#[test]
#[ignore = "slow: a whole registration"]
fn slow_bad_another_scale_is_refused_with_the_scale() {
    let pair = top();
    let mut neutron = scanned(&pair, &Transform::IDENTITY);
    neutron.grid.voxel *= 1.03;
    neutron.grid.first = neutron.grid.first.map(|value| value * 1.03);
    let error = register(&neutron, &pair.xray, &quick()).unwrap_err();
    match error {
        RegisterError::Scale { scale, .. } => {
            assert!((1.0 / scale - 1.03).abs() < 0.01, "{scale}");
        }
        RegisterError::Ambiguous { .. } | RegisterError::PoorMatch { .. } => {}
        other => panic!("{other}"),
    }
}
