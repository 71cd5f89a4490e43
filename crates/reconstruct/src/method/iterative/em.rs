//! MLEM and OSEM: multiplicative corrections that keep µ above 0. Knows no bound below 0.

use std::borrow::Cow;

use ndarray::{Array3, ArrayView3, ArrayViewMut3, Axis, s};
use rayon::prelude::*;

use super::{
    balance::keeps,
    course::{Course, Report},
    subsets::subsets_of,
    sums::row_sums,
    system::System,
};

/// A line integral below this part of the mean is taken for it, where it divides.
const LEAST: f64 = 1e-6;

/// Maximum likelihood by expectation maximisation, by ordered subsets; one subset is MLEM.
///
/// `µ ← P(µ·(Aₛᵀ·W·(b/(Aₛ·µ)))/(Aₛᵀ·W))`, line integrals below 0 taken as 0. MLEM minimises the
/// Kullback–Leibler distance `Σ w·(A·µ − b + b·ln(b/(A·µ)))`, which falls with every iteration: it
/// is the likelihood where b are counts (emission), and keeps µ positive where b are line
/// integrals. Residual and distance of a pass are those met on the way, each subset before its
/// correction.
///
/// `volume`: what it starts from; where that is 0 or below, it starts from the uniform volume that
/// gives the mean of b. Memory beside data and volume: the rays of a subset, one volume, and the
/// column sums of all subsets where they fit 512 MiB, else of one.
/// Source: Shepp & Vardi 1982, doi:10.1109/TMI.1982.4307558; subsets: Hudson & Larkin 1994,
/// doi:10.1109/42.363108.
pub(super) fn em(
    system: &System<'_>,
    subset_count: usize,
    volume: &mut Array3<f32>,
    course: &mut Course<'_>,
) {
    let subsets = subsets_of(system.order(), subset_count);
    let largest = subsets.iter().map(Vec::len).max().unwrap_or(0);
    let (_, rows, columns) = system.data().dim();
    let least = begin(system, volume);
    let mut buffer = Array3::zeros((largest, rows, columns));
    let mut ratio = system.zero_volume();
    let kept = kept_norms(system, &subsets);
    while course.goes_on() {
        let mut report = Report {
            residual: vec![0.0; system.group_count()],
            objective: vec![0.0; system.group_count()],
            change: vec![],
        };
        let mut moved = vec![(0.0, 0.0); system.volume_shape()[0]];
        for (subset, views) in subsets.iter().enumerate() {
            let mut rays = buffer.slice_mut(s![..views.len(), .., ..]);
            system.project_views(volume, (views, rays.view_mut()));
            divide(system, (views, rays.view_mut()), (&least, &mut report));
            system.backproject_views((rays.view(), views), &mut ratio);
            let norm = match kept.get(subset) {
                Some(norm) => Cow::Borrowed(norm),
                None => Cow::Owned(norm_of(system, views)),
            };
            multiply((system, course), volume, (&ratio, &norm, &mut moved));
        }
        if course.wants_change() {
            let change = system.over_slices(|z| moved[z].0);
            let norm = system.over_slices(|z| moved[z].1);
            let parts = change.iter().zip(&norm);
            report.change = parts.map(|(c, n)| (c / n.max(f64::MIN_POSITIVE)).sqrt()).collect();
        }
        course.step(&report);
    }
}

/// Makes the volume positive; returns the least line integral that may divide, of each problem.
fn begin(system: &System<'_>, volume: &mut Array3<f32>) -> Vec<f32> {
    let counts = system.ray_counts();
    let weights = system.weights();
    let counted = |place: [usize; 3]| weights.is_none_or(|weights| weights[place] > 0.0);
    let sum = |rays: ArrayView3<'_, f32>| {
        system.over_rays(|view, row| {
            let values = rays.slice(s![view, row.min(rays.dim().1 - 1), ..]);
            let values = values.iter().enumerate();
            let values = values.filter(|(column, _)| counted([view, row, *column]));
            values.map(|(_, value)| f64::from(value.max(0.0))).sum()
        })
    };
    let (positive, length) = (sum(system.data()), sum(row_sums(system).view()));
    let uniform = |k: usize| (positive[k] / length[k].max(f64::MIN_POSITIVE)).max(1e-30);
    volume.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(z, mut slice)| {
        let uniform = voltomo_numeric::cast::to_f32(uniform(system.group_of(z)));
        slice.mapv_inplace(|value| if value > 0.0 { value } else { uniform });
    });
    system.support_only(volume);
    let least = |k: usize| (LEAST * positive[k] / counts[k].max(1.0)).max(1e-30);
    (0..counts.len()).map(|k| voltomo_numeric::cast::to_f32(least(k))).collect()
}

/// `Aₛᵀ·W` of all subsets, or none where they would take too much memory.
fn kept_norms(system: &System<'_>, subsets: &[Vec<usize>]) -> Vec<Array3<f32>> {
    let first: Vec<Array3<f32>> = subsets.iter().take(1).map(|s| norm_of(system, s)).collect();
    let bytes = first.first().map_or(0, |norm| 4 * norm.len() as u64);
    if !keeps(subsets.len(), bytes) {
        return vec![];
    }
    first.into_iter().chain(subsets.iter().skip(1).map(|s| norm_of(system, s))).collect()
}

/// `Aₛᵀ·W` of some views; one slice where all are alike.
fn norm_of(system: &System<'_>, views: &[usize]) -> Array3<f32> {
    let projector = system.sums_projector();
    let (rows, columns) = projector.frame_shape();
    let mut rays = Array3::ones((views.len(), rows, columns));
    if let Some(weights) = system.weights() {
        for (mut rays, &view) in rays.outer_iter_mut().zip(views) {
            rays.assign(&weights.index_axis(Axis(0), view));
        }
    }
    let mut norm = Array3::zeros(projector.volume_shape());
    projector.backproject(rays.view(), views, norm.view_mut());
    system.support_only(&mut norm);
    norm
}

/// `rays ← W·b/rays`, with the residual and the distance that are met.
fn divide(
    system: &System<'_>,
    (views, mut rays): (&[usize], ArrayViewMut3<'_, f32>),
    (least, report): (&[f32], &mut Report),
) {
    let parts = rays.axis_iter_mut(Axis(0)).into_par_iter().zip(views);
    let figures: Vec<Vec<(f64, f64)>> = parts
        .map(|(mut rays, &view)| {
            let one_row = |(row, mut rays): (usize, ndarray::ArrayViewMut1<'_, f32>)| {
                let least = least[system.group_of(row)];
                let data = system.data();
                let data = data.slice(s![view, row, ..]);
                let weights = system.weights();
                let (mut squares, mut distance) = (0.0, 0.0);
                for (column, ray) in rays.iter_mut().enumerate() {
                    let weight = weights.map_or(1.0, |weights| weights[[view, row, column]]);
                    let (b, estimate) = (data[column].max(0.0), ray.max(least));
                    let ratio = b / estimate;
                    squares += f64::from(weight * (*ray - data[column]).powi(2));
                    let entropy = if b > 0.0 { b * ratio.ln() } else { 0.0 };
                    distance += f64::from(weight * (estimate - b + entropy));
                    *ray = weight * ratio;
                }
                (squares, distance)
            };
            rays.outer_iter_mut().enumerate().map(one_row).collect()
        })
        .collect();
    for figures in figures {
        for (row, (squares, distance)) in figures.into_iter().enumerate() {
            let group = system.group_of(row);
            report.residual[group] += squares;
            report.objective[group] += distance;
        }
    }
}

/// `volume ← P(volume·ratio/norm)`, for problems that go on.
fn multiply(
    (system, course): (&System<'_>, &Course<'_>),
    volume: &mut Array3<f32>,
    (ratio, norm, moved): (&Array3<f32>, &Array3<f32>, &mut [(f64, f64)]),
) {
    let [min, max] = system.bounds();
    let parts = volume.axis_iter_mut(Axis(0)).into_par_iter().zip(moved).enumerate();
    parts.for_each(|(z, (mut volume, moved))| {
        if !course.is_going(system.group_of(z)) {
            return;
        }
        let (ratio, norm) =
            (ratio.index_axis(Axis(0), z), norm.index_axis(Axis(0), z.min(norm.dim().0 - 1)));
        moved.1 = 0.0;
        ndarray::Zip::from(&mut volume).and(&ratio).and(&norm).for_each(|value, ratio, norm| {
            if *norm > 0.0 {
                let next = (*value * ratio / norm).clamp(min.max(0.0), max);
                moved.0 += f64::from((next - *value) * (next - *value));
                moved.1 += f64::from(next * next);
                *value = next;
            }
        });
    });
}
