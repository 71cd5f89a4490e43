//! The norm of the projector by power iteration. Knows no method.

use ndarray::Array3;
use voltomo_numeric::cast::to_f32;

use super::system::System;

/// Rounds at most; A having no negative element, few are needed from a uniform volume on.
const ROUNDS: usize = 30;

/// Gain below which it has converged.
const STILL: f64 = 1e-3;

/// `‖AᵀWA‖` within the support, from below, the same at every call: the start is uniform.
///
/// Where all slices are alike and unweighted, one of them stands for all.
/// Source: Golub & Van Loan 2013, section 7.3, ISBN 978-1-4214-0794-4.
pub(super) fn norm_squared(system: &System<'_>) -> f64 {
    match system.weights() {
        None => of_probe(system),
        Some(_) => of_all(system),
    }
}

fn of_probe(system: &System<'_>) -> f64 {
    let probe = system.probe();
    let (views, (rows, columns)) = (probe.view_count(), probe.frame_shape());
    let all: Vec<usize> = (0..views).collect();
    let mut rays = Array3::zeros((views, rows, columns));
    iterate(Array3::ones(probe.volume_shape()), system, |volume| {
        probe.project(volume.view(), &all, rays.view_mut());
        volume.fill(0.0);
        probe.backproject(rays.view(), &all, volume.view_mut());
    })
}

fn of_all(system: &System<'_>) -> f64 {
    let mut rays = system.zero_rays();
    iterate(Array3::ones(system.volume_shape()), system, |volume| {
        system.project(volume, &mut rays);
        system.weigh(&mut rays);
        system.backproject(&rays, volume);
    })
}

fn iterate(
    mut volume: Array3<f32>,
    system: &System<'_>,
    mut apply: impl FnMut(&mut Array3<f32>),
) -> f64 {
    let mut norm = 0.0;
    for _ in 0..ROUNDS {
        system.support_only(&mut volume);
        let squares: f64 = volume.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
        if squares == 0.0 {
            return f64::MIN_POSITIVE;
        }
        let scale = to_f32(1.0 / squares.sqrt());
        volume.par_mapv_inplace(|value| value * scale);
        apply(&mut volume);
        system.support_only(&mut volume);
        let squares: f64 = volume.iter().map(|value| f64::from(*value) * f64::from(*value)).sum();
        let (before, now) = (norm, squares.sqrt());
        norm = now;
        if now - before < STILL * now {
            break;
        }
    }
    norm
}
