//! Bodies that claim the same place, found by rays through each of them. Knows no cell.

use std::f64::consts::TAU;

use super::line::Line;
use super::piece::{Filling, Piece};
use super::roll::{RollCut, Stretch};
use super::scene::Scene;
use super::spans::{Buffers, Spans, intersect, join};

/// Two bodies share a place where a ray runs in both for longer than this, mm: faces that touch
/// do not.
const TOUCH: f64 = 2e-3;
/// So much within its own ends a body is looked at, mm.
const INSET: f64 = 1.5e-3;
/// Rise of the steep rays.
const STEEP: f64 = 8.0;

/// Two bodies that claim the same place.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Their names, in the order of the scene.
    pub parts: [String; 2],
    /// A point in both, `[x, y, z]`, mm.
    pub point: [f64; 3],
}

/// A ray with its horizontal line.
#[derive(Clone, Copy)]
struct Probe {
    line: [[f64; 2]; 2],
    z: f64,
    slope: f64,
}

impl Scene {
    /// Pairs of bodies that share more than a touch, each once.
    ///
    /// Every body is crossed by `samples` level and `samples` steep rays spread over it, and by
    /// level rays just within each of its faces; the squeeze of an oval cell changes nothing.
    #[must_use]
    pub fn overlaps(&self, samples: usize) -> Vec<Overlap> {
        let pieces = &self.pieces().pieces;
        let mut search = Search { pieces, cut: RollCut::default(), buffers: Buffers::default() };
        let mut found: Vec<([usize; 2], [f64; 3])> = Vec::new();
        for index in (0..pieces.len()).filter(|index| !pieces[*index].over) {
            for probe in probes(&pieces[index], samples) {
                search.probe(index, probe, &mut found);
            }
        }
        found.sort_by_key(|(pair, _)| *pair);
        let name = |index: usize| self.parts()[index].name.clone();
        found.into_iter().map(|(pair, point)| Overlap { parts: pair.map(name), point }).collect()
    }
}

/// Rays through one body.
fn probes(piece: &Piece, samples: usize) -> Vec<Probe> {
    let mut levels = Vec::new();
    piece.busy(&mut levels);
    join(&mut levels);
    let between = levels.windows(2).map(|pair| 0.5 * (pair[0][1] + pair[1][0]));
    let within = levels.iter().flat_map(|[low, high]| {
        [low - INSET, low + INSET, 0.5 * (low + high), high - INSET, high + INSET]
    });
    let mut heights: Vec<f64> = between.chain(within).collect();
    heights.retain(|z| *z > piece.z[0] && *z < piece.z[1]);
    let spread = |k: usize, step: f64| (0.5 + k as f64 * step).fract();
    let [low, high] = piece.z;
    let mut probes = Vec::new();
    let aim = |k: usize, share: f64| {
        let (sin, cos) = (TAU * spread(k, 0.618_033_989)).sin_cos();
        let side = piece.radius * share;
        let origin = [piece.centre[0] - side * sin, piece.centre[1] + side * cos];
        [origin, [cos, sin]]
    };
    for (k, &z) in heights.iter().enumerate() {
        for share in [0.003, 0.43, 0.83, 2.0 * spread(k, 0.569_840_291) - 1.0] {
            probes.push(Probe { line: aim(k, share), z, slope: 0.0 });
        }
    }
    for k in 0..samples {
        let z = low + (high - low) * spread(k, 0.754_877_666);
        let line = aim(k, 2.0 * spread(k, 0.569_840_291) - 1.0);
        probes.push(Probe { line, z, slope: 0.0 });
    }
    for k in 0..samples {
        let line = aim(k, 2.0 * spread(k, 0.569_840_291) - 1.0);
        // At t = along the ray stands in the middle of the body's height.
        let along = piece.radius * (2.0 * spread(k, 0.754_877_666) - 1.0);
        let slope = if k % 2 == 0 { STEEP } else { -STEEP };
        probes.push(Probe { line, z: 0.5 * (low + high) - slope * along, slope });
    }
    probes
}

struct Search<'a> {
    pieces: &'a [Piece],
    cut: RollCut,
    buffers: Buffers,
}

impl Search<'_> {
    /// Notes which bodies share the ray with one of them.
    fn probe(&mut self, index: usize, probe: Probe, found: &mut Vec<([usize; 2], [f64; 3])>) {
        let mut own = self.buffers.take();
        self.spans(index, probe, &mut own);
        for other in (0..self.pieces.len()).filter(|_| !own.is_empty()) {
            let pair = [index.min(other), index.max(other)];
            let known = found.iter().any(|(known, _)| *known == pair);
            if other == index || known || self.pieces[other].over {
                continue;
            }
            found.extend(self.shared(other, probe, &own).map(|point| (pair, point)));
        }
        self.buffers.give(own);
    }

    fn shared(&mut self, other: usize, probe: Probe, own: &[[f64; 2]]) -> Option<[f64; 3]> {
        let (mut theirs, mut both) = (self.buffers.take(), self.buffers.take());
        self.spans(other, probe, &mut theirs);
        intersect(own, &theirs, &mut both);
        let touch = TOUCH / probe.slope.hypot(1.0);
        let longest = both.iter().max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
        let point = longest.filter(|span| span[1] - span[0] > touch).map(|span| {
            let t = 0.5 * (span[0] + span[1]);
            let [origin, direction] = probe.line;
            let [x, y] = [0, 1].map(|i| origin[i] + t * direction[i]);
            [x, y, probe.z + t * probe.slope]
        });
        self.buffers.give(theirs);
        self.buffers.give(both);
        point
    }

    /// Where a ray runs in a body.
    fn spans(&mut self, index: usize, probe: Probe, out: &mut Spans) {
        let piece = &self.pieces[index];
        let Some(t) = piece.chord(probe.line) else { return };
        let [a, b] = t.map(|t| probe.z + probe.slope * t);
        if a.min(b) > piece.z[1] || a.max(b) < piece.z[0] {
            return;
        }
        if let Filling::Roll { plan, .. } = &piece.filling {
            self.cut.begin(plan, probe.line);
            let ray = Stretch { z: probe.z, slope: probe.slope, t };
            self.cut.pieces(plan, ray, |_, from, to| out.push([from, to]));
            join(out);
            return;
        }
        let [origin, direction] = probe.line;
        let line = Line {
            origin: [origin[0], origin[1], probe.z],
            direction: [direction[0], direction[1], probe.slope],
            reach: t,
        };
        piece.spans(&line, &mut self.buffers, out);
    }
}
