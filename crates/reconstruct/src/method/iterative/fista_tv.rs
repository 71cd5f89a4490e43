//! FISTA-TV: accelerated proximal gradients with total variation. Knows no subsets.

use ndarray::{Array3, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    course::{Course, Report},
    system::System,
    total_variation::{Denoiser, total_variation},
};

/// Rounds of denoising an iteration; the dual being kept, more change little.
const ROUNDS: usize = 10;

/// A curvature below this part of the largest belongs to a voxel that no ray sees.
const NOTHING: f32 = 1e-9;

/// λ, and how much differences along the axis count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Penalty {
    pub(super) weight: f64,
    pub(super) along_axis: f32,
}

/// `min ½‖A·µ − b‖²_W + λ·TV(µ)` within bounds and support, by the monotone fast iterative
/// shrinkage-thresholding algorithm.
///
/// The step of each voxel is 1/D, `D = AᵀWA·1` (no element of A being negative, `D − AᵀWA` is
/// positive semi-definite): where weights differ by orders of magnitude, what lies behind dark rays
/// moves no slower than the rest. An iteration that would raise the function is not taken: the
/// momentum is dropped, and where there was none, the steps are halved.
///
/// Memory beside data and volume: the rays twice, the volume and D twice each and seven volumes
/// for the dual.
/// Source: Beck & Teboulle 2009, doi:10.1109/TIP.2009.2028501 (MFISTA); D: Erdoğan & Fessler 1999,
/// doi:10.1088/0031-9155/44/11/311; restart: O'Donoghue & Candès 2015, doi:10.1007/s10208-013-9150-3.
pub(super) fn fista_tv(
    system: &System<'_>,
    penalty: Penalty,
    volume: &mut Array3<f32>,
    course: &mut Course<'_>,
) {
    let (mut image, mut other) = (system.zero_rays(), system.zero_rays());
    let mut pace = Pace::new(penalty, step_lengths(system, &mut other));
    // `ahead` is the point y of the method, then its candidate z; `other` is A times that.
    let (mut ahead, mut step) = (volume.clone(), system.zero_volume());
    system.project(volume, &mut image);
    other.assign(&image);
    let (mut best, mut residual) = value((system, penalty), (volume, &image));
    let mut age = 1.0f64;
    while course.goes_on() {
        system.residual(&mut other);
        system.weigh(&mut other);
        system.backproject(&other, &mut step);
        pace.advance(system, &mut step, &mut ahead);
        system.project(&ahead, &mut other);
        let candidate = value((system, penalty), (&ahead, &other));
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
                pace = Pace::new(penalty, pace.lengths * 0.5);
            }
            age = 1.0;
            ahead.assign(volume);
            other.assign(&image);
        }
        course.step(&Report { residual: vec![residual], objective: vec![best], change });
    }
}

/// The steps of all voxels, and what the total variation weighs against them.
struct Pace {
    /// 1/D.
    lengths: Array3<f32>,
    /// λ/D.
    shares: Array3<f32>,
    denoiser: Denoiser,
}

impl Pace {
    fn new(penalty: Penalty, lengths: Array3<f32>) -> Self {
        let shares = &lengths * to_f32(penalty.weight);
        let denoiser = Denoiser::new(&shares, penalty.along_axis, ROUNDS);
        Self { lengths, shares, denoiser }
    }

    /// `ahead ← prox(ahead + gradient/D)`; the gradient is overwritten.
    fn advance(
        &mut self,
        system: &System<'_>,
        gradient: &mut Array3<f32>,
        ahead: &mut Array3<f32>,
    ) {
        Zip::from(&mut *gradient).and(&*ahead).and(&self.lengths).par_for_each(
            |step, ahead, length| {
                *step = ahead + length * *step;
            },
        );
        let constrain = |z: usize, slice: ArrayViewMut2<'_, f32>| system.constrain_slice(z, slice);
        self.denoiser.apply((gradient, &self.shares), constrain, ahead);
    }
}

/// 1/D of each voxel, `D = AᵀWA·1` within the support; 0 where no ray says anything. `rays` is
/// overwritten.
fn step_lengths(system: &System<'_>, rays: &mut Array3<f32>) -> Array3<f32> {
    let mut lengths = Array3::ones(system.volume_shape());
    system.support_only(&mut lengths);
    system.project(&lengths, rays);
    system.weigh(rays);
    system.backproject(rays, &mut lengths);
    let least = NOTHING * lengths.fold(0.0f32, |most, curvature| most.max(*curvature));
    lengths.par_mapv_inplace(|curvature| if curvature > least { 1.0 / curvature } else { 0.0 });
    lengths
}

/// The function at a volume, and its `‖A·µ − b‖²_W`.
pub(super) fn value(
    (system, penalty): (&System<'_>, Penalty),
    (volume, image): (&Array3<f32>, &Array3<f32>),
) -> (f64, f64) {
    let residual: f64 = system.misfit(image).iter().sum();
    let variation = total_variation(volume, penalty.along_axis);
    (residual / 2.0 + penalty.weight * variation, residual)
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
