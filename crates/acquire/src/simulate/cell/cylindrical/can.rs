//! Can, lid, gasket and discs of a cylindrical cell as solids. Knows no roll and no defects.

use super::file::{CylindricalFile, Insulator};
use super::levels::Levels;
use crate::simulate::cell::draft::Draft;
use crate::simulate::cell::ribbon;
use crate::simulate::shape::Solid;

/// Steps of the bead's bow.
const BOW_STEPS: u32 = 16;

/// Adds everything around the roll.
pub(super) fn add(file: &CylindricalFile, levels: &Levels, draft: &mut Draft<'_>) {
    draft.body("can", ("can.material", &file.can.material), can(file, levels));
    if file.sleeve.thickness_um > 0.0 {
        let outer = levels.outer_radius + 1e-3 * file.sleeve.thickness_um;
        let sleeve = Solid::tube([levels.outer_radius, outer], [file.can.corner_mm, levels.lip[1]]);
        draft.body("sleeve", ("sleeve.material", &file.sleeve.material), sleeve);
    }
    draft.body("gasket", ("gasket.material", &file.gasket.material), gasket(file, levels));
    let vent = Solid::cylinder(0.5 * file.vent.diameter_mm, levels.vent);
    draft.body("vent disc", ("vent.material", &file.vent.material), vent);
    if file.ptc.present {
        let radii = [0.5 * file.ptc.hole_mm, 0.5 * file.vent.diameter_mm];
        draft.body("ptc", ("ptc.material", &file.ptc.material), Solid::tube(radii, levels.ptc));
    }
    draft.body("lid", ("lid.material", &file.lid.material), lid(file, levels));
    let bottom = disc(&file.bottom_insulator, levels.bottom_insulator);
    let material = ("bottom_insulator.material", file.bottom_insulator.material.as_str());
    draft.body("bottom insulator", material, bottom);
}

/// The disc of an insulator, without its slot.
pub(super) fn disc(insulator: &Insulator, z: [f64; 2]) -> Solid {
    Solid::tube([0.5 * insulator.hole_mm, 0.5 * insulator.diameter_mm], z)
}

/// Floor, wall with its groove, crimped lip, in one piece.
fn can(file: &CylindricalFile, levels: &Levels) -> Solid {
    let can = &file.can;
    let middle = levels.outer_radius - 0.5 * can.wall_mm;
    let mut line = vec![[middle, can.base_mm.max(can.corner_mm) + 0.5]];
    line.extend(bead(file, levels, middle));
    let lip = 0.5 * (levels.lip[0] + levels.lip[1]);
    line.extend([[middle, lip], [levels.lip_radius, lip]]);
    let [outer, inner] = ribbon::faces(&line, can.wall_mm);
    let mut outline = vec![[0.0, 0.0], [levels.outer_radius - can.corner_mm, 0.0]];
    outline.push([levels.outer_radius, can.corner_mm]);
    outline.extend(outer);
    outline.extend(inner.into_iter().rev());
    outline.extend([[levels.inner_radius, can.base_mm], [0.0, can.base_mm]]);
    outline.dedup();
    Solid::revolved(outline)
}

/// Middle line of the groove: straight in, half a turn, straight out.
fn bead(file: &CylindricalFile, levels: &Levels, middle: f64) -> Vec<[f64; 2]> {
    let depth = file.bead.depth_mm;
    if depth <= 0.0 {
        return Vec::new();
    }
    let half = 0.5 * (levels.bead[1] - levels.bead[0] - file.can.wall_mm);
    let z = 0.5 * (levels.bead[0] + levels.bead[1]);
    let bow = half.min(depth);
    let mut line = Vec::new();
    if depth > bow {
        line.push([middle, z - half]);
    }
    for step in 0..=BOW_STEPS {
        let (sin, cos) = (std::f64::consts::PI * f64::from(step) / f64::from(BOW_STEPS)).sin_cos();
        line.push([middle - (depth - bow) - bow * sin, z - half * cos]);
    }
    if depth > bow {
        line.push([middle, z + half]);
    }
    line
}

/// Wall between lid and can, flange over the lid's edge, flange under the vent disc, skirt.
fn gasket(file: &CylindricalFile, levels: &Levels) -> Solid {
    let gasket = &file.gasket;
    let (outer, wall) = (levels.inner_radius, levels.inner_radius - gasket.wall_mm);
    let (hole, flange) = (0.5 * gasket.hole_mm, levels.vent[0]);
    let mut outline = vec![
        [outer, levels.bead[1]],
        [outer, levels.lip[0]],
        [levels.lip_radius, levels.lip[0]],
        [levels.lip_radius, levels.lid[1]],
        [wall, levels.lid[1]],
        [wall, flange],
        [hole, flange],
    ];
    if gasket.skirt_mm > gasket.flange_mm {
        let skirt = flange - gasket.skirt_mm;
        outline.extend([[hole, skirt], [hole + gasket.flange_mm, skirt]]);
        outline.push([hole + gasket.flange_mm, levels.bead[1]]);
    } else {
        outline.push([hole, levels.bead[1]]);
    }
    Solid::revolved(outline)
}

/// Plate and hollow stud.
fn lid(file: &CylindricalFile, levels: &Levels) -> Solid {
    let (thickness, top) = (file.lid.thickness_mm, file.height_mm);
    let (edge, stud) = (0.5 * file.lid.diameter_mm, 0.5 * file.lid.stud_diameter_mm);
    let hollow = stud - thickness;
    Solid::revolved(vec![
        [0.0, top - thickness],
        [0.0, top],
        [stud, top],
        [stud, levels.lid[1]],
        [edge, levels.lid[1]],
        [edge, levels.lid[0]],
        [hollow, levels.lid[0]],
        [hollow, top - thickness],
    ])
}
