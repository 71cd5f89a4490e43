//! Where along its axis a can begins and ends, and what of it a volume holds. Knows no wall.

use voltomo_numeric::cast::to_index;

use super::circle::{Circle, across};
use super::silhouette::{difference, dot};
use crate::field::Field;

/// Share of the radius within which the can's ends are looked for: most of the lid.
const CORE: f64 = 0.9;
/// Share of a layer that belongs to the body where the can goes on: less than lid or stud hold.
const LEAST: f64 = 0.12;
/// Layers without so much that the can may have, mm: the head's hollow, where air reaches it.
const HOLLOW_MM: f64 = 4.0;

/// Heights along the axis, from the circle's point: ends that are seen, and what is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub(super) ends: [Option<f64>; 2],
    pub(super) held: [f64; 2],
}

/// The heights between which an eighth of the can's section belongs to the body; hollows of the head
/// lie between. An end is seen where the volume goes on beyond it.
pub(super) fn reach(field: &Field, is_inside: &[bool], circle: &Circle) -> Option<Reach> {
    let heights = Heights::new(field, is_inside, circle);
    let share = |k: usize| heights.inside[k] / heights.seen[k].max(1.0);
    let is_body = |k: usize| heights.seen[k] > 0.5 * heights.full && share(k) >= LEAST;
    let count = heights.seen.len();
    let middle = longest_run(count, (is_body, to_index(HOLLOW_MM / field.voxel)))?;
    let edge = |from: usize, to: Option<usize>| {
        // Where the share falls too low, between the middles of two layers.
        let beyond = to.filter(|to| heights.seen[*to] > 0.5 * heights.full)?;
        let (a, b) = (share(from), share(beyond));
        let part = if a > b { (a - LEAST) / (a - b) } else { 0.5 };
        let (a, b) = (heights.middle(from), heights.middle(beyond));
        Some(a + part * (b - a))
    };
    let (first, last) = (middle.start, middle.end - 1);
    let low = edge(first, first.checked_sub(1));
    let high = edge(last, Some(last + 1).filter(|next| *next < count));
    let half = 0.5 * field.voxel;
    let held =
        [low.unwrap_or(heights.middle(first) - half), high.unwrap_or(heights.middle(last) + half)];
    Some(Reach { ends: [low, high], held })
}

/// Points of the core by height.
struct Heights {
    lowest: f64,
    step: f64,
    /// Points that the volume holds.
    seen: Vec<f64>,
    /// Of these, points of the body.
    inside: Vec<f64>,
    /// Points of a whole layer.
    full: f64,
}

impl Heights {
    fn new(field: &Field, is_inside: &[bool], circle: &Circle) -> Self {
        let corners = (0..8).map(|k| {
            let index = std::array::from_fn(|axis| ((k >> axis) & 1) * (field.shape[axis] - 1));
            dot(difference(field.place(index), circle.point), circle.direction)
        });
        let ends = corners.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], height: f64| {
            [low.min(height), high.max(height)]
        });
        let step = field.voxel;
        let count = to_index((ends[1] - ends[0]) / step) + 1;
        let core = CORE * circle.radius;
        let full = std::f64::consts::PI * (core / step).powi(2);
        let mut heights =
            Self { lowest: ends[0], step, seen: vec![0.0; count], inside: vec![0.0; count], full };
        for (flat, inside) in is_inside.iter().enumerate() {
            let offset = difference(field.place(field.index(flat)), circle.point);
            let outward = across(offset, circle.direction);
            if dot(outward, outward) < core * core {
                let at = to_index((dot(offset, circle.direction) - ends[0]) / step).min(count - 1);
                heights.seen[at] += 1.0;
                heights.inside[at] += f64::from(u8::from(*inside));
            }
        }
        heights
    }

    fn middle(&self, layer: usize) -> f64 {
        self.lowest + (layer as f64 + 0.5) * self.step
    }
}

/// The longest run of layers that begins and ends where `is` holds, with gaps of at most so many
/// layers.
fn longest_run(
    count: usize,
    (is, gap): (impl Fn(usize) -> bool, usize),
) -> Option<std::ops::Range<usize>> {
    let (mut best, mut run): (std::ops::Range<usize>, Option<std::ops::Range<usize>>) =
        (0..0, None);
    for k in (0..count).filter(|k| is(*k)) {
        let start = match &run {
            Some(run) if k - run.end <= gap => run.start,
            _ => k,
        };
        run = Some(start..k + 1);
        if k + 1 - start > best.len() {
            best = start..k + 1;
        }
    }
    (!best.is_empty()).then_some(best)
}
