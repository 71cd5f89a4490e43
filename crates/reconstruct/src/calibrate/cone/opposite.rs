//! The centre of a fan sinogram from rays that are met from both ends. Knows no bands.
//!
//! With `t` the distance from the centre and D that of the detector from the source, in pixels,
//! `p(θ, c + t) = p(θ + π + 2γ, c − t)`, `γ = atan(t/D)`: first the mismatch at all half-pixel
//! centres on coarse rays, then least squares between columns.

use std::f64::consts::PI;

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;

use super::{
    super::pairs::{Centre, cubic, taper},
    ring::Ring,
};

/// Views whose sums are made in one go; fixed, so that sums do not depend on the threads.
const VIEWS_A_TASK: usize = 16;
/// Views and columns of the coarse search at most, about.
const COARSE: usize = 128;
/// Views whose rays are matched at most, about: more tell little that is new.
const MOST_VIEWS: usize = 400;
/// Fewest rays that a centre may rest on.
const FEWEST_RAYS: f64 = 200.0;

/// The rays of a scan: its views, and the distance of the detector in pixels of the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rays<'a> {
    pub(super) ring: &'a Ring,
    /// Negative: as if the sample had turned the other way.
    pub(super) distance: f64,
}

impl Rays<'_> {
    /// The views that meet a ray from its other end, with their weights.
    fn opposite(&self, angle: f64, t: f64) -> Option<[(usize, f32); 2]> {
        self.ring.at(angle + PI + 2.0 * (t / self.distance).atan())
    }
}

/// Columns from one coarse ray to the next, for frames of so many columns.
pub(super) fn coarse_step(columns: usize) -> usize {
    (columns / COARSE).max(1)
}

/// How badly opposite rays match at the centres `0, 0.5, 1, …`: their mean squared difference in
/// units of their variance (0: alike, 1: unrelated, infinite where fewer than `overlap` columns or
/// too few rays are shared).
pub(super) fn mismatch(smooth: &Array2<f32>, rays: &Rays<'_>, overlap: usize) -> Vec<f64> {
    let columns = smooth.ncols();
    let every = rays.ring.len().div_ceil(COARSE);
    let views: Vec<(f64, usize)> = rays.ring.views().step_by(every).collect();
    (0..2 * columns - 1)
        .into_par_iter()
        .map(|half| {
            let centre = half as f64 / 2.0;
            let reach = centre.min(columns as f64 - 1.0 - centre);
            if 2.0 * reach + 1.0 < overlap as f64 {
                return f64::INFINITY;
            }
            mismatch_at(smooth, (rays, &views), (half, reach))
        })
        .collect()
}

fn mismatch_at(
    smooth: &Array2<f32>,
    (rays, views): (&Rays<'_>, &[(f64, usize)]),
    (half, reach): (usize, f64),
) -> f64 {
    let step = coarse_step(smooth.ncols());
    let count = to_index(reach) / step;
    // Whole columns on both sides of a half column: t = k·step, or half a column more.
    let odd = half % 2;
    let [mut weight, mut sum, mut squares, mut misfit] = [0.0; 4];
    for k in 0..=2 * count {
        let t = (k as f64 - count as f64) * step as f64 + 0.5 * odd as f64;
        let (here, there) = (half as f64 / 2.0 + t, half as f64 / 2.0 - t);
        if there < 0.0 || here < 0.0 || here.max(there) > smooth.ncols() as f64 - 1.0 {
            continue;
        }
        for &(angle, view) in views {
            let Some([(a, part_a), (b, part_b)]) = rays.opposite(angle, t) else { continue };
            let value = smooth[[view, to_index(here)]];
            let column = to_index(there);
            let opposite = smooth[[a, column]] * part_a + smooth[[b, column]] * part_b;
            let (value, opposite) = (f64::from(value), f64::from(opposite));
            weight += 1.0;
            sum += value + opposite;
            squares += value * value + opposite * opposite;
            misfit += (value - opposite).powi(2);
        }
    }
    let variance = squares - sum * sum / (2.0 * weight);
    if weight < FEWEST_RAYS {
        return f64::INFINITY;
    }
    if variance > 1e-12 * squares { misfit / variance } else { 1.0 }
}

/// A centre, and how well opposite rays match there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matched {
    pub(super) centre: Centre,
    /// Mean squared difference in units of the variance.
    pub(super) mismatch: f64,
}

/// The centre near `start` by least squares over all rays that have an opposite one; `None` where
/// it runs away by more than `reach` columns, or nothing is there to match.
///
/// Minimises `Σ w(t)·(p(θ, c + t) − p(θ + π + 2γ, c − t))²` over c by Gauss–Newton; w falls to 0
/// towards the end of the columns that both views show. `blur` is the Gaussian sigma in columns
/// that `smooth` was smoothed with: it correlates the noise, and enters the uncertainty.
pub(super) fn refine(
    smooth: &Array2<f32>,
    rays: &Rays<'_>,
    (start, reach): (f64, f64),
    blur: f64,
) -> Option<Matched> {
    let last = smooth.ncols() as f64 - 1.0;
    let mut column = start;
    let mut sums = Normal::default();
    for _ in 0..12 {
        let half_width = column.min(last - column) - 2.0;
        if half_width < 4.0 {
            return None;
        }
        sums = normal_equation(smooth, rays, (column, half_width));
        let step = -sums.gradient / sums.bend;
        if !step.is_finite() || sums.count < FEWEST_RAYS {
            return None;
        }
        column += step.clamp(-1.0, 1.0);
        if (column - start).abs() > reach {
            return None;
        }
        if step.abs() < 1e-4 {
            break;
        }
    }
    // Each pair of rays is there twice, once from either end, where no view was left out.
    let correlated = 2.0 * 2.0 * PI.sqrt() * blur;
    let variance = sums.misfit / sums.weight * correlated / sums.bend;
    let spread = sums.squares - sums.sum * sums.sum / sums.weight;
    (variance > 0.0).then(|| Matched {
        centre: Centre { column, sigma: variance.sqrt() },
        mismatch: sums.misfit / (2.0 * spread).max(f64::MIN_POSITIVE),
    })
}

/// Sums of the least-squares step.
#[derive(Debug, Clone, Copy, Default)]
struct Normal {
    gradient: f64,
    bend: f64,
    misfit: f64,
    weight: f64,
    sum: f64,
    squares: f64,
    count: f64,
}

impl Normal {
    fn add(&mut self, other: &Self) {
        self.gradient += other.gradient;
        self.bend += other.bend;
        self.misfit += other.misfit;
        self.weight += other.weight;
        self.sum += other.sum;
        self.squares += other.squares;
        self.count += other.count;
    }
}

fn normal_equation(smooth: &Array2<f32>, rays: &Rays<'_>, place: (f64, f64)) -> Normal {
    let every = rays.ring.len().div_ceil(MOST_VIEWS);
    let views: Vec<(f64, usize)> = rays.ring.views().step_by(every).collect();
    let parts: Vec<Normal> = views
        .par_chunks(VIEWS_A_TASK)
        .map(|views| {
            let mut sums = Normal::default();
            views.iter().for_each(|view| add_view(&mut sums, (smooth, rays), *view, place));
            sums
        })
        .collect();
    let mut all = Normal::default();
    parts.iter().for_each(|part| all.add(part));
    all
}

fn add_view(
    sums: &mut Normal,
    (smooth, rays): (&Array2<f32>, &Rays<'_>),
    (angle, view): (f64, usize),
    (column, half_width): (f64, f64),
) {
    let here = smooth.row(view);
    let reach = to_index(half_width);
    for k in 0..=2 * reach {
        let t = k as f64 - reach as f64;
        let Some(views) = rays.opposite(angle, t) else { continue };
        let (a, slope_a) = cubic(&here, column + t);
        let (b, slope_b) = mixed(smooth, views, column - t);
        let [one, other] = views.map(|(_, part)| f64::from(part).powi(2));
        let weight = taper(t / half_width) * 2.0 / (1.0 + one + other);
        let (difference, slope) = (a - b, slope_a - slope_b);
        sums.gradient += weight * difference * slope;
        sums.bend += weight * slope * slope;
        sums.misfit += weight * difference * difference;
        sums.weight += weight;
        sums.sum += weight * a;
        sums.squares += weight * a * a;
        sums.count += 1.0;
    }
}

/// Value and slope of two mixed views.
fn mixed(smooth: &Array2<f32>, views: [(usize, f32); 2], column: f64) -> (f64, f64) {
    let mut both = (0.0, 0.0);
    for (view, part) in views.into_iter().filter(|(_, part)| *part > 0.0) {
        let row: ArrayView1<'_, f32> = smooth.row(view);
        let (value, slope) = cubic(&row, column);
        both.0 += f64::from(part) * value;
        both.1 += f64::from(part) * slope;
    }
    both
}
