//! FISTA-TV: accelerated proximal gradients with total variation. Knows no subsets.

use ndarray::{Array3, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    course::{Course, Report},
    operator_norm::norm_squared,
    system::System,
    total_variation::{Denoiser, total_variation},
};

/// Rounds of denoising an iteration; the dual being kept, more change little.
const ROUNDS: usize = 10;

/// The power iteration comes from below.
const MARGIN: f64 = 1.02;

/// `min ½‖A·µ − b‖²_W + λ·TV(µ)` within bounds and support, by the monotone fast iterative
/// shrinkage-thresholding algorithm.
///
/// The step is 1/L, `L = ‖AᵀWA‖` by power iteration. An iteration that would raise the function
/// is not taken: the momentum is dropped, and where there was none, the step is halved.
///
/// Memory beside data and volume: the rays twice, the volume twice and six volumes for the dual.
/// Source: Beck & Teboulle 2009, doi:10.1109/TIP.2009.2028501 (MFISTA); restart: O'Donoghue &
/// Candès 2015, doi:10.1007/s10208-013-9150-3.
pub(super) fn fista_tv(
    system: &System<'_>,
    weight: f64,
    volume: &mut Array3<f32>,
    course: &mut Course<'_>,
) {
    let mut lipschitz = MARGIN * norm_squared(system);
    let (mut image, mut other) = (system.zero_rays(), system.zero_rays());
    // `ahead` is the point y of the method, then its candidate z; `other` is A times that.
    let (mut ahead, mut step) = (volume.clone(), system.zero_volume());
    let mut denoiser = Denoiser::new(system.volume_shape(), ROUNDS);
    system.project(volume, &mut image);
    other.assign(&image);
    let (mut best, mut residual) = value((system, weight), (volume, &image));
    let mut age = 1.0f64;
    while course.goes_on() {
        let length = to_f32(1.0 / lipschitz);
        system.residual(&mut other);
        system.weigh(&mut other);
        system.backproject(&other, &mut step);
        Zip::from(&mut step).and(&ahead).par_for_each(|step, ahead| *step = ahead + length * *step);
        let constrain = |z: usize, slice: ArrayViewMut2<'_, f32>| system.constrain_slice(z, slice);
        denoiser.apply((&step, to_f32(weight / lipschitz)), constrain, &mut ahead);
        system.project(&ahead, &mut other);
        let candidate = value((system, weight), (&ahead, &other));
        let mut change = vec![];
        if candidate.0 <= best {
            (best, residual) = candidate;
            let next = (1.0 + (1.0 + 4.0 * age * age).sqrt()) / 2.0;
            let momentum = to_f32((age - 1.0) / next);
            age = next;
            change.push(take((volume, &mut ahead), momentum));
            take((&mut image, &mut other), momentum);
        } else {
            if age == 1.0 {
                lipschitz *= 2.0;
            }
            age = 1.0;
            ahead.assign(volume);
            other.assign(&image);
        }
        course.step(&Report { residual: vec![residual], objective: vec![best], change });
    }
}

/// The function at a volume, and its `‖A·µ − b‖²_W`.
pub(super) fn value(
    (system, weight): (&System<'_>, f64),
    (volume, image): (&Array3<f32>, &Array3<f32>),
) -> (f64, f64) {
    let residual: f64 = system.misfit(image).iter().sum();
    (residual / 2.0 + weight * total_variation(volume), residual)
}

/// `taken ← candidate`, `candidate ← candidate + momentum·(candidate − taken)`; returns the change
/// over the norm.
fn take((taken, candidate): (&mut Array3<f32>, &mut Array3<f32>), momentum: f32) -> f64 {
    let parts = taken.axis_iter_mut(Axis(0)).into_par_iter();
    let parts = parts.zip(candidate.axis_iter_mut(Axis(0)));
    let sums: Vec<(f64, f64)> = parts
        .map(|(mut taken, mut candidate)| {
            let (mut change, mut norm) = (0.0, 0.0);
            Zip::from(&mut taken).and(&mut candidate).for_each(|taken, candidate| {
                let (before, after) = (*taken, *candidate);
                change += f64::from((after - before) * (after - before));
                norm += f64::from(after * after);
                *taken = after;
                *candidate = after + momentum * (after - before);
            });
            (change, norm)
        })
        .collect();
    let (change, norm) = sums.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    (change / norm.max(f64::MIN_POSITIVE)).sqrt()
}
