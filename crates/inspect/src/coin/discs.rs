//! The rim of every layer: radius, and how far beside the axis. Knows no materials.

use std::f64::consts::TAU;

use ndarray::{Array2, ArrayView1, Axis, s};
use voltomo_numeric::cast::to_index;
use voltomo_numeric::eigen::solve_symmetric;

use super::fit::Estimate;
use super::pose::Pose;
use super::rays::crossing;
use super::upright::mean;
use crate::round::{harmonics, median_and_sigma};

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
/// A rim that is farther from a circle, mm, is that of two discs.
const ROUND_MM: f64 = 0.06;
/// A rim so much nearer than that of the disc next to it is not hidden behind it, mm.
const HIDDEN_MM: f64 = 0.15;
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
    for round in 0..ROUNDS {
        let rim = rim(pose, &picture, middle);
        let circle = harmonics(&rim, 1).filter(|_| rim.len() > ANGLES / 2)?;
        let is_hidden = round == 0 && circle.scatter > ROUND_MM;
        let height = upright.height(slice as f64);
        if let Some(part) = is_hidden.then(|| in_part(&rim, height)).flatten() {
            return Some(part);
        }
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

/// Angles and distances of the rim from a middle.
fn rim(pose: &Pose, picture: &Array2<f64>, middle: [f64; 2]) -> Vec<(f64, f64)> {
    let upright = &pose.upright;
    let polar = upright.polar(picture, middle, ANGLES);
    let index = |at: f64| to_index(2.0 * at / upright.step);
    let inside = polar.slice(s![.., index(INSIDE_MM[0])..index(INSIDE_MM[1])]);
    let level = RIM * mean(inside.iter().copied().filter(|mu| mu.is_finite()));
    let place = |(k, row): (usize, ArrayView1<'_, f64>)| {
        let row: Vec<f64> = row.to_vec();
        let place = crossing(&row, index(LEAST_MM)..row.len(), level, false)?;
        Some((TAU * k as f64 / ANGLES as f64, 0.5 * place * upright.step))
    };
    polar.outer_iter().enumerate().filter_map(place).collect()
}

/// The circle of a disc whose rim is hidden behind the disc next to it on one side, from the side
/// where it is not: the hidden part is as far from the axis as that disc.
///
/// Source: Kåsa 1976, doi:10.1109/TIM.1976.6312298.
fn in_part(rim: &[(f64, f64)], z: f64) -> Option<Disc> {
    let mut radii: Vec<f64> = rim.iter().map(|(_, radius)| *radius).collect();
    radii.sort_by(f64::total_cmp);
    let next = *radii.get(radii.len() * 9 / 10)?;
    let seen: Vec<[f64; 2]> = rim
        .iter()
        .filter(|(_, radius)| *radius < next - HIDDEN_MM)
        .map(|(angle, radius)| [radius * angle.sin(), radius * angle.cos()])
        .collect();
    if seen.len() < ANGLES / 3 {
        return None;
    }
    let (mut matrix, mut right) = ([0.0; 9], [0.0; 3]);
    for [y, x] in &seen {
        let base = [2.0 * y, 2.0 * x, 1.0];
        for i in 0..3 {
            right[i] += base[i] * (x * x + y * y);
            for j in 0..3 {
                matrix[3 * i + j] += base[i] * base[j];
            }
        }
    }
    let terms = solve_symmetric(&matrix, &right);
    let middle = [terms[0], terms[1]];
    let radius = (terms[2] + middle[0].powi(2) + middle[1].powi(2)).max(0.0).sqrt();
    let away = |[y, x]: &[f64; 2]| (y - middle[0]).hypot(x - middle[1]) - radius;
    let (_, scatter) = median_and_sigma(&seen.iter().map(away).collect::<Vec<f64>>())?;
    let is_disc = scatter < ROUND_MM && (0.8..1.1).contains(&(radius / next));
    let radius = Estimate { value: radius, sigma: 2.0 * scatter };
    is_disc.then_some(Disc { z, radius, middle, sigma: 2.0 * scatter, scatter })
}
