//! Whether the parts of a cylindrical cell fit together, by their dimensions. Builds nothing.

use super::file::CylindricalFile;
use super::levels::Levels;
use super::winding::Winding;
use crate::simulate::cell::fit::Fit;
use crate::simulate::shape::Roll;

/// Points around the roll at which its reach is measured.
const DIRECTIONS: u32 = 720;

/// Heights of the parts, from the floor up.
pub(super) fn heights(file: &CylindricalFile, levels: &Levels, fit: &mut Fit) {
    let separator = file.separator.height_mm;
    let bend = levels.vent[0] - levels.top_insulator[1];
    fit.all_at_most([
        (
            (["anode", "separator"], "its height", "anode.height_mm"),
            [file.anode.height_mm, separator],
        ),
        (
            (["cathode", "separator"], "its height", "cathode.height_mm"),
            [file.cathode.height_mm, separator],
        ),
        (
            (["roll", "bead"], "the upper face of the disc on the roll", "separator.height_mm"),
            [levels.top_insulator[1], levels.bead[0]],
        ),
        (
            (["lid", "can"], "the upper face of the lid's plate under the lip", "lid.thickness_mm"),
            [levels.lid[1], levels.lip[0]],
        ),
        (
            (["gasket", "top insulator"], "the length of its skirt", "gasket.skirt_mm"),
            [file.gasket.skirt_mm, bend],
        ),
    ]);
    fit.all_at_least([
        (
            (["bead", "can"], "the height of the groove", "bead.width_mm"),
            [file.bead.width_mm, 2.0 * file.can.wall_mm],
        ),
        (
            (["vent disc", "positive tab"], "the room for the tab's bend", "bead.width_mm"),
            [bend, 10.0 * file.positive_tab.thickness_mm],
        ),
        (
            (["lid", "can"], "the height of the stud's top", "height_mm"),
            [file.height_mm, levels.lid[1] + file.lid.thickness_mm],
        ),
    ]);
}

/// Radii of the parts.
pub(super) fn radii(file: &CylindricalFile, levels: &Levels, fit: &mut Fit) {
    let inside = 2.0 * levels.inner_radius;
    let (lid, gasket) = (&file.lid, &file.gasket);
    let widest = lid.diameter_mm.max(file.vent.diameter_mm);
    fit.all_at_most([
        (
            (["gasket", "can"], "the wall of the gasket between lid and can", "gasket.wall_mm"),
            [gasket.wall_mm, 0.5 * (inside - widest)],
        ),
        (
            (["gasket", "bead"], "the outer diameter of the gasket's skirt", "gasket.hole_mm"),
            [gasket.hole_mm + 2.0 * gasket.flange_mm, 2.0 * levels.bead_radius],
        ),
        (
            (["can", "lid"], "how far the lip reaches over the stud", "can.lip_mm"),
            [file.can.lip_mm, levels.outer_radius - 0.5 * lid.stud_diameter_mm],
        ),
    ]);
    fit.all_at_least([
        (
            (["lid", "can"], "the diameter of the lid under the lip", "lid.diameter_mm"),
            [lid.diameter_mm, 2.0 * levels.lip_radius],
        ),
        (
            (["lid", "its stud"], "the stud's diameter", "lid.stud_diameter_mm"),
            [lid.stud_diameter_mm, 3.0 * lid.thickness_mm],
        ),
    ]);
}

/// The insulating discs.
pub(super) fn discs(file: &CylindricalFile, levels: &Levels, fit: &mut Fit) {
    let inside = 2.0 * levels.inner_radius;
    let (top, bottom) = (&file.top_insulator, &file.bottom_insulator);
    fit.all_at_most([
        (
            (["top insulator", "can"], "its diameter", "top_insulator.diameter_mm"),
            [top.diameter_mm, inside],
        ),
        (
            (["bottom insulator", "can"], "its diameter", "bottom_insulator.diameter_mm"),
            [bottom.diameter_mm, inside],
        ),
        (
            (["top insulator", "its hole"], "the hole", "top_insulator.hole_mm"),
            [top.hole_mm, 0.9 * top.diameter_mm],
        ),
        (
            (["bottom insulator", "its hole"], "the hole", "bottom_insulator.hole_mm"),
            [bottom.hole_mm, 0.9 * bottom.diameter_mm],
        ),
    ]);
}

/// Thickness and width of the tabs in the sound roll.
pub(super) fn tabs(file: &CylindricalFile, winding: &Winding, fit: &mut Fit) {
    let (positive, negative) = (&file.positive_tab, &file.negative_tab);
    let tab = winding.positive.radius;
    fit.all_at_most([
        (
            (
                ["positive tab", "cathode"],
                "its thickness in the coat's place",
                "positive_tab.thickness_mm",
            ),
            [positive.thickness_mm, 2e-3 * file.cathode.coat_um],
        ),
        (
            (
                ["negative tab", "anode"],
                "its thickness in the coat's place",
                "negative_tab.thickness_mm",
            ),
            [negative.thickness_mm, 2e-3 * file.anode.coat_um],
        ),
        (
            (["positive tab", "roll"], "its width", "positive_tab.width_mm"),
            [positive.width_mm, tab],
        ),
        (
            (["negative tab", "roll"], "its width", "negative_tab.width_mm"),
            [negative.width_mm, winding.negative.radius],
        ),
    ]);
}

/// Where the tabs leave the sound roll.
pub(super) fn tab_places(file: &CylindricalFile, winding: &Winding, fit: &mut Fit) {
    let (positive, negative) = (&file.positive_tab, &file.negative_tab);
    let (tab, length) = (winding.positive.radius, winding.electrode_length());
    fit.all_at_most([
        (
            (["positive tab", "roll"], "its place along the sheet", "roll.tab_along_cathode"),
            [file.roll.tab_along_cathode * length, length],
        ),
        (
            (["positive tab", "gasket"], "its distance from the axis", "roll.tab_along_cathode"),
            [tab + 0.5 * positive.thickness_mm, 0.5 * file.gasket.hole_mm],
        ),
        (
            (["bottom insulator", "negative tab"], "its radius", "bottom_insulator.diameter_mm"),
            [
                0.5 * file.bottom_insulator.diameter_mm,
                winding.negative.radius - negative.thickness_mm,
            ],
        ),
    ]);
    fit.at_least(
        (["roll", "core"], "the diameter of the void", "roll.core_diameter_mm"),
        file.roll.core_diameter_mm,
        2.0 * winding.roll.pitch(),
    );
    fit.at_least(
        (["top insulator", "positive tab"], "the slot for the tab", "top_insulator.slot_mm"),
        file.top_insulator.slot_mm,
        positive.width_mm,
    );
}

/// The roll, its defects included, in the can.
pub(super) fn roll_in_can(roll: &Roll, levels: &Levels, fit: &mut Fit) {
    let z = roll.gaps.iter().map(|gap| 0.5 * (gap.z[0] + gap.z[1]));
    let heights = z.chain([0.5 * (levels.roll[0] + levels.roll[1])]);
    let reach = heights.map(|z| reach(roll, z)).fold(0.0, f64::max);
    let found = (["roll", "can"], "the roll's reach from the can's axis", "roll.turns");
    fit.at_most(found, reach, levels.inner_radius);
    let low = levels.roll[0];
    let high = levels.top_insulator[0];
    for (end, limit) in roll.z_range().into_iter().zip([low, high]) {
        let question = (["roll", "insulators"], "an end of the roll", "defect");
        if end < limit && limit == low {
            fit.at_least(question, end, limit);
        } else if limit == high {
            fit.at_most(question, end, limit);
        }
    }
}

/// Greatest distance of the roll from the can's axis at a height, mm.
fn reach(roll: &Roll, z: f64) -> f64 {
    let tops: Vec<(f64, [f64; 2])> = outer_faces(roll);
    let mut greatest: f64 = 0.0;
    for (depth, turns) in tops {
        let first = (turns[1] - 1.0).max(turns[0]);
        for step in 0..=DIRECTIONS {
            let turn = first + (turns[1] - first) * f64::from(step) / f64::from(DIRECTIONS);
            let [x, y] = roll.place(turn, depth, z);
            greatest = greatest.max(x.hypot(y));
        }
    }
    greatest
}

/// Depth of the outer face, and turns, of each layer and of the tape.
fn outer_faces(roll: &Roll) -> Vec<(f64, [f64; 2])> {
    let mut depth = 0.0;
    let mut faces: Vec<(f64, [f64; 2])> = Vec::new();
    for layer in &roll.layers {
        depth += layer.thickness;
        faces.push((depth, [layer.turns[0].max(0.0), layer.turns[1].min(roll.turns)]));
    }
    faces.extend(roll.tape.iter().map(|tape| (depth + tape.thickness, tape.turns)));
    faces
}
