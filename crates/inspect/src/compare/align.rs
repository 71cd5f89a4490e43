//! The second volume on the grid of the first, and on its scale. Knows no noise.

use ndarray::{Array3, Zip};
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

/// Median ratio of the second to the first in matter, and its standard deviation.
pub(super) fn scale(
    first: &Seen<'_>,
    second: &Array3<f32>,
    level: f64,
) -> Result<[f64; 2], CompareError> {
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
    Ok([ratio, 1.2533 * sigma / (ratios.len() as f64 / CORRELATED).sqrt().max(1.0)])
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
    let count = pairs.len() as f64;
    let mean = [0, 1].map(|k| pairs.iter().map(|pair| pair[k]).sum::<f64>() / count);
    let product = |i: usize, j: usize| -> f64 {
        pairs.iter().map(|pair| (pair[i] - mean[i]) * (pair[j] - mean[j])).sum()
    };
    if pairs.len() < 8 { 1.0 } else { product(0, 1) / (product(0, 0) * product(1, 1)).sqrt() }
}

/// `second` becomes `second / divisor − first`.
pub(super) fn subtract(second: &mut Array3<f32>, first: &Seen<'_>, divisor: f64) {
    let factor = voltomo_numeric::cast::to_f32(1.0 / divisor);
    Zip::from(second)
        .and(&first.attenuation)
        .par_for_each(|value, mu| *value = *value * factor - mu);
}
