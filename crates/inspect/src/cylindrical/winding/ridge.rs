//! The bright layer of each winding on each ray. Knows no order of windings.

use ndarray::Array2;
use rayon::prelude::*;
use std::f64::consts::TAU;
use voltomo_numeric::cast::to_index;

use super::pitch::clip;

/// Width of the search for regular layers: standard deviation in pitches.
const SPREAD: f64 = 0.6;

/// The bright layer of a winding on a ray: middle between the places where it has risen half way
/// from the darker layers at either side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ridge {
    /// Distance from the roll's axis, samples.
    pub(super) radius: f64,
    /// How much the layers here swing with the pitch, in units of the volume.
    pub(super) strength: f64,
    /// How far the bright layer stands out from the darker ones at either side; 0 where an edge was
    /// not found.
    pub(super) contrast: f64,
    /// Thickness of the bright layer at half height, samples; 0 where an edge was not found.
    pub(super) width: f64,
}

/// A cross-section unrolled and what is known of it before any tracing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section<'a> {
    /// `[angle, radius]`.
    pub(super) map: &'a Array2<f32>,
    /// Samples of each angle that may belong to the roll.
    pub(super) limits: &'a [usize],
    /// Levels between which the roll's values lie.
    pub(super) levels: [f32; 2],
    /// Pitch, samples.
    pub(super) pitch: f64,
}

impl Section<'_> {
    /// The ridges of each angle by rising radius: greatest values of the profile's part that
    /// swings with the pitch (a cosine under a Gaussian of 0.6 pitches, without its mean), then
    /// moved to the middle of the bright layer.
    pub(super) fn ridges(&self) -> Vec<Vec<Ridge>> {
        let kernel = kernel(self.pitch);
        let rows: Vec<usize> = (0..self.map.nrows()).collect();
        rows.into_par_iter().map(|k| self.ridges_at(k, &kernel)).collect()
    }

    fn ridges_at(&self, angle: usize, kernel: &[f64]) -> Vec<Ridge> {
        let row = self.map.row(angle);
        let limit = self.limits[angle].min(row.len());
        let profile: Vec<f64> =
            row.iter().take(limit).map(|value| clip(*value, self.levels)).collect();
        let filtered = filter(&profile, kernel);
        let is_top = |i: &usize| {
            filtered[*i] > 0.0 && filtered[*i] > filtered[i - 1] && filtered[*i] >= filtered[i + 1]
        };
        let tops = (1..limit.saturating_sub(1)).filter(is_top);
        let ridge = |i: usize| {
            let [a, b, c] = [filtered[i - 1], filtered[i], filtered[i + 1]];
            let coarse = i as f64 + 0.5 * (a - c) / (a - 2.0 * b + c).min(-1e-30);
            let sharp = self.middle(&profile, coarse);
            let unsharp = Ridge { radius: coarse, strength: b, contrast: 0.0, width: 0.0 };
            sharp.map_or(unsharp, |[radius, contrast, width]| Ridge {
                radius,
                contrast,
                width,
                ..unsharp
            })
        };
        tops.map(ridge).collect()
    }

    /// Middle, contrast and width of the bright layer near `coarse`: the places at either side where it has
    /// fallen half way to the least value within 3/4 of a pitch.
    fn middle(&self, profile: &[f64], coarse: f64) -> Option<[f64; 3]> {
        let quarter = 0.25 * self.pitch;
        let from = to_index(coarse - quarter);
        let to = to_index(coarse + quarter + 1.0).min(profile.len().checked_sub(1)?);
        let higher = |best: usize, i: usize| if profile[i] > profile[best] { i } else { best };
        let top = (from..=to).reduce(higher)?;
        if profile[top] >= clip(f32::MAX, self.levels) {
            // Metal that is no electrode, such as a tab.
            return None;
        }
        let reach = to_index(0.75 * self.pitch) + 1;
        let inner = (top.saturating_sub(reach)..top).rev();
        let outer = top + 1..(top + reach + 1).min(profile.len());
        let (low, fall) = half_way(profile, top, inner)?;
        let (high, other) = half_way(profile, top, outer)?;
        let width = high - low;
        let middle = 0.5 * (low + high);
        let is_layer = width > 0.08 * self.pitch && width < 0.8 * self.pitch;
        (is_layer && (middle - coarse).abs() < quarter).then_some([
            middle,
            0.5 * (fall + other),
            width,
        ])
    }
}

/// Where a profile has fallen half way from its top to the least value along `path`, and how deep
/// that lies under the top.
fn half_way(
    profile: &[f64],
    top: usize,
    path: impl Iterator<Item = usize> + Clone,
) -> Option<(f64, f64)> {
    let least = path.clone().map(|i| profile[i]).reduce(f64::min)?;
    let half = 0.5 * (profile[top] + least);
    let mut last = top;
    for i in path {
        if profile[i] <= half {
            let share = (profile[last] - half) / (profile[last] - profile[i]).max(1e-30);
            let place = last as f64 + share * (i as f64 - last as f64);
            return Some((place, profile[top] - least));
        }
        last = i;
    }
    None
}

/// A cosine of the pitch under a Gaussian, without mean; a layer that swings by ±1 with the pitch
/// gives 1.
fn kernel(pitch: f64) -> Vec<f64> {
    let sigma = SPREAD * pitch;
    let half = to_index((2.5 * sigma).ceil());
    let places = || (0..=2 * half).map(|i| i as f64 - half as f64);
    let window = |x: f64| (-0.5 * (x / sigma).powi(2)).exp();
    let sum: f64 = places().map(window).sum();
    let mean = places().map(|x| window(x) * (TAU * x / pitch).cos()).sum::<f64>() / sum;
    let values = places().map(|x| window(x) * ((TAU * x / pitch).cos() - mean));
    let values: Vec<f64> = values.collect();
    let gain: f64 = places().zip(&values).map(|(x, value)| value * (TAU * x / pitch).cos()).sum();
    values.into_iter().map(|value| value / gain).collect()
}

/// The profile under the kernel; beyond its ends it goes on as its last values.
fn filter(profile: &[f64], kernel: &[f64]) -> Vec<f64> {
    let (half, last) = (kernel.len() / 2, profile.len().saturating_sub(1));
    let at = |i: usize, j: usize| profile[(i + j).saturating_sub(half).min(last)];
    let value = |i: usize| kernel.iter().enumerate().map(|(j, weight)| weight * at(i, j)).sum();
    (0..profile.len()).map(value).collect()
}
