//! The rim of every layer: radius, and how far beside the axis. Knows no materials.

use std::f64::consts::TAU;

use ndarray::Axis;

use super::fit::Estimate;
use super::pose::Pose;
use super::rays::crossing;
use super::upright::mean;
use crate::round::harmonics;

/// A rim is where a layer falls to this share of what it reads inside: thin parts beside it, a
/// separator or the next layer's blur, read up to two thirds.
const RIM: f64 = 0.75;
/// The inside of a layer, mm from its middle.
const INSIDE_MM: [f64; 2] = [1.5, 3.0];
/// No rim is looked for nearer to the middle, mm.
const LEAST_MM: f64 = 3.5;
/// Directions in which a rim is looked at.
const ANGLES: usize = 180;
/// Smoothing across the axis, mm.
const SMOOTH_MM: f64 = 0.15;
/// Rounds of looking from the middle that was found.
const ROUNDS: usize = 3;

/// The rim of one slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Disc {
    /// Height of the slice, mm.
    pub(super) z: f64,
    /// Radius, mm.
    pub(super) radius: Estimate,
    /// Its middle, `[y, x]`, mm.
    pub(super) middle: [f64; 2],
    /// Standard deviation of its middle along either, mm.
    pub(super) sigma: f64,
    /// How far the rim is from a circle, mm, one standard deviation.
    pub(super) scatter: f64,
}

impl Disc {
    /// Distance of its middle from the axis, mm.
    pub(super) fn shift(&self) -> f64 {
        self.middle[0].hypot(self.middle[1])
    }
}

/// The rims of the slices between two heights; slices without one are left out.
pub(super) fn discs(pose: &Pose, [low, high]: [f64; 2]) -> Vec<Disc> {
    let upright = &pose.upright;
    (upright.slice(low)..=upright.slice(high)).filter_map(|slice| disc(pose, slice)).collect()
}

fn disc(pose: &Pose, slice: usize) -> Option<Disc> {
    let upright = &pose.upright;
    let picture = upright.mu.index_axis(Axis(0), slice).mapv(f64::from);
    let picture = upright.smoothed(&picture, SMOOTH_MM);
    let mut middle = [0.0; 2];
    let mut found = None;
    for _ in 0..ROUNDS {
        let polar = upright.polar(&picture, middle, ANGLES);
        let ring = INSIDE_MM.map(|at| voltomo_numeric::cast::to_index(2.0 * at / upright.step));
        let first = voltomo_numeric::cast::to_index(2.0 * LEAST_MM / upright.step);
        let inside = polar.slice(ndarray::s![.., ring[0]..ring[1]]);
        let level = RIM * mean(inside.iter().copied().filter(|mu| mu.is_finite()));
        let rim: Vec<(f64, f64)> = polar
            .outer_iter()
            .enumerate()
            .filter_map(|(k, row)| {
                let row: Vec<f64> = row.to_vec();
                let place = crossing(&row, first..row.len(), level, false)?;
                Some((TAU * k as f64 / ANGLES as f64, 0.5 * place * upright.step))
            })
            .collect();
        let circle = harmonics(&rim, 1).filter(|_| rim.len() > ANGLES / 2)?;
        middle = [middle[0] + circle.terms[2], middle[1] + circle.terms[1]];
        found = Some(circle);
    }
    let circle = found?;
    // Neighbouring directions see the same blurred rim.
    let sigma = 2.0 * circle.sigmas[1].hypot(circle.sigmas[2]) + 0.02 * upright.step;
    Some(Disc {
        z: upright.height(slice as f64),
        radius: Estimate { value: circle.terms[0], sigma: 0.25 * upright.step },
        middle,
        sigma,
        scatter: circle.scatter,
    })
}
