//! Labels of simulated cells against their truth. Reconstructs nothing: blur and noise are those of
//! a tomogram, the µ those of thin samples.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

mod twin;

use twin::{Confusion, Look, Twin, label, spectra, thin, twin};
use voltomo_acquire::simulate::material::Library;
use voltomo_segment::{
    SegmentSettings, Segmentation, XrayBeam, expected_points, segment, segment_single,
};
use voltomo_types::{Material, Probe, Volume};

const LOOK: Look = Look { voxel_mm: 0.12, blur: [0.7, 0.4], noise: [0.15, 0.09] };

/// A sodium cell holds no lithium, and whoever asks knows that.
fn without_lithium() -> SegmentSettings {
    let is_there = |it: &Material| ![Material::Lithium, Material::Unknown].contains(it);
    let materials = Material::ALL.into_iter().filter(is_there).collect();
    SegmentSettings { materials, ..SegmentSettings::default() }
}

fn wound() -> Twin {
    twin("18650-na-1500", [57.0, 65.63], &LOOK)
}

fn confusion(twin: &Twin, found: &Segmentation) -> Confusion {
    let confusion = Confusion::of(&twin.truth, &found.labels.materials);
    println!("{confusion}\n{:?} {:?} {}", found.inseparable, found.scale, found.strangers);
    confusion
}

#[test]
fn the_top_of_a_wound_cell_is_told_by_both_beams() {
    let twin = wound();
    let found = segment(&twin.pair, &without_lithium()).unwrap();
    let confusion = confusion(&twin, &found);
    let least = [
        (Material::Void, 0.965),
        (Material::Steel, 0.965),
        (Material::Aluminium, 0.40),
        (Material::ElectrodeRoll, 0.85),
        (Material::Plastic, 0.86),
    ];
    for (material, least) in least {
        assert!(confusion.dice(material) > least, "{}", material.name());
    }
    assert!(confusion.right() > 0.935);
    let steel = found.materials.iter().find(|it| it.material == Material::Steel).unwrap();
    let truth = twin.truth.iter().filter(|it| **it == Material::Steel.number()).count();
    let truth = truth as f64 * LOOK.voxel_mm.powi(3);
    assert!((steel.volume_mm3 / truth - 1.0).abs() < 0.1 && steel.volume_spread_mm3 > 0.0);
}

#[test]
fn a_coin_cell_is_told_by_both_beams() {
    let twin = twin("2032-k-li", [-0.4, 3.63], &LOOK);
    let found = segment(&twin.pair, &SegmentSettings::default()).unwrap();
    let confusion = confusion(&twin, &found);
    let least = [
        (Material::Void, 0.975),
        (Material::Steel, 0.985),
        (Material::Plastic, 0.65),
        (Material::Lithium, 0.80),
    ];
    for (material, least) in least {
        assert!(confusion.dice(material) > least, "{}", material.name());
    }
    assert!(confusion.right() > 0.955);
}

/// To neutrons steel, copper and the roll are nearly alike: no voxel may be called either; plastic
/// and void stand out.
#[test]
fn neutrons_alone_do_not_tell_steel_from_the_roll_and_say_so() {
    let twin = wound();
    let volume = Volume { attenuation: twin.pair.neutron.clone(), grid: twin.pair.grid };
    let found = segment_single(&volume, Probe::Neutron, &without_lithium()).unwrap();
    let confusion = confusion(&twin, &found);
    assert!(found.inseparable.contains(&[Material::Steel, Material::ElectrodeRoll]));
    let [right, wrong, unknown] = confusion.shares(Material::Steel);
    assert!(right == 0.0 && unknown > 0.4, "{right} {wrong} {unknown}");
    let [_, wrong, unknown] = confusion.shares(Material::ElectrodeRoll);
    assert!(wrong < 0.1 && unknown > 0.85, "{wrong} {unknown}");
    assert!(confusion.dice(Material::Void) > 0.9);
}

/// Whoever says that there is no steel and no copper in the field is told where the roll is.
#[test]
fn a_material_that_is_left_out_is_no_longer_in_doubt() {
    let twin = twin("18650-na-1500", [30.0, 31.5], &LOOK);
    let volume = Volume { attenuation: twin.pair.neutron.clone(), grid: twin.pair.grid };
    let materials = vec![Material::Void, Material::ElectrodeRoll, Material::Plastic];
    let settings = SegmentSettings { materials, ..SegmentSettings::default() };
    let found = segment_single(&volume, Probe::Neutron, &settings).unwrap();
    assert!(found.inseparable.is_empty());
    assert!(confusion(&twin, &found).dice(Material::ElectrodeRoll) > 0.9);
}

#[test]
fn x_rays_alone_tell_steel_and_leave_plastic_open() {
    let twin = wound();
    let volume = Volume { attenuation: twin.pair.xray.clone(), grid: twin.pair.grid };
    let found = segment_single(&volume, Probe::Xray, &without_lithium()).unwrap();
    let confusion = confusion(&twin, &found);
    assert!(confusion.dice(Material::Steel) > 0.94);
    // The anode's coat looks like electrolyte to X-rays, and void like plastic.
    assert!(confusion.shares(Material::ElectrodeRoll)[1] < 0.15);
    assert!(confusion.shares(Material::Plastic)[0] < 0.01 && confusion.dice(Material::Void) > 0.85);
}

/// The simulated materials hold the table: neutrons within its spread, X-rays between thin and
/// hardened.
#[test]
fn the_expected_points_are_those_of_the_simulated_materials() {
    let library = Library::standard();
    let [neutrons, xrays] = spectra();
    let void = expected_points(XrayBeam::Kv80Copper05)[0];
    assert_eq!((void.neutron[0], void.xray[0]), (0.0, 0.0));
    for point in &expected_points(XrayBeam::Kv80Copper05)[1..] {
        let substance = library.get(point.kind).unwrap();
        let (neutron, xray) = (thin(&neutrons, &substance), thin(&xrays, &substance));
        let [mean, spread] = point.neutron;
        assert!((neutron - mean).abs() < spread, "{} {neutron} {mean}", point.kind);
        let [mean, spread] = point.xray;
        assert!((xray - mean).abs() < 1.2 * spread, "{} {xray} {mean} {spread}", point.kind);
    }
    assert_eq!(label("ss304"), Material::Steel);
}
