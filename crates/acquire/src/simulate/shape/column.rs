//! The vertical plane of one detector column through all parts. Knows no detector.

use super::line::Line;
use super::piece::{Filling, Piece};
use super::roll::{RollCut, RollPlan, Stretch};
use super::spans::{Buffers, Spans, join, subtract};

/// What is known of all parts before any ray.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    /// In the order of the scene.
    pub(super) pieces: Vec<Piece>,
    /// Ranges of z where the section of a body changes, and which body; by rising z.
    busy: Vec<([f64; 2], usize)>,
    /// Heights at which flat faces lie or changes of a section begin and end, and of which piece;
    /// rising.
    faces: Vec<(f64, usize)>,
    materials: usize,
    rolls: usize,
}

impl Pieces {
    /// Makes pieces ready that name so many materials.
    pub(super) fn new(pieces: Vec<Piece>, materials: usize) -> Self {
        let (mut busy, mut faces, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
        for (index, piece) in pieces.iter().enumerate() {
            piece.busy(&mut ranges);
            faces.extend(ranges.iter().flatten().map(|z| (*z, index)));
            busy.extend(ranges.drain(..).filter(|_| !piece.over).map(|range| (range, index)));
        }
        busy.sort_by(|a: &([f64; 2], usize), b| a.0[0].total_cmp(&b.0[0]));
        faces.sort_by(|a: &(f64, usize), b| a.0.total_cmp(&b.0));
        let is_roll = |piece: &&Piece| matches!(piece.filling, Filling::Roll { .. });
        let rolls = pieces.iter().filter(is_roll).count();
        Self { pieces, busy, faces, materials, rolls }
    }
}

/// Takes what a ray finds, piece by piece.
pub(super) trait Sink {
    /// A piece of one material.
    fn add(&mut self, material: usize, span: [f64; 2]);
    /// A stretch through a roll.
    fn roll(&mut self, plan: &RollPlan, cut: &mut RollCut, ray: Stretch);
}

/// Sums of lengths by material.
struct Lengths<'a>(&'a mut [f64]);

impl Sink for Lengths<'_> {
    #[inline]
    fn add(&mut self, material: usize, span: [f64; 2]) {
        self.0[material] += span[1] - span[0];
    }

    fn roll(&mut self, plan: &RollPlan, cut: &mut RollCut, ray: Stretch) {
        cut.lengths(plan, ray, self.0);
    }
}

/// Buffers for a column; kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Column {
    line: [[f64; 2]; 2],
    /// Bodies and parts over them that the plane meets, each with its part of the line.
    bodies: Vec<(usize, [f64; 2])>,
    over: Vec<(usize, [f64; 2])>,
    meets: Vec<bool>,
    /// The part of the line over which anything may be.
    reach: [f64; 2],
    busy: Spans,
    /// Ranges of z without any change, and where their lengths stand, once they are known.
    calm: Vec<([f64; 2], Option<usize>)>,
    /// Heights of all faces that the plane meets, rising.
    faces: Vec<f64>,
    sums: Vec<f64>,
    last: usize,
    rolls: Vec<RollCut>,
    buffers: Buffers,
}

impl Column {
    /// Begins a new column: the horizontal line `[origin, direction]`, the latter of length 1.
    pub(super) fn begin(&mut self, scene: &Pieces, line: [[f64; 2]; 2]) {
        self.line = line;
        self.bodies.clear();
        self.over.clear();
        self.sums.clear();
        self.reach = [f64::INFINITY, f64::NEG_INFINITY];
        self.meets.clear();
        self.rolls.resize_with(scene.rolls, RollCut::default);
        for (index, piece) in scene.pieces.iter().enumerate() {
            let chord = piece.chord(line);
            self.meets.push(chord.is_some());
            let Some(chord) = chord else { continue };
            self.reach = [self.reach[0].min(chord[0]), self.reach[1].max(chord[1])];
            let list = if piece.over { &mut self.over } else { &mut self.bodies };
            list.push((index, chord));
            if let Filling::Roll { plan, place } = &piece.filling {
                self.rolls[*place].begin(plan, line);
            }
        }
        self.find_calm(scene);
    }

    fn find_calm(&mut self, scene: &Pieces) {
        self.busy.clear();
        let bodies = scene.busy.iter().filter(|(_, index)| self.meets[*index]);
        self.busy.extend(bodies.map(|(range, _)| *range));
        self.busy.extend(self.over.iter().map(|(index, _)| scene.pieces[*index].z));
        join(&mut self.busy);
        self.calm.clear();
        self.last = 0;
        let between = self.busy.windows(2).map(|pair| ([pair[0][1], pair[1][0]], None));
        self.calm.extend(between);
        self.faces.clear();
        let faces = scene.faces.iter().filter(|(_, index)| self.meets[*index]);
        self.faces.extend(faces.map(|(z, _)| *z));
        self.faces.dedup();
    }

    /// The faces strictly between two heights, rising.
    pub(super) fn faces_between(&self, [low, high]: [f64; 2]) -> &[f64] {
        let first = self.faces.partition_point(|z| *z <= low);
        let end = self.faces.partition_point(|z| *z < high);
        &self.faces[first..end.max(first)]
    }

    /// The range of z without any change in which a ray runs; none where it meets a change.
    pub(super) fn calm_about(&mut self, z: f64, slope: f64) -> Option<usize> {
        let ends = self.reach.map(|t| z + slope * t);
        let range =
            if slope == 0.0 { [z, z] } else { [ends[0].min(ends[1]), ends[0].max(ends[1])] };
        let holds = |calm: &[f64; 2]| calm[0] < range[0] && calm[1] > range[1];
        if self.calm.get(self.last).is_some_and(|(calm, _)| holds(calm)) {
            return Some(self.last);
        }
        let index = self.calm.partition_point(|(calm, _)| calm[1] <= range[0]);
        self.calm.get(index).filter(|(calm, _)| holds(calm))?;
        self.last = index;
        Some(index)
    }

    /// Whether the plane misses everything.
    pub(super) fn is_empty(&self) -> bool {
        self.reach[0] >= self.reach[1]
    }

    /// Middle of a range without change.
    pub(super) fn calm_height(&self, calm: usize) -> f64 {
        let [low, high] = self.calm[calm].0;
        0.5 * (low + high)
    }

    /// Lengths by material of any ray in a range without change, horizontal mm.
    pub(super) fn calm_lengths(&mut self, scene: &Pieces, calm: usize) -> &[f64] {
        let known = self.calm[calm].1.unwrap_or_else(|| {
            let mut sums = std::mem::take(&mut self.sums);
            let first = sums.len();
            sums.resize(first + scene.materials, 0.0);
            let height = self.calm_height(calm);
            self.ray(scene, [height, 0.0], &mut Lengths(&mut sums[first..]));
            self.sums = sums;
            self.calm[calm].1 = Some(first);
            first
        });
        &self.sums[known..known + scene.materials]
    }

    /// Lengths by material of one ray, added to `lengths`, horizontal mm.
    pub(super) fn ray_lengths(&mut self, scene: &Pieces, ray: [f64; 2], lengths: &mut [f64]) {
        self.ray(scene, ray, &mut Lengths(lengths));
    }

    /// Hands everything that the ray `[z, slope]` meets to the sink.
    pub(super) fn ray(&mut self, scene: &Pieces, ray: [f64; 2], sink: &mut impl Sink) {
        let [origin, direction] = self.line;
        let line = Line {
            origin: [origin[0], origin[1], ray[0]],
            direction: [direction[0], direction[1], ray[1]],
            reach: self.reach,
        };
        let mut free = self.buffers.take();
        free.push(self.reach);
        for &(index, chord) in self.over.iter().rev() {
            let piece = &scene.pieces[index];
            if passes(ray, chord, piece.z) {
                take_over(
                    piece,
                    &Line { reach: chord, ..line },
                    (&mut self.buffers, &mut free),
                    sink,
                );
            }
        }
        self.meet_bodies(scene, (&line, &free), sink);
        self.buffers.give(free);
    }

    /// What the bodies have of the free parts of a ray.
    fn meet_bodies(
        &mut self,
        scene: &Pieces,
        (line, free): (&Line, &[[f64; 2]]),
        sink: &mut impl Sink,
    ) {
        let (z, slope) = (line.origin[2], line.direction[2]);
        let mut spans = self.buffers.take();
        for &(index, chord) in &self.bodies {
            let piece = &scene.pieces[index];
            if !passes([z, slope], chord, piece.z) {
                continue;
            }
            match &piece.filling {
                Filling::Solid { material, .. } => {
                    spans.clear();
                    let line = Line { reach: chord, ..*line };
                    piece.spans(&line, &mut self.buffers, &mut spans);
                    share(&spans, free, |span| sink.add(*material, span));
                }
                Filling::Roll { plan, place } => {
                    let cut = &mut self.rolls[*place];
                    share(&[chord], free, |t| sink.roll(plan, cut, Stretch { z, slope, t }));
                }
            }
        }
        self.buffers.give(spans);
    }
}

/// Whether a ray may meet a piece: its heights over the piece's chord reach the piece's.
#[inline]
fn passes([z, slope]: [f64; 2], chord: [f64; 2], range: [f64; 2]) -> bool {
    let [a, b] = chord.map(|t| z + slope * t);
    a.min(b) <= range[1] && a.max(b) >= range[0]
}

/// Gives a part that replaces others its share of the ray, and takes that from the rest.
fn take_over(
    piece: &Piece,
    line: &Line,
    (buffers, free): (&mut Buffers, &mut Spans),
    sink: &mut impl Sink,
) {
    let Filling::Solid { material, .. } = &piece.filling else { return };
    let mut spans = buffers.take();
    piece.spans(line, buffers, &mut spans);
    if !spans.is_empty() {
        share(&spans, free, |span| sink.add(*material, span));
        let mut rest = buffers.take();
        subtract(free, &spans, &mut rest);
        std::mem::swap(free, &mut rest);
        buffers.give(rest);
    }
    buffers.give(spans);
}

/// Calls `add` with what lies in both lists.
#[inline]
fn share(spans: &[[f64; 2]], free: &[[f64; 2]], mut add: impl FnMut([f64; 2])) {
    for span in spans {
        for hole in free {
            let both = [span[0].max(hole[0]), span[1].min(hole[1])];
            if both[0] < both[1] {
                add(both);
            }
        }
    }
}
