//! What can be said of a roll before any ray: its sublayers, its zones in z, where along z its
//! section changes. Knows no rays.

use std::f64::consts::TAU;

use super::sheet::Void;
use super::{DryZone, Roll};

/// A slice of the stack in which one layer and the same patches lie.
#[derive(Debug, Clone)]
pub(super) struct Sublayer {
    /// The layer; none beyond the stack.
    pub(super) layer: usize,
    /// The patches over it, in order.
    pub(super) patches: Vec<usize>,
    /// Whether the tape of the turn inside may lie here.
    pub(super) tape: bool,
    /// Turns τ at which something begins or ends.
    pub(super) events: Vec<f64>,
}

/// A range of z in which the same voids are open.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    pub(super) z: [f64; 2],
    pub(super) voids: Vec<usize>,
}

/// A place on the unrolled sheet and in the roll.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Turn τ of the sheet.
    pub(super) turn: f64,
    /// Distance from the axis, mm.
    pub(super) radius: f64,
    /// Angle from the roll's start, turns.
    pub(super) turned: f64,
}

/// A roll made ready for rays.
#[derive(Debug, Clone)]
pub(in super::super) struct RollPlan {
    pub(super) roll: Roll,
    pub(super) pitch: f64,
    /// Lower edges of the sublayers, as shares of the pitch; the first is 0.
    pub(super) cuts: Vec<f64>,
    pub(super) sublayers: Vec<Sublayer>,
    pub(super) voids: Vec<Void>,
    pub(super) zones: Vec<Zone>,
    /// Ranges of z without any change, and the zone of each.
    pub(super) calm: Vec<([f64; 2], usize)>,
    /// The materials that it may hold, sorted.
    pub(super) materials: Vec<usize>,
    /// Radii between which the sheet lies.
    pub(super) radius: [f64; 2],
}

impl RollPlan {
    /// Makes a roll ready.
    pub(in super::super) fn new(roll: &Roll) -> Self {
        let (pitch, voids) = (roll.pitch(), roll.voids());
        let cuts = cuts(roll, &voids);
        let sublayers = sublayers(roll, &cuts);
        let zones = zones(&voids);
        let calm = calm(roll, &zones);
        let inner = roll.core_radius - roll.collapse.map_or(0.0, |collapse| collapse.depth);
        let radius = [inner.max(0.0), roll.outer_radius()];
        let materials = materials(roll);
        Self { roll: roll.clone(), pitch, cuts, sublayers, voids, zones, calm, materials, radius }
    }

    /// Appends the ranges of z where the section changes.
    pub(in super::super) fn busy(&self, out: &mut Vec<[f64; 2]>) {
        out.extend(busy(&self.roll, &self.zones));
    }
}

/// The materials that a roll may hold, sorted.
pub(in super::super) fn materials(roll: &Roll) -> Vec<usize> {
    let layers = roll.layers.iter().flat_map(|layer| [Some(layer.material), layer.dry]);
    let others = roll.patches.iter().map(|patch| patch.material);
    let fillings = roll.gaps.iter().map(|gap| gap.material);
    let tape = roll.tape.iter().map(|tape| Some(tape.material));
    let mut all: Vec<usize> = layers.chain(others).chain(fillings).chain(tape).flatten().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn cuts(roll: &Roll, voids: &[Void]) -> Vec<f64> {
    let pitch = roll.pitch();
    let tops = roll.layers.iter().scan(0.0, |top, layer| {
        *top += layer.thickness;
        Some(*top)
    });
    let patches = roll.patches.iter().flat_map(|patch| patch.depth);
    let tape = roll.tape.iter().map(|tape| tape.thickness);
    let depths = tops.chain(patches).chain(tape).map(|depth| depth / pitch);
    let all = depths.chain(voids.iter().map(|void| void.depth));
    let mut cuts: Vec<f64> = all.filter(|cut| *cut > 1e-9 && *cut < 1.0 - 1e-9).collect();
    cuts.push(0.0);
    cuts.sort_unstable_by(f64::total_cmp);
    cuts.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    cuts
}

fn sublayers(roll: &Roll, cuts: &[f64]) -> Vec<Sublayer> {
    let pitch = roll.pitch();
    let middle = |index: usize| {
        let top = cuts.get(index + 1).copied().unwrap_or(1.0);
        0.5 * (cuts[index] + top) * pitch
    };
    (0..cuts.len()).map(|index| sublayer(roll, middle(index))).collect()
}

fn sublayer(roll: &Roll, depth: f64) -> Sublayer {
    let mut top = 0.0;
    let within = roll.layers.iter().position(|layer| {
        top += layer.thickness;
        depth < top
    });
    let layer = within.unwrap_or(roll.layers.len().saturating_sub(1));
    let over = |patch: &usize| {
        let [low, high] = roll.patches[*patch].depth;
        depth > low && depth < high
    };
    let patches: Vec<usize> = (0..roll.patches.len()).filter(over).collect();
    let tape = roll.tape.as_ref().filter(|tape| depth < tape.thickness);
    let mut events = vec![0.0, roll.turns];
    events.extend(roll.layers[layer].turns);
    events.extend(patches.iter().flat_map(|patch| roll.patches[*patch].turns));
    events.extend(tape.iter().flat_map(|tape| tape.turns.map(|turn| turn + 1.0)));
    let changes = roll.edge_changes.iter().filter(|change| change.layers.contains(&layer));
    events.extend(changes.flat_map(|change| change.turns));
    events.retain(|turn| turn.is_finite());
    events.sort_unstable_by(f64::total_cmp);
    events.dedup();
    Sublayer { layer, patches, tape: tape.is_some(), events }
}

fn zones(voids: &[Void]) -> Vec<Zone> {
    let mut edges = vec![f64::NEG_INFINITY, f64::INFINITY];
    edges.extend(voids.iter().flat_map(|void| void.z));
    edges.sort_unstable_by(f64::total_cmp);
    edges.dedup();
    let open = |z: [f64; 2]| {
        let holds = |void: &usize| voids[*void].z[0] <= z[0] && voids[*void].z[1] >= z[1];
        (0..voids.len()).filter(holds).collect()
    };
    edges.windows(2).map(|z| Zone { z: [z[0], z[1]], voids: open([z[0], z[1]]) }).collect()
}

fn busy(roll: &Roll, zones: &[Zone]) -> Vec<[f64; 2]> {
    let points = |z: [f64; 2]| z.map(|end| [end; 2]);
    let mut busy: Vec<[f64; 2]> =
        (0..roll.layers.len()).flat_map(|layer| roll.end_ranges(layer)).collect();
    busy.extend(roll.patches.iter().flat_map(|patch| points(patch.z)));
    busy.extend(roll.dry_zones.iter().flat_map(|zone| points(zone.z)));
    busy.extend(roll.tape.iter().flat_map(|tape| points(tape.z)));
    busy.extend(zones.iter().flat_map(|zone| points(zone.z)));
    busy.retain(|range| range[0].is_finite() && range[1].is_finite());
    busy
}

/// What the busy ranges leave between the ends of the roll.
fn calm(roll: &Roll, zones: &[Zone]) -> Vec<([f64; 2], usize)> {
    let mut busy = busy(roll, zones);
    busy.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]));
    let (mut calm, mut reached) = (Vec::new(), f64::INFINITY);
    for [low, high] in busy {
        if low > reached {
            let zone = zones.iter().position(|zone| zone.z[0] <= reached && zone.z[1] >= low);
            calm.extend(zone.map(|zone| ([reached, low], zone)));
        }
        reached = if reached.is_infinite() { high } else { reached.max(high) };
    }
    calm
}

impl RollPlan {
    /// What lies one above the other in a sublayer at a place: ranges of z, each with its material.
    pub(super) fn stack(&self, index: usize, place: Place, stack: &mut Vec<([f64; 2], usize)>) {
        let turn = place.turn;
        let (roll, sublayer) = (&self.roll, &self.sublayers[index]);
        let layer = &roll.layers[sublayer.layer];
        let holds = |range: [f64; 2]| turn >= range[0] && turn <= range[1];
        let sheet = holds([0.0, roll.turns]);
        if sheet && holds(layer.turns) {
            stack.push((roll.ends(sublayer.layer, turn), layer.material));
            for zone in roll.dry_zones.iter().filter(|zone| zone.is_about(roll, place)) {
                replace(stack, zone.z, layer.dry, true);
            }
        }
        for patch in sublayer.patches.iter().map(|index| &roll.patches[*index]) {
            if sheet && holds(patch.turns) {
                replace(stack, patch.z, patch.material, false);
            }
        }
        if let Some(tape) = roll.tape.as_ref().filter(|_| sublayer.tape)
            && turn - 1.0 >= tape.turns[0]
            && turn - 1.0 <= tape.turns[1]
        {
            replace(stack, tape.z, Some(tape.material), false);
        }
    }
}

impl DryZone {
    fn is_about(&self, roll: &Roll, place: Place) -> bool {
        let Place { radius, turned, .. } = place;
        let inside = |[from, width]: [f64; 2]| {
            let angle = roll.start_angle + turned * TAU;
            (angle - from).rem_euclid(TAU) <= width
        };
        radius >= self.radius[0] && radius <= self.radius[1] && self.angle.is_none_or(inside)
    }
}

/// Gives the range `z` another material: what is there already where `within`, else all of it.
/// Without a material, what is there is taken out (or, within, stays).
fn replace(stack: &mut Vec<([f64; 2], usize)>, z: [f64; 2], material: Option<usize>, within: bool) {
    if within && material.is_none() {
        return;
    }
    for index in 0..stack.len() {
        let (range, old) = stack[index];
        let both = [range[0].max(z[0]), range[1].min(z[1])];
        if both[0] >= both[1] {
            continue;
        }
        stack[index].0 = [range[0], both[0]];
        stack.push(([both[1], range[1]], old));
        if within {
            stack.extend(material.map(|material| (both, material)));
        }
    }
    if !within {
        stack.extend(material.map(|material| (z, material)));
    }
    stack.retain(|(range, _)| range[0] < range[1]);
}
