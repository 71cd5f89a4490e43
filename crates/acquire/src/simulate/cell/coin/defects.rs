//! Defects of a coin cell: what they add, where they may lie, what is true of them. Knows no stack.

use super::file::CoinFile;
use super::levels::Levels;
use super::parts::spring_height;
use crate::simulate::cell::defect::{Defect, GasBubble, LithiumPitting, Side};
use crate::simulate::cell::draft::{Draft, polar};
use crate::simulate::cell::fit::Fit;
use crate::simulate::cell::record::DefectRecord;
use crate::simulate::shape::{Ellipsoid, Part, Solid};

/// Height of a bubble where the file says nothing, mm.
const FLAT_BUBBLE_MM: f64 = 0.2;

/// Adds what a defect adds.
pub(super) fn add(defect: &Defect, file: &CoinFile, levels: &Levels, draft: &mut Draft<'_>) {
    match defect {
        Defect::GasBubble(bubble) => {
            let gas = draft.palette.gas();
            let solid = Solid::Ellipsoid(bubble_solid(bubble, levels));
            draft.parts.push(Part::over("gas bubble", gas, solid));
        }
        Defect::LithiumPitting(pit) => {
            let gas = draft.palette.gas();
            let chip = Solid::cylinder(0.5 * file.anode.diameter_mm, levels.anode_coat);
            let bowl = Solid::Ellipsoid(pit_solid(pit, levels));
            draft.parts.push(Part::over("pit", gas, bowl.within(chip)));
        }
        _ => {}
    }
}

fn bubble_solid(bubble: &GasBubble, levels: &Levels) -> Ellipsoid {
    let [x, y] = polar(bubble.radius_mm, bubble.angle_deg);
    let z = bubble.z_mm.unwrap_or(levels.cathode_coat[1]);
    let half = 0.5 * bubble.diameter_mm;
    let half_height = 0.5 * bubble.height_mm.unwrap_or(FLAT_BUBBLE_MM.min(bubble.diameter_mm));
    Ellipsoid { centre: [x, y, z], half_axes: [half, half, half_height] }
}

fn pit_solid(pit: &LithiumPitting, levels: &Levels) -> Ellipsoid {
    let [x, y] = polar(pit.radius_mm, pit.angle_deg);
    let half = 0.5 * pit.diameter_mm;
    let centre = [x, y, levels.anode_coat[0]];
    Ellipsoid { centre, half_axes: [half, half, 1e-3 * pit.depth_um] }
}

/// Notes what does not fit.
pub(super) fn check(
    (index, defect): (usize, &Defect),
    file: &CoinFile,
    levels: &Levels,
    fit: &mut Fit,
) {
    let key = |name: &str| format!("defect[{index}].{name}");
    let kind = defect.kind();
    match defect {
        Defect::SpacerTilt(tilt) => fit.at_least(
            ([kind, "cap"], "the room for the spring above the tilted spacer", &key("tilt_deg")),
            spring_height(file, levels, Some(tilt)),
            file.spring.strip_mm,
        ),
        Defect::ElectrodeShift(moved) => {
            let (radius, limit) = match moved.electrode {
                Side::Cathode => (0.5 * file.cathode.diameter_mm, levels.cap_inside),
                Side::Anode => (0.5 * file.anode.diameter_mm, levels.cap_inside),
            };
            let question = ([kind, "cap"], "the reach of the shifted electrode", &*key("shift_mm"));
            fit.at_most(question, radius + moved.shift_mm, limit);
        }
        Defect::LithiumPitting(pit) => {
            let reach = pit.radius_mm + 0.5 * pit.diameter_mm;
            let question = ([kind, "anode"], "the pit's outer radius", &*key("radius_mm"));
            fit.at_most(question, reach, 0.5 * file.anode.diameter_mm);
            let question = ([kind, "anode"], "the pit's depth", &*key("depth_um"));
            fit.at_most(question, 1e-3 * pit.depth_um, 1e-3 * file.anode.coat_um);
        }
        Defect::GasBubble(bubble) => {
            let solid = bubble_solid(bubble, levels);
            let reach = bubble.radius_mm + 0.5 * bubble.diameter_mm;
            let question = ([kind, "cap"], "the bubble's outer radius", &*key("radius_mm"));
            fit.at_most(question, reach, levels.cap_inside);
            let question = ([kind, "can"], "the bubble's lower end", &*key("z_mm"));
            fit.at_least(question, solid.centre[2] - solid.half_axes[2], file.can.wall_mm);
            let question = ([kind, "cap"], "the bubble's upper end", &*key("z_mm"));
            fit.at_most(question, solid.centre[2] + solid.half_axes[2], levels.cavity[1]);
        }
        _ => {}
    }
}

/// The record of a defect.
pub(super) fn record(defect: &Defect, file: &CoinFile, levels: &Levels) -> DefectRecord {
    let middle = |[low, high]: [f64; 2]| 0.5 * (low + high);
    let (place, size, description) = match defect {
        Defect::SpacerTilt(tilt) => {
            let rise = file.upper_spacer.diameter_mm * tilt.tilt_deg.to_radians().sin();
            let size = [file.upper_spacer.diameter_mm, file.upper_spacer.diameter_mm, rise];
            let told = format!(
                "upper spacer tilted by {} degrees, higher towards {} degrees",
                tilt.tilt_deg, tilt.angle_deg
            );
            ([0.0, 0.0, levels.upper_spacer[0] + 0.5 * rise], size, told)
        }
        Defect::ElectrodeShift(moved) => {
            let (name, electrode, z) = match moved.electrode {
                Side::Cathode => ("cathode", &file.cathode, levels.cathode_coat),
                Side::Anode => ("anode", &file.anode, levels.anode_coat),
            };
            let [x, y] = polar(moved.shift_mm, moved.angle_deg);
            let size = [moved.shift_mm, electrode.diameter_mm, electrode.thickness_mm()];
            ([x, y, middle(z)], size, format!("{name} beside the axis; radial size is the shift"))
        }
        Defect::LithiumPitting(pit) => {
            let [x, y] = polar(pit.radius_mm, pit.angle_deg);
            let depth = 1e-3 * pit.depth_um;
            let size = [pit.diameter_mm, pit.diameter_mm, depth];
            let told = format!("pit of {} µm in the face of the anode", pit.depth_um);
            ([x, y, levels.anode_coat[0] + 0.5 * depth], size, told)
        }
        Defect::GasBubble(bubble) => {
            let solid = bubble_solid(bubble, levels);
            (solid.centre, solid.half_axes.map(|half| 2.0 * half), "bubble of gas".into())
        }
        _ => {
            let size = [file.spring.diameter_mm, file.spring.diameter_mm, levels.cavity_height()];
            ([0.0, 0.0, middle(levels.cavity)], size, "no spring in the cavity".into())
        }
    };
    DefectRecord::defect(defect.kind(), place, size, description)
}

/// What every such cell has, and an inspection should find.
pub(super) fn features(file: &CoinFile, levels: &Levels) -> Vec<DefectRecord> {
    let middle = |[low, high]: [f64; 2]| [0.0, 0.0, 0.5 * (low + high)];
    let disc = |diameter: f64, [low, high]: [f64; 2]| [diameter, diameter, high - low];
    let cavity = disc(2.0 * levels.cap_inside, levels.cavity);
    let mut features = vec![DefectRecord::feature(
        "gas_cavity",
        middle(levels.cavity),
        cavity,
        "gas around the spring".into(),
    )];
    if levels.gap[1] > levels.gap[0] {
        let size = disc(file.separator.diameter_mm, levels.gap);
        let told = "gas between separator and cathode".into();
        features.push(DefectRecord::feature("separator_gap", middle(levels.gap), size, told));
    }
    features
}
