//! The strips in which a vertical plane cuts a roll: a march along the plane's trace that follows
//! the spiral. Knows no rays in it.

use std::f64::consts::TAU;

use voltomo_numeric::cast::to_index;

use super::plan::{Place, RollPlan, Zone};
use super::strip::Strip;

/// The line may bend by so much between two places of the march, mm. Crossings follow the bend; it
/// is the angle and the thickness of gaps that are taken as straight between.
const BEND: f64 = 2e-4;

/// Ends of layers with axial offsets count as level over so much of a turn.
const MOVED: f64 = 0.01;

/// A horizontal line about the roll's axis: s runs from the point nearest to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Trace {
    /// t of the nearest point.
    pub(super) foot: f64,
    /// Distance from the axis.
    distance: f64,
    /// Unrolled angle of the foot, turns; and whether angles grow (1) or fall (−1) with s.
    turned: f64,
    sense: f64,
}

impl Trace {
    /// The line `origin + t·direction`, horizontally, `direction` of length 1.
    pub(super) fn new(plan: &RollPlan, origin: [f64; 2], direction: [f64; 2]) -> Self {
        let from: [f64; 2] = std::array::from_fn(|i| origin[i] - plan.roll.centre[i]);
        let [dx, dy] = direction;
        let side = from[0] * dy - from[1] * dx;
        let sense = if side < 0.0 { -1.0 } else { 1.0 };
        let angle = (-dx * sense).atan2(dy * sense);
        let turned = (angle - plan.roll.start_angle) / TAU;
        let foot = -(from[0] * dx + from[1] * dy);
        Self { foot, distance: side.abs(), turned, sense }
    }

    fn turned(&self, s: f64) -> f64 {
        self.turned + self.sense * s.atan2(self.distance) / TAU
    }

    fn radius(&self, s: f64) -> f64 {
        s.hypot(self.distance)
    }

    /// Where the line has turned so far; none where it never does.
    fn at_turned(&self, turned: f64) -> Option<f64> {
        let angle = (turned - self.turned) * self.sense;
        (angle.abs() < 0.2499).then(|| self.distance * (TAU * angle).tan())
    }
}

/// A rung of the ladder that the radius climbs: one sublayer of one turn, or a void.
#[derive(Debug, Clone, Copy)]
struct Rung {
    /// Lower edge, turns of the undisturbed spiral.
    floor: f64,
    turn: f64,
    kind: Kind,
    /// How many voids open below its lower edge.
    lifted: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Sublayer(usize),
    /// A void, by its place among those that the line meets.
    Void(usize),
}

/// A void where the line meets it.
#[derive(Debug, Clone, Copy)]
struct Meeting {
    void: usize,
    /// Turn of the undisturbed spiral that it lies on, and its depth with it.
    turn: f64,
    floor: f64,
}

/// The line at one place: how high it stands on the ladder, and how far the voids lift each rung.
#[derive(Debug, Clone, Default)]
struct Stand {
    s: f64,
    radius: f64,
    turned: f64,
    height: f64,
    /// Sum of the first k lifts, pitches.
    lifts: Vec<f64>,
}

/// A stretch of the line in one rung.
#[derive(Debug, Clone, Copy)]
struct Run {
    s: [f64; 2],
    turned: [f64; 2],
}

/// Buffers of a march.
#[derive(Debug, Default)]
pub(super) struct MarchWork {
    ladder: Vec<Rung>,
    meetings: Vec<Meeting>,
    grid: Vec<f64>,
    stands: [Stand; 2],
    pieces: Vec<f64>,
    stack: Vec<([f64; 2], usize)>,
}

/// One march: the plan, the zone in z whose voids are open, the line, and what it finds.
pub(super) struct March<'a> {
    pub(super) plan: &'a RollPlan,
    pub(super) zone: &'a Zone,
    pub(super) trace: Trace,
    pub(super) work: &'a mut MarchWork,
    pub(super) strips: &'a mut Vec<Strip>,
}

impl March<'_> {
    /// Appends the strips that the line cuts, in order of t.
    pub(super) fn run(&mut self) {
        let [inner, outer] = self.plan.radius;
        let distance = self.trace.distance;
        if distance >= outer {
            return;
        }
        self.meet();
        self.climb();
        let end = (outer * outer - distance * distance).sqrt();
        let begin = (inner * inner - distance * distance).max(0.0).sqrt();
        self.lay_grid([begin, end]);
        let grid = std::mem::take(&mut self.work.grid);
        let (left, right) = (grid.iter().rev().map(|s| -s), grid.iter().copied());
        if begin > 0.0 {
            self.follow(left);
            self.follow(right);
        } else {
            self.follow(left.chain(right.skip(1)));
        }
        self.work.grid = grid;
    }

    /// The voids that the line meets, from inside outwards.
    fn meet(&mut self) {
        let work = &mut *self.work;
        work.meetings.clear();
        let range = [self.trace.turned - 0.25, self.trace.turned + 0.25];
        for &index in &self.zone.voids {
            let void = &self.plan.voids[index];
            let (low, high) = (void.turn - void.half - range[1], void.turn + void.half - range[0]);
            let mut turn = low.ceil();
            while turn <= high {
                let floor = turn + void.depth;
                work.meetings.push(Meeting { void: index, turn, floor });
                turn += 1.0;
            }
        }
        work.meetings.sort_unstable_by(|a, b| a.floor.total_cmp(&b.floor));
    }

    fn climb(&mut self) {
        let work = &mut *self.work;
        work.ladder.clear();
        let first = (-0.25 - self.trace.turned).floor() - 1.0;
        let count = to_index(self.plan.roll.turns.ceil()) + 4;
        let mut lifted = 0;
        for turn in (0..count).map(|k| first + k as f64) {
            for (sublayer, cut) in self.plan.cuts.iter().enumerate() {
                let floor = turn + cut;
                let met = |k: usize| work.meetings.get(k).is_some_and(|m| m.floor < floor + 1e-7);
                while met(lifted) {
                    let kind = Kind::Void(lifted);
                    work.ladder.push(Rung { floor, turn, kind, lifted });
                    lifted += 1;
                }
                work.ladder.push(Rung { floor, turn, kind: Kind::Sublayer(sublayer), lifted });
            }
        }
    }

    /// Places s ≥ 0 from the nearest point outwards, close enough for straight lines between.
    fn lay_grid(&mut self, [begin, end]: [f64; 2]) {
        let grid = &mut self.work.grid;
        grid.clear();
        let distance = self.trace.distance.max(1e-3);
        let longest = if self.zone.voids.is_empty() { 0.15 } else { 0.05 };
        let mut s = begin;
        grid.push(s);
        if s == 0.0 {
            // The spiral is nearest to its own centre line here rather than at the foot.
            s = (self.plan.pitch / TAU).min(0.5 * end);
            grid.push(s);
        }
        while s < end {
            let radius = s.hypot(distance);
            let step = (8.0 * BEND * radius).sqrt() * radius / distance;
            s = (s + step.clamp(0.01, longest)).min(end);
            grid.push(s);
        }
    }

    fn stand(&self, s: f64, meetings: &[Meeting], stand: &mut Stand) {
        let turned = self.trace.turned(s);
        let mut inwards = 0.0;
        let mut sum = 0.0;
        stand.lifts.clear();
        stand.lifts.push(0.0);
        for meeting in meetings {
            let void = &self.plan.voids[meeting.void];
            let lift = void.thickness_at((meeting.turn + turned - void.turn) / void.half);
            inwards += if void.inwards { lift } else { 0.0 };
            sum += lift / self.plan.pitch;
            stand.lifts.push(sum);
        }
        stand.radius = self.trace.radius(s);
        let rise = stand.radius - self.plan.roll.core_radius + inwards;
        (stand.s, stand.turned, stand.height) = (s, turned, rise / self.plan.pitch - turned);
    }

    /// Follows the line from place to place; a rung that is left gives its strips.
    fn follow(&mut self, places: impl Iterator<Item = f64>) {
        let [mut before, mut after] = std::mem::take(&mut self.work.stands);
        let mut rung: Option<usize> = None;
        let mut start = (0.0, 0.0);
        for s in places {
            self.stand(s, &self.work.meetings, &mut after);
            let mut current = rung.unwrap_or_else(|| {
                start = (s, after.turned);
                let above = |rung: &Rung| rung.floor + after.lifts[rung.lifted] <= after.height;
                self.work.ladder.partition_point(above)
            });
            while let Some((next, share)) =
                step(&self.work.ladder, current, [&before, &after], self.plan.pitch)
            {
                let at = |a: f64, b: f64| a + share * (b - a);
                let end = (at(before.s, after.s), at(before.turned, after.turned));
                self.emit(current, Run { s: [start.0, end.0], turned: [start.1, end.1] });
                start = end;
                current = next;
            }
            rung = Some(current);
            std::mem::swap(&mut before, &mut after);
        }
        let run = Run { s: [start.0, before.s], turned: [start.1, before.turned] };
        self.emit(rung.unwrap_or(0), run);
        self.work.stands = [before, after];
    }

    /// The strips of one stretch; `above` is the rung above it.
    fn emit(&mut self, above: usize, run: Run) {
        let Some(&rung) = above.checked_sub(1).and_then(|index| self.work.ladder.get(index)) else {
            return;
        };
        let turns = run.turned.map(|turned| rung.turn + turned);
        let range = [turns[0].min(turns[1]), turns[0].max(turns[1])];
        if run.s[1] <= run.s[0] || range[1] < 0.0 || range[0] > self.plan.roll.turns + 1.0 {
            return;
        }
        let mut pieces = std::mem::take(&mut self.work.pieces);
        pieces.clear();
        self.changes(rung, run, (range, &mut pieces));
        if pieces.is_empty() {
            self.fill(rung, run.s);
        } else {
            pieces.retain(|s| *s > run.s[0] && *s < run.s[1]);
            pieces.extend(run.s);
            pieces.sort_unstable_by(f64::total_cmp);
            for ends in pieces.windows(2).filter(|ends| ends[0] < ends[1]) {
                self.fill(rung, [ends[0], ends[1]]);
            }
        }
        self.work.pieces = pieces;
    }

    /// Appends where something changes along a stretch whose turns τ are `range`.
    fn changes(&self, rung: Rung, run: Run, (range, pieces): ([f64; 2], &mut Vec<f64>)) {
        let event = |turn: f64| {
            let met = turn > range[0] && turn < range[1];
            if met { self.trace.at_turned(turn - rung.turn) } else { None }
        };
        match rung.kind {
            Kind::Sublayer(index) => {
                let sublayer = &self.plan.sublayers[index];
                pieces.extend(sublayer.events.iter().filter_map(|turn| event(*turn)));
                self.dry_edges(run, pieces);
                if self.plan.roll.layers[sublayer.layer].moves && !self.plan.roll.offsets.is_empty()
                {
                    let parts = to_index((range[1] - range[0]) / MOVED) + 1;
                    let share = |k: usize| k as f64 / parts as f64;
                    let places = (1..parts).map(|k| run.s[0] + share(k) * (run.s[1] - run.s[0]));
                    pieces.extend(places);
                }
            }
            Kind::Void(meeting) => {
                let void = &self.plan.voids[self.work.meetings[meeting].void];
                let full = void.half * (1.0 - void.taper.unwrap_or(0.0));
                let ends = [void.turn - full, void.turn + full];
                pieces.extend(ends.into_iter().filter_map(event));
            }
        }
    }

    /// Where dry zones begin and end along a stretch.
    fn dry_edges(&self, run: Run, pieces: &mut Vec<f64>) {
        for zone in &self.plan.roll.dry_zones {
            for radius in zone.radius {
                let square = radius * radius - self.trace.distance.powi(2);
                pieces.extend((square > 0.0).then(|| square.sqrt()).iter().flat_map(|s| [-s, *s]));
            }
            for angle in zone.angle.iter().flat_map(|[from, width]| [*from, from + width]) {
                let turned = (angle - self.plan.roll.start_angle) / TAU;
                let near = run.turned[0];
                let turn = turned + (near - turned).round();
                pieces
                    .extend([-1.0, 0.0, 1.0].iter().filter_map(|k| self.trace.at_turned(turn + k)));
            }
        }
    }

    /// One piece in which nothing changes along the sheet: its strips one above the other.
    fn fill(&mut self, rung: Rung, s: [f64; 2]) {
        let middle = 0.5 * (s[0] + s[1]);
        let turned = self.trace.turned(middle);
        let (turn, radius) = (rung.turn + turned, self.trace.radius(middle));
        let stack = &mut self.work.stack;
        stack.clear();
        match rung.kind {
            Kind::Sublayer(index) => self.plan.stack(index, Place { turn, radius, turned }, stack),
            Kind::Void(meeting) => {
                let void = &self.plan.voids[self.work.meetings[meeting].void];
                let material = void.material_at((turn - void.turn) / void.half);
                stack.extend(material.map(|material| (void.z, material)));
            }
        }
        let t = s.map(|s| s + self.trace.foot);
        for &(z, material) in &self.work.stack {
            let z = [z[0].max(self.zone.z[0]), z[1].min(self.zone.z[1])];
            if z[0] < z[1] {
                self.strips.push(Strip { t, z, material });
            }
        }
    }
}

/// The next rung that the line enters between two places, and at which share of the way; rungs
/// are named by the one above.
#[inline]
fn step(
    ladder: &[Rung],
    current: usize,
    [before, after]: [&Stand; 2],
    pitch: f64,
) -> Option<(usize, f64)> {
    let over =
        |rung: &Rung, stand: &Stand| (stand.height - rung.floor - stand.lifts[rung.lifted]) * pitch;
    if let Some(rung) = ladder.get(current) {
        let end = over(rung, after);
        if end >= 0.0 {
            return Some((current + 1, share([before, after], [over(rung, before), end])));
        }
    }
    let rung = ladder.get(current.checked_sub(1)?)?;
    let end = over(rung, after);
    (end < 0.0).then(|| (current - 1, share([before, after], [over(rung, before), end])))
}

/// Where between two places the line crosses an edge that it stands so far above (mm): the radius
/// as it is, the edge taken as straight. With q the distance of the line from the axis, it solves
/// q² + s(u)² = edge(u)² for the share u.
#[inline]
fn share([before, after]: [&Stand; 2], above: [f64; 2]) -> f64 {
    let way = after.s - before.s;
    let edge = before.radius - above[0];
    let rise = after.radius - above[1] - edge;
    let a = way * way - rise * rise;
    let b = before.s * way - edge * rise;
    let c = above[0] * (before.radius + edge);
    let root = (b * b - a * c).max(0.0).sqrt();
    // Going up it is the greater root, going down the lesser one.
    let share = match (above[1] >= 0.0, b >= 0.0) {
        (true, true) => -c / (b + root),
        (true, false) => (root - b) / a,
        (false, _) => c / (root - b),
    };
    if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
}
