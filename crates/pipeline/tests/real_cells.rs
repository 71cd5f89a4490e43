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
        name: name.into(),
        volumes: vec![request],
        cell: CellKind::Cylindrical,
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
}
