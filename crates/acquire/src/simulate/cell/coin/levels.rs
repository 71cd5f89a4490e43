//! Heights and radii of a coin cell's parts, from its dimensions. Knows no shapes.

use super::file::CoinFile;

/// Where each part begins and ends, mm in the cell frame, from the can's floor up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    /// Inner radius of the can's wall.
    pub(super) can_inside: f64,
    /// Inner radius of the cap's wall.
    pub(super) cap_inside: f64,
    /// Inner radius of the crimped lip.
    pub(super) lip_radius: f64,
    /// The crimped lip.
    pub(super) lip: [f64; 2],
    /// The spacer on the floor.
    pub(super) lower_spacer: [f64; 2],
    /// The foil of the cathode.
    pub(super) cathode_foil: [f64; 2],
    /// Its coat.
    pub(super) cathode_coat: [f64; 2],
    /// The gas beside the separator.
    pub(super) gap: [f64; 2],
    /// The separator.
    pub(super) separator: [f64; 2],
    /// The coat of the anode, or the chip.
    pub(super) anode_coat: [f64; 2],
    /// The foil of the anode.
    pub(super) anode_foil: [f64; 2],
    /// The spacer under the spring.
    pub(super) upper_spacer: [f64; 2],
    /// What is left for the spring.
    pub(super) cavity: [f64; 2],
}

impl Levels {
    /// Levels of a cell.
    pub(super) fn of(file: &CoinFile) -> Self {
        let mut top = file.can.wall_mm;
        let mut next = |thickness: f64| {
            let low = top;
            top += thickness;
            [low, top]
        };
        let can_inside = 0.5 * file.can.outer_diameter_mm - file.can.wall_mm;
        let lower_spacer = next(file.lower_spacer.thickness_mm);
        let cathode_foil = next(1e-3 * file.cathode.foil_um);
        let cathode_coat = next(1e-3 * file.cathode.coat_um);
        let gap = next(file.separator.gas_gap_mm);
        let separator = next(1e-3 * file.separator.thickness_um);
        let anode_coat = next(1e-3 * file.anode.coat_um);
        let anode_foil = next(1e-3 * file.anode.foil_um);
        let upper_spacer = next(file.upper_spacer.thickness_mm);
        Self {
            can_inside,
            cap_inside: 0.5 * file.cap.rim_diameter_mm - file.cap.wall_mm,
            lip_radius: can_inside - file.can.lip_mm,
            lip: [file.can.height_mm - file.can.wall_mm, file.can.height_mm],
            lower_spacer,
            cathode_foil,
            cathode_coat,
            gap,
            separator,
            anode_coat,
            anode_foil,
            upper_spacer,
            cavity: [upper_spacer[1], file.height_mm - file.cap.wall_mm],
        }
    }

    /// Height of the spring's cavity.
    pub(super) fn cavity_height(&self) -> f64 {
        self.cavity[1] - self.cavity[0]
    }
}
