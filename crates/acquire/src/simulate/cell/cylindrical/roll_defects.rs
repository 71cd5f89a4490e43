//! Defects that change the jelly roll itself. Knows no other parts.

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use voltomo_numeric::cast::to_index;

use super::file::CylindricalFile;
use super::levels::Levels;
use super::winding::{ANODE, CATHODE, SEPARATORS, Winding};
use crate::simulate::cell::defect::{
    BentSeparator, CoreCollapse, Defect, DryZone, End, OverhangChange, TabWedgeVoid, Telescoping,
    WindingGap,
};
use crate::simulate::cell::draft::polar;
use crate::simulate::cell::palette::Palette;
use crate::simulate::shape::{
    Collapse, DryZone as DryRegion, EdgeChange, Gap, GapProfile, Patch, Roll,
};

/// Chance moves a turn by at most so many standard deviations.
const MOST_SIGMAS: f64 = 2.5;
/// Bent separators still stand upright so far above the anode, mm.
pub(super) const UPRIGHT_MM: f64 = 0.2;

/// Changes the roll as a defect does; defects of other parts leave it.
pub(super) fn apply(defect: &Defect, levels: &Levels, winding: &mut Winding) {
    match defect {
        Defect::WindingGap(gap) => winding.roll.gaps.push(winding_gap(gap, &winding.roll)),
        Defect::TabWedgeVoid(wedge) => {
            let gap = wedge_gap(wedge, levels, winding);
            winding.roll.gaps.push(gap);
        }
        Defect::RollOffCentre(shift) => {
            winding.roll.centre = polar(shift.shift_mm, shift.angle_deg);
        }
        Defect::DryZone(zone) => winding.roll.dry_zones.push(dry_region(zone)),
        Defect::OverhangChange(change) => winding.roll.edge_changes.push(edge_change(change)),
        Defect::Telescoping(uneven) => winding.roll.offsets = offsets(uneven, winding.roll.turns),
        Defect::CoreCollapse(collapse) => {
            winding.roll.collapse = Some(buckled(collapse, levels, &winding.roll));
        }
        Defect::BentSeparator(bent) => winding.roll.edge_changes.push(cut(bent, levels)),
        _ => {}
    }
}

/// Fills the room between the separators below the electrodes up to a level.
pub(super) fn fill_overhang(
    level: f64,
    (file, levels): (&CylindricalFile, &Levels),
    winding: &mut Winding,
    palette: &mut Palette<'_>,
) {
    let material = Some(palette.index("electrolyte.material", &file.electrolyte.material));
    for (layers, electrode) in [(ANODE, levels.anode), (CATHODE, levels.cathode)] {
        let depth = [winding.depths[layers[0]][0], winding.depths[layers[2]][1]];
        let z = [levels.roll[0], level.min(electrode[0])];
        let last = winding.roll.layers[layers[1]].turns[1];
        if z[1] > z[0] {
            // First, so that tabs stay what they are.
            winding.roll.patches.insert(0, Patch { turns: [0.0, last], depth, z, material });
        }
    }
}

/// The turn nearest to `turn` that stands at an angle.
pub(super) fn turn_at(roll: &Roll, turn: f64, angle_deg: f64) -> f64 {
    let at_angle = (angle_deg.to_radians() - roll.start_angle) / TAU;
    at_angle + (turn - at_angle).round()
}

fn winding_gap(gap: &WindingGap, roll: &Roll) -> Gap {
    Gap {
        turn: turn_at(roll, gap.turn, gap.angle_deg),
        depth: 0.0,
        arc: gap.arc_mm,
        thickness: 1e-3 * gap.thickness_um,
        z: [gap.z_mm - 0.5 * gap.height_mm, gap.z_mm + 0.5 * gap.height_mm],
        profile: GapProfile::Lens,
        material: None,
    }
}

/// Full over the tab's width, falling to nothing beside it.
fn wedge_gap(wedge: &TabWedgeVoid, levels: &Levels, winding: &Winding) -> Gap {
    let tab = winding.positive;
    let patch = winding.roll.patches.iter().find(|patch| patch.depth == tab.depth);
    let turns = patch.map_or(0.0, |patch| patch.turns[1] - patch.turns[0]);
    let tab_width = TAU * tab.radius * turns;
    Gap {
        turn: tab.turn,
        depth: winding.depths[CATHODE[2]][1],
        arc: tab_width + 2.0 * wedge.width_mm,
        thickness: 1e-3 * wedge.thickness_um,
        z: [levels.cathode[0], levels.roll[1]],
        profile: GapProfile::Plateau { taper: wedge.width_mm },
        material: None,
    }
}

fn dry_region(zone: &DryZone) -> DryRegion {
    let width = zone.arc_mm / zone.radius_mm.max(1e-6);
    let angle = (width < TAU).then(|| [zone.angle_deg.to_radians() - 0.5 * width, width]);
    DryRegion {
        radius: [zone.radius_mm - 0.5 * zone.depth_mm, zone.radius_mm + 0.5 * zone.depth_mm],
        angle,
        z: [zone.z_mm - 0.5 * zone.height_mm, zone.z_mm + 0.5 * zone.height_mm],
    }
}

fn edge_change(change: &OverhangChange) -> EdgeChange {
    let shift = match change.end {
        End::Top => [0.0, change.change_mm],
        End::Bottom => [-change.change_mm, 0.0],
    };
    let turns = [f64::from(change.first_turn), f64::from(change.last_turn) + 1.0];
    EdgeChange { layers: ANODE.to_vec(), turns, shift }
}

/// Height of each turn, mm.
pub(super) fn offsets(uneven: &Telescoping, turns: f64) -> Vec<f64> {
    let mut chance = ChaCha8Rng::seed_from_u64(uneven.seed);
    let offset = |turn: usize| {
        let sigmas: f64 = StandardNormal.sample(&mut chance);
        let drift = uneven.drift_mm * (turn as f64 / turns - 0.5);
        drift + uneven.sigma_mm * sigmas.clamp(-MOST_SIGMAS, MOST_SIGMAS)
    };
    (0..=to_index(turns.ceil())).map(offset).collect()
}

fn buckled(collapse: &CoreCollapse, levels: &Levels, roll: &Roll) -> Collapse {
    Collapse {
        angle: collapse.angle_deg.to_radians(),
        half_width: 0.5 * collapse.arc_mm / roll.core_radius,
        depth: collapse.depth_mm,
        turns: to_index(collapse.turns.round().max(1.0)),
        z: levels.roll,
    }
}

/// The upright part of the bent separators.
fn cut(bent: &BentSeparator, levels: &Levels) -> EdgeChange {
    EdgeChange {
        layers: SEPARATORS.to_vec(),
        turns: [0.0, f64::from(bent.turns)],
        shift: [0.0, levels.anode[1] + UPRIGHT_MM - levels.roll[1]],
    }
}
