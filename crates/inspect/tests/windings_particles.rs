//! Foreign particles in simulated rolls against what was put there.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{cell_with, in_volume, look};
use voltomo_inspect::cylindrical::winding::{
    ParticleSettings, Reader, WindingSettings, particle_findings, windings,
};
use voltomo_inspect::frame::CellFrame;
use voltomo_types::{Finding, Probe};

/// Findings between two heights, and places and diameters of the particles.
fn found(defects: &str, voxel: f64, [low, high]: [f64; 2]) -> (Vec<Finding>, Vec<([f64; 3], f64)>) {
    let cell = cell_with("18650-na-1500", defects);
    let volume = look(&cell, Probe::Xray, voxel, [low, high]);
    let frame = CellFrame::new([-10.0, 0.0, 0.0], high, [0.0; 2], true);
    let seen = volume.seen();
    let settings = WindingSettings { slices: 4, ..WindingSettings::default() };
    let spiral = windings(&seen, &frame, &settings).unwrap();
    let reader = Reader::new(&seen, &frame, spiral.centre);
    let all = particle_findings((&reader, Probe::Xray), &spiral, &ParticleSettings::default());
    let truth = cell.defects.iter();
    (all, truth.map(|it| (in_volume(it.place_mm, high), it.size_mm[0])).collect())
}

fn particle(material: &str, diameter_um: f64, radius_mm: f64, z_mm: f64) -> String {
    format!(
        "[[defect]]\nkind = \"foreign_particle\"\nmaterial = \"{material}\"\n\
         diameter_um = {diameter_um:?}\nradius_mm = {radius_mm:?}\nangle_deg = 45.0\n\
         z_mm = {z_mm:?}\n"
    )
}

#[test]
fn a_sound_roll_has_no_particles() {
    assert!(found("", 0.048, [29.0, 31.0]).0.is_empty());
}

#[test]
fn particles_are_found_with_place_and_size() {
    let defects = [
        particle("iron", 150.0, 5.0, 30.0),
        particle("copper", 100.0, 3.1, 30.5),
        particle("nickel", 250.0, 7.3, 29.7),
    ];
    let (all, truth) = found(&defects.concat(), 0.048, [29.0, 31.0]);
    assert_eq!(all.len(), 3);
    for (place, diameter) in truth {
        let apart = |finding: &Finding| {
            let there = finding.place.unwrap().volume_mm;
            (0..3).map(|i| (there[i] - place[i]).powi(2)).sum::<f64>().sqrt()
        };
        let nearest = all.iter().min_by(|a, b| apart(a).total_cmp(&apart(b))).unwrap();
        assert!(apart(nearest) < 0.05, "{}", apart(nearest));
        let size = nearest.measure("diameter").unwrap().value;
        assert!((size - diameter).abs() < 0.15 * diameter, "{size} {diameter}");
    }
}

#[test]
fn a_particle_above_the_roll_is_found() {
    let (all, truth) = found(&particle("iron", 200.0, 5.0, 60.3), 0.048, [57.6, 60.8]);
    assert_eq!(all.len(), 1);
    let there = all[0].place.unwrap().volume_mm;
    assert!((0..3).all(|i| (there[i] - truth[0].0[i]).abs() < 0.05));
}
