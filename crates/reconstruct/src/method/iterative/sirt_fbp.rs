//! SIRT-FBP: filters, one for each view, with which filtered back-projection is nearly SIRT. Knows
//! no data.

use ndarray::{Array3, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;
use voltomo_numeric::{
    cast::to_f32,
    fft::{Complex, PairFilter, even_spectrum, fast_length},
};

use super::{
    course::{Course, Report, StopRule},
    rays::AboutAxis,
    solve::Iterated,
    system::System,
};
use crate::{
    Padding, ParallelProjector, Progress, Projector, ReconstructSettings, ramp::ramp_response,
};

/// Cycles over the width of the detector below which filters are those of dense views, and above
/// which they are as computed: the slice that they are computed on is too small for less.
const COARSE: [f64; 2] = [3.0, 9.0];

/// The filters of one geometry.
///
/// After `n` iterations from 0 with the step `α`, `µ = Σ_{k<n} α·(I − α·AᵀA)ᵏ·Aᵀ·b`. Far from the
/// rim `AᵀA` moves with the voxel, so that what stands before `Aᵀ·b` is a convolution with
/// `u = Σ α·(I − α·AᵀA)ᵏ·δ`, and a convolution of the volume is one of each view with the
/// projection of u. So µ is nearly `Aᵀ(q_θ ∗ b)`, `q_θ = A·u` over what a voxel gives to a view.
/// `α = λ/(max(A·1)·max(Aᵀ·1))`; u being made on a slice twice as wide, it takes two iterations for
/// one of SIRT.
///
/// Source: Pelt & De Andrade 2016, doi:10.1186/s40679-016-0033-y; Pelt & Batenburg 2015,
/// Proceedings of Fully3D, "Accurately approximating algebraic tomographic reconstruction by
/// filtered backprojection".
#[derive(Debug)]
pub(super) struct SirtFilters {
    filters: Vec<PairFilter>,
    padding: Padding,
    columns: usize,
}

impl SirtFilters {
    /// Filters of `iterations` iterations with the factor `relaxation`, for rows of so many
    /// `columns`; `None` where it was cancelled.
    ///
    /// Memory: the rays of the slice and the slice four times.
    pub(super) fn new(
        about_axis: &AboutAxis,
        (iterations, relaxation): (usize, f64),
        (columns, padding): (usize, Padding),
        progress: &dyn Progress,
    ) -> Option<Self> {
        let projector = &about_axis.projector;
        let step = relaxation / pace(projector);
        let rays = summed(projector, (iterations, to_f32(step)), progress)?;
        // The step of the detector's own rays.
        let pace = step * about_axis.finer as f64 * about_axis.unit.powi(2);
        let length = fast_length(2 * columns);
        let coarse = coarse_response(about_axis, length, (iterations, pace));
        let filter = |view: ArrayView2<'_, f32>| {
            let tap =
                |n: usize| if n < columns { tap(view.row(0), n, about_axis.finer) } else { 0.0 };
            let tap = |n: usize| tap(n) * pace / about_axis.of_voxel;
            let kernel: Vec<f64> = (0..length).map(|n| tap(n.min(length - n))).collect();
            let mut response = even_spectrum(&kernel);
            for (k, value) in response.iter_mut().enumerate() {
                let cycles = k.min(length - k) as f64 * columns as f64 / length as f64;
                let share = ((cycles - COARSE[0]) / (COARSE[1] - COARSE[0])).clamp(0.0, 1.0);
                *value = share * *value + (1.0 - share) * coarse[k];
            }
            PairFilter::new(&response)
        };
        let views: Vec<_> = rays.outer_iter().collect();
        let filters = views.into_par_iter().map(filter).collect();
        Some(Self { filters, padding, columns })
    }

    /// Filters sinograms `[view, slice, column]` in place.
    ///
    /// A row is transformed alone, so that its rounding does not depend on the rows beside it.
    pub(super) fn apply(&self, rays: &mut Array3<f32>) {
        let views = rays.axis_iter_mut(Axis(0)).into_par_iter().zip(&self.filters);
        views.for_each(|(mut rows, filter)| {
            let mut pair = vec![Complex::default(); filter.length()];
            let mut scratch = vec![Complex::default(); filter.scratch_length()];
            for mut row in rows.outer_iter_mut() {
                self.pad(row.view(), &mut pair);
                filter.apply(&mut pair, &mut scratch);
                row.iter_mut().zip(&pair).for_each(|(into, value)| *into = value.re);
            }
        });
    }
}

/// `A·Σ_{k<n} (I − step·AᵀA)ᵏ·δ`, `[view, 0, column]`; `None` where it was cancelled.
fn summed(
    projector: &ParallelProjector,
    (iterations, step): (usize, f32),
    progress: &dyn Progress,
) -> Option<Array3<f32>> {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let [_, height, side] = projector.volume_shape();
    let mut impulse = Array3::zeros(projector.volume_shape());
    impulse[[0, height / 2, side / 2]] = 1.0;
    let mut rays = Array3::zeros((views.len(), 1, projector.frame_shape().1));
    projector.project(impulse.view(), &views, rays.view_mut());
    let (mut sum, mut image) = (impulse.clone(), Array3::zeros(impulse.dim()));
    for done in 1..iterations {
        if progress.is_cancelled() {
            return None;
        }
        image.fill(0.0);
        projector.backproject(rays.view(), &views, image.view_mut());
        impulse.zip_mut_with(&image, |value, image| *value -= step * image);
        sum += &impulse;
        projector.project(impulse.view(), &views, rays.view_mut());
        let left = impulse.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        progress.step(done, iterations, left);
    }
    projector.project(sum.view(), &views, rays.view_mut());
    Some(rays)
}

/// The mean over the column at the distance `n` of a view whose columns are `finer` times finer:
/// the mean keeps the sum, on which attenuation hangs. Both sides are one, as they would be without
/// rounding.
fn tap(view: ArrayView1<'_, f32>, n: usize, finer: usize) -> f64 {
    let middle = view.len() / 2;
    let at = |place: usize| view.get(place).map_or(0.0, |value| f64::from(*value));
    let fine = (0..finer).map(|k| middle + n * finer + k - finer / 2);
    fine.map(|place| (at(place) + at(2 * middle - place)) / 2.0).sum::<f64>() / finer as f64
}

impl SirtFilters {
    /// The row, then half of the rest as beside its end, half as before its beginning.
    fn pad(&self, row: ArrayView1<'_, f32>, padded: &mut [Complex<f32>]) {
        let (data, padding) = padded.split_at_mut(self.columns);
        let value = |column: usize| Complex::new(row[column], 0.0);
        data.iter_mut().enumerate().for_each(|(column, into)| *into = value(column));
        let (behind, before) = padding.split_at_mut(padding.len() / 2);
        // Wherever the axis is: the filter is the same for all rows.
        let middle = (self.columns as f64 - 1.0) / 2.0;
        self.padding.go_on((data, middle), 1, [before, behind]);
    }
}

/// What `(1 − (1 − α·λ)ⁿ)/λ` is where views are dense, `1/λ` being the ramp filter for the units of
/// the projector; `pace` is α for the detector's own rays.
///
/// Source: Zeng 2012, Medical Physics 39, 603 ("A filtered backprojection algorithm with
/// characteristics of the iterative Landweber algorithm").
fn coarse_response(
    about_axis: &AboutAxis,
    length: usize,
    (iterations, pace): (usize, f64),
) -> Vec<f64> {
    let ramp = ramp_response(length, 1.0, &ReconstructSettings::default());
    let views = about_axis.projector.view_count() as f64;
    let whole = std::f64::consts::PI / views / about_axis.pitch / about_axis.of_voxel_own;
    let times = i32::try_from(iterations).unwrap_or(i32::MAX);
    let one = |ramp: f64| {
        let whole = ramp * whole;
        whole * (1.0 - (1.0 - (pace / whole).min(1.0)).powi(times))
    };
    ramp.into_iter().map(one).collect()
}

/// µ of a system by the filters, within bounds and support; 0 where these were cancelled. Memory
/// beside data and volume: the rays once.
pub(super) fn filtered(
    system: &System<'_>,
    filters: Option<&SirtFilters>,
    progress: &dyn Progress,
) -> Iterated {
    let (mut volume, mut rays) = (system.zero_volume(), system.data().to_owned());
    let mut course = Course::new(system, (1, StopRule::default()), progress);
    if filters.is_none() {
        course.cancel();
    }
    if let Some(filters) = filters
        && course.goes_on()
    {
        filters.apply(&mut rays);
        system.backproject(&rays, &mut volume);
        system.constrain(&mut volume);
        system.project(&volume, &mut rays);
        course.step(&Report { residual: system.misfit(&rays), ..Default::default() });
    }
    let (curve, note) = course.finish();
    let stopped = || "stopped before the filters were made: the volume is zero".to_string();
    let note = if filters.is_none() { Some(stopped()) } else { note };
    Iterated { volume, curve, note }
}

/// `max(A·1)·max(Aᵀ·1)`, which is no less than `‖AᵀA‖`.
fn pace(projector: &dyn Projector) -> f64 {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let (rows, columns) = projector.frame_shape();
    let mut rays = Array3::zeros((views.len(), rows, columns));
    let mut volume = Array3::ones(projector.volume_shape());
    projector.project(volume.view(), &views, rays.view_mut());
    let longest = rays.fold(0.0f32, |most, sum| most.max(*sum));
    rays.fill(1.0);
    volume.fill(0.0);
    projector.backproject(rays.view(), &views, volume.view_mut());
    f64::from(longest) * f64::from(volume.fold(0.0f32, |most, sum| most.max(*sum)))
}
