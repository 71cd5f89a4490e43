//! SIRT: all views at once, scaled by row and column sums. Knows no subsets.

use ndarray::{Array3, Axis};
use rayon::prelude::*;

use super::{
    balance::Balance,
    course::{Course, Report},
    system::System,
};

/// Simultaneous iterative reconstruction.
///
/// `µ ← P(µ + λ·C·Aᵀ·F·(b − A·µ))`, F and C being the row and column scales of the balance,
/// P the bounds and the support. Without weights and bounds the residual falls in the norm of F
/// for `0 < λ < 2`; with weights it minimises `‖A·µ − b‖²_W`.
///
/// `volume`: what it starts from. Memory beside data and volume: the rays once, the row sums, the
/// volume and the column sums (one slice and one row where slices are apart and unweighted).
/// Source: Gilbert 1972, doi:10.1016/0022-5193(72)90180-4; Gregor & Benson 2008,
/// doi:10.1109/TMI.2008.923696.
pub(super) fn sirt(
    system: &System<'_>,
    relaxation: f32,
    volume: &mut Array3<f32>,
    course: &mut Course<'_>,
) {
    let views: Vec<usize> = (0..system.data().dim().0).collect();
    let balance = Balance::new(system, vec![views.clone()]);
    let columns = balance.columns(0);
    let (mut rays, mut step) = (system.zero_rays(), system.zero_volume());
    system.project(volume, &mut rays);
    system.residual(&mut rays);
    while course.goes_on() {
        balance.scale_rays(&views, rays.view_mut());
        system.backproject(&rays, &mut step);
        let moved = correct((system, course), (volume, &step), (&columns, relaxation));
        system.project(volume, &mut rays);
        system.residual(&mut rays);
        let residual = system.weighted_squares(&rays);
        course.step(&Report { residual, change: moved.relative(course), ..Default::default() });
    }
}

/// How far a volume was moved: of each problem, squares of the change and of the volume.
pub(super) struct Moved {
    pub(super) change: Vec<f64>,
    pub(super) norm: Vec<f64>,
}

impl Moved {
    /// `‖change‖/‖µ‖`, where that is wanted.
    pub(super) fn relative(&self, course: &Course<'_>) -> Vec<f64> {
        if !course.wants_change() {
            return vec![];
        }
        let parts = self.change.iter().zip(&self.norm);
        parts.map(|(change, norm)| (change / norm.max(f64::MIN_POSITIVE)).sqrt()).collect()
    }
}

/// `volume ← P(volume + relaxation·columns·step)`, for problems that go on.
pub(super) fn correct(
    (system, course): (&System<'_>, &Course<'_>),
    (volume, step): (&mut Array3<f32>, &Array3<f32>),
    (columns, relaxation): (&Array3<f32>, f32),
) -> Moved {
    let [min, max] = system.bounds();
    let parts = volume.axis_iter_mut(Axis(0)).into_par_iter().zip(step.axis_iter(Axis(0)));
    let moved: Vec<(f64, f64)> = parts
        .enumerate()
        .map(|(z, (mut volume, step))| {
            let (mut change, mut norm) = (0.0, 0.0);
            if !course.is_going(system.group_of(z)) {
                return (0.0, 1.0);
            }
            let columns = columns.index_axis(Axis(0), z.min(columns.dim().0 - 1));
            ndarray::Zip::from(&mut volume).and(&step).and(&columns).for_each(
                |value, step, scale| {
                    // A scale of 0 belongs to a voxel that no ray meets or that is beyond the support.
                    if *scale > 0.0 {
                        let corrected = (*value + relaxation * scale * step).clamp(min, max);
                        change += f64::from((corrected - *value) * (corrected - *value));
                        norm += f64::from(corrected * corrected);
                        *value = corrected;
                    }
                },
            );
            (change, norm)
        })
        .collect();
    Moved { change: system.over_slices(|z| moved[z].0), norm: system.over_slices(|z| moved[z].1) }
}
