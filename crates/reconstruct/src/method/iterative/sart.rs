//! SART and OS-SART: one view, or one subset of views, after the other. Knows no solution.

use ndarray::{Array3, s};

use super::{
    balance::Balance,
    course::{Course, Report},
    sirt::{Moved, correct},
    subsets::subsets_of,
    system::System,
};

/// Simultaneous algebraic reconstruction, by ordered subsets.
///
/// For every subset in turn, `µ ← P(µ + λ·Cₛ·Aₛᵀ·Fₛ·(bₛ − Aₛ·µ))`; with as many subsets as views it
/// is SART, with one it is SIRT. It converges sooner by about the number of subsets, on noisy data
/// to a cycle around the least-squares solution, the narrower the smaller λ. The residual of a
/// pass is the one met on the way, each subset before its correction.
///
/// Memory beside data and volume: the rays of one subset, the row sums, one volume, and the column
/// sums of all subsets where they fit 512 MiB, else of one.
/// Source: Andersen & Kak 1984, doi:10.1016/0161-7346(84)90008-7; Censor & Elfving 2002,
/// doi:10.1137/S089547980138705X (subsets: block-iterative).
pub(super) fn sart(
    system: &System<'_>,
    (subset_count, relaxation): (usize, f32),
    volume: &mut Array3<f32>,
    course: &mut Course<'_>,
) {
    let balance = Balance::new(system, subsets_of(system.order(), subset_count));
    let largest = balance.subsets().iter().map(Vec::len).max().unwrap_or(0);
    let (_, rows, columns) = system.data().dim();
    let mut buffer = Array3::zeros((largest, rows, columns));
    let mut step = system.zero_volume();
    while course.goes_on() {
        let mut residual = vec![0.0; system.group_count()];
        let mut moved = Moved { change: residual.clone(), norm: residual.clone() };
        for (subset, views) in balance.subsets().iter().enumerate() {
            let mut rays = buffer.slice_mut(s![..views.len(), .., ..]);
            system.project_views(volume, (views, rays.view_mut()));
            add(&mut residual, &system.subset_residual(views, rays.view_mut()));
            balance.scale_rays(views, rays.view_mut());
            system.backproject_views((rays.view(), views), &mut step);
            let scales = balance.columns(subset);
            let part = correct((system, course), (volume, &step), (&scales, relaxation));
            add(&mut moved.change, &part.change);
            moved.norm = part.norm;
        }
        course.step(&Report { residual, change: moved.relative(course), ..Default::default() });
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}
