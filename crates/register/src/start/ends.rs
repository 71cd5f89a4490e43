//! Where along its axis a can begins and ends, and what of it a volume holds. Knows no wall.

use voltomo_numeric::cast::to_index;

use super::circle::{Circle, across};
use super::silhouette::{difference, dot};
use crate::field::Field;

/// Share of the radius within which the can's ends are looked for: inside the crimp's neck.
const CORE: f64 = 0.6;

/// Heights along the axis, from the circle's point: ends that are seen, and what is held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    pub(super) ends: [Option<f64>; 2],
    pub(super) held: [f64; 2],
}

/// The heights between which at least half of the core lies in the body. An end is seen where the
/// volume goes on beyond it.
pub(super) fn reach(field: &Field, is_inside: &[bool], circle: &Circle) -> Option<Reach> {
    let heights = Heights::new(field, is_inside, circle);
    let share = |k: usize| heights.inside[k] / heights.seen[k].max(1.0);
    let is_body = |k: usize| heights.seen[k] > 0.5 * heights.full && share(k) >= 0.5;
    let count = heights.seen.len();
    let middle = longest_run(count, is_body)?;
    let edge = |from: usize, to: Option<usize>| {
        // Where the share falls through one half, between the middles of two layers.
        let beyond = to.filter(|to| heights.seen[*to] > 0.5 * heights.full)?;
        let (a, b) = (share(from), share(beyond));
        let part = if a > b { (a - 0.5) / (a - b) } else { 0.5 };
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

/// The longest run of layers for which `is` holds.
fn longest_run(count: usize, is: impl Fn(usize) -> bool) -> Option<std::ops::Range<usize>> {
    let (mut best, mut start) = (0..0, None);
    for k in 0..=count {
        if k < count && is(k) {
            start.get_or_insert(k);
        } else if let Some(from) = start.take()
            && k - from > best.len()
        {
            best = from..k;
        }
    }
    (!best.is_empty()).then_some(best)
}
