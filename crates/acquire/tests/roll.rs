//! The traced spiral of a jelly roll against fine sampling of its slow twin. Knows no instrument.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use voltomo_acquire::simulate::material::Substance;
use voltomo_acquire::simulate::shape::{
    Collapse, DryZone, EdgeChange, Gap, GapProfile, Ovality, Part, Patch, Roll, RollLayer, Scene,
    Solid, Tape,
};
use voltomo_acquire::simulate::{ColumnRays, PathLengths, RowRay, Sample};

const MATERIALS: usize = 9;

fn materials() -> Vec<Substance> {
    let substance = |k| Substance::formula(&format!("m{k}"), "Fe", 1.0).unwrap();
    (0..MATERIALS).map(substance).collect()
}

fn layer(name: &str, [thickness, low, high]: [f64; 3], material: usize) -> RollLayer {
    RollLayer {
        name: name.into(),
        thickness,
        material,
        dry: (material != 0).then_some(5),
        z: [low, high],
        turns: [0.0, f64::INFINITY],
        moves: material < 3,
    }
}

/// A sodium cell's stack, 8 layers of 400 µm; materials: 0 Al, 1 NFM, 2 HC, 3 separator, 5 dry.
fn plain() -> Roll {
    let (anode, cathode) = ([0.095, 1.25, 58.75], [0.070, 2.0, 58.0]);
    let mut layers = vec![
        layer("anode coat", anode, 2),
        layer("anode foil", [0.015, 1.25, 58.75], 0),
        layer("anode coat", anode, 2),
        layer("separator", [0.020, 0.0, 60.0], 3),
        layer("cathode coat", cathode, 1),
        layer("cathode foil", [0.015, 2.0, 58.0], 0),
        layer("cathode coat", cathode, 1),
        layer("separator", [0.020, 0.0, 60.0], 3),
    ];
    for (index, layer) in layers.iter_mut().enumerate() {
        layer.turns = [
            [0.3, 17.0],
            [0.3, 17.0],
            [0.3, 17.0],
            [0.0, 17.4],
            [1.2, 16.6],
            [1.2, 16.6],
            [1.2, 16.6],
            [0.0, 17.5],
        ][index];
    }
    Roll {
        centre: [0.1, -0.05],
        core_radius: 1.55,
        start_angle: 0.7,
        turns: 17.5,
        layers,
        ..Roll::default()
    }
}

fn scene(roll: Roll) -> Scene {
    Scene::new(materials(), vec![Part::roll("roll", roll)]).unwrap()
}

type Ray = ([f64; 2], [f64; 2]);

fn lengths(scene: &Scene, ([s, angle], [z, slope]): Ray) -> Vec<f64> {
    let (sin, cos) = angle.sin_cos();
    let (origin, direction) = ([s * cos, -s * sin], [sin, cos]);
    // Rays before and after it: what is kept of a column must not change the next row.
    let rows = [30.0, z, z + 0.01].map(|z| RowRay { z, slope });
    let mut lengths = PathLengths::new(MATERIALS, 3);
    scene.trace(&ColumnRays { origin, direction, rows: &rows }, &mut lengths);
    (0..MATERIALS).map(|material| f64::from(lengths.material(material)[1])).collect()
}

/// Sums over steps of 1 µm, placed by the slow twin.
fn sampled(scene: &Scene, ([s, angle], [z, slope]): Ray) -> Vec<f64> {
    let (sin, cos) = angle.sin_cos();
    let step = 1e-3;
    let mut sums = vec![0.0; MATERIALS];
    for k in -9800..9800 {
        let t = (f64::from(k) + 0.5) * step;
        let point = [s * cos + t * sin, -s * sin + t * cos, z + slope * t];
        if let Some(material) = scene.material_at(point) {
            sums[material] += step * slope.hypot(1.0);
        }
    }
    sums
}

/// Offsets from the middle to the rim, all round, level and steep.
fn rays(height: f64) -> Vec<Ray> {
    let ray = |k: i32| {
        let s = -8.7 + 17.4 * (f64::from(k) * 0.618_034).fract();
        let slope = [0.0, 0.02, -0.11, 0.3][usize::try_from(k % 4).unwrap()];
        ([s, f64::from(k) * 0.83], [height + 0.06 * f64::from(k % 5), slope])
    };
    (0..28).map(ray).collect()
}

/// All materials of all rays: each within 0.1 % of the ray's whole path (or a few µm, where only a
/// few are crossed), and without a bias over many rays.
fn agree(roll: Roll, height: f64) {
    agree_in(&scene(roll), height);
}

fn agree_in(scene: &Scene, height: f64) {
    let (mut bias, mut whole) = (vec![0.0; MATERIALS], 0.0);
    for ray in rays(height) {
        let (found, slow) = (lengths(scene, ray), sampled(scene, ray));
        let path: f64 = slow.iter().sum();
        for (material, (found, slow)) in found.iter().zip(&slow).enumerate() {
            let limit = 1e-3 * path + 4e-3;
            assert!((found - slow).abs() < limit, "{ray:?}: {material}: {found} for {slow}");
            bias[material] += found - slow;
        }
        whole += path;
    }
    assert!(whole > 10.0, "the rays miss the roll: {whole}");
    for (material, bias) in bias.iter().enumerate() {
        assert!(bias.abs() < 2e-4 * whole + 1e-2, "{material}: {bias} of {whole}");
    }
}

#[test]
fn the_plain_spiral_agrees_with_fine_sampling() {
    agree(plain(), 30.0);
}

#[test]
fn the_ends_of_the_layers_agree_with_fine_sampling() {
    agree(plain(), 57.9);
    agree(plain(), 1.1);
}

#[test]
fn offsets_and_edge_changes_agree_with_fine_sampling() {
    let offsets = (0..19).map(|turn| 0.4 * f64::from(turn * turn % 7) - 1.0).collect();
    let edge_changes = vec![
        EdgeChange { layers: vec![4, 5, 6], turns: [4.2, 6.9], shift: [0.0, 1.5] },
        EdgeChange { layers: vec![3, 7], turns: [0.0, 2.5], shift: [0.5, -1.0] },
    ];
    agree(Roll { offsets, edge_changes, ..plain() }, 58.6);
}

#[test]
fn patches_and_tape_agree_with_fine_sampling() {
    let patches = vec![
        Patch { turns: [8.0, 8.3], depth: [0.225, 0.325], z: [-1.0, 62.0], material: Some(4) },
        Patch { turns: [12.4, 14.1], depth: [0.0, 0.095], z: [10.0, 30.1], material: None },
        Patch { turns: [3.0, 3.2], depth: [0.05, 0.3], z: [29.0, 40.0], material: Some(6) },
    ];
    let tape = Some(Tape { thickness: 0.04, material: 7, turns: [16.2, 17.5], z: [5.0, 55.0] });
    let roll = Roll { patches, tape, ..plain() };
    agree(roll.clone(), 30.0);
    agree(roll, 60.2);
}

fn gap(turn: f64, depth: f64, profile: GapProfile) -> Gap {
    let z = [25.0, 35.0];
    Gap { turn, depth, arc: 9.0, thickness: 0.2, z, profile, material: None }
}

#[test]
fn gaps_that_push_outwards_agree_with_fine_sampling() {
    let plateau = GapProfile::Plateau { taper: 2.0 };
    let mut gaps = vec![
        gap(5.1, 0.2, GapProfile::Lens),
        gap(9.4, 0.11, plateau),
        gap(13.93, 0.0, GapProfile::Lens),
        gap(10.2, 0.38, GapProfile::Lens),
    ];
    gaps[1].material = Some(4);
    gaps[2].arc = 25.0;
    gaps[3].z = [29.95, 31.0];
    let roll = Roll { gaps, ..plain() };
    agree(roll.clone(), 30.0);
    agree(roll, 34.9);
}

#[test]
fn a_collapsed_core_agrees_with_fine_sampling() {
    let collapse = Collapse { angle: 2.0, half_width: 0.8, depth: 0.6, turns: 4, z: [10.0, 50.0] };
    let gaps = vec![gap(7.0, 0.2, GapProfile::Lens)];
    agree(Roll { collapse: Some(collapse), gaps, ..plain() }, 30.0);
}

#[test]
fn dry_zones_agree_with_fine_sampling() {
    let zone = |radius, angle, z| DryZone { radius, angle, z };
    let dry_zones = vec![
        zone([3.0, 5.0], Some([0.5, 2.0]), [20.0, 40.0]),
        zone([6.0, 20.0], Some([3.0, 1.0]), [30.05, 70.0]),
        zone([0.0, 2.5], None, [0.0, 70.0]),
    ];
    agree(Roll { dry_zones, ..plain() }, 30.0);
}

#[test]
fn parts_over_a_roll_in_an_oval_cell_agree_with_fine_sampling() {
    let parts = vec![
        Part::roll("roll", plain()),
        Part::over("particle", 8, Solid::ball([4.0, 1.0, 30.1], 0.3)),
        Part::over("bubble", 6, Solid::ball([-3.0, 2.0, 30.0], 1.5)),
        Part::over("speck", 7, Solid::cuboid([-3.1, 1.0, 29.0], [-2.9, 2.5, 31.0])),
        Part::body("wall", 4, Solid::tube([9.1, 9.3], [0.0, 65.0])),
    ];
    let oval = Ovality { along: 1.02, across: 0.985, angle: 0.6 };
    let scene = Scene::new(materials(), parts).unwrap().with_ovality(oval).unwrap();
    agree_in(&scene, 30.0);
}

/// The area of each layer: its thickness times its length, to second order in the pitch.
#[test]
fn a_section_holds_the_length_of_the_sheet_times_its_thickness() {
    let scene = scene(plain());
    let (step, mut area) = (0.005, vec![0.0; MATERIALS]);
    for k in -1900..1900 {
        let found = lengths(&scene, ([(f64::from(k) + 0.5) * step, 0.3], [30.0, 0.0]));
        area.iter_mut().zip(found).for_each(|(area, found)| *area += found * step);
    }
    let roll = plain();
    let mut expected = vec![0.0; MATERIALS];
    let mut depth = 0.0;
    for layer in &roll.layers {
        let (from, to) = (layer.turns[0], layer.turns[1].min(roll.turns));
        let middle = roll.core_radius + depth + 0.5 * layer.thickness + 0.2 * (from + to);
        expected[layer.material] += layer.thickness * std::f64::consts::TAU * middle * (to - from);
        depth += layer.thickness;
    }
    for (area, expected) in area.iter().zip(&expected) {
        assert!((area - expected).abs() <= 1e-3 * expected, "{area} for {expected}");
    }
}
