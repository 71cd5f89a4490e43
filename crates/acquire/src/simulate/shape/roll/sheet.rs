//! The unrolled sheet of a roll: what lies where along it, and how gaps lift it. Knows no rays.

use std::f64::consts::TAU;

use super::{Gap, GapProfile, Roll};

/// A gap or a step of the collapse, as the spiral feels it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Void {
    /// Turn τ of its middle, and half its length in turns.
    pub(in super::super) turn: f64,
    pub(in super::super) half: f64,
    /// Share of `half` over which a plateau falls; none for a lens.
    pub(in super::super) taper: Option<f64>,
    /// Where in the stack, as a share of the pitch.
    pub(in super::super) depth: f64,
    /// Greatest thickness, mm.
    pub(in super::super) thickness: f64,
    /// Lower and upper end, mm.
    pub(in super::super) z: [f64; 2],
    /// What fills it away from its tapers.
    pub(in super::super) material: Option<usize>,
    /// Whether the turns inside give way rather than those outside.
    pub(in super::super) inwards: bool,
}

impl Void {
    /// Thickness, mm, at `u` = −1…1 along the arc.
    #[inline]
    pub(in super::super) fn thickness_at(&self, u: f64) -> f64 {
        if u.abs() >= 1.0 {
            return 0.0;
        }
        match self.taper {
            None => self.thickness * (1.0 - u * u),
            Some(taper) => self.thickness * ((1.0 - u.abs()) / taper).min(1.0),
        }
    }

    /// Material at `u` along the arc.
    pub(in super::super) fn material_at(&self, u: f64) -> Option<usize> {
        self.material.filter(|_| u.abs() <= 1.0 - self.taper.unwrap_or(0.0))
    }
}

impl Roll {
    /// Thickness of the stack, mm: by so much the spiral grows a turn.
    #[must_use]
    pub fn pitch(&self) -> f64 {
        self.layers.iter().map(|layer| layer.thickness).sum()
    }

    /// Greatest radius that the roll may reach about its own axis, mm, gaps and tape included.
    #[must_use]
    pub fn outer_radius(&self) -> f64 {
        let gaps: f64 = self.gaps.iter().map(|gap| gap.thickness).sum();
        let tape = self.tape.as_ref().map_or(0.0, |tape| tape.thickness);
        self.core_radius + self.pitch() * (self.turns + 1.0) + gaps + tape
    }

    /// Lowest and highest point of any of its materials, mm.
    #[must_use]
    pub fn z_range(&self) -> [f64; 2] {
        let tape = self.tape.iter().map(|tape| tape.z);
        let filled = self.gaps.iter().filter(|gap| gap.material.is_some()).map(|gap| gap.z);
        let patches = self.patches.iter().map(|patch| patch.z);
        let ends = (0..self.layers.len()).flat_map(|layer| {
            let [low, high] = self.end_ranges(layer);
            [low, high]
        });
        ends.chain(tape)
            .chain(filled)
            .chain(patches)
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], range| {
                [low.min(range[0]), high.max(range[1])]
            })
    }

    /// Ranges `[low, high]` that the lower and that the upper end of a layer run through, mm.
    pub(in super::super) fn end_ranges(&self, layer: usize) -> [[f64; 2]; 2] {
        let mut moves = [0.0f64; 2];
        if self.layers[layer].moves && !self.offsets.is_empty() {
            let start = [f64::INFINITY, f64::NEG_INFINITY];
            moves = self
                .offsets
                .iter()
                .fold(start, |[low, high], &offset| [low.min(offset), high.max(offset)]);
        }
        [0, 1].map(|end| {
            let mut shifts = [0.0f64; 2];
            for change in self.edge_changes.iter().filter(|it| it.layers.contains(&layer)) {
                shifts = [shifts[0].min(change.shift[end]), shifts[1].max(change.shift[end])];
            }
            let z = self.layers[layer].z[end];
            [z + shifts[0] + moves[0], z + shifts[1] + moves[1]]
        })
    }

    /// Where the middle of a depth of the stack stands at a turn τ and a height, `[x, y]`, mm,
    /// gaps and collapse included.
    #[must_use]
    pub fn place(&self, turn: f64, depth: f64, z: f64) -> [f64; 2] {
        let pitch = self.pitch();
        let position = turn + depth / pitch;
        let mut radius = self.core_radius + pitch * position;
        for void in self.voids().iter().filter(|void| z >= void.z[0] && z <= void.z[1]) {
            let at = turn + (void.turn - turn).round();
            let lift = void.thickness_at((at - void.turn) / void.half);
            let outside = position >= at + void.depth;
            match (void.inwards, outside) {
                (false, true) => radius += lift,
                (true, false) => radius -= lift,
                _ => {}
            }
        }
        let (sin, cos) = (self.start_angle + TAU * turn).sin_cos();
        [self.centre[0] + radius * cos, self.centre[1] + radius * sin]
    }

    /// Every gap, and every step of the collapse.
    pub(in super::super) fn voids(&self) -> Vec<Void> {
        let mut voids: Vec<Void> = self.gaps.iter().map(|gap| self.void_of(gap)).collect();
        if let Some(collapse) = &self.collapse {
            let first = ((collapse.angle - self.start_angle) / TAU).rem_euclid(1.0);
            voids.extend((1..=collapse.turns).map(|step| Void {
                turn: first + step as f64,
                half: collapse.half_width / TAU,
                taper: None,
                depth: 0.0,
                thickness: collapse.depth / collapse.turns as f64,
                z: collapse.z,
                material: None,
                inwards: true,
            }));
        }
        voids
    }

    fn void_of(&self, gap: &Gap) -> Void {
        let pitch = self.pitch();
        let radius = self.core_radius + pitch * gap.turn + gap.depth;
        let taper = match gap.profile {
            GapProfile::Lens => None,
            GapProfile::Plateau { taper } => Some((2.0 * taper / gap.arc).clamp(1e-6, 1.0)),
        };
        Void {
            turn: gap.turn,
            half: 0.5 * gap.arc / (TAU * radius),
            taper,
            depth: gap.depth / pitch,
            thickness: gap.thickness,
            z: gap.z,
            material: gap.material,
            inwards: false,
        }
    }

    /// Lower and upper end of a layer at a turn τ, mm.
    pub(in super::super) fn ends(&self, layer: usize, turn: f64) -> [f64; 2] {
        let of = &self.layers[layer];
        let offset = if of.moves { self.offset(turn) } else { 0.0 };
        let holds = |range: [f64; 2]| turn >= range[0] && turn <= range[1];
        let mut changes = self.edge_changes.iter().rev();
        let shift = changes
            .find(|change| holds(change.turns) && change.layers.contains(&layer))
            .map_or([0.0; 2], |change| change.shift);
        [of.z[0] + offset + shift[0], of.z[1] + offset + shift[1]]
    }

    fn offset(&self, turn: f64) -> f64 {
        let Some(&last) = self.offsets.last() else { return 0.0 };
        let before = turn.max(0.0).floor();
        let index = voltomo_numeric::cast::to_index(before);
        match (self.offsets.get(index), self.offsets.get(index + 1)) {
            (Some(a), Some(b)) => a + (turn.max(0.0) - before) * (b - a),
            _ => last,
        }
    }
}
