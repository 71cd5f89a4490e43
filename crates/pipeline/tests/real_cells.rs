//! Real cells as other programs left them: a slice through the windings, and the top of a cell.
//!
//! Figures: the scripts of the University College London workflows the slices come from (MIT).
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::path::PathBuf;

use voltomo_pipeline::{
    FindingsRecord, InspectOptions, InspectSettings, Silent, VolumeRequest, inspect,
};
use voltomo_types::{CellKind, Finding, FindingKind, Probe};

/// Edge of a pixel of the top of the cell, mm.
const PIXEL: f64 = 0.03397;

fn inspected(name: &str, voxel_mm: [f64; 3]) -> FindingsRecord {
    let data = std::env::var_os("VOLTOMO_DATA").expect("VOLTOMO_DATA names the real scans");
    let folder = tempfile::tempdir().unwrap();
    let path = PathBuf::from(data).join("battery_xct").join(name);
    let request =
        VolumeRequest { path, voxel_mm: Some(voxel_mm), probe: Probe::Xray, is_attenuation: None };
    let options = InspectOptions {
        volumes: vec![request],
        cell: CellKind::Cylindrical,
        name: String::new(),
        beforehand: Vec::new(),
        xray_from_neutron: None,
        limits: None,
        settings: InspectSettings::default(),
        out: folder.path().join("out"),
        force: false,
        memory: None,
    };
    let record = inspect(&options, &Silent::default()).unwrap();
    for file in ["findings.json", "findings.csv"] {
        assert!(options.out.join(file).is_file(), "{file}");
    }
    record
}

fn of(record: &FindingsRecord, kind: FindingKind) -> &Finding {
    let found = record.findings.iter().find(|finding| finding.kind == kind);
    found.unwrap_or_else(|| panic!("no {kind:?} in {:#?}", record.findings))
}

#[track_caller]
fn holds(finding: &Finding, measure: &str, wanted: f64, play: f64) {
    let found = finding.measure(measure).unwrap().value;
    assert!((found - wanted).abs() <= play, "{measure}: {found}, wanted {wanted} ± {play}");
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_can_of_a_slice_is_measured_to_a_tenth_of_a_pixel_or_two() {
    let record = inspected("cell_top/im075.tif", [PIXEL; 3]);
    let can = of(&record, FindingKind::Can);
    holds(can, "outer_diameter", 21.20, 0.05);
    holds(can, "inner_diameter", 20.74, 0.05);
    holds(can, "wall_mean", 0.218, 0.02);
    for (measure, most) in [("outer_diameter", 0.03), ("inner_diameter", 0.05), ("wall_mean", 0.02)]
    {
        let sigma = can.measure(measure).unwrap().uncertainty.unwrap();
        assert!((0.001..most).contains(&sigma), "{measure} ± {sigma}");
    }
    is_absent(&record, &[FindingKind::CanDent, FindingKind::CoreCollapse]);
}

fn is_absent(record: &FindingsRecord, kinds: &[FindingKind]) {
    let found: Vec<&Finding> =
        record.findings.iter().filter(|finding| kinds.contains(&finding.kind)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn a_winding_slice_has_its_turns_and_pitch_and_no_buckle() {
    // The pixel's size was not published with the slice: any will do, since the pitch is told in pixels.
    let pixel = 0.0177;
    let record = inspected("winding.tif", [pixel; 3]);
    let roll = of(&record, FindingKind::Windings);
    holds(roll, "pitch", 10.2 * pixel, 0.2 * pixel);
    // On each ray 18 or 19 cathodes, 18.95 turns from end to end: its publication counts 19 to 20 turns.
    holds(roll, "windings", 19.5, 0.5);
    holds(roll, "turns", 19.4, 0.5);
    is_absent(&record, &[FindingKind::CoreCollapse, FindingKind::WindingGap, FindingKind::CanDent]);
}

#[test]
#[ignore = "needs the real scans; cargo xtask test runs it where they are"]
fn the_top_of_a_cell_shows_groove_lid_and_overhang_round_the_clock() {
    let record = inspected("cell_top", [2.0 * PIXEL, PIXEL, PIXEL]);
    let can = of(&record, FindingKind::Can);
    holds(can, "outer_diameter", 21.20, 0.05);
    holds(can, "inner_diameter", 20.74, 0.05);
    // The groove in which the lid is crimped is no dent, a loose end of separator no buckle.
    is_absent(&record, &[FindingKind::CanDent, FindingKind::CoreCollapse]);
    let cell = of(&record, FindingKind::Cell);
    let [low, high] = ["groove_from", "groove_to"].map(|it| cell.measure(it).unwrap().value);
    assert!((0.2..1.6).contains(&(high - low)), "{cell:#?}");
    assert!(cell.note.contains("lid towards slice 0, by the can's groove"), "{}", cell.note);
    let overhang = of(&record, FindingKind::Overhang);
    holds(overhang, "mean", 0.68, 0.07);
    assert!(overhang.measure("least").unwrap().value > 0.3, "{overhang:#?}");
    // Seventy-two directions on each of 20 windings or more, a few of them behind tabs.
    let words: Vec<&str> = overhang.note.split_whitespace().collect();
    let number_before = |word: &str| -> f64 {
        let at = words.iter().position(|it| *it == word).unwrap();
        words[at - 1].parse().unwrap()
    };
    assert!(number_before("places") >= 1300.0, "{}", overhang.note);
    assert!(number_before("windings:") >= 20.0, "{}", overhang.note);
}
