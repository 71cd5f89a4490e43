//! A placed cell unrolled once for all rooms, with its grey levels. Knows no part of the cell.

use ndarray::{Array2, s};

use super::cell::Placed;
use super::frame::Body;
use crate::round::median;
use crate::seen::Seen;
use crate::unrolled::{Raster, Unrolled};

/// Rings between core and rim by which the roll's heights are told.
const RINGS: usize = 6;
/// Directions of the unrolled cell.
pub const ANGLES: usize = 720;

/// Grey values that everything is held against, from the volume itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Outside the can.
    pub air: f64,
    /// Of the roll: its mean.
    pub roll: f64,
    /// Standard deviation of one value of the unrolled cell.
    pub noise: f64,
}

/// A cell unrolled, and its levels.
#[derive(Debug, Clone)]
pub struct Survey<'a> {
    /// The volume.
    pub seen: Seen<'a>,
    /// The cell in it.
    pub body: Body,
    /// The cell by height, angle and radius.
    pub unrolled: Unrolled,
    /// Its levels.
    pub levels: Levels,
    /// Heights of the windings: as bright and as uneven as the middle of the roll; `None` where the
    /// volume holds none.
    pub roll: Option<[f64; 2]>,
}

impl<'a> Survey<'a> {
    /// Unrolls a cell over all heights that the volume holds of it.
    #[must_use]
    pub fn of(placed: &Placed<'a>, height_step: f64) -> Self {
        let (seen, body) = (placed.seen, placed.body.clone());
        let low = body.bottom.map_or(body.seen[0], |bottom| (bottom - 1.0).max(body.seen[0]));
        let high = body.top.map_or(body.seen[1], |top| (top + 1.0).min(body.seen[1]));
        let voxel = seen.grid.voxel;
        // The outermost slices are sampled at their middles.
        let raster = Raster {
            heights: if seen.grid.shape[0] > 1 { [low, high] } else { [0.5 * (low + high); 2] },
            height_step: height_step.max(voxel),
            angles: ANGLES,
            radius: 1.1 * body.radius + 4.0 * voxel,
            radial_step: voxel,
        };
        let unrolled = Unrolled::of(&seen, &body.frame, &raster);
        let levels = Levels::of(&unrolled, &body);
        let roll = roll_heights(&unrolled, &body, &levels);
        Self { seen, body, unrolled, levels, roll }
    }

    /// Mean over the heights of the roll, or over the plain can where no roll is known.
    #[must_use]
    pub fn roll_mean(&self) -> Array2<f32> {
        // Edges of windings and insulators stay out.
        let [low, high] = self.roll.unwrap_or(self.body.plain);
        let edge = if high - low > 8.0 { 2.0 } else { 0.0 };
        let heights = [(low + edge).max(self.body.plain[0]), (high - edge).min(self.body.plain[1])];
        let range = self.unrolled.height_range(heights);
        if range.is_empty() {
            return self.unrolled.mean_over(0..self.unrolled.heights.len());
        }
        self.unrolled.mean_over(range)
    }

    /// Heights of the plain can below its groove, as indices.
    #[must_use]
    pub fn plain_range(&self) -> std::ops::Range<usize> {
        plain_range(&self.unrolled, &self.body)
    }
}

fn plain_range(unrolled: &Unrolled, body: &Body) -> std::ops::Range<usize> {
    let [low, high] = body.plain;
    // The floor and the way into the groove stay out.
    let edge = if high - low > 4.0 { 0.8 } else { 0.0 };
    let groove = body.groove.map_or(f64::INFINITY, |[low, _]| low - 0.5);
    let range = unrolled.height_range([low + edge, (high - edge).min(groove)]);
    if range.is_empty() { 0..unrolled.heights.len() } else { range }
}

impl Levels {
    fn of(unrolled: &Unrolled, body: &Body) -> Self {
        let heights = plain_range(unrolled, body);
        let radii = |low: f64, high: f64| {
            unrolled.radius_index(low * body.radius)..unrolled.radius_index(high * body.radius)
        };
        let part =
            |radii: std::ops::Range<usize>| unrolled.map.slice(s![heights.clone(), ..;5, radii]);
        let middle = |radii| median(part(radii).iter().map(|it| f64::from(*it)).collect());
        let roll = part(radii(0.35, 0.85));
        let steps: Vec<f64> = (1..roll.shape()[0])
            .flat_map(|h| {
                let (a, b) = (roll.slice(s![h, .., ..;7]), roll.slice(s![h - 1, .., ..;7]));
                a.iter().zip(b.iter()).map(|(a, b)| f64::from((a - b).abs())).collect::<Vec<_>>()
            })
            .collect();
        let noise = median(steps).map_or(0.0, |step| 1.4826 * step / 2.0_f64.sqrt());
        let air = middle(radii(1.05, 1.1)).unwrap_or(0.0);
        // Single sheets may show: their mean is the roll's, not their median.
        let (sum, count) = roll
            .iter()
            .filter(|it| it.is_finite())
            .fold((0.0, 0.0), |(sum, count), it| (sum + f64::from(*it), count + 1.0));
        Self { air, roll: if count > 0.0 { sum / count } else { air }, noise }
    }
}

/// The longest run of heights whose rings are about as bright as they are in most of the plain can.
fn roll_heights(unrolled: &Unrolled, body: &Body, levels: &Levels) -> Option<[f64; 2]> {
    let contrast = levels.roll - levels.air;
    if contrast <= 3.0 * levels.noise / 10.0 {
        return None;
    }
    let edge =
        |k: usize| unrolled.radius_index((0.3 + 0.55 * k as f64 / RINGS as f64) * body.radius);
    let ring = |height: usize, k: usize| {
        let part = unrolled.map.slice(s![height, ..;5, edge(k)..edge(k + 1)]);
        let sum: f64 = part.iter().map(|it| f64::from(*it)).sum();
        sum / part.len() as f64 - levels.air
    };
    let plain = plain_range(unrolled, body);
    let usual: Vec<f64> = (0..RINGS)
        .map(|k| median(plain.clone().map(|h| ring(h, k)).collect()).unwrap_or(contrast))
        .collect();
    let is_roll = |height: usize| {
        let good = |k: &usize| (0.7..1.4).contains(&(ring(height, *k) / usual[*k]));
        (0..RINGS).filter(good).count() + 1 >= RINGS
    };
    let flags: Vec<bool> = (0..unrolled.heights.len()).map(is_roll).collect();
    let mut best = 0..0;
    let mut from = 0;
    while from < flags.len() {
        let end = (from..flags.len()).find(|h| !flags[*h]).unwrap_or(flags.len());
        if end - from > best.len() {
            best = from..end;
        }
        from = end + 1;
    }
    let half = 0.5 * unrolled.height_step;
    (!best.is_empty())
        .then(|| [unrolled.heights[best.start] - half, unrolled.heights[best.end - 1] + half])
}
