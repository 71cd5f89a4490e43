//! Cells of the house: that they build, hold what their dimensions say, and change where a defect
//! says. Knows no instrument.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may stop")]

use std::f64::consts::{PI, TAU};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use voltomo_acquire::simulate::cell::defect::*;
use voltomo_acquire::simulate::cell::{Cell, CellFile, DefectRecord, RecordClass, random_defects};
use voltomo_acquire::simulate::material::{HydrogenModel, Library, Substance};
use voltomo_acquire::simulate::shape::{Roll, Shape};
use voltomo_acquire::simulate::{ColumnRays, PathLengths, RowRay, Sample};

fn build(file: &CellFile, defects: &[Defect]) -> Cell {
    let built = Cell::build(file, defects, &Library::standard());
    built.unwrap_or_else(|error| panic!("{}: {error}", file.name()))
}

fn sound(name: &str) -> CellFile {
    CellFile::read(name).unwrap().without_defects()
}

fn roll_of(cell: &Cell) -> &Roll {
    let mut rolls = cell.scene.parts().iter().filter_map(|part| match &part.shape {
        Shape::Roll(roll) => Some(roll.as_ref()),
        Shape::Solid { .. } => None,
    });
    rolls.next_back().unwrap()
}

/// Lengths by material of a level ray, mm.
fn lengths(cell: &Cell, (angle, offset): (f64, f64), z: f64) -> Vec<f64> {
    let (sin, cos) = angle.sin_cos();
    let rows = [RowRay { z, slope: 0.0 }];
    let origin = [offset * cos, -offset * sin];
    let rays = ColumnRays { origin, direction: [sin, cos], rows: &rows };
    let mut lengths = PathLengths::new(cell.materials().len(), 1);
    cell.trace(&rays, &mut lengths);
    (0..lengths.materials()).map(|material| f64::from(lengths.material(material)[0])).collect()
}

/// Mean coefficient of what rays meet in the roll of a cell without defects, 1/cm.
fn roll_mean(cell: &Cell, coefficient: impl Fn(&Substance) -> f64) -> f64 {
    let outside = ["can_steel", "pvc", "tape", "nickel"];
    let (mut along, mut total) = (0.0, 0.0);
    for step in 0..60 {
        let angle = PI * f64::from(step) / 60.0;
        for (substance, length) in cell.materials().iter().zip(lengths(cell, (angle, 2.0), 30.0)) {
            if !outside.contains(&substance.name()) {
                along += length * coefficient(substance);
                total += length;
            }
        }
    }
    along / total
}

#[test]
fn every_built_in_cell_builds_without_overlaps() {
    for name in CellFile::builtin_names() {
        let cell = build(&CellFile::read(name).unwrap(), &[]);

        assert_eq!(cell.name, name);
        assert!(cell.scene.parts().len() > 7, "{name} has {} parts", cell.scene.parts().len());
        let overlaps = cell.overlaps(100);
        assert!(overlaps.is_empty(), "{name}: {overlaps:?}");
    }
}

#[test]
fn sodium_electrode_is_as_long_and_holds_as_much_as_its_loading_says() {
    let cell = build(&sound("18650-na-1500"), &[]);
    let roll = roll_of(&cell);
    let (pitch, turns) = (roll.pitch(), roll.turns);

    let start = roll.core_radius + 0.5 * pitch;
    let length_mm = TAU * (start * turns + 0.5 * pitch * turns * turns);
    let area_cm2 = 2.0 * length_mm * 56.0 / 100.0;
    let capacity_ah = 20.3e-3 * 0.94 * 0.125 * area_cm2;

    assert!((pitch - 0.4).abs() < 1e-9, "pitch {pitch}");
    assert!((length_mm / 577.0 - 1.0).abs() < 0.015, "length {length_mm}");
    assert!((capacity_ah / 1.54 - 1.0).abs() < 0.015, "capacity {capacity_ah}");
}

#[test]
fn sodium_roll_attenuates_neutrons_as_its_layers_do_at_one_wavelength() {
    let cell = build(&sound("18650-na-1500"), &[]);

    let mean = roll_mean(&cell, |substance| substance.neutron(1.8, HydrogenModel::Organic));

    assert!((mean / 1.392 - 1.0).abs() < 0.03, "mean {mean}");
}

#[test]
fn sodium_roll_attenuates_neutrons_as_its_layers_do_in_a_thermal_beam() {
    let cell = build(&sound("18650-na-1500"), &[]);
    let weight = |wavelength: f64| {
        let energy = 81.804 / (wavelength * wavelength) / 25.852;
        let flux = energy * energy * (-energy).exp() / wavelength;
        flux * (1.0 - (-0.146 * wavelength / 1.798).exp())
    };
    let wavelengths: Vec<f64> = (5..120).map(|step| 0.05 * f64::from(step)).collect();
    let sum: f64 = wavelengths.iter().map(|wavelength| weight(*wavelength)).sum();

    let mean = roll_mean(&cell, |substance| {
        let part = |at: &f64| weight(*at) * substance.neutron(*at, HydrogenModel::Organic);
        wavelengths.iter().map(part).sum::<f64>() / sum
    });

    assert!((mean / 1.366 - 1.0).abs() < 0.03, "mean {mean}");
}

#[test]
fn steel_and_roll_on_the_way_through_the_middle_are_as_thick_as_drawn() {
    let cell = build(&sound("18650-na-1500"), &[]);
    let index = |name: &str| cell.materials().iter().position(|it| it.name() == name).unwrap();
    let steel = lengths(&cell, (0.3, 0.0), 30.0)[index("can_steel")];
    assert!((steel - 0.44).abs() < 1e-3, "steel {steel}");

    let gas_free: f64 = lengths(&cell, (0.3, 0.0), 30.0).iter().sum::<f64>() - steel;
    assert!((gas_free / 14.2 - 1.0).abs() < 0.03, "roll and sleeve {gas_free}");
}

#[test]
fn coin_heights_close_and_the_gap_holds_gas_only_where_it_is_drained() {
    for (name, is_gas) in [("2032-k-li", true), ("2032-a-k", true), ("2032-k-li-wetted", false)] {
        let cell = build(&sound(name), &[]);
        let height = cell.part_sizes().iter().map(|part| part.high_mm[2]).fold(0.0, f64::max);
        assert!((height - 3.2).abs() < 1e-9, "{name} is {height} mm high");

        // 0.25 can, 0.5 spacer, 0.096 cathode: then gas, or the separator.
        let above_cathode = cell.scene.material_at([1.0, 2.0, 0.846 + 0.012]);
        assert_eq!(above_cathode.is_none(), is_gas, "{name}: {above_cathode:?}");
    }
}

#[test]
fn key_that_is_not_written_keeps_the_default_of_its_own_place() {
    let text = "kind = \"cylindrical\"\n[anode]\nheight_mm = 57.0\n";
    let CellFile::Cylindrical(file) = CellFile::parse(text, "mine.toml").unwrap() else {
        panic!("another kind");
    };
    assert_eq!(file.anode.coat, "hard_carbon_coat_soaked");
    assert_eq!(file.anode.height_mm, 57.0);
}

#[test]
fn glass_fibre_takes_the_place_of_the_membrane() {
    let text = CellFile::builtin_text("2032-k-li-wetted").unwrap();
    let text = text
        .replace("material = \"pp_membrane_soaked\"", "material = \"glass_fibre_soaked\"")
        .replace("thickness_um = 25.0", "thickness_um = 300.0");
    let cell = build(&CellFile::parse(&text, "mine.toml").unwrap(), &[]);

    let material = cell.scene.material_at([1.0, 2.0, 0.846 + 0.15]).unwrap();

    assert_eq!(cell.materials()[material].name(), "glass_fibre_soaked");
}

/// A box about a record, `[x, y, z]`: half its extent along each axis, mm.
fn holds(record: &DefectRecord, point: [f64; 3], margin: f64) -> bool {
    let angle = record.angle_deg.to_radians();
    let [dx, dy, dz] = [0, 1, 2].map(|axis| point[axis] - record.place_mm[axis]);
    let radial = dx * angle.cos() + dy * angle.sin();
    let tangential = dy * angle.cos() - dx * angle.sin();
    let within = [radial, tangential, dz].into_iter().zip(record.size_mm);
    within.into_iter().all(|(distance, size)| distance.abs() <= 0.5 * size + margin)
}

/// Share of points of the record's box, and of points that `is_far`, where the material changes.
fn changes(name: &str, defect: Defect, is_far: fn(&DefectRecord, [f64; 3]) -> bool) -> [f64; 2] {
    let file = sound(name);
    let before = build(&file, &[]);
    let after = build(&file, std::slice::from_ref(&defect));
    let record = after.defects.last().unwrap().clone();
    assert_eq!((after.defects.len(), record.kind.as_str()), (1, defect.kind()));
    assert_eq!(record.class, RecordClass::Defect);

    let mut chance = ChaCha8Rng::seed_from_u64(7);
    let name_at = |cell: &Cell, point| {
        cell.scene.material_at(point).map(|index| cell.materials()[index].name().to_string())
    };
    // A gas that attenuates nothing is no change of a void.
    let seen = |cell: &Cell, point| name_at(cell, point).filter(|name| name != "gas");
    let (mut counts, mut changed) = ([0.0; 2], [0.0; 2]);
    let bounds = before.bounds();
    for attempt in 0..30_000 {
        let mut within = |low: f64, high: f64| low + (high - low) * chance.random::<f64>();
        let point: [f64; 3] = if attempt % 2 == 0 {
            let half = record.size_mm.map(|size| 0.5 * size);
            let reach = half[0].hypot(half[1]);
            let [x, y, z] = record.place_mm;
            [x + within(-reach, reach), y + within(-reach, reach), z + within(-half[2], half[2])]
        } else {
            let radius = bounds.radius;
            [within(-radius, radius), within(-radius, radius), within(bounds.z[0], bounds.z[1])]
        };
        let near = holds(&record, point, 0.0);
        let side = if near { 0 } else { 1 };
        if !near && !is_far(&record, point) {
            continue;
        }
        counts[side] += 1.0;
        changed[side] += f64::from(u8::from(seen(&before, point) != seen(&after, point)));
    }
    assert!(counts[0] > 100.0, "{name} {}: {} points in its box", defect.kind(), counts[0]);
    [changed[0] / counts[0], changed[1] / f64::max(counts[1], 1.0)]
}

/// Another height, or the other side of the cell.
fn elsewhere(record: &DefectRecord, point: [f64; 3]) -> bool {
    let other_height = (point[2] - record.place_mm[2]).abs() > 0.5 * record.size_mm[2] + 0.5;
    let [x, y, _] = record.place_mm;
    other_height || point[0] * x + point[1] * y < 0.0
}

/// Another height.
fn other_height(record: &DefectRecord, point: [f64; 3]) -> bool {
    (point[2] - record.place_mm[2]).abs() > 0.5 * record.size_mm[2] + 0.6
}

/// Outside the box.
fn outside(record: &DefectRecord, point: [f64; 3]) -> bool {
    !holds(record, point, 0.4)
}

fn nowhere(_: &DefectRecord, _: [f64; 3]) -> bool {
    false
}

fn assert_changes(near_and_far: [f64; 2], least: f64) {
    let [near, far] = near_and_far;
    assert!(near >= least, "only {near} of its place changes");
    assert!(far == 0.0, "{far} of the rest changes");
}

const ROLLED: &str = "18650-na-1500";
const COIN: &str = "2032-k-li";

#[test]
fn winding_gap_opens_where_it_says() {
    assert_changes(changes(ROLLED, Defect::WindingGap(WindingGap::default()), elsewhere), 0.4);
}

#[test]
fn tab_wedge_void_opens_at_the_tab() {
    let defect = Defect::TabWedgeVoid(TabWedgeVoid::default());
    assert_changes(changes(ROLLED, defect, elsewhere), 0.3);
}

#[test]
fn roll_off_centre_moves_the_whole_roll() {
    let defect = Defect::RollOffCentre(RollOffCentre::default());
    let cell = build(&sound(ROLLED), std::slice::from_ref(&defect));
    assert_eq!(roll_of(&cell).centre, [-0.12, 0.12 * 180f64.to_radians().sin()]);
    let gap = |cell: &Cell, side: f64| {
        let void = |step: &u32| {
            let x = side * (8.879 - 0.002 * f64::from(*step));
            cell.scene.material_at([x, 0.0, 30.0]).is_some()
        };
        0.002 * f64::from((0..500).find(void).unwrap())
    };
    let before = build(&sound(ROLLED), &[]);
    for (side, wider) in [(-1.0, -0.12), (1.0, 0.12)] {
        let difference = gap(&cell, side) - gap(&before, side);
        assert!((difference - wider).abs() < 0.01, "side {side}: {difference}");
    }
}

#[test]
fn dry_zone_empties_pores_in_its_place_only() {
    let defect = Defect::DryZone(DryZone::default());
    assert_changes(changes(ROLLED, defect, elsewhere), 0.4);
}

#[test]
fn free_electrolyte_stands_on_the_floor_only() {
    let defect = Defect::FreeElectrolyte(FreeElectrolyte::default());
    assert_changes(changes(ROLLED, defect, other_height), 0.2);
}

#[test]
fn foreign_particle_is_a_ball_of_its_material() {
    let particle = ForeignParticle { diameter_um: 300.0, ..ForeignParticle::default() };
    let cell = build(&sound(ROLLED), &[Defect::ForeignParticle(particle.clone())]);
    let place = cell.defects[0].place_mm;
    let material = cell.scene.material_at(place).unwrap();
    assert_eq!(cell.materials()[material].name(), "iron");
    assert_changes(changes(ROLLED, Defect::ForeignParticle(particle), outside), 0.4);
}

#[test]
fn overhang_change_takes_the_anode_below_the_cathode() {
    let defect = Defect::OverhangChange(OverhangChange::default());
    let [near, far] = changes(ROLLED, defect, other_height);
    assert!(near > 0.05, "only {near} changes");
    assert!(far == 0.0, "{far} of the rest changes");
}

#[test]
fn telescoping_moves_the_edges_of_the_electrodes() {
    let defect = Defect::Telescoping(Telescoping::default());
    assert_changes(changes(ROLLED, defect, nowhere), 0.04);
}

#[test]
fn core_collapse_reaches_into_the_void() {
    let collapse = CoreCollapse::default();
    let defect = Defect::CoreCollapse(collapse);
    let [near, _] = changes(ROLLED, defect.clone(), nowhere);
    assert!(near > 0.3, "only {near} changes");
    let (before, after) = (build(&sound(ROLLED), &[]), build(&sound(ROLLED), &[defect]));
    let core = roll_of(&before).core_radius - 0.1;
    assert_eq!(before.scene.material_at([0.0, core, 30.0]), None);
    let inside = (0..20)
        .any(|step| after.scene.material_at([0.0, core - 0.02 * f64::from(step), 30.0]).is_some());
    assert!(inside, "nothing of the roll in the void");
}

#[test]
fn bent_separator_leans_over_the_void_above_the_electrodes() {
    let defect = Defect::BentSeparator(BentSeparator::default());
    let before = build(&sound(ROLLED), &[]);
    let after = build(&sound(ROLLED), std::slice::from_ref(&defect));
    let met = |cell: &Cell| {
        let z = cell.part_sizes().iter().find(|part| part.name == "roll").unwrap().high_mm[2] - 0.3;
        lengths(cell, (0.0, 0.0), z).iter().sum::<f64>()
    };
    assert!((met(&before) - met(&after)).abs() > 1e-3, "no sheet in the way");
    let [near, far] = changes(ROLLED, defect, other_height);
    assert!(near > 0.003, "only {near} changes");
    assert!(far == 0.0, "{far} of the rest changes");
}

#[test]
fn can_dent_brings_air_in_from_outside() {
    let defect = Defect::CanDent(CanDent::default());
    assert_changes(changes(ROLLED, defect.clone(), elsewhere), 0.3);
    let cell = build(&sound(ROLLED), &[defect]);
    let [x, y, z] = cell.defects[0].place_mm;
    let air = cell.scene.material_at([1.01 * x, 1.01 * y, z]).unwrap();
    assert_eq!(cell.materials()[air].name(), "gas");
}

#[test]
fn ovality_makes_diameters_differ() {
    let defect = Defect::Ovality(Ovality::default());
    let cell = build(&sound(ROLLED), &[defect]);
    let reach = |direction: [f64; 2]| {
        let holds = |step: &u32| {
            let r = 8.9 + 0.002 * f64::from(*step);
            cell.scene.material_at([r * direction[0], r * direction[1], 20.0]).is_some()
        };
        8.9 + 0.002 * f64::from((0..400).filter(holds).max().unwrap())
    };
    let difference = 2.0 * (reach([1.0, 0.0]) - reach([0.0, 1.0]));
    assert!((difference - 0.2).abs() < 0.02, "difference {difference}");
}

#[test]
fn gas_bubble_is_gas_in_its_place_only() {
    let defect = Defect::GasBubble(GasBubble::default());
    assert_changes(changes(ROLLED, defect.clone(), outside), 0.4);
    assert_changes(changes(COIN, defect, outside), 0.1);
}

#[test]
fn spacer_tilt_raises_one_side() {
    let defect = Defect::SpacerTilt(SpacerTilt::default());
    assert_changes(changes(COIN, defect.clone(), nowhere), 0.05);
    let cell = build(&sound(COIN), &[defect]);
    let top_of_lithium = 0.25 + 0.5 + 0.096 + 0.125 + 0.45;
    let at = |x: f64| cell.scene.material_at([x, 0.0, top_of_lithium + 0.1]);
    assert_eq!((at(7.5), at(-7.0).is_some()), (None, true));
}

#[test]
fn electrode_shift_moves_one_electrode() {
    let shift = ElectrodeShift { electrode: Side::Cathode, shift_mm: 1.5, angle_deg: 0.0 };
    let defect = Defect::ElectrodeShift(shift);
    let cell = build(&sound(COIN), std::slice::from_ref(&defect));
    let at = |x: f64| cell.scene.material_at([x, 0.0, 0.8]);
    assert_eq!((at(8.0).is_some(), at(-6.0)), (true, None));
    let far = |_: &DefectRecord, point: [f64; 3]| point[2] > 0.9 || point[2] < 0.74;
    assert!(changes(COIN, defect, far)[1] == 0.0);
}

#[test]
fn lithium_pit_is_gas_in_the_face_of_the_lithium() {
    let defect = Defect::LithiumPitting(LithiumPitting::default());
    assert_changes(changes(COIN, defect, outside), 0.4);
}

#[test]
fn missing_spring_leaves_the_cavity_empty() {
    let defect = Defect::MissingSpring(MissingSpring {});
    assert_changes(changes(COIN, defect.clone(), outside), 0.02);
    let cell = build(&sound(COIN), &[defect]);
    assert!(cell.scene.parts().iter().all(|part| part.name != "spring"));
}

#[test]
fn random_defects_are_the_same_for_the_same_seed_and_fit() {
    for name in ["18650-na-1500", "18650-li-nmc", "2032-k-li"] {
        let file = CellFile::read(name).unwrap();
        let drawn = random_defects(&file, 3, 11).unwrap();
        assert_eq!(drawn, random_defects(&file, 3, 11).unwrap());
        assert_ne!(drawn, random_defects(&file, 3, 12).unwrap());

        let cell = build(&file, &drawn);
        assert_eq!(cell.defects.len(), file.defects().len() + 3, "{name}");
    }
}

#[test]
fn records_survive_being_written() {
    let cell = build(&CellFile::read(ROLLED).unwrap(), &[]);
    for record in cell.defects.iter().chain(&cell.features) {
        let text = toml::to_string(record).unwrap();
        assert_eq!(&toml::from_str::<DefectRecord>(&text).unwrap(), record, "{text}");
    }
}
