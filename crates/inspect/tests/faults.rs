//! Faults of wound cells that neutrons or X-rays show, each against what is true of it.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{Look, Volume, cell_with, in_volume, look};
use voltomo_acquire::simulate::cell::{Cell, DefectRecord};
use voltomo_inspect::{InspectSettings, Limits, Views, inspect_cylindrical};
use voltomo_types::{Finding, FindingKind, Probe};

fn found(cell: &Cell, probe: Probe, (voxel, heights): (f64, [f64; 2])) -> Vec<Finding> {
    found_in(&look(cell, probe, voxel, heights), probe)
}

fn found_in(volume: &Volume, probe: Probe) -> Vec<Finding> {
    let mut views = Views::default();
    match probe {
        Probe::Neutron => views.neutron = Some(volume.seen()),
        Probe::Xray => views.xray = Some(volume.seen()),
    }
    let all = inspect_cylindrical(&views, &InspectSettings::default(), &Limits::default())
        .unwrap()
        .findings;
    for it in &all {
        println!(
            "{:?} {:?} {:.2} {} {:?} {:?}",
            it.kind, it.verdict, it.confidence, it.note, it.place, it.extent_mm
        );
    }
    all
}

fn agree(all: &[Finding], kind: FindingKind, (record, high): (&DefectRecord, f64)) {
    let at = in_volume(record.place_mm, high);
    let miss = |it: &&Finding| {
        let place = it.place.unwrap().volume_mm;
        (0..3).map(|k| (at[k] - place[k]).powi(2)).sum::<f64>().sqrt()
    };
    let of_kind: Vec<&Finding> = all.iter().filter(|it| it.kind == kind).collect();
    assert_eq!(of_kind.len(), 1, "{record:?} {of_kind:?}");
    assert!(miss(&of_kind[0]) < 1.0, "{record:?} {of_kind:?}");
    for (extent, size) in of_kind[0].extent_mm.unwrap().iter().zip(record.size_mm) {
        println!("{kind:?}: {extent:.3} of {size:.3}");
    }
}

#[test]
fn neutrons_show_dry_zone_pool_bubble_and_collapse() {
    let defects = "
[[defect]]
kind = \"dry_zone\"
radius_mm = 5.5
angle_deg = 60.0
z_mm = 30.0
depth_mm = 2.5
arc_mm = 6.0
height_mm = 8.0
[[defect]]
kind = \"free_electrolyte\"
height_mm = 2.0
[[defect]]
kind = \"gas_bubble\"
diameter_mm = 1.2
radius_mm = 4.0
angle_deg = 230.0
z_mm = 20.0
[[defect]]
kind = \"core_collapse\"
depth_mm = 0.6
angle_deg = 120.0
arc_mm = 2.5
turns = 3
";
    let cell = cell_with("18650-na-1500", defects);
    let high = 42.0;
    let all = found(&cell, Probe::Neutron, (0.084, [-1.5, high]));
    let record = |kind: &str| cell.defects.iter().find(|it| it.kind == kind).unwrap();
    agree(&all, FindingKind::DryZone, (record("dry_zone"), high));
    agree(&all, FindingKind::ElectrolytePool, (record("free_electrolyte"), high));
    agree(&all, FindingKind::GasBubble, (record("gas_bubble"), high));
    assert_eq!(all.iter().filter(|it| it.kind == FindingKind::CoreCollapse).count(), 1);
}

/// The smallest lies in the plain roll, the largest behind a buckle, the others at the tab (0.1 mm thick,
/// 4 mm wide at 6.2 mm and 293°) and beside it.
#[test]
fn neutrons_show_small_bubbles_in_the_roll_by_the_tab_and_behind_a_buckle() {
    let bubbles: [[f64; 4]; 5] = [
        [0.25, 4.0, 60.0, 8.0],
        [0.35, 5.4, 150.0, 6.0],
        [0.8, 6.05, 259.5, 11.0],
        [0.6, 6.2, 292.0, 16.0],
        [1.6, 3.6, 170.0, 14.0],
    ];
    let buckle = "[[defect]]\nkind = \"core_collapse\"\ndepth_mm = 1.1\nangle_deg = 180.0\n\
                  arc_mm = 1.8\nturns = 3\n";
    let cell = cell_with("18650-na-1500", &(bubbles.map(bubble).concat() + buckle));
    every_bubble_is_found(&cell, ([-1.5, 24.0], 0.1, 0.15));
}

/// A bubble's diameter, radius, angle, height in a cell's file.
fn bubble([diameter, radius, angle, z]: [f64; 4]) -> String {
    format!(
        "[[defect]]\nkind = \"gas_bubble\"\ndiameter_mm = {diameter:.2}\n\
         radius_mm = {radius:.2}\nangle_deg = {angle:.1}\nz_mm = {z:.2}\n"
    )
}

/// Each bubble of a cell within some mm, its diameter within a share; none else. Separators that stand
/// alone beat with three points a voxel where they run along the voxels, and look like bubbles there.
fn every_bubble_is_found(cell: &Cell, (heights, play_mm, share): ([f64; 2], f64, f64)) {
    let probe = Probe::Neutron;
    let look = Look { probe, voxel: 0.084, heights, samples: 4, seed: 17 };
    let all = found_in(&look.of(cell), probe);
    let voids: Vec<&Finding> = all.iter().filter(|it| it.kind == FindingKind::GasBubble).collect();
    let records: Vec<&DefectRecord> =
        cell.defects.iter().filter(|it| it.kind == "gas_bubble").collect();
    assert_eq!(voids.len(), records.len(), "{voids:?}");
    for record in records {
        let at = in_volume(record.place_mm, heights[1]);
        let apart = |it: &Finding| {
            let place = it.place.unwrap().volume_mm;
            (0..3).map(|k| (at[k] - place[k]).powi(2)).sum::<f64>().sqrt()
        };
        let found = voids.iter().find(|it| apart(it) < play_mm).unwrap();
        let diameter = found.measure("diameter").unwrap().value;
        assert!((diameter / record.size_mm[0] - 1.0).abs() < share, "{record:?} {found:?}");
    }
}

/// The cathodes end at 58.65 mm, the anodes at 59.4 mm, the separators at 60.65 mm below a disc of plastic
/// with a slot for the lead. The first lies at the border of the body, then in the cathodes' blurred edge,
/// among separators, across the disc.
#[test]
fn neutrons_show_small_bubbles_where_the_windings_end() {
    let bubbles: [[f64; 4]; 4] = [
        [0.38, 2.64, 137.5, 57.86],
        [0.56, 5.38, 133.6, 58.34],
        [0.50, 4.30, 200.0, 60.05],
        [0.72, 3.29, 121.7, 60.86],
    ];
    let cell = cell_with("18650-na-1500", &bubbles.map(bubble).concat());
    every_bubble_is_found(&cell, ([44.0, 66.5], 0.15, 0.25));
}

#[test]
fn xrays_show_void_place_of_the_roll_and_lead() {
    let cell = twin::cell("18650-na-1500");
    let high = 66.0;
    let all = found(&cell, Probe::Xray, (0.06, [52.0, high]));
    let only = |kind: FindingKind| {
        let of_kind: Vec<&Finding> = all.iter().filter(|it| it.kind == kind).collect();
        assert_eq!(of_kind.len(), 1, "{of_kind:?}");
        of_kind[0]
    };
    let value = |kind: FindingKind, name: &str| only(kind).measure(name).unwrap().value;
    let diameter = value(FindingKind::MandrelVoid, "diameter");
    assert!((diameter / 3.5 - 1.0).abs() < 0.15, "{diameter}");
    let shift = value(FindingKind::RollOffCentre, "shift");
    assert!((shift / 0.12 - 1.0).abs() < 0.15, "{shift}");
    assert!(value(FindingKind::LidLead, "reach") > 0.85);
    let direction = value(FindingKind::Tab, "direction");
    assert!((direction - 291.7).abs() < 5.0, "{direction}");
    let width = value(FindingKind::Can, "outer_diameter");
    assert!((width - 18.2).abs() < 0.01, "{width}");
}

#[test]
fn neutrons_tell_the_depth_of_a_dent_beside_its_sleeve() {
    let dent = |depth: f64, angle: f64, z: f64| {
        format!(
            "[[defect]]\nkind = \"can_dent\"\ndepth_mm = {depth}\nwidth_mm = 5.0\n\
             height_mm = 4.0\nangle_deg = {angle}\nz_mm = {z}\n"
        )
    };
    let wanted = [(0.25, 60.0, 10.0), (0.6, 240.0, 24.0)];
    let defects: String = wanted.iter().map(|(depth, angle, z)| dent(*depth, *angle, *z)).collect();
    let all = found(&cell_with("18650-na-1500", &defects), Probe::Neutron, (0.084, [-1.5, 32.0]));
    let dents: Vec<&Finding> = all.iter().filter(|it| it.kind == FindingKind::CanDent).collect();
    assert_eq!(dents.len(), 2, "{dents:?}");
    for (depth, _, z) in wanted {
        let near = |it: &&&Finding| (it.place.unwrap().volume_mm[0] - (22.0 - z)).abs() < 1.0;
        let found = dents.iter().find(near).unwrap().measure("depth").unwrap();
        let sigma = found.uncertainty.unwrap();
        println!("{depth}: {} ± {sigma}", found.value);
        assert!((found.value - depth).abs() < (2.0 * sigma).min(0.1), "{depth}: {found:?}");
        assert!(sigma < 0.12, "{depth}: {sigma}");
    }
}

#[test]
fn neutrons_show_a_pool_in_a_narrowed_void_and_a_dry_zone_as_small_as_a_bubble() {
    let defects = "
[[defect]]
kind = \"core_collapse\"
depth_mm = 1.18
angle_deg = 150.0
arc_mm = 3.2
turns = 3
[[defect]]
kind = \"free_electrolyte\"
height_mm = 2.6
[[defect]]
kind = \"dry_zone\"
radius_mm = 5.5
angle_deg = 60.0
z_mm = 14.0
depth_mm = 2.3
arc_mm = 2.3
height_mm = 2.3
";
    let cell = cell_with("18650-na-1500", defects);
    let high = 24.0;
    let all = found(&cell, Probe::Neutron, (0.084, [-1.5, high]));
    let record = |kind: &str| cell.defects.iter().find(|it| it.kind == kind).unwrap();
    agree(&all, FindingKind::ElectrolytePool, (record("free_electrolyte"), high));
    agree(&all, FindingKind::DryZone, (record("dry_zone"), high));
    assert!(all.iter().all(|it| it.kind != FindingKind::GasBubble));
    let pool = all.iter().find(|it| it.kind == FindingKind::ElectrolytePool).unwrap();
    assert!((pool.measure("height").unwrap().value - 2.6).abs() < 0.1, "{pool:?}");
}

/// The innermost winding begins at 356°: its step alone would explain the edge of the void.
#[test]
fn neutrons_show_a_collapse_beside_the_beginning_of_the_roll_by_the_gaps_behind_it() {
    let defects = "[[defect]]\nkind = \"core_collapse\"\ndepth_mm = 0.525\nangle_deg = 335.9\n\
                   arc_mm = 1.973\nturns = 5\n";
    let cell = cell_with("18650-na-1500", defects);
    let all = found(&cell, Probe::Neutron, (0.084, [-1.5, 24.0]));
    let buckles: Vec<&Finding> =
        all.iter().filter(|it| it.kind == FindingKind::CoreCollapse).collect();
    assert_eq!(buckles.len(), 1, "{buckles:?}");
    let depth = buckles[0].measure("depth").unwrap();
    assert!((depth.value - 0.525).abs() < depth.uncertainty.unwrap(), "{depth:?}");
    let angle = buckles[0].place.unwrap().volume_mm;
    let aside = angle[1].atan2(angle[2]).to_degrees() + 24.1;
    assert!(aside.abs() < 10.0, "{aside}");
    assert!(all.iter().all(|it| it.kind != FindingKind::WindingGap));
}
