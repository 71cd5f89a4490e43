//! Centre and tilt of the axis by robust Gauss–Newton over all pairs of frames. Reads no files.
//!
//! With `n` across the axis and `d` along it, minimises over centre c and tilt α
//! `Σ w·ρ(A(c + u·n + t·d) − B(c − u·n + t·d) − b)`: ρ is Huber's, w = e^(−p) for the noise of counts
//! behind a line integral p, divided by the pair's own scatter; b is the pair's difference in dose.

use std::sync::Arc;

use ndarray::ArrayView2;
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::{
    covariance::{Covariance, Evidence, Square, squares},
    image::{Opposites, sample},
};
use crate::ReconstructError;

/// Residuals beyond so many standard deviations count less. Source: Huber 1964,
/// doi:10.1214/aoms/1177703732.
const HUBER: f64 = 1.345;
/// Side of the tiles whose gradients are taken for independent, pixels.
const TILE: usize = 24;
/// Steps below this end it, pixels.
const STILL: f64 = 2e-4;
/// The furthest from the start, pixels.
const FURTHEST: f64 = 6.0;
/// Pixels that a pair's scatter is measured in, about.
const PROBED: usize = 40_000;
/// A pair that is less alike than this part of the best one is left out.
const LEAST_ALIKE: f64 = 0.6;

/// An axis: column at a row, both of these frames, and tilt in radians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AxisLine {
    pub(super) row: f64,
    pub(super) column: f64,
    pub(super) tilt: f64,
}

impl AxisLine {
    /// The column at a row.
    pub(super) fn column_at(&self, row: f64) -> f64 {
        self.column + (row - self.row) * self.tilt.tan()
    }

    /// The same axis where each pixel was `bin`.
    pub(super) fn of_whole_frame(&self, bin: usize) -> Self {
        let whole = |place: f64| (place + 0.5) * bin as f64 - 0.5;
        Self { row: whole(self.row), column: whole(self.column), ..*self }
    }

    /// Where `t` along and `u` across the axis lie on both sides, `[row, column]`.
    fn sides(&self, t: f64, u: f64) -> [[f64; 2]; 2] {
        let (sin, cos) = self.tilt.sin_cos();
        [u, -u].map(|u| [self.row + t * cos - u * sin, self.column + t * sin + u * cos])
    }
}

/// The best axis and how it was come by.
#[derive(Debug)]
pub(super) struct Fit {
    pub(super) axis: AxisLine,
    pub(super) covariance: Covariance,
    /// Which pairs took part.
    pub(super) kept: Vec<bool>,
    /// Root mean square of what the pairs' own centres differ from the common one, pixels.
    pub(super) scatter: f64,
}

type Read<'a> = &'a dyn Fn(usize) -> Result<Arc<Opposites>, ReconstructError>;

impl Fit {
    /// At most so many passes over all pairs, until it stands still; `None` where it runs away or the
    /// centre cannot be told. `(start, free)`: whether the tilt is fitted.
    pub(super) fn passes(
        read: Read<'_>,
        pairs: usize,
        (start, free): (AxisLine, bool),
        most: usize,
    ) -> Result<Option<Self>, ReconstructError> {
        let mut axis = start;
        let mut kept = vec![true; pairs];
        for pass in 0..most {
            let seen = Seen::of(read, &kept, axis)?;
            if pass == 0 {
                kept = seen.alike();
                if kept.iter().any(|kept| !kept) {
                    continue;
                }
            }
            let evidence = seen.evidence();
            let Some(covariance) = Covariance::of(&evidence, free) else { return Ok(None) };
            let step = step(&evidence, free && covariance.shows_tilt);
            axis.column += (step[0] / axis.tilt.cos()).clamp(-1.0, 1.0);
            axis.tilt += step[1].clamp(-0.01, 0.01);
            let strays = (axis.column - start.column).abs() > FURTHEST;
            if strays || !axis.column.is_finite() || !axis.tilt.is_finite() {
                return Ok(None);
            }
            let extent = start.row.max(start.column);
            if step[0].abs() + step[1].abs() * extent < STILL || pass + 1 == most {
                let scatter = seen.scatter();
                return Ok(Some(Self { axis, covariance, kept, scatter }));
            }
        }
        Ok(None)
    }
}

/// Gauss–Newton's step, with the curvature that is free of noise.
fn step(evidence: &Evidence, free: bool) -> [f64; 2] {
    let [c, m, t] = evidence.common;
    let [gc, gt] =
        evidence.of_pairs.iter().fold([0.0; 2], |sum, pair| [sum[0] + pair[0], sum[1] + pair[1]]);
    if !free {
        return [-gc / c, 0.0];
    }
    let determinant = c * t - m * m;
    [-(t * gc - m * gt) / determinant, -(c * gt - m * gc) / determinant]
}

/// What one pass sees in each pair.
struct Seen {
    pairs: Vec<Option<Sums>>,
}

impl Seen {
    fn of(read: Read<'_>, kept: &[bool], axis: AxisLine) -> Result<Self, ReconstructError> {
        let mut pairs = vec![];
        for (pair, kept) in kept.iter().enumerate() {
            let seen = if *kept { Some(see(&*read(pair)?, &axis)) } else { None };
            pairs.push(seen.flatten());
        }
        Ok(Self { pairs })
    }

    fn alike(&self) -> Vec<bool> {
        let likeness = |pair: &Option<Sums>| pair.as_ref().map_or(0.0, |sums| sums.likeness);
        let best = self.pairs.iter().map(likeness).fold(0.0, f64::max);
        self.pairs
            .iter()
            .map(|pair| pair.is_some() && likeness(pair) >= LEAST_ALIKE * best)
            .collect()
    }

    fn evidence(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for sums in self.pairs.iter().flatten() {
            add(&mut evidence.curvature, sums.curvature);
            add(&mut evidence.common, sums.common);
            add(&mut evidence.of_tiles, sums.of_tiles);
            evidence.fourth += sums.fourth;
            evidence.at_random += sums.at_random();
            evidence.of_pairs.push(sums.gradient);
        }
        evidence
    }

    fn scatter(&self) -> f64 {
        let own = self.pairs.iter().flatten().map(|sums| sums.gradient[0] / sums.common[0]);
        let (sum, count) =
            own.fold((0.0, 0.0_f64), |(sum, count), own| (sum + own * own, count + 1.0));
        (sum / count.max(1.0)).sqrt()
    }
}

fn add(sum: &mut Square, part: Square) {
    sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
}

/// Sums over the pixels of a pair.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    curvature: Square,
    common: Square,
    gradient: [f64; 2],
    of_tiles: Square,
    /// Fourth powers of the tiles' gradients in the centre.
    fourth: f64,
    /// Weighted squared slopes, and their moments in t, t² and u².
    slopes: [f64; 4],
    /// Correlation of both frames.
    likeness: f64,
}

impl Sums {
    fn add(&mut self, part: &Self) {
        add(&mut self.curvature, part.curvature);
        add(&mut self.common, part.common);
        add(&mut self.of_tiles, part.of_tiles);
        self.fourth += part.fourth;
        self.gradient.iter_mut().zip(part.gradient).for_each(|(sum, part)| *sum += part);
        self.slopes.iter_mut().zip(part.slopes).for_each(|(sum, part)| *sum += part);
    }

    fn at_random(&self) -> f64 {
        let [all, t, tt, uu] = self.slopes;
        if all > 0.0 { 2.0 * (tt - t * t / all + uu) } else { 0.0 }
    }
}

/// The pixels on both sides of an axis.
struct Both<'a> {
    frames: [ArrayView2<'a, f32>; 2],
    axis: &'a AxisLine,
    /// Difference in dose and scatter about it.
    level: [f64; 2],
}

/// Everything in one pair; `None` where nothing is shared.
fn see(pair: &Opposites, axis: &AxisLine) -> Option<Sums> {
    let frames = [pair.view.view(), pair.opposite.view()];
    let (rows, columns) = pair.view.dim();
    let across = to_index(axis.column.min(columns as f64 - 1.0 - axis.column).max(0.0));
    if across < 4 {
        return None;
    }
    let mut both = Both { frames, axis, level: [0.0, 1.0] };
    let likeness = both.probe((rows, across))?;
    let strips: Vec<usize> = (0..rows).step_by(TILE).collect();
    let parts: Vec<Sums> =
        strips.into_par_iter().map(|top| both.strip(top..(top + TILE).min(rows), across)).collect();
    let mut sums = parts.iter().fold(Sums::default(), |mut sums, part| {
        sums.add(part);
        sums
    });
    sums.likeness = likeness;
    (sums.common[0] > 0.0).then_some(sums)
}

impl Both<'_> {
    /// Dose and scatter of the pair, and how alike its frames are.
    fn probe(&mut self, (rows, across): (usize, usize)) -> Option<f64> {
        let width = 2 * across + 1;
        let stride = (rows * width / PROBED).max(1);
        let mut values: Vec<[f64; 2]> = vec![];
        for index in (0..rows * width).step_by(stride) {
            let (t, u) = (index / width, index % width);
            let [a, b] = self.axis.sides(t as f64 - self.axis.row, u as f64 - across as f64);
            let both = sample(&self.frames[0], a).zip(sample(&self.frames[1], b));
            values.extend(both.map(|(a, b)| [a[0], b[0]]));
        }
        if values.len() < 64 {
            return None;
        }
        let mut differences: Vec<f64> = values.iter().map(|[a, b]| a - b).collect();
        let dose = median(&mut differences);
        let mut away: Vec<f64> = values
            .iter()
            .map(|[a, b]| (a - b - dose).abs() * noise_weight(*a, *b).sqrt())
            .collect();
        let largest = values.iter().map(|[a, b]| a.abs().max(b.abs())).fold(0.0, f64::max);
        self.level = [dose, (1.4826 * median(&mut away)).max(1e-6 * largest).max(1e-30)];
        Some(correlation(&values))
    }

    /// The sums of some rows, tile by tile.
    fn strip(&self, rows: std::ops::Range<usize>, across: usize) -> Sums {
        let mut sums = Sums::default();
        for left in (0..2 * across + 1).step_by(TILE) {
            let mut tile = Sums::default();
            for t in rows.clone() {
                for u in left..(left + TILE).min(2 * across + 1) {
                    self.pixel(&mut tile, [t as f64 - self.axis.row, u as f64 - across as f64]);
                }
            }
            tile.of_tiles = squares(&[tile.gradient]);
            tile.fourth = tile.gradient[0].powi(4);
            sums.add(&tile);
        }
        sums
    }

    fn pixel(&self, sums: &mut Sums, [t, u]: [f64; 2]) {
        let [place, opposite] = self.axis.sides(t, u);
        let Some(([a, a_right, a_down], [b, b_right, b_down])) =
            sample(&self.frames[0], place).zip(sample(&self.frames[1], opposite))
        else {
            return;
        };
        let [dose, scatter] = self.level;
        let (sin, cos) = self.axis.tilt.sin_cos();
        // Of the place: n with the axis aside; with the tilt, ∂n/∂α = −d and ∂d/∂α = n.
        let turned = |u: f64| [t * cos - u * sin, -u * cos - t * sin];
        let own = |[right, down]: [f64; 2], u: f64| {
            let [to_right, to_down] = turned(u);
            [right * cos - down * sin, right * to_right + down * to_down]
        };
        let (of_a, of_b) = (own([a_right, a_down], u), own([b_right, b_down], -u));
        let away = a - b - dose;
        let noise = noise_weight(a, b);
        let size = away.abs() * noise.sqrt() / scatter;
        let weight = noise / (scatter * scatter) * if size > HUBER { HUBER / size } else { 1.0 };
        let by = [of_a[0] - of_b[0], of_a[1] - of_b[1]];
        let [c, m, d] = [[0, 0], [0, 1], [1, 1]].map(|[i, j]| {
            let common = -2.0 * (of_a[i] * of_b[j] + of_a[j] * of_b[i]);
            [weight * by[i] * by[j], weight * common]
        });
        add(&mut sums.curvature, [c[0], m[0], d[0]]);
        add(&mut sums.common, [c[1], m[1], d[1]]);
        sums.gradient[0] += weight * away * by[0];
        sums.gradient[1] += weight * away * by[1];
        let slope = weight * (a_right * a_right + a_down * a_down);
        for (sum, moment) in sums.slopes.iter_mut().zip([1.0, t, t * t, u * u]) {
            *sum += slope * moment;
        }
    }
}

/// Inverse variance of the difference of two line integrals, 1 for air.
fn noise_weight(a: f64, b: f64) -> f64 {
    (-((a + b) / 2.0).clamp(0.0, 8.0)).exp()
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

fn correlation(values: &[[f64; 2]]) -> f64 {
    let count = values.len() as f64;
    let mean = |side: usize| values.iter().map(|both| both[side]).sum::<f64>() / count;
    let means = [mean(0), mean(1)];
    let product = |i: usize, j: usize| {
        values.iter().map(|both| (both[i] - means[i]) * (both[j] - means[j])).sum::<f64>()
    };
    let size = (product(0, 0) * product(1, 1)).sqrt();
    if size > 0.0 { product(0, 1) / size } else { 0.0 }
}
