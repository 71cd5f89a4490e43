//! The can's diameters, wall, ovality and dents against cells of known dimensions.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{Volume, cell_with, look};
use voltomo_inspect::{InspectSettings, Limits, Views, inspect_cylindrical};
use voltomo_types::{Finding, FindingKind, Probe};

fn findings(volume: &Volume) -> Vec<Finding> {
    let mut views = Views::default();
    match volume.probe {
        Probe::Neutron => views.neutron = Some(volume.seen()),
        Probe::Xray => views.xray = Some(volume.seen()),
    }
    inspect_cylindrical(&views, &InspectSettings::default(), &Limits::default()).unwrap().findings
}

fn of(findings: &[Finding], kind: FindingKind) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.kind == kind).collect()
}

fn value(finding: &Finding, name: &str) -> f64 {
    finding.measure(name).unwrap().value
}

#[test]
fn a_sound_can_in_xrays() {
    let voxel = 0.048;
    let volume = look(&cell_with("18650-na-1500", ""), Probe::Xray, voxel, [40.0, 43.0]);
    let found = findings(&volume);
    for finding in &found {
        println!(
            "{} {:?}",
            finding.note,
            finding
                .measures
                .iter()
                .map(|m| (m.name.clone(), m.value, m.uncertainty))
                .collect::<Vec<_>>()
        );
    }
    let can = of(&found, FindingKind::Can)[0];
    assert!((value(can, "outer_diameter") - 18.2).abs() < 0.1 * voxel);
    assert!((value(can, "inner_diameter") - 17.76).abs() < 0.1 * voxel);
    assert!((value(can, "wall_mean") - 0.22).abs() < 0.1 * voxel);
    assert!(value(of(&found, FindingKind::Ovality)[0], "difference") < 0.1 * voxel);
    assert!(of(&found, FindingKind::CanDent).is_empty());
}

#[test]
fn a_dented_oval_can_in_both_beams() {
    let defects = "[[defect]]\nkind = \"ovality\"\ndifference_mm = 0.2\nangle_deg = 30.0\n\
        [[defect]]\nkind = \"can_dent\"\ndepth_mm = 0.4\nwidth_mm = 4.0\nheight_mm = 3.0\nangle_deg = 75.0\nz_mm = 43.0\n";
    let cell = cell_with("18650-na-1500", defects);
    let truth = cell.defects.iter().find(|it| it.kind == "can_dent").unwrap();
    for (probe, voxel) in [(Probe::Xray, 0.08), (Probe::Neutron, 0.084)] {
        let found = findings(&look(&cell, probe, voxel, [39.0, 48.0]));
        for finding in &found {
            println!(
                "{:?} {} {:?} {:?}",
                finding.verdict, finding.note, finding.place, finding.extent_mm
            );
        }
        let oval = of(&found, FindingKind::Ovality)[0];
        assert!((value(oval, "difference") - 0.2).abs() < 0.03, "{oval:?}");
        // Directions count from the tab where one was found; those of diameters repeat.
        let tab = of(&found, FindingKind::Tab).first().map_or(0.0, |tab| value(tab, "direction"));
        let beside = (value(oval, "direction") + tab - 30.0 + 90.0).rem_euclid(180.0) - 90.0;
        assert!(beside.abs() < 3.0, "{oval:?}");
        let dents = of(&found, FindingKind::CanDent);
        assert_eq!(dents.len(), 1);
        let extent = dents[0].extent_mm.unwrap();
        // Neutrons see the sleeve's face, which the simulated dent cuts away.
        let depth = extent[0] - truth.size_mm[0];
        let sleeve = if probe == Probe::Neutron { 0.2 } else { 0.06 };
        assert!((-0.06..sleeve).contains(&depth), "{probe:?}: {extent:?} {truth:?}");
        for k in 1..3 {
            assert!((extent[k] / truth.size_mm[k] - 1.0).abs() < 0.15, "{extent:?} {truth:?}");
        }
        let at = twin::in_volume(truth.place_mm, 48.0);
        let place = dents[0].place.unwrap().volume_mm;
        let miss = (0..3).map(|k| (at[k] - place[k]).powi(2)).sum::<f64>().sqrt();
        assert!(miss < 0.3, "{place:?} {truth:?}");
    }
}
