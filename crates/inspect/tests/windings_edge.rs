//! The edges of simulated windings against where they were cut.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{cell_with, look};
use voltomo_inspect::cylindrical::edge::{
    EdgeSettings, EdgeTable, RollEnd, bent_findings, edge_findings, edge_plots, edge_table,
};
use voltomo_inspect::cylindrical::winding::{Reader, Spiral, WindingSettings, windings};
use voltomo_inspect::frame::CellFrame;
use voltomo_types::{Finding, FindingKind, Probe};

/// Edges of anode and cathode of the sound cell, mm.
const TOP: [f64; 2] = [59.4, 58.65];

struct Top {
    spiral: Spiral,
    table: EdgeTable,
    findings: Vec<Finding>,
}

impl Top {
    fn of(defects: &str, voxel: f64) -> Self {
        let cell = cell_with("18650-na-1500", defects);
        let volume = look(&cell, Probe::Xray, voxel, [57.0, 60.6]);
        let frame = CellFrame::new([-10.0, 0.0, 0.0], 60.6, [0.0; 2], true);
        let seen = volume.seen();
        let spiral = windings(&seen, &frame, &WindingSettings::default()).unwrap();
        let settings = EdgeSettings::default();
        let table = edge_table((&seen, &frame), &spiral, RollEnd::Top, &settings).unwrap();
        let reader = Reader::new(&seen, &frame, spiral.centre);
        let mut findings = edge_findings((&reader, seen.probe), &spiral, &table, &settings);
        findings.extend(bent_findings((&reader, seen.probe), &spiral, &table));
        Self { spiral, table, findings }
    }

    fn all(&self, kind: FindingKind) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| finding.kind == kind).collect()
    }
}

/// Mean and standard deviation of what is known.
fn spread(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let known: Vec<f64> = values.filter(|it| it.is_finite()).collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let square = known.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / known.len() as f64;
    (mean, square.sqrt())
}

fn value(finding: &Finding, name: &str) -> f64 {
    finding.measure(name).unwrap().value
}

#[test]
fn sound_edges_are_where_they_were_cut() {
    for voxel in [0.048, 0.064] {
        let found = Top::of("", voxel);
        for (edges, wanted) in [(&found.table.anode, TOP[0]), (&found.table.cathode, TOP[1])] {
            let (mean, deviation) = spread(edges.iter().copied());
            assert!((mean - wanted).abs() < 0.1 * voxel, "{voxel}: {mean} {wanted}");
            assert!(deviation < 0.2 * voxel, "{voxel}: {deviation}");
        }
        let there = found.table.radii.iter().filter(|radius| radius.is_finite()).count();
        let seen = found.table.overhang().iter().filter(|it| it.is_finite()).count();
        assert!(100 * seen > 95 * there, "{seen} of {there}");
        assert_eq!(found.all(FindingKind::Overhang).len(), 1);
        assert!(found.all(FindingKind::BentSeparator).is_empty());
        assert!(value(found.all(FindingKind::Telescoping)[0], "range") < voxel);
    }
}

#[test]
fn windings_whose_cathode_stands_out_are_found_with_their_sign() {
    let defect = "[[defect]]\nkind = \"overhang_change\"\nfirst_turn = 4\nlast_turn = 6\n\
                  change_mm = -1.2";
    let found = Top::of(defect, 0.048);
    let overhang = found.table.overhang();
    // The sheet begins where the spiral does.
    let start = found.spiral.ends[0];
    let mut left = Vec::new();
    for ((turn, sector), value) in overhang.indexed_iter().filter(|(_, it)| it.is_finite()) {
        let position = found.table.position(turn, sector) - start;
        let is_cut = position > 4.0 && position < 7.0;
        if (position - 4.0).abs() > 0.03 && (position - 7.0).abs() > 0.03 {
            assert_eq!(*value < 0.0, is_cut, "{turn} {sector}: {value}");
            left.push(value - if is_cut { -0.45 } else { 0.75 });
        }
    }
    let (bias, deviation) = spread(left.into_iter());
    assert!(bias.abs() < 0.2 * 0.048 && deviation < 0.5 * 0.048, "{bias} {deviation}");
    let found = found.all(FindingKind::Overhang);
    assert_eq!(found.len(), 2);
    assert!((value(found[1], "least") + 0.45).abs() < 0.02);
    assert!((value(found[1], "change") + 1.2).abs() < 0.02);
    assert!((found[1].place.unwrap().radius_mm - (1.55 + 0.4 * 5.5 + 0.3)).abs() < 0.3);
}

#[test]
fn telescoping_is_measured_over_all_turns() {
    let defect = "[[defect]]\nkind = \"telescoping\"\ndrift_mm = 0.4\nsigma_mm = 0.1\nseed = 1";
    let cell = cell_with("18650-na-1500", defect);
    let wanted = cell.defects[0].size_mm[2];
    let found = Top::of(defect, 0.048);
    let telescoping = found.all(FindingKind::Telescoping)[0];
    let range = value(telescoping, "range");
    assert!((range - wanted).abs() < 0.15 * wanted, "{range} {wanted}");
    assert!((value(telescoping, "drift") - 0.4).abs() < 0.15);
    assert_eq!(found.all(FindingKind::Overhang).len(), 1, "both electrodes move");
    // Curve and finding tell the same least, whatever single places say.
    let least = value(found.all(FindingKind::Overhang)[0], "least");
    for curve in edge_plots(&found.table, None).curves {
        let line = curve.lines.iter().find(|line| line.label == "least").unwrap();
        let known = line.values.iter().copied().filter(|it| it.is_finite());
        let lowest = known.fold(f64::INFINITY, f64::min);
        assert!((lowest - least).abs() < 1e-9 && least > 0.65, "{}: {lowest} {least}", curve.name);
    }
}

#[test]
fn a_separator_bent_over_the_edge_is_found() {
    let defect = "[[defect]]\nkind = \"bent_separator\"\nturns = 2\nbend_mm = 0.8";
    let found = Top::of(defect, 0.032);
    let bent = found.all(FindingKind::BentSeparator);
    assert_eq!(bent.len(), 1);
    // It is seen from 0.3 mm above the anode on, where it has begun to lean.
    let bend = value(bent[0], "bend");
    assert!(bend > 0.55 && bend < 0.9, "{bend}");
    assert!((bent[0].place.unwrap().z_mm - 60.5).abs() < 0.3);
}
