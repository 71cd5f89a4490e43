//! What neutrons show of the usual sodium-ion 18650: each row of the published list, found without
//! being told, its place within 1 mm or 2 voxels and its size within 15 % of the truth.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use std::sync::OnceLock;

use twin::{cell, in_volume, look, true_gaps};
use voltomo_acquire::simulate::cell::{Cell, DefectRecord};
use voltomo_inspect::{InspectSettings, Inspection, Limits, Plots, Views, inspect_cylindrical};
use voltomo_types::{Finding, FindingKind, Probe};

const HIGH: f64 = 66.5;

fn whole() -> &'static (Cell, Vec<Finding>) {
    static WHOLE: OnceLock<(Cell, Vec<Finding>)> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let cell = cell("18650-na-1500");
        let volume = look(&cell, Probe::Neutron, 0.084, [-1.5, HIGH]);
        let views = Views { neutron: Some(volume.seen()), ..Views::default() };
        let found = inspect_cylindrical(&views, &InspectSettings::default(), &Limits::default());
        let Inspection { findings: found, plots, .. } = found.unwrap();
        check_plots(&plots);
        for finding in &found {
            println!(
                "{:?} {:?} {:.2} {}",
                finding.kind, finding.verdict, finding.confidence, finding.note
            );
        }
        (cell, found)
    })
}

/// The gap's curve tells the shift of the roll as its first harmonic.
fn check_plots(plots: &Plots) {
    let names: Vec<&str> = plots.curves.iter().map(|curve| curve.name.as_str()).collect();
    assert_eq!(names, ["can-radius-neutron", "roll-can-gap-neutron"]);
    for curve in &plots.curves {
        assert!(curve.along.windows(2).all(|pair| pair[0] < pair[1]), "{}", curve.name);
        assert!(curve.lines.iter().all(|line| line.values.len() == curve.along.len()));
    }
    let gaps = &plots.curves[1].lines[0].values;
    let [low, high] = [f64::min, f64::max].map(|pick| gaps.iter().copied().reduce(pick).unwrap());
    assert!(high - low > 0.15 && high < 0.6, "{low} {high}");
    assert_eq!(plots.maps[0].values.ncols(), 720);
}

fn record(kind: &str) -> &'static DefectRecord {
    let (cell, _) = whole();
    cell.defects.iter().chain(&cell.features).find(|it| it.kind == kind).unwrap()
}

/// The one finding of a kind.
fn only(kind: FindingKind) -> &'static Finding {
    let all: Vec<&Finding> = whole().1.iter().filter(|it| it.kind == kind).collect();
    assert_eq!(all.len(), 1, "{kind:?}: {all:?}");
    all[0]
}

fn value(finding: &Finding, name: &str) -> f64 {
    finding.measure(name).unwrap().value
}

/// A direction counted from the tab, counted from +x instead, degrees.
fn from_x(direction: f64) -> f64 {
    (direction + value(only(FindingKind::Tab), "direction")).rem_euclid(360.0)
}

/// Place within a millimetre, sizes (those of `axes`) within 15 %.
fn agree(finding: &Finding, record: &DefectRecord, axes: &[usize]) {
    let at = in_volume(record.place_mm, HIGH);
    let found = finding.place.unwrap().volume_mm;
    let miss = (0..3).map(|k| (at[k] - found[k]).powi(2)).sum::<f64>().sqrt();
    assert!(miss < 1.0, "{finding:?}\n{record:?}");
    for &axis in axes {
        let ratio = finding.extent_mm.unwrap()[axis] / record.size_mm[axis];
        assert!((ratio - 1.0).abs() < 0.15, "axis {axis}: {finding:?}\n{record:?}");
    }
}

#[test]
fn the_mandrel_void() {
    agree(only(FindingKind::MandrelVoid), record("central_void"), &[0, 1, 2]);
}

#[test]
fn the_gap_stripe_left_of_the_core() {
    agree(only(FindingKind::WindingGap), record("winding_gap"), &[0, 1, 2]);
}

#[test]
fn the_tab_and_the_void_along_it() {
    agree(only(FindingKind::Tab), record("tab"), &[2]);
    agree(only(FindingKind::TabVoid), record("tab_wedge_void"), &[0, 1, 2]);
}

#[test]
fn the_roll_off_the_middle() {
    agree(only(FindingKind::RollOffCentre), record("roll_off_centre"), &[0, 1, 2]);
    let direction = from_x(value(only(FindingKind::RollOffCentre), "direction"));
    assert!((direction - 180.0).abs() < 10.0, "{direction}");
}

#[test]
fn the_loose_side_and_the_tight_one() {
    let truth = true_gaps(&whole().0, 30.0, 72);
    let near = |angle_deg: f64| {
        let part =
            |(at, _): &&(f64, f64)| (at.to_degrees() - angle_deg + 180.0).rem_euclid(360.0) - 180.0;
        let close = truth.iter().filter(|it| part(it).abs() < 16.0);
        let (sum, count) = close.fold((0.0, 0.0), |(sum, n), (_, gap)| (sum + gap, n + 1.0));
        sum / count
    };
    let gap = only(FindingKind::RollCanGap);
    let most = near(from_x(value(gap, "loose_direction")));
    let least = near(from_x(value(gap, "tight_direction")));
    println!("{most} {least} {gap:?}");
    assert!((value(gap, "gap_most") / most - 1.0).abs() < 0.15, "{most}: {gap:?}");
    assert!((value(gap, "gap_least") - least).abs() < 0.05, "{least}: {gap:?}");
    let widest = truth.iter().map(|it| it.1).fold(0.0, f64::max);
    assert!(most > 0.7 * widest, "{most} of {widest}");
}

#[test]
fn the_plastic_about_lid_and_roll() {
    let gasket = only(FindingKind::Gasket);
    println!("{gasket:?}");
    assert!(value(gasket, "covered") > 0.97);
    let place = gasket.place.unwrap();
    assert!((place.z_mm - 63.3).abs() < 0.4 && (place.radius_mm - 8.5).abs() < 0.3, "{place:?}");
    let discs: Vec<&Finding> =
        whole().1.iter().filter(|it| it.kind == FindingKind::Insulator).collect();
    println!("{discs:?}");
    assert_eq!(discs.len(), 2);
    for (disc, z) in discs.iter().zip([60.775, 0.525]) {
        assert!((disc.place.unwrap().z_mm - z).abs() < 0.17, "{disc:?}");
        assert!((value(disc, "diameter") / 16.5 - 1.0).abs() < 0.15, "{disc:?}");
        assert!(value(disc, "covered") > 0.9);
    }
}

#[test]
fn the_top_insulator() {
    let disc = whole().1.iter().find(|it| it.kind == FindingKind::Insulator).unwrap();
    assert!((value(disc, "thickness") / 0.25 - 1.0).abs() < 0.15, "{disc:?}");
}

#[test]
fn the_uniform_zone_and_nothing_that_is_not_there() {
    let zone = only(FindingKind::UniformZone);
    assert!(value(zone, "share") > 0.85, "{zone:?}");
    assert!((value(zone, "attenuation") / 1.37 - 1.0).abs() < 0.15, "{zone:?}");
    for kind in [
        FindingKind::DryZone,
        FindingKind::GasBubble,
        FindingKind::ElectrolytePool,
        FindingKind::CoreCollapse,
    ] {
        assert!(whole().1.iter().all(|it| it.kind != kind), "{kind:?}");
    }
}

#[test]
fn the_can_is_as_wide_as_its_drawing() {
    let can = only(FindingKind::Can);
    assert!((value(can, "outer_diameter") - 18.2).abs() < 0.05, "{can:?}");
    assert!(value(only(FindingKind::Ovality), "difference") < 0.02);
    assert!(whole().1.iter().all(|it| it.kind != FindingKind::CanDent));
}
