//! Gaps between simulated windings, and collapsed cores, against what was built.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{cell_with, in_volume, look};
use voltomo_inspect::cylindrical::winding::{
    GapSettings, Reader, WindingSettings, gap_findings, spiral_finding, windings,
};
use voltomo_inspect::frame::CellFrame;
use voltomo_types::{Finding, FindingKind, Probe};

/// Findings between 28 and 32 mm, and the first defect's place in the volume.
fn found(defects: &str, voxel: f64) -> (Vec<Finding>, Option<[f64; 3]>, [f64; 3]) {
    let cell = cell_with("18650-na-1500", defects);
    let volume = look(&cell, Probe::Xray, voxel, [28.0, 32.0]);
    let frame = CellFrame::new([-10.0, 0.0, 0.0], 32.0, [0.0; 2], true);
    let seen = volume.seen();
    let settings = WindingSettings { slices: 4, ..WindingSettings::default() };
    let spiral = windings(&seen, &frame, &settings).unwrap();
    let reader = Reader::new(&seen, &frame, spiral.centre);
    let mut all = gap_findings((&reader, Probe::Xray), &spiral, &GapSettings::default());
    let whole = spiral_finding((&reader, Probe::Xray), &spiral);
    assert_eq!(whole.measures[0].value, 18.0);
    all.retain(|finding| finding.confidence > 0.5);
    let defect = cell.defects.first();
    let place = defect.map(|it| in_volume(it.place_mm, 32.0));
    (all, place, defect.map_or([0.0; 3], |it| it.size_mm))
}

fn value(finding: &Finding, name: &str) -> f64 {
    finding.measure(name).unwrap().value
}

/// In the plane of the slices: gaps may reach beyond the slab.
fn apart(finding: &Finding, place: [f64; 3]) -> f64 {
    let there = finding.place.unwrap().volume_mm;
    (there[1] - place[1]).hypot(there[2] - place[2])
}

#[test]
fn a_sound_roll_has_no_gap() {
    for voxel in [0.048, 0.064] {
        assert!(found("", voxel).0.is_empty());
    }
}

#[test]
fn gaps_are_found_from_one_voxel_on() {
    for (turn, thickness, arc) in [(3.0, 120.0, 4.0), (9.0, 50.0, 8.0), (14.0, 250.0, 3.0)] {
        let text = format!(
            "[[defect]]\nkind = \"winding_gap\"\nturn = {turn:?}\nangle_deg = 200.0\n\
             arc_mm = {arc:?}\nthickness_um = {thickness:?}\nz_mm = 30.0\nheight_mm = 40.0"
        );
        let (all, place, size) = found(&text, 0.048);
        assert_eq!(all.len(), 1, "{turn}");
        assert_eq!(all[0].kind, FindingKind::WindingGap);
        assert!(apart(&all[0], place.unwrap()) < 0.3);
        for (name, wanted) in [("thickness", size[0]), ("arc", size[1])] {
            let value = value(&all[0], name);
            assert!((value - wanted).abs() < 0.15 * wanted, "{turn} {name}: {value} {wanted}");
        }
    }
}

#[test]
fn a_void_along_a_tab_is_told_from_a_gap() {
    let text = "[[defect]]\nkind = \"tab_wedge_void\"\nthickness_um = 100.0\nwidth_mm = 4.0";
    let (all, place, size) = found(text, 0.048);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].kind, FindingKind::TabVoid);
    assert!(apart(&all[0], place.unwrap()) < 0.4);
    assert!((value(&all[0], "thickness") - size[0]).abs() < 0.15 * size[0]);
}

#[test]
fn a_collapsed_core_is_no_gap() {
    let text = "[[defect]]\nkind = \"core_collapse\"\ndepth_mm = 0.6\nangle_deg = 90.0\n\
                arc_mm = 2.5\nturns = 3.0";
    let (all, _, size) = found(text, 0.048);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].kind, FindingKind::CoreCollapse);
    let depth = value(&all[0], "depth");
    assert!((depth - size[0]).abs() < 0.15 * size[0], "{depth}");
    assert!((all[0].place.unwrap().angle_deg - 90.0).abs() < 10.0);
}
