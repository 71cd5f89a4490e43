//! The sound jelly roll of a cylindrical cell, and where its tabs stand. Knows no defects.

use std::f64::consts::TAU;

use super::file::{CylindricalFile, Electrode};
use super::levels::Levels;
use crate::simulate::cell::palette::Palette;
use crate::simulate::shape::{Patch, Roll, RollLayer, Tape};

/// Layers of the anode: inner coat, foil, outer coat.
pub(in super::super) const ANODE: [usize; 3] = [0, 1, 2];
/// The separator between anode and cathode, and the one outside the cathode.
pub(in super::super) const SEPARATORS: [usize; 2] = [3, 7];
/// Layers of the cathode: inner coat, foil, outer coat.
pub(in super::super) const CATHODE: [usize; 3] = [4, 5, 6];
/// Bare foil beside a tab, mm.
const BARE_MM: f64 = 0.5;

/// Where a tab stands in the unrolled sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct TabPlace {
    /// Turn of its middle.
    pub(in super::super) turn: f64,
    /// Range through the stack, foil included, mm.
    pub(in super::super) depth: [f64; 2],
    /// Distance of its middle from the roll's axis, mm.
    pub(in super::super) radius: f64,
    /// Direction of its middle, radians.
    pub(in super::super) angle: f64,
}

/// A sound roll.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Winding {
    /// The roll, about the can's axis.
    pub(in super::super) roll: Roll,
    /// Ranges of the layers through the stack, mm.
    pub(in super::super) depths: [[f64; 2]; 8],
    /// Turns of the cathode.
    pub(in super::super) cathode_turns: f64,
    /// The positive tab.
    pub(in super::super) positive: TabPlace,
    /// The negative tab.
    pub(in super::super) negative: TabPlace,
}

impl Winding {
    /// The sound roll of a cell.
    pub(in super::super) fn of(
        file: &CylindricalFile,
        levels: &Levels,
        palette: &mut Palette<'_>,
    ) -> Self {
        let layers = layers(file, levels, palette);
        let mut depth = 0.0;
        let mut depths = [[0.0; 2]; 8];
        for (range, layer) in depths.iter_mut().zip(&layers) {
            *range = [depth, depth + layer.thickness];
            depth += layer.thickness;
        }
        let cathode_turns = file.roll.turns - file.roll.cathode_ends_early_turns;
        let roll = Roll {
            centre: [0.0; 2],
            core_radius: 0.5 * (file.roll.core_diameter_mm - depth),
            start_angle: file.roll.start_angle_deg.to_radians(),
            turns: file.roll.turns,
            layers,
            tape: tape(file, levels, palette),
            ..Roll::default()
        };
        let place = |turn: f64, layers: [usize; 3], thickness: f64| {
            let from = depths[layers[0]][0];
            let depth = [from, from + thickness];
            let radius = roll.core_radius + roll.pitch() * turn + 0.5 * (depth[0] + depth[1]);
            TabPlace { turn, depth, radius, angle: roll.start_angle + TAU * turn }
        };
        let middle = turn_at_share(&roll, cathode_turns, file.roll.tab_along_cathode);
        let positive_thickness = file.positive_tab.thickness_mm + 1e-3 * file.cathode.foil_um;
        let positive = place(middle, CATHODE, positive_thickness);
        let outermost = roll.core_radius + roll.pitch() * roll.turns;
        let margin = (0.5 * file.negative_tab.width_mm + 2.0 * BARE_MM) / (TAU * outermost);
        let negative_thickness = file.negative_tab.thickness_mm + 1e-3 * file.anode.foil_um;
        let negative = place(roll.turns - margin, ANODE, negative_thickness);
        let mut winding = Self { roll, depths, cathode_turns, positive, negative };
        winding.weld(file, levels, palette);
        winding
    }

    /// Bare foil in the place of coat, and the tabs on it.
    fn weld(&mut self, file: &CylindricalFile, levels: &Levels, palette: &mut Palette<'_>) {
        let top = [levels.cathode[0], levels.roll[1]];
        let bottom = [levels.roll[0], levels.anode[1]];
        let tabs = [
            (self.positive, CATHODE, (levels.cathode, top), &file.positive_tab, "positive_tab"),
            (self.negative, ANODE, (levels.anode, bottom), &file.negative_tab, "negative_tab"),
        ];
        for (place, layers, (bare, sheet), tab, key) in tabs {
            let turns = |width_mm: f64| {
                let half = 0.5 * width_mm / (TAU * place.radius);
                [place.turn - half, place.turn + half]
            };
            let [first, _, last] = layers.map(|layer| self.depths[layer]);
            let window = turns(tab.width_mm + 2.0 * BARE_MM);
            let foil = self.depths[layers[1]];
            for depth in [[first[0], foil[0]], [foil[1], last[1]]] {
                let turns = window;
                self.roll.patches.push(Patch { turns, depth, z: bare, material: None });
            }
            let material = Some(palette.index(&format!("{key}.material"), &tab.material));
            let (turns, depth) = (turns(tab.width_mm), place.depth);
            self.roll.patches.push(Patch { turns, depth, z: sheet, material });
        }
    }

    /// Length of the anode, mm.
    pub(in super::super) fn electrode_length(&self) -> f64 {
        sheet_length(&self.roll, self.roll.turns)
    }
}

/// Length of the middle of the stack from the inner end to a turn, mm.
fn sheet_length(roll: &Roll, turns: f64) -> f64 {
    let (pitch, start) = (roll.pitch(), roll.core_radius + 0.5 * roll.pitch());
    TAU * (start * turns + 0.5 * pitch * turns * turns)
}

/// The turn up to which a share of the sheet's length lies.
fn turn_at_share(roll: &Roll, turns: f64, share: f64) -> f64 {
    let (pitch, start) = (roll.pitch(), roll.core_radius + 0.5 * roll.pitch());
    let length = share * sheet_length(roll, turns) / TAU;
    ((start * start + 2.0 * pitch * length).sqrt() - start) / pitch
}

fn layers(file: &CylindricalFile, levels: &Levels, palette: &mut Palette<'_>) -> Vec<RollLayer> {
    let turns = &file.roll;
    let cathode_end = turns.turns - turns.cathode_ends_early_turns;
    let [whole, inner] = [[0.0, turns.turns], [0.0, cathode_end]];
    let mut coated = [turns.one_sided_turns, turns.turns];
    coated[0] = coated[0].min(coated[1]);
    let mut layers = electrode("anode", &file.anode, palette);
    for (layer, range) in layers.iter_mut().zip([coated, whole, whole]) {
        (layer.z, layer.turns) = (levels.anode, range);
    }
    let mut cathode = electrode("cathode", &file.cathode, palette);
    for layer in &mut cathode {
        (layer.z, layer.turns) = (levels.cathode, inner);
    }
    let separator = RollLayer {
        name: "separator".into(),
        thickness: 1e-3 * file.separator.thickness_um,
        material: palette.index("separator.material", &file.separator.material),
        dry: Some(palette.index("separator.material_dry", &file.separator.material_dry)),
        z: levels.roll,
        turns: whole,
        moves: false,
    };
    layers.push(separator.clone());
    layers.extend(cathode);
    layers.push(RollLayer { turns: inner, ..separator });
    layers
}

/// Coat, foil, coat.
fn electrode(key: &str, electrode: &Electrode, palette: &mut Palette<'_>) -> Vec<RollLayer> {
    let coat = palette.index(&format!("{key}.coat"), &electrode.coat);
    let dry = palette.index(&format!("{key}.coat_dry"), &electrode.coat_dry);
    let foil = palette.index(&format!("{key}.foil"), &electrode.foil);
    let layer =
        |what: &str, thickness_um: f64, (material, dry): (usize, Option<usize>)| RollLayer {
            name: format!("{key} {what}"),
            thickness: 1e-3 * thickness_um,
            material,
            dry,
            z: [0.0; 2],
            turns: [0.0; 2],
            moves: true,
        };
    vec![
        layer("inner coat", electrode.coat_um, (coat, Some(dry))),
        layer("foil", electrode.foil_um, (foil, None)),
        layer("outer coat", electrode.coat_um, (coat, Some(dry))),
    ]
}

fn tape(file: &CylindricalFile, levels: &Levels, palette: &mut Palette<'_>) -> Option<Tape> {
    let turns = &file.roll;
    let last = [turns.turns - 1.0, turns.turns - turns.cathode_ends_early_turns];
    (file.tape.thickness_um > 0.0).then(|| Tape {
        thickness: 1e-3 * file.tape.thickness_um,
        material: palette.index("tape.material", &file.tape.material),
        turns: last,
        z: levels.anode,
    })
}
