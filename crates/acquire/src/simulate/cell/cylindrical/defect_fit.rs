//! Whether the defects of a cylindrical cell lie in the parts that they belong to. Builds nothing.

use super::inclusions::bubble_height;
use super::roll_defects::offsets;
use super::site::Site;
use crate::simulate::cell::defect::Defect;
use crate::simulate::cell::fit::Fit;

/// Notes what lies outside its part.
pub(super) fn check(index: usize, defect: &Defect, site: &Site<'_>, fit: &mut Fit) {
    let mut asked = Asked { index, kind: defect.kind(), fit };
    in_roll(defect, site, &mut asked);
    of_winding(defect, site, &mut asked);
    in_can(defect, site, &mut asked);
}

/// One defect, and where its misfits go.
struct Asked<'a> {
    index: usize,
    kind: &'static str,
    fit: &'a mut Fit,
}

impl Asked<'_> {
    /// `found` against a greatest value of a part, both mm.
    fn most(&mut self, part: &str, (measure, name): (&str, &str), values: [f64; 2]) {
        let key = format!("defect[{}].{name}", self.index);
        self.fit.at_most(([self.kind, part], measure, &key), values[0], values[1]);
    }

    /// A range of heights in a part's.
    fn between(&mut self, part: &str, (middle, half): (f64, f64), z: [f64; 2]) {
        let key = format!("defect[{}].z_mm", self.index);
        let parts = [self.kind, part];
        self.fit.at_least((parts, "its lower end", &key), middle - half, z[0]);
        self.fit.at_most((parts, "its upper end", &key), middle + half, z[1]);
    }
}

/// Places in the roll.
fn in_roll(defect: &Defect, site: &Site<'_>, asked: &mut Asked<'_>) {
    let (levels, roll) = (site.levels, &site.winding.roll);
    let outer = roll.core_radius + roll.pitch() * (roll.turns + 1.0);
    let turns = ("the roll that it needs, along its radius", "turn");
    match defect {
        Defect::WindingGap(gap) => {
            let reach = roll.core_radius + roll.pitch() * (gap.turn + 1.0);
            asked.most("roll", turns, [reach, outer]);
            let around = std::f64::consts::TAU * (roll.core_radius + roll.pitch() * gap.turn);
            asked.most("roll", ("its length along a turn", "arc_mm"), [gap.arc_mm, 0.9 * around]);
            asked.between("roll", (gap.z_mm, 0.5 * gap.height_mm), levels.roll);
        }
        Defect::TabWedgeVoid(wedge) => {
            let around = std::f64::consts::TAU * site.winding.positive.radius;
            let width = site.file.positive_tab.width_mm + 2.0 * wedge.width_mm;
            asked.most("roll", ("its width with the tab's", "width_mm"), [width, 0.5 * around]);
        }
        Defect::DryZone(zone) => {
            let reach = zone.radius_mm + 0.5 * zone.depth_mm;
            let around = std::f64::consts::TAU * zone.radius_mm;
            let measure = ("its length along the turns", "arc_mm");
            asked.most("roll", measure, [zone.arc_mm, around]);
            asked.most("roll", ("its outer radius", "radius_mm"), [reach, outer]);
            asked.between("roll", (zone.z_mm, 0.5 * zone.height_mm), levels.roll);
        }
        Defect::FreeElectrolyte(pool) => {
            let room = levels.roll[1] - levels.floor;
            asked.most("roll", ("its height", "height_mm"), [pool.height_mm, room]);
        }
        _ => {}
    }
}

/// Changes of turns.
fn of_winding(defect: &Defect, site: &Site<'_>, asked: &mut Asked<'_>) {
    let (levels, roll) = (site.levels, &site.winding.roll);
    let outer = roll.core_radius + roll.pitch() * (roll.turns + 1.0);
    let overhang = levels.roll[1] - levels.anode[1];
    match defect {
        Defect::OverhangChange(change) => {
            let reach = roll.core_radius + roll.pitch() * (f64::from(change.last_turn) + 1.0);
            let measure = ("the roll that it needs, along its radius", "last_turn");
            asked.most("roll", measure, [reach, outer]);
            let measure = ("the change of the anode's edge", "change_mm");
            asked.most("separator", measure, [change.change_mm, overhang]);
            let height = site.file.anode.height_mm;
            asked.most("anode", measure, [-change.change_mm, height]);
        }
        Defect::Telescoping(uneven) => {
            let offsets = offsets(uneven, roll.turns);
            let most = offsets.into_iter().map(f64::abs).fold(0.0, f64::max);
            let measure = ("the greatest offset of a turn", "sigma_mm");
            asked.most("separator", measure, [most, overhang]);
        }
        Defect::CoreCollapse(collapse) => {
            let measure = ("its depth", "depth_mm");
            asked.most("core", measure, [collapse.depth_mm, roll.core_radius]);
            let around = std::f64::consts::PI * roll.core_radius;
            asked.most("core", ("its length", "arc_mm"), [collapse.arc_mm, around]);
            let reach = roll.core_radius + roll.pitch() * (collapse.turns + 1.0);
            let measure = ("the roll that it needs, along its radius", "turns");
            asked.most("roll", measure, [reach, outer]);
        }
        Defect::BentSeparator(bent) => {
            let measure = ("how far it bends", "bend_mm");
            asked.most("core", measure, [bent.bend_mm, roll.core_radius]);
            let reach = roll.core_radius + roll.pitch() * (f64::from(bent.turns) + 1.0);
            let measure = ("the roll that it needs, along its radius", "turns");
            asked.most("roll", measure, [reach, outer]);
        }
        _ => {}
    }
}

/// Places in the can and on it.
fn in_can(defect: &Defect, site: &Site<'_>, asked: &mut Asked<'_>) {
    let levels = site.levels;
    let inside = [levels.floor, levels.vent[0]];
    match defect {
        Defect::ForeignParticle(particle) => {
            let half = 0.5e-3 * particle.diameter_um;
            let reach = particle.radius_mm + half;
            asked.most("can", ("its outer radius", "radius_mm"), [reach, levels.inner_radius]);
            asked.between("can", (particle.z_mm, half), inside);
        }
        Defect::GasBubble(bubble) => {
            let reach = bubble.radius_mm + 0.5 * bubble.diameter_mm;
            asked.most("can", ("its outer radius", "radius_mm"), [reach, levels.inner_radius]);
            let half = 0.5 * bubble.height_mm.unwrap_or(bubble.diameter_mm);
            asked.between("can", (bubble_height(bubble, site), half), inside);
        }
        Defect::CanDent(dent) => {
            let most = 0.25 * levels.inner_radius;
            asked.most("can", ("its depth", "depth_mm"), [dent.depth_mm, most]);
            let wall = [levels.floor, levels.bead[0]];
            asked.between("can", (dent.z_mm, 0.5 * dent.height_mm), wall);
            let width = [dent.width_mm, levels.outer_radius];
            asked.most("can", ("its width", "width_mm"), width);
        }
        Defect::Ovality(oval) => {
            let most = 0.1 * levels.outer_radius;
            let measure = ("the difference of the diameters", "difference_mm");
            asked.most("can", measure, [oval.difference_mm, most]);
        }
        Defect::RollOffCentre(shift) => {
            let most = levels.inner_radius;
            asked.most("can", ("its shift", "shift_mm"), [shift.shift_mm, most]);
        }
        _ => {}
    }
}
