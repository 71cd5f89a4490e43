//! Which beam shows which defect: contrast and size against what the instruments resolve.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::cell::defect::{
    Defect, DryZone, ElectrodeShift, ForeignParticle, FreeElectrolyte, GasBubble, MissingSpring,
    RollOffCentre, WindingGap,
};
use voltomo_acquire::simulate::cell::{Cell, CellFile};
use voltomo_acquire::simulate::instrument::{Aim, Profile, Twin};
use voltomo_acquire::simulate::material::Library;
use voltomo_acquire::simulate::sight::{Eye, Seen, look};

const ROLLED: &str = "18650-na-1500";
const COIN: &str = "2032-k-li";

fn cell(name: &str, defect: Defect) -> Cell {
    let file = CellFile::read(name).unwrap().without_defects();
    Cell::build(&file, &[defect], &Library::standard()).unwrap()
}

/// What TITAN and IMAX see of a defect.
fn seen(name: &str, defect: Defect) -> [Seen; 2] {
    let cell = cell(name, defect);
    [Profile::titan(), Profile::imax()].map(|profile| {
        let seen = look(&cell, 0, &Eye::of(&profile).unwrap(), None).unwrap();
        println!("{} {seen:?}", cell.defects[0].kind);
        seen
    })
}

fn visible(name: &str, defect: Defect) -> [bool; 2] {
    seen(name, defect).map(|seen| seen.visible)
}

fn particle(material: &str, diameter_um: f64) -> Defect {
    let place =
        ForeignParticle { radius_mm: 5.0, angle_deg: 80.0, z_mm: 30.0, ..Default::default() };
    Defect::ForeignParticle(ForeignParticle { material: material.into(), diameter_um, ..place })
}

#[test]
fn eyes_are_as_sharp_as_the_instruments() {
    let [titan, imax] = [Profile::titan(), Profile::imax()].map(|it| Eye::of(&it).unwrap());
    assert!((titan.resolution_mm - 0.205).abs() < 0.015, "{}", titan.resolution_mm);
    assert!((imax.resolution_mm - 0.040).abs() < 0.004, "{}", imax.resolution_mm);
}

#[test]
fn a_winding_gap_is_seen_by_its_thickness() {
    let gap = |thickness_um| {
        visible(ROLLED, Defect::WindingGap(WindingGap { thickness_um, ..WindingGap::default() }))
    };
    assert_eq!([gap(4.0), gap(60.0), gap(150.0)], [[false, false], [false, true], [true, true]]);
}

#[test]
fn a_dry_zone_is_seen_by_neutrons_alone() {
    assert_eq!(visible(ROLLED, Defect::DryZone(DryZone::default())), [true, false]);
}

#[test]
fn a_particle_is_seen_by_its_material() {
    assert_eq!(visible(ROLLED, particle("iron", 150.0)), [false, true]);
    // Half a millimetre of hydrogen stands out for neutrons, iron for X-rays.
    let [neutron, xray] = seen(ROLLED, particle("pe", 500.0));
    assert!(neutron.visible && neutron.contrast_per_cm > 1.0, "{neutron:?}");
    assert!(xray.contrast_per_cm < 0.0, "{xray:?}");
    let [_, small] = seen(ROLLED, particle("iron", 2.0));
    assert!(!small.visible && small.material_change_per_cm > 1.0, "{small:?}");
}

#[test]
fn a_particle_of_gas_changes_the_void_by_nothing() {
    let in_void = ForeignParticle { radius_mm: 0.0, ..ForeignParticle::default() };
    let gas = ForeignParticle { material: "gas".into(), diameter_um: 300.0, ..in_void };
    for seen in seen(ROLLED, Defect::ForeignParticle(gas)) {
        assert!(!seen.visible && seen.contrast_per_cm == 0.0, "{seen:?}");
        assert_eq!(seen.relative_contrast, None);
    }
}

#[test]
fn a_bubble_in_a_void_is_not_seen_and_one_in_the_roll_is() {
    let bubble = |radius_mm| GasBubble {
        radius_mm,
        diameter_mm: 0.8,
        z_mm: Some(30.0),
        ..GasBubble::default()
    };
    for seen in seen(ROLLED, Defect::GasBubble(bubble(0.2))) {
        assert!(!seen.visible && seen.contrast_per_cm == 0.0, "{seen:?}");
    }
    for seen in seen(ROLLED, Defect::GasBubble(bubble(5.0))) {
        assert!(seen.visible && seen.contrast_per_cm < -0.3, "{seen:?}");
    }
}

#[test]
fn a_roll_beside_the_axis_is_seen_where_it_nears_the_wall() {
    let shift = |shift_mm| Defect::RollOffCentre(RollOffCentre { shift_mm, angle_deg: 180.0 });
    assert!(visible(ROLLED, shift(0.12))[0]);
    assert!(!visible(ROLLED, shift(0.01))[0]);
}

#[test]
fn electrolyte_on_the_floor_is_seen_by_neutrons() {
    let pool = Defect::FreeElectrolyte(FreeElectrolyte { height_mm: 2.0 });
    assert!(visible(ROLLED, pool)[0]);
}

#[test]
fn what_is_in_a_coin_is_hidden_from_xrays_where_nothing_comes_through() {
    let shift = Defect::ElectrodeShift(ElectrodeShift { shift_mm: 1.5, ..Default::default() });
    let [neutron, xray] = seen(COIN, shift);
    assert!(neutron.contrast_per_cm != 0.0, "{neutron:?}");
    // Edge-on through spacers little comes through, and more contrast is needed.
    assert!(xray.transmission < 0.05 && xray.needed_per_cm.is_none_or(|it| it > 0.4), "{xray:?}");
    let [neutron, _] = seen(COIN, Defect::MissingSpring(MissingSpring {}));
    assert!(neutron.visible, "{neutron:?}");
}

#[test]
fn a_defect_beside_the_frame_is_not_seen_by_that_scan() {
    let cell = cell(ROLLED, particle("iron", 150.0));
    let eye = Eye::of(&Profile::imax()).unwrap();
    let at = |height| {
        let mut profile = Profile::imax();
        profile.geometry.aim = Aim::Height(height);
        profile.frames.views = 12;
        let twin = Twin::new(&cell.scene, &profile, None, 1).unwrap();
        let field = |point: [f64; 3]| twin.shows(point);
        look(&cell, 0, &eye, Some(&field)).unwrap()
    };
    let (here, far) = (at(30.0), at(60.0));
    assert!(here.visible && here.in_field_of_view == Some(true), "{here:?}");
    assert!(!far.visible && far.in_field_of_view == Some(false), "{far:?}");
}
