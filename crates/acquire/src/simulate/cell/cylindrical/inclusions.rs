//! Defects that add to a cylindrical cell or cut from it. Knows no layers of the roll.

use super::can::disc;
use super::roll_defects::UPRIGHT_MM;
use super::site::Site;
use super::winding::SEPARATORS;
use crate::simulate::cell::defect::{BentSeparator, CanDent, Defect, ForeignParticle, GasBubble};
use crate::simulate::cell::draft::{Draft, polar};
use crate::simulate::cell::ribbon;
use crate::simulate::shape::{Ellipsoid, Ovality, Part, Placement, Revolved, Solid};

/// Adds what a defect adds; defects of the roll add nothing.
pub(super) fn add(index: usize, defect: &Defect, site: &Site<'_>, draft: &mut Draft<'_>) {
    match defect {
        Defect::ForeignParticle(particle) => foreign_particle(index, particle, draft),
        Defect::GasBubble(bubble) => gas_bubble(bubble, site, draft),
        Defect::CanDent(dent) => can_dent(dent, site, draft),
        Defect::BentSeparator(bent) => bent_separator(bent, site, draft),
        Defect::Ovality(oval) => {
            let excess = 0.5 * oval.difference_mm / (2.0 * site.levels.outer_radius);
            draft.ovality = Some(Ovality {
                along: 1.0 + excess,
                across: 1.0 / (1.0 + excess),
                angle: oval.angle_deg.to_radians(),
            });
        }
        _ => {}
    }
}

fn foreign_particle(index: usize, particle: &ForeignParticle, draft: &mut Draft<'_>) {
    let key = format!("defect[{index}].material");
    let material = draft.palette.index(&key, &particle.material);
    let [x, y] = polar(particle.radius_mm, particle.angle_deg);
    let ball = Solid::ball([x, y, particle.z_mm], 0.5e-3 * particle.diameter_um);
    draft.parts.push(Part::over("foreign particle", material, ball));
}

/// Height of a bubble's middle, mm.
pub(super) fn bubble_height(bubble: &GasBubble, site: &Site<'_>) -> f64 {
    bubble.z_mm.unwrap_or(0.5 * (site.levels.roll[0] + site.levels.roll[1]))
}

fn gas_bubble(bubble: &GasBubble, site: &Site<'_>, draft: &mut Draft<'_>) {
    let [x, y] = polar(bubble.radius_mm, bubble.angle_deg);
    let half = 0.5 * bubble.diameter_mm;
    let half_height = 0.5 * bubble.height_mm.unwrap_or(bubble.diameter_mm);
    let centre = [x, y, bubble_height(bubble, site)];
    let solid = Solid::Ellipsoid(Ellipsoid { centre, half_axes: [half, half, half_height] });
    let gas = draft.palette.gas();
    draft.parts.push(Part::over("gas bubble", gas, solid));
}

/// The wall along the dent, and then the air in it.
fn can_dent(dent: &CanDent, site: &Site<'_>, draft: &mut Draft<'_>) {
    let (file, levels) = (site.file, site.levels);
    let bowl = |more: f64| {
        Solid::Ellipsoid(Ellipsoid {
            centre: [levels.outer_radius, 0.0, dent.z_mm],
            half_axes: [
                dent.depth_mm + more,
                0.5 * dent.width_mm + more,
                0.5 * dent.height_mm + more,
            ],
        })
    };
    let all = [dent.z_mm - dent.height_mm, dent.z_mm + dent.height_mm];
    let sleeve = levels.outer_radius + 1e-3 * file.sleeve.thickness_um;
    let wall = bowl(file.can.wall_mm).within(Solid::cylinder(levels.outer_radius, all));
    let air = bowl(0.0).within(Solid::cylinder(sleeve, all));
    let turn = Placement::turned([0.0; 3], [0.0, 0.0, 1.0], dent.angle_deg.to_radians());
    let steel = draft.palette.index("can.material", &file.can.material);
    let gas = draft.palette.gas();
    draft.parts.push(Part::over("dented wall", steel, wall).placed(turn));
    draft.parts.push(Part::over("dent", gas, air).placed(turn));
}

/// Both separators of each turn as one sheet that leans towards the axis.
fn bent_separator(bent: &BentSeparator, site: &Site<'_>, draft: &mut Draft<'_>) {
    let (file, levels, roll) = (site.file, site.levels, &site.winding.roll);
    let dry = draft.palette.index("separator.material_dry", &file.separator.material_dry);
    let low = levels.anode[1] + UPRIGHT_MM;
    let room = levels.roll[1] - low;
    let thickness = 2e-3 * file.separator.thickness_um;
    for turn in 0..bent.turns {
        let depth = site.winding.depths[SEPARATORS[0]][0];
        let radius = roll.core_radius + roll.pitch() * (f64::from(turn) + 0.5) + depth;
        let line = [
            [radius, low],
            [radius - 0.15 * bent.bend_mm, low + 0.35 * room],
            [radius - 0.5 * bent.bend_mm, low + 0.65 * room],
            [radius - bent.bend_mm, low + 0.9 * room],
        ];
        let outline = ribbon::outline(&line, thickness);
        let sheet = Solid::Revolved(Revolved { outline, centre: roll.centre, sector: None });
        draft.parts.push(Part::over("bent separator", dry, sheet));
    }
}

/// Free electrolyte up to a level, around what stands in it.
pub(super) fn add_pool(level: f64, site: &Site<'_>, draft: &mut Draft<'_>) {
    let (file, levels, roll) = (site.file, site.levels, &site.winding.roll);
    let tab = draft.parts.iter().filter(|part| part.name.starts_with("negative tab"));
    let tabs: Vec<Solid> = tab
        .filter_map(|part| match &part.shape {
            crate::simulate::shape::Shape::Solid { solid, .. } => Some(solid.clone()),
            crate::simulate::shape::Shape::Roll(_) => None,
        })
        .collect();
    let about_roll = |radius: f64, z: [f64; 2]| {
        let outline = vec![[0.0, z[0]], [radius, z[0]], [radius, z[1]], [0.0, z[1]]];
        Solid::Revolved(Revolved { outline, centre: roll.centre, sector: None })
    };
    let foot = [levels.floor, level.min(levels.roll[0])];
    let insulator = disc(&file.bottom_insulator, levels.bottom_insulator);
    let under = Solid::cylinder(levels.inner_radius, foot).without(insulator);
    let under = tabs.into_iter().fold(under, Solid::without);
    let mut pools = vec![under];
    if level > levels.roll[0] {
        let beside = [levels.roll[0], level];
        let below = [levels.roll[0] - 1.0, level + 1.0];
        let rim = Solid::cylinder(levels.inner_radius, beside);
        pools.push(rim.without(about_roll(roll.outer_radius(), below)));
        let collapse = roll.collapse.map_or(0.0, |collapse| collapse.depth);
        let core = roll.core_radius - collapse;
        if core > 0.0 {
            pools.push(about_roll(core, beside));
        }
    }
    let material = ("electrolyte.material", file.electrolyte.material.as_str());
    for pool in pools {
        draft.body("electrolyte pool", material, pool);
    }
}
