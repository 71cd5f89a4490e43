//! The second volume on the grid of the first, and on its scale. Knows no noise.

use ndarray::{Array3, ArrayView2, ArrayView3, Zip};
use rayon::prelude::*;
use voltomo_numeric::threshold::otsu;
use voltomo_types::Transform;

use super::error::CompareError;
use super::noise::CORRELATED;
use crate::round::median_and_sigma;
use crate::sample;
use crate::seen::Seen;

/// So much of the first one's matter the second must show.
const OVERLAP: f64 = 0.05;
/// Correlation of the two volumes at least, and voxels along each edge of the blocks over which both are
/// averaged for it.
const LIKE: f64 = 0.5;
const BLOCK: usize = 4;
/// A volume stands upside down where the means of its slices, turned over, correlate so well with those of
/// the first, and what is left of the correlation is this share of what is left upright.
const SURELY: f64 = 0.9;
const TURNED: f64 = 0.3;

/// The second volume on the voxels of the first; NaN beyond it.
pub(super) fn onto(
    first: &Seen<'_>,
    second: &Seen<'_>,
    first_from_second: Option<&Transform>,
) -> Result<Array3<f32>, CompareError> {
    if first_from_second.is_none() && first.grid == second.grid {
        return Ok(second.attenuation.to_owned());
    }
    let back = first_from_second.unwrap_or(&Transform::IDENTITY).inverse();
    let second_from_first = back.ok_or(CompareError::Flat)?;
    let mut moved = Array3::zeros(first.grid.shape);
    moved.outer_iter_mut().into_par_iter().enumerate().for_each(|(k, mut slice)| {
        for ((j, i), value) in slice.indexed_iter_mut() {
            let point = second_from_first.apply(first.grid.centre_of([k, j, i]));
            *value = sample::at(&second.attenuation, &second.grid, point);
        }
    });
    Ok(moved)
}

/// What parts matter from air in the first volume, 1/cm.
pub(super) fn level(first: &Seen<'_>) -> f64 {
    otsu(first.attenuation.iter().copied()).map_or(f64::INFINITY, f64::from)
}

/// Median ratio of the second to the first in matter with its standard deviation, and the share of the first
/// one's matter that the second shows.
pub(super) fn scale(
    first: &Seen<'_>,
    second: &Array3<f32>,
    level: f64,
) -> Result<([f64; 2], f64), CompareError> {
    let matter = first.attenuation.iter().zip(second).filter(|(mu, _)| f64::from(**mu) > level);
    let (mut count, mut ratios) = (0usize, Vec::new());
    for (mu, other) in matter {
        count += 1;
        if other.is_finite() {
            ratios.push(f64::from(*other) / f64::from(*mu));
        }
    }
    let share = ratios.len() as f64 / (count as f64).max(1.0);
    let apart = CompareError::Apart { probe: first.probe, share };
    if share < OVERLAP {
        return Err(apart);
    }
    let (ratio, sigma) = median_and_sigma(&ratios).filter(|found| found.0 > 0.0).ok_or(apart)?;
    // The median of normal errors is 1.25 times as uncertain as their mean.
    let sigma = 1.2533 * sigma / (ratios.len() as f64 / CORRELATED).sqrt().max(1.0);
    Ok(([ratio, sigma], share))
}

/// Refuses volumes that have too little in common to be two states of one cell.
pub(super) fn check_likeness(first: &Seen<'_>, second: &Array3<f32>) -> Result<(), CompareError> {
    let found = likeness(first, second);
    if found < LIKE {
        return Err(CompareError::Unlike { probe: first.probe, found, least: LIKE });
    }
    Ok(())
}

/// Correlation of means over blocks, so that noise hardly counts; 1 where there are too few of them.
fn likeness(first: &Seen<'_>, second: &Array3<f32>) -> f64 {
    let least = first.grid.shape.into_iter().min().unwrap_or(1);
    let edge = if least < 2 * BLOCK { 1 } else { BLOCK };
    let (a, b) = (first.attenuation, second.view());
    let pairs: Vec<[f64; 2]> = a
        .exact_chunks([edge; 3])
        .into_iter()
        .zip(b.exact_chunks([edge; 3]))
        .filter_map(|(a, b)| {
            let pair = [a, b].map(|it| f64::from(it.sum()) / it.len() as f64);
            pair.iter().all(|it| it.is_finite()).then_some(pair)
        })
        .collect();
    correlation(&pairs)
}

/// Correlation of pairs; 1 of fewer than eight.
fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let count = pairs.len() as f64;
    let mean = [0, 1].map(|k| pairs.iter().map(|pair| pair[k]).sum::<f64>() / count);
    let product = |i: usize, j: usize| -> f64 {
        pairs.iter().map(|pair| (pair[i] - mean[i]) * (pair[j] - mean[j])).sum()
    };
    if pairs.len() < 8 { 1.0 } else { product(0, 1) / (product(0, 0) * product(1, 1)).sqrt() }
}

/// Refuses a second volume whose means, slice by slice, follow those of the first only when it is turned over.
pub(super) fn check_upright(first: &Seen<'_>, second: &Array3<f32>) -> Result<(), CompareError> {
    let [a, b] = [slice_means(first.attenuation), slice_means(second.view())];
    let turned: Vec<f64> = b.iter().rev().copied().collect();
    let reach = i64::try_from(a.len() / 4).unwrap_or(0);
    let upright = alike(&a, &b, 0);
    let over = (-reach..=reach).map(|by| alike(&a, &turned, by)).fold(f64::NEG_INFINITY, f64::max);
    if over > SURELY && 1.0 - over < TURNED * (1.0 - upright) {
        return Err(CompareError::UpsideDown { probe: first.probe, upright, over });
    }
    Ok(())
}

/// Mean of the finite values of each slice; NaN where there is none.
fn slice_means(volume: ArrayView3<'_, f32>) -> Vec<f64> {
    let mean = |slice: ArrayView2<'_, f32>| {
        let known = slice.iter().filter(|value| value.is_finite());
        let (sum, count) = known.fold((0.0, 0.0), |(s, n), value| (s + f64::from(*value), n + 1.0));
        sum / count
    };
    volume.outer_iter().map(mean).collect()
}

/// Correlation of two lists, the second moved on by so many places, where both are known.
fn alike(a: &[f64], b: &[f64], by: i64) -> f64 {
    let other = |k: usize| b.get(usize::try_from(i64::try_from(k).ok()? - by).ok()?).copied();
    let both = a.iter().enumerate().filter_map(|(k, a)| Some([*a, other(k)?]));
    correlation(&both.filter(|pair| pair.iter().all(|it| it.is_finite())).collect::<Vec<_>>())
}

/// `second` becomes `second / divisor − first`.
pub(super) fn subtract(second: &mut Array3<f32>, first: &Seen<'_>, divisor: f64) {
    let factor = voltomo_numeric::cast::to_f32(1.0 / divisor);
    Zip::from(second)
        .and(&first.attenuation)
        .par_for_each(|value, mu| *value = *value * factor - mu);
}
