//! PDHG-TV: the primal–dual hybrid gradient with total variation. Knows no subsets.

use ndarray::{Array3, Axis, Zip, s};
use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;

use super::{
    course::{Course, Report},
    fista_tv::{Penalty, value},
    sums::{column_sums, row_sums},
    system::System,
    total_variation::{Field, Steps, ascend},
};

/// `min ½‖A·µ − b‖²_W + λ·TV(µ)` within bounds and support, by the preconditioned primal–dual
/// method of Chambolle and Pock on `K = [A; γ·∇]`.
///
/// Steps (α = 1 of Pock and Chambolle) are `σᵢ = κ/(A·1)ᵢ` for rays, `κ/2γ` for differences (1/2γ
/// being the sum of a row of γ·∇) and `τⱼ = 1/κ/((Aᵀ·1)ⱼ + γ·d)` for voxels (d, the sum of a column
/// of ∇, is at most twice the count of axes), so that no norm is needed. γ makes both parts weigh alike in
/// τ; `κ = w·max(A·1)`, w the mean weight, makes the dual move at the pace of `W·(A·µ − b)`: both
/// are free of units, and change the pace only. Unlike FISTA it needs no inner iteration; the
/// function need not fall with each iteration.
///
/// Memory beside data and volume: the rays three times and the row sums, the volume twice, the
/// column sums, and the dual field of three volumes.
/// Source: Chambolle & Pock 2011, doi:10.1007/s10851-010-0251-1; Pock & Chambolle 2011,
/// doi:10.1109/ICCV.2011.6126441; for tomography Sidky, Jørgensen & Pan 2012,
/// doi:10.1088/0031-9155/57/10/3065.
pub(super) fn pdhg_tv(
    system: &System<'_>,
    penalty: Penalty,
    volume: &mut Array3<f32>,
    course: &mut Course<'_>,
) {
    let pace = Pace::new(system);
    let radius = to_f32(penalty.weight / pace.gamma);
    let mut field = Field::zero(system.volume_shape(), penalty.along_axis);
    let mut dual = system.zero_rays();
    let (mut ahead, mut step) = (volume.clone(), system.zero_volume());
    let mut image = system.zero_rays();
    system.project(volume, &mut image);
    let mut before = image.clone();
    while course.goes_on() {
        pace.ascend_rays(system, &mut dual, (&image, &before));
        let steps = Steps::Even(to_f32(pace.kappa / 2.0));
        ascend((&mut field, radius), (&ahead, steps), None);
        system.backproject(&dual, &mut step);
        field.add_transposed_to(to_f32(pace.gamma), &mut step);
        let change = pace.descend(system, (volume, &step), &mut ahead);
        std::mem::swap(&mut image, &mut before);
        system.project(volume, &mut image);
        let (objective, residual) = value((system, penalty), (volume, &image));
        let (residual, objective, change) = (vec![residual], vec![objective], vec![change]);
        course.step(&Report { residual, objective, change });
    }
}

/// The steps of the method.
struct Pace {
    row_sums: Array3<f32>,
    column_sums: Array3<f32>,
    kappa: f64,
    gamma: f64,
    /// `γ·d`.
    differences: f64,
}

impl Pace {
    fn new(system: &System<'_>) -> Self {
        let (row_sums, column_sums) = (row_sums(system), column_sums(system));
        let inside = column_sums.iter().filter(|sum| **sum > 0.0).count().max(1);
        let mean = column_sums.iter().map(|sum| f64::from(*sum)).sum::<f64>() / inside as f64;
        let axes = system.volume_shape().iter().filter(|count| **count > 1).count().max(1);
        let longest = row_sums.fold(0.0f32, |most, sum| most.max(*sum));
        Self {
            kappa: system.mean_weight() * f64::from(longest),
            gamma: mean / (2 * axes) as f64,
            differences: mean,
            row_sums,
            column_sums,
        }
    }

    /// `dual ← (dual + σ·(A·µ̄ − b))·w/(w + σ)`, `A·µ̄ = 2·image − before`.
    fn ascend_rays(
        &self,
        system: &System<'_>,
        dual: &mut Array3<f32>,
        (image, before): (&Array3<f32>, &Array3<f32>),
    ) {
        let kappa = to_f32(self.kappa);
        let views = dual.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
        views.for_each(|(view, mut dual)| {
            for (row, mut dual) in dual.outer_iter_mut().enumerate() {
                let place = s![view, row, ..];
                let sums = self.row_sums.slice(s![view, row.min(self.row_sums.dim().1 - 1), ..]);
                let (image, before) = (image.slice(place), before.slice(place));
                let (data, weights) = (system.data(), system.weights());
                let data = data.slice(place);
                for (column, dual) in dual.iter_mut().enumerate() {
                    let weight = weights.map_or(1.0, |weights| weights[[view, row, column]]);
                    let misfit = 2.0 * image[column] - before[column] - data[column];
                    *dual = ascended((*dual, misfit), weight, [kappa, sums[column]]);
                }
            }
        });
    }

    /// `µ ← P(µ − τ·step)`, `ahead ← 2·µ − µ before`; returns the change over the norm.
    fn descend(
        &self,
        system: &System<'_>,
        (volume, step): (&mut Array3<f32>, &Array3<f32>),
        ahead: &mut Array3<f32>,
    ) -> f64 {
        let (kappa, differences) = (to_f32(self.kappa), to_f32(self.differences));
        let parts = volume.axis_iter_mut(Axis(0)).into_par_iter().zip(step.axis_iter(Axis(0)));
        let parts = parts.zip(ahead.axis_iter_mut(Axis(0))).enumerate();
        let sums: Vec<(f64, f64)> = parts
            .map(|(z, ((mut volume, step), mut ahead))| {
                ahead.assign(&volume);
                let sums =
                    self.column_sums.index_axis(Axis(0), z.min(self.column_sums.dim().0 - 1));
                Zip::from(&mut volume).and(&step).and(&sums).for_each(|value, step, sum| {
                    *value -= step / (kappa * (sum + differences));
                });
                system.constrain_slice(z, volume.view_mut());
                let (mut change, mut norm) = (0.0, 0.0);
                Zip::from(&mut ahead).and(&volume).for_each(|ahead, value| {
                    change += f64::from((value - *ahead) * (value - *ahead));
                    norm += f64::from(value * value);
                    *ahead = 2.0 * value - *ahead;
                });
                (change, norm)
            })
            .collect();
        let (change, norm) =
            sums.iter().fold((0.0, 0.0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
        (change / norm.max(f64::MIN_POSITIVE)).sqrt()
    }
}

/// One value of the dual; a ray beside the volume has no sum and no say.
fn ascended((dual, misfit): (f32, f32), weight: f32, [kappa, sum]: [f32; 2]) -> f32 {
    if sum <= 0.0 || weight <= 0.0 {
        return 0.0;
    }
    let sigma = kappa / sum;
    (dual + sigma * misfit) * (weight / (weight + sigma))
}
