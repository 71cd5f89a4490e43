//! What is true of a cylindrical cell: a record for each defect and feature. Changes nothing.

use super::inclusions::bubble_height;
use super::roll_defects::{offsets, turn_at};
use super::site::Site;
use super::winding::ANODE;
use crate::simulate::cell::defect::{Defect, End, OverhangChange};
use crate::simulate::cell::draft::polar;
use crate::simulate::cell::record::DefectRecord;

/// Middle and extent of something, mm.
type Place = ([f64; 3], [f64; 3]);

/// The record of a defect.
pub(super) fn of(defect: &Defect, site: &Site<'_>) -> DefectRecord {
    let (place, size) = roll_place(defect, site)
        .or_else(|| turns_place(defect, site))
        .or_else(|| part_place(defect, site))
        .unwrap_or(([0.0; 3], [0.0; 3]));
    DefectRecord::defect(defect.kind(), place, size, description(defect))
}

/// Place of a defect somewhere in the roll.
fn roll_place(defect: &Defect, site: &Site<'_>) -> Option<Place> {
    let (levels, winding) = (site.levels, &site.winding);
    let roll = &winding.roll;
    let middle = 0.5 * (levels.roll[0] + levels.roll[1]);
    let height = levels.roll[1] - levels.roll[0];
    let at = |[x, y]: [f64; 2], z: f64| [x, y, z];
    Some(match defect {
        Defect::WindingGap(gap) => {
            let turn = turn_at(roll, gap.turn, gap.angle_deg);
            let thickness = 1e-3 * gap.thickness_um;
            let place = inner_face(roll.place(turn, 0.0, gap.z_mm), roll.centre, -0.5 * thickness);
            (at(place, gap.z_mm), [thickness, gap.arc_mm, gap.height_mm])
        }
        Defect::TabWedgeVoid(wedge) => {
            let z = 0.5 * (levels.cathode[0] + levels.roll[1]);
            let thickness = 1e-3 * wedge.thickness_um;
            let depth = winding.depths[super::winding::CATHODE[2]][1];
            let face = roll.place(winding.positive.turn, depth, z);
            let place = inner_face(face, roll.centre, -0.5 * thickness);
            let width = site.file.positive_tab.width_mm + 2.0 * wedge.width_mm;
            (at(place, z), [thickness, width, levels.roll[1] - levels.cathode[0]])
        }
        Defect::RollOffCentre(shift) => {
            let place = polar(shift.shift_mm, shift.angle_deg);
            (at(place, middle), [shift.shift_mm, 2.0 * levels.inner_radius, height])
        }
        Defect::DryZone(zone) => {
            let [x, y] = polar(zone.radius_mm, zone.angle_deg);
            let place = [x + roll.centre[0], y + roll.centre[1]];
            (at(place, zone.z_mm), [zone.depth_mm, zone.arc_mm, zone.height_mm])
        }
        _ => return None,
    })
}

/// Place of a defect that changes turns.
fn turns_place(defect: &Defect, site: &Site<'_>) -> Option<Place> {
    let (levels, roll) = (site.levels, &site.winding.roll);
    let at = |[x, y]: [f64; 2], z: f64| [x, y, z];
    let middle = 0.5 * (levels.roll[0] + levels.roll[1]);
    let height = levels.roll[1] - levels.roll[0];
    Some(match defect {
        Defect::OverhangChange(change) => overhang(change, site),
        Defect::Telescoping(uneven) => {
            let offsets = offsets(uneven, roll.turns);
            let high = offsets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let low = offsets.iter().copied().fold(f64::INFINITY, f64::min);
            let outer = roll.outer_radius();
            (at(roll.centre, levels.anode[1]), [outer, 2.0 * outer, high - low])
        }
        Defect::CoreCollapse(collapse) => {
            let [x, y] = polar(roll.core_radius, collapse.angle_deg);
            let place = [x + roll.centre[0], y + roll.centre[1]];
            (at(place, middle), [collapse.depth_mm, collapse.arc_mm, height])
        }
        Defect::BentSeparator(bent) => {
            let z = 0.5 * (levels.anode[1] + levels.roll[1]);
            let size = [bent.bend_mm, 2.0 * roll.core_radius, levels.roll[1] - levels.anode[1]];
            (at(roll.centre, z), size)
        }
        _ => return None,
    })
}

/// Place of a defect outside the roll.
fn part_place(defect: &Defect, site: &Site<'_>) -> Option<Place> {
    let levels = site.levels;
    let at = |[x, y]: [f64; 2], z: f64| [x, y, z];
    Some(match defect {
        Defect::FreeElectrolyte(pool) => {
            let z = levels.floor + 0.5 * pool.height_mm;
            let width = 2.0 * levels.inner_radius;
            ([0.0, 0.0, z], [width, width, pool.height_mm])
        }
        Defect::ForeignParticle(particle) => {
            let place = at(polar(particle.radius_mm, particle.angle_deg), particle.z_mm);
            (place, [1e-3 * particle.diameter_um; 3])
        }
        Defect::CanDent(dent) => {
            let radius = levels.outer_radius - 0.5 * dent.depth_mm;
            let place = at(polar(radius, dent.angle_deg), dent.z_mm);
            (place, [dent.depth_mm, dent.width_mm, dent.height_mm])
        }
        Defect::Ovality(oval) => {
            let place = [0.0, 0.0, 0.5 * site.file.height_mm];
            (place, [oval.difference_mm, 2.0 * levels.outer_radius, site.file.height_mm])
        }
        Defect::GasBubble(bubble) => {
            let place = at(polar(bubble.radius_mm, bubble.angle_deg), bubble_height(bubble, site));
            let height = bubble.height_mm.unwrap_or(bubble.diameter_mm);
            (place, [bubble.diameter_mm, bubble.diameter_mm, height])
        }
        _ => return None,
    })
}

/// Between the wanted and the actual edge, at the middle of the changed turns.
fn overhang(change: &OverhangChange, site: &Site<'_>) -> Place {
    let roll = &site.winding.roll;
    let (first, last) = (f64::from(change.first_turn), f64::from(change.last_turn) + 1.0);
    let (edge, sign) = match change.end {
        End::Top => (site.levels.anode[1], 0.5),
        End::Bottom => (site.levels.anode[0], -0.5),
    };
    let z = edge + sign * change.change_mm;
    let turn = 0.5 * (first + last);
    let depth = site.winding.depths[ANODE[1]][0];
    let [x, y] = roll.place(turn, depth, z);
    let radial = roll.pitch() * (last - first);
    let around = 2.0 * (roll.core_radius + roll.pitch() * last);
    ([x, y, z], [radial, around, change.change_mm.abs()])
}

/// A point moved outwards from the roll's axis.
fn inner_face([x, y]: [f64; 2], centre: [f64; 2], outwards: f64) -> [f64; 2] {
    let [dx, dy] = [x - centre[0], y - centre[1]];
    let scale = outwards / dx.hypot(dy).max(1e-9);
    [x + scale * dx, y + scale * dy]
}

/// A sentence on a defect.
fn description(defect: &Defect) -> String {
    match defect {
        Defect::WindingGap(gap) => {
            format!("gas lens of {} µm between turns near turn {:.1}", gap.thickness_um, gap.turn)
        }
        Defect::TabWedgeVoid(wedge) => format!(
            "gas of {} µm on the positive tab, falling to nothing over {} mm beside it",
            wedge.thickness_um, wedge.width_mm
        ),
        Defect::RollOffCentre(_) => "roll beside the can's axis".into(),
        Defect::DryZone(_) => "pores without electrolyte; tangential size at the middle".into(),
        Defect::FreeElectrolyte(_) => "electrolyte on the can's floor".into(),
        Defect::ForeignParticle(particle) => format!("round particle of {}", particle.material),
        Defect::OverhangChange(change) => format!(
            "anode edge moved by {} mm on turns {} to {}; place at their middle",
            change.change_mm, change.first_turn, change.last_turn
        ),
        Defect::Telescoping(_) => "turns at uneven heights; axial size from least to most".into(),
        Defect::CoreCollapse(collapse) => {
            format!("inner {} turns buckled into the void", collapse.turns)
        }
        Defect::BentSeparator(bent) => {
            format!("separators of the inner {} turns bent towards the axis", bent.turns)
        }
        Defect::CanDent(_) => "wall of the can pressed inwards".into(),
        Defect::Ovality(oval) => {
            format!("diameters differ; greatest at {} degrees", oval.angle_deg)
        }
        Defect::GasBubble(_) => "bubble of gas".into(),
        _ => String::new(),
    }
}

/// What every such cell has, and an inspection should find.
pub(super) fn features(site: &Site<'_>) -> Vec<DefectRecord> {
    let (levels, winding) = (site.levels, &site.winding);
    let roll = &winding.roll;
    let [x, y] = roll.centre;
    let middle = 0.5 * (levels.roll[0] + levels.roll[1]);
    let height = levels.roll[1] - levels.roll[0];
    let core = 2.0 * roll.core_radius + roll.pitch();
    let tab = winding.positive;
    let [tab_x, tab_y] = polar(tab.radius, tab.angle.to_degrees());
    let thickness = site.file.positive_tab.thickness_mm;
    let width = site.file.positive_tab.width_mm;
    let bead = 0.5 * (levels.bead[0] + levels.bead[1]);
    let around = 2.0 * levels.outer_radius;
    let place = [x, y, middle];
    vec![
        DefectRecord::feature("central_void", place, [core, core, height], "mandrel void".into()),
        DefectRecord::feature(
            "tab",
            [x + tab_x, y + tab_y, middle],
            [thickness, width, height],
            "positive tab in the roll".into(),
        ),
        DefectRecord::feature(
            "bead",
            [0.0, 0.0, bead],
            [site.file.bead.depth_mm, around, site.file.bead.width_mm],
            "groove around the can".into(),
        ),
    ]
}
