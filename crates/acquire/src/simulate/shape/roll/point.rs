//! Which layer of a roll holds a point, by the formula alone: the slow twin of the traced spiral.

use std::f64::consts::TAU;

use super::{Roll, RollLayer};

fn holds(range: [f64; 2], value: f64) -> bool {
    value >= range[0] && value <= range[1]
}

impl Roll {
    /// Material at a point `[x, y, z]` of the cell, mm; none in voids and outside.
    #[must_use]
    pub fn material_at(&self, [x, y, z]: [f64; 3]) -> Option<usize> {
        let [dx, dy] = [x - self.centre[0], y - self.centre[1]];
        let (radius, angle) = (dx.hypot(dy), dy.atan2(dx));
        let turned = ((angle - self.start_angle) / TAU).rem_euclid(1.0);
        let pitch = self.pitch();
        // The gaps at this angle: [position, lift], and what fills them.
        let (mut gaps, mut lift) = (Vec::new(), 0.0);
        for void in self.voids().iter().filter(|void| holds(void.z, z)) {
            let turn = turned + (void.turn - turned).round();
            let along = (turn - void.turn) / void.half;
            let thickness = void.thickness_at(along);
            gaps.push((turn - turned + void.depth, thickness, void.material_at(along)));
            lift -= if void.inwards { thickness } else { 0.0 };
        }
        gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (position, thickness, material) in gaps {
            let opens = self.core_radius + pitch * (position + turned) + lift;
            if radius < opens {
                break;
            }
            if radius < opens + thickness {
                return material;
            }
            lift += thickness;
        }
        let position = (radius - self.core_radius - lift) / pitch - turned;
        let turn = position.floor() + turned;
        self.sheet_at([turn, (position - position.floor()) * pitch], ([radius, angle], z))
    }

    fn sheet_at(&self, [turn, depth]: [f64; 2], (polar, z): ([f64; 2], f64)) -> Option<usize> {
        if let Some(tape) = &self.tape
            && depth < tape.thickness
            && holds(tape.turns, turn - 1.0)
            && holds(tape.z, z)
        {
            return Some(tape.material);
        }
        let patch = self.patches.iter().rev().find(|patch| {
            let there = holds(patch.turns, turn) && holds([0.0, self.turns], turn);
            there && holds(patch.depth, depth) && holds(patch.z, z)
        });
        if let Some(patch) = patch {
            return patch.material;
        }
        let mut top = 0.0;
        let index = self.layers.iter().position(|layer| {
            top += layer.thickness;
            depth < top
        })?;
        let layer = &self.layers[index];
        let there = holds([0.0, self.turns], turn)
            && holds(layer.turns, turn)
            && holds(self.ends(index, turn), z);
        there.then(|| self.soaked_or_dry(layer, polar, z))
    }

    fn soaked_or_dry(&self, layer: &RollLayer, [radius, angle]: [f64; 2], z: f64) -> usize {
        let dry = self.dry_zones.iter().any(|zone| {
            let turned = |[from, width]: [f64; 2]| (angle - from).rem_euclid(TAU) <= width;
            holds(zone.radius, radius) && holds(zone.z, z) && zone.angle.is_none_or(turned)
        });
        layer.dry.filter(|_| dry).unwrap_or(layer.material)
    }
}
