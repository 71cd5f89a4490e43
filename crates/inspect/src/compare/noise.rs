//! How large a difference of two unchanged volumes is, voxel by voxel. Knows no regions.

use ndarray::{Array3, ArrayView1, Axis, Zip, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use crate::round::median_and_sigma;
use crate::seen::Seen;

/// Voxels over which noise of a tomogram hangs together, as a volume.
pub(super) const CORRELATED: f64 = 8.0;
/// Edge of the blocks in which noise is measured, voxels.
const BLOCK: usize = 12;
/// Fewer voxels tell no noise.
const LEAST: usize = 200;

/// Means over 3 × 3 × 3 voxels, NaN left out; NaN where the voxel itself is unknown.
pub(super) fn smoothed(volume: &Array3<f32>) -> Array3<f32> {
    let mut sums = volume.clone();
    for axis in 0..3 {
        let old = sums.clone();
        Zip::from(sums.lanes_mut(Axis(axis))).and(old.lanes(Axis(axis))).par_for_each(
            |mut into, from| {
                for (at, value) in into.iter_mut().enumerate() {
                    *value = mean_about(&from, at);
                }
            },
        );
    }
    Zip::from(&mut sums).and(volume).par_for_each(|sum, value| {
        if !value.is_finite() {
            *sum = f32::NAN;
        }
    });
    sums
}

fn mean_about(lane: &ArrayView1<'_, f32>, at: usize) -> f32 {
    let near = lane.slice(s![at.saturating_sub(1)..(at + 2).min(lane.len())]);
    let (mut sum, mut count) = (0.0, 0.0);
    for value in near.iter().filter(|value| value.is_finite()) {
        sum += value;
        count += 1.0;
    }
    sum / count
}

/// Standard deviation of the smoothed difference at each voxel, if nothing changed.
///
/// What of the difference is too fine to be a change (the voxel less its surroundings) tells the
/// noise of both volumes, block by block; over all matter, its ratio to the smoothed difference is
/// known. Where the first volume has an edge, a registration that is off by `registration` mm adds
/// to it.
pub(super) fn sigma(
    first: &Seen<'_>,
    (difference, smooth): (&Array3<f32>, &Array3<f32>),
    (level, registration): (f64, f64),
) -> Array3<f32> {
    let mut fine = difference.clone();
    Zip::from(&mut fine).and(smooth).par_for_each(|value, smooth| *value -= smooth);
    let matter = |values: &Array3<f32>| -> Vec<f64> {
        let pairs = first.attenuation.iter().zip(values);
        pairs
            .filter(|(mu, value)| f64::from(**mu) > level && value.is_finite())
            .map(|(_, value)| f64::from(*value))
            .collect()
    };
    let spread = |values: &[f64]| median_and_sigma(values).map_or(0.0, |(_, sigma)| sigma);
    let (of_fine, of_smooth) = (spread(&matter(&fine)), spread(&matter(smooth)));
    let factor = if of_fine > 0.0 { of_smooth / of_fine } else { 1.0 };
    let mut sigma = blocks(&fine, of_fine);
    sigma.mapv_inplace(|value| to_f32(factor) * value);
    let before = smoothed(&first.attenuation.to_owned());
    add_edges(&mut sigma, &before, registration / first.grid.voxel);
    sigma
}

/// The spread of the fine difference, block by block.
fn blocks(fine: &Array3<f32>, typical: f64) -> Array3<f32> {
    let mut sigma = Array3::from_elem(fine.dim(), to_f32(typical));
    let shape = fine.dim();
    let parts = |count: usize| (0..count).step_by(BLOCK).map(move |at| at..(at + BLOCK).min(count));
    sigma
        .axis_chunks_iter_mut(Axis(0), BLOCK)
        .into_par_iter()
        .zip(parts(shape.0).collect::<Vec<_>>())
        .for_each(|(mut slab, z)| {
            for (y, x) in parts(shape.1).flat_map(|y| parts(shape.2).map(move |x| (y.clone(), x))) {
                let block = fine.slice(s![z.clone(), y.clone(), x.clone()]);
                let values: Vec<f64> =
                    block.iter().filter(|it| it.is_finite()).map(|it| f64::from(*it)).collect();
                if values.len() < LEAST {
                    continue;
                }
                let found = median_and_sigma(&values).map_or(typical, |(_, sigma)| sigma);
                slab.slice_mut(s![.., y, x]).fill(to_f32(found));
            }
        });
    sigma
}

fn add_edges(sigma: &mut Array3<f32>, before: &Array3<f32>, voxels: f64) {
    let shape = [before.dim().0, before.dim().1, before.dim().2];
    let slope = |at: [usize; 3]| -> f64 {
        let along = |axis: usize| {
            let (mut low, mut high) = (at, at);
            low[axis] = at[axis].saturating_sub(1);
            high[axis] = (at[axis] + 1).min(shape[axis] - 1);
            let rise = f64::from(before[high] - before[low]);
            let run = (high[axis] - low[axis]).max(1) as f64;
            if rise.is_finite() { rise / run } else { 0.0 }
        };
        (0..3).map(|axis| along(axis).powi(2)).sum::<f64>().sqrt()
    };
    sigma.outer_iter_mut().into_par_iter().enumerate().for_each(|(k, mut slice)| {
        for ((j, i), value) in slice.indexed_iter_mut() {
            *value = to_f32(f64::from(*value).hypot(voxels * slope([k, j, i])));
        }
    });
}
