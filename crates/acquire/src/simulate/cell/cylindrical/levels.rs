//! Heights and radii of a cylindrical cell's parts, from its dimensions. Knows no shapes.

use super::file::CylindricalFile;

/// Where each part begins and ends, mm in the cell frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Levels {
    /// Outer radius of the can.
    pub(in super::super) outer_radius: f64,
    /// Inner radius of its wall.
    pub(in super::super) inner_radius: f64,
    /// Inner radius at the deepest place of the bead.
    pub(in super::super) bead_radius: f64,
    /// Inner radius of the crimped lip.
    pub(in super::super) lip_radius: f64,
    /// Inner face of the floor.
    pub(in super::super) floor: f64,
    /// The disc under the roll.
    pub(in super::super) bottom_insulator: [f64; 2],
    /// The separators: the whole roll.
    pub(in super::super) roll: [f64; 2],
    /// The anode.
    pub(in super::super) anode: [f64; 2],
    /// The cathode.
    pub(in super::super) cathode: [f64; 2],
    /// The disc on the roll.
    pub(in super::super) top_insulator: [f64; 2],
    /// The groove, metal included.
    pub(in super::super) bead: [f64; 2],
    /// The vent disc.
    pub(in super::super) vent: [f64; 2],
    /// The resistor; empty where there is none.
    pub(in super::super) ptc: [f64; 2],
    /// The plate of the lid.
    pub(in super::super) lid: [f64; 2],
    /// The crimped lip.
    pub(in super::super) lip: [f64; 2],
}

impl Levels {
    /// Levels of a cell.
    pub(in super::super) fn of(file: &CylindricalFile) -> Self {
        let from = |low: f64, height: f64| [low, low + height];
        let outer_radius = 0.5 * file.can.outer_diameter_mm;
        let inner_radius = outer_radius - file.can.wall_mm;
        let floor = file.can.base_mm;
        let bottom_insulator =
            from(floor + file.negative_tab.thickness_mm, file.bottom_insulator.thickness_mm);
        let roll = from(bottom_insulator[1], file.separator.height_mm);
        let centred = |height: f64| {
            let low = 0.5 * (roll[0] + roll[1] - height);
            [low, low + height]
        };
        let bead_middle = file.can.height_mm - file.bead.below_top_mm;
        let half = 0.5 * file.bead.width_mm;
        let bead = [bead_middle - half, bead_middle + half];
        let vent = from(bead[1] + file.gasket.flange_mm, file.vent.thickness_mm);
        let ptc = from(vent[1], if file.ptc.present { file.ptc.thickness_mm } else { 0.0 });
        Self {
            outer_radius,
            inner_radius,
            bead_radius: inner_radius - file.bead.depth_mm,
            lip_radius: outer_radius - file.can.lip_mm,
            floor,
            bottom_insulator,
            roll,
            anode: centred(file.anode.height_mm),
            cathode: centred(file.cathode.height_mm),
            top_insulator: from(roll[1], file.top_insulator.thickness_mm),
            bead,
            vent,
            ptc,
            lid: from(ptc[1], file.lid.thickness_mm),
            lip: [file.can.height_mm - file.can.wall_mm, file.can.height_mm],
        }
    }
}
