//! What a vertical plane shows of a roll, and how long a ray in it runs in each material. Knows
//! nothing of the spiral.

use super::march::{March, MarchWork, Trace};
use super::plan::RollPlan;
use super::strip::Strip;

/// A straight piece of a ray: heights `z + slope·t` for t in `t`.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Stretch {
    pub(in super::super) z: f64,
    pub(in super::super) slope: f64,
    pub(in super::super) t: [f64; 2],
}

impl Stretch {
    /// Lowest and highest point.
    fn heights(&self) -> [f64; 2] {
        let [a, b] = self.t.map(|t| self.z + self.slope * t);
        [a.min(b), a.max(b)]
    }
}

/// Sums of lengths from the left, strip by strip, in a range of z without change.
#[derive(Debug, Default)]
struct Sums {
    known: bool,
    /// Ends of the strips that count.
    t: Vec<[f64; 2]>,
    /// Place of each strip's material among the roll's.
    place: Vec<usize>,
    /// `[strip, material of the roll]`: lengths before the strip; one row more than strips.
    before: Vec<f64>,
}

/// A roll cut by the plane of one detector column; cut lazily, buffers kept.
#[derive(Debug, Default)]
pub(in super::super) struct RollCut {
    trace: Trace,
    zones: Vec<(bool, Vec<Strip>)>,
    sums: Vec<Sums>,
    work: MarchWork,
}

impl RollCut {
    /// Begins a new column: the horizontal line `origin + t·direction`.
    pub(in super::super) fn begin(&mut self, plan: &RollPlan, line: [[f64; 2]; 2]) {
        self.trace = Trace::new(plan, line[0], line[1]);
        self.zones.resize_with(plan.zones.len(), Default::default);
        self.zones.iter_mut().for_each(|zone| zone.0 = false);
        self.sums.resize_with(plan.calm.len(), Default::default);
        self.sums.iter_mut().for_each(|sums| sums.known = false);
    }

    /// Hands every piece of a ray in the roll to `add(material, from, to)`, roughly in order.
    pub(in super::super) fn pieces(
        &mut self,
        plan: &RollPlan,
        ray: Stretch,
        mut add: impl FnMut(usize, f64, f64),
    ) {
        let range = ray.heights();
        let pace = 1.0 / ray.slope;
        for index in 0..plan.zones.len() {
            let zone = plan.zones[index].z;
            if range[1] < zone[0] || range[0] > zone[1] {
                continue;
            }
            let strips = self.zone(plan, index);
            let first = strips.partition_point(|strip| strip.t[1] <= ray.t[0]);
            let met = strips[first..].iter().take_while(|strip| strip.t[0] < ray.t[1]);
            for (strip, [from, to]) in met.map(|strip| (strip, within(strip, &ray, pace))) {
                if from < to {
                    add(strip.material, from, to);
                }
            }
        }
    }

    /// Adds the lengths of a ray (horizontal mm) to `lengths`, `[material of the scene]`.
    pub(in super::super) fn lengths(&mut self, plan: &RollPlan, ray: Stretch, lengths: &mut [f64]) {
        if ray.slope == 0.0 {
            match plan.calm.iter().position(|(z, _)| ray.z > z[0] && ray.z < z[1]) {
                Some(calm) => self.sum(plan, (calm, ray.t), lengths),
                None => self.walk(plan, ray, lengths),
            }
            return;
        }
        // Ranges of t in each calm range of z; what lies between them is walked.
        let (mut reached, end) = (ray.t[0], ray.t[1]);
        let heights = ray.heights();
        let rising = ray.slope > 0.0;
        for step in 0..plan.calm.len() {
            let calm = if rising { step } else { plan.calm.len() - 1 - step };
            let range = plan.calm[calm].0;
            if range[0] >= heights[1] || range[1] <= heights[0] {
                continue;
            }
            let at = range.map(|z| (z - ray.z) / ray.slope);
            let span = [at[0].min(at[1]).max(reached), at[0].max(at[1]).min(end)];
            if span[0] < span[1] {
                self.walk(plan, Stretch { t: [reached, span[0]], ..ray }, lengths);
                self.sum(plan, (calm, span), lengths);
                reached = span[1];
            }
        }
        self.walk(plan, Stretch { t: [reached, end], ..ray }, lengths);
    }

    fn walk(&mut self, plan: &RollPlan, ray: Stretch, lengths: &mut [f64]) {
        if ray.t[0] < ray.t[1] {
            self.pieces(plan, ray, |material, from, to| lengths[material] += to - from);
        }
    }

    fn zone(&mut self, plan: &RollPlan, index: usize) -> &[Strip] {
        let (known, strips) = &mut self.zones[index];
        if !*known {
            *known = true;
            strips.clear();
            let (zone, work) = (&plan.zones[index], &mut self.work);
            March { plan, zone, trace: self.trace, work, strips }.run();
        }
        &self.zones[index].1
    }

    fn sum(&mut self, plan: &RollPlan, (calm, t): (usize, [f64; 2]), lengths: &mut [f64]) {
        if !self.sums[calm].known {
            self.add_up(plan, calm);
        }
        let (sums, width) = (&self.sums[calm], plan.materials.len());
        for (place, sign) in [(t[0], -1.0), (t[1], 1.0)] {
            let count = sums.t.partition_point(|strip| strip[0] < place);
            if count == 0 {
                continue;
            }
            let row = &sums.before[count * width..(count + 1) * width];
            for (material, length) in plan.materials.iter().zip(row) {
                lengths[*material] += sign * length;
            }
            // The last strip is counted whole; what lies beyond the place is taken back.
            let beyond = (sums.t[count - 1][1] - place).max(0.0);
            lengths[plan.materials[sums.place[count - 1]]] -= sign * beyond;
        }
    }

    fn add_up(&mut self, plan: &RollPlan, calm: usize) {
        let (z, zone) = plan.calm[calm];
        let middle = 0.5 * (z[0] + z[1]);
        self.zone(plan, zone);
        let (strips, width) = (&self.zones[zone].1, plan.materials.len());
        let sums = &mut self.sums[calm];
        sums.known = true;
        sums.t.clear();
        sums.place.clear();
        sums.before.clear();
        sums.before.resize(width, 0.0);
        for strip in strips.iter().filter(|strip| strip.z[0] <= middle && strip.z[1] >= middle) {
            let Ok(place) = plan.materials.binary_search(&strip.material) else { continue };
            let last = sums.before.len() - width;
            sums.before.extend_from_within(last..);
            sums.before[last + width + place] += strip.t[1] - strip.t[0];
            sums.t.push(strip.t);
            sums.place.push(place);
        }
    }
}

/// The part of a ray inside a strip; `pace` is 1 / slope.
#[inline]
fn within(strip: &Strip, ray: &Stretch, pace: f64) -> [f64; 2] {
    let (from, to) = (strip.t[0].max(ray.t[0]), strip.t[1].min(ray.t[1]));
    if ray.slope == 0.0 {
        let inside = ray.z >= strip.z[0] && ray.z < strip.z[1];
        return if inside { [from, to] } else { [0.0, 0.0] };
    }
    let at = strip.z.map(|z| (z - ray.z) * pace);
    [from.max(at[0].min(at[1])), to.min(at[0].max(at[1]))]
}
