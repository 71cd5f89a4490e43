//! The linear system that iterative methods solve, with what is known of its noise and its
//! solution. Knows no method.

use ndarray::{
    Array3, ArrayView1, ArrayView3, ArrayViewMut2, ArrayViewMut3, Axis, CowArray, Ix3, Zip, s,
};
use rayon::prelude::*;

use crate::{ReconstructError, projector::Projector};

/// Whether the slices of a volume share rays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slices {
    /// Each slice has rows of its own.
    Apart,
    /// One problem for the whole volume.
    Together,
}

/// `A·µ = b`: projector, line integrals, weights of the line integrals, bounds and support of µ.
pub struct System<'a> {
    projector: &'a dyn Projector,
    probe: Option<&'a dyn Projector>,
    data: CowArray<'a, f32, Ix3>,
    weights: Option<CowArray<'a, f32, Ix3>>,
    support: Option<ArrayView3<'a, bool>>,
    bounds: [f32; 2],
    slices: Slices,
    /// Views in the order of their directions.
    order: Vec<usize>,
}

impl std::fmt::Debug for System<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("System").field("data", &self.data.dim()).finish_non_exhaustive()
    }
}

impl<'a> System<'a> {
    /// All line integrals weigh the same; µ is free; the slices are one problem.
    ///
    /// `data`: line integrals `[view, row, column]`. Errors: another shape than the projector's, a
    /// value that is not finite.
    pub fn new(
        projector: &'a dyn Projector,
        data: ArrayView3<'a, f32>,
    ) -> Result<Self, ReconstructError> {
        check(projector, data)?;
        Ok(Self {
            projector,
            probe: None,
            data: standard(data),
            weights: None,
            support: None,
            bounds: [f32::NEG_INFINITY, f32::INFINITY],
            slices: Slices::Together,
            order: (0..projector.view_count()).collect(),
        })
    }

    /// `weights`: 1/variance of each line integral, in the shape of the data; 0 leaves it out.
    /// Errors: another shape, a weight that is negative or not finite.
    pub fn with_weights(mut self, weights: ArrayView3<'a, f32>) -> Result<Self, ReconstructError> {
        check(self.projector, weights)?;
        let negative = weights.indexed_iter().find(|(_, weight)| **weight < 0.0);
        if let Some(((angle, row, column), &value)) = negative {
            return Err(ReconstructError::NonFinite { angle, row, column, value });
        }
        self.weights = Some(standard(weights));
        Ok(self)
    }

    /// `support`: where µ may differ from 0, `[z, y, x]`, or `[1, y, x]` for all slices.
    #[must_use]
    pub fn with_support(mut self, support: ArrayView3<'a, bool>) -> Self {
        self.support = Some(support);
        self
    }

    /// Least and greatest µ.
    #[must_use]
    pub fn with_bounds(mut self, [min, max]: [f32; 2]) -> Self {
        self.bounds = [min, max];
        self
    }

    /// `order`: all views by direction, so that each of several subsets looks from all sides.
    #[must_use]
    pub fn with_order(mut self, order: Vec<usize>) -> Self {
        self.order = order;
        self
    }

    /// Row `k` of every projection sees slice `k` and nothing else: each slice gets step sizes and
    /// an end of its own, so that its bits do not depend on the slices beside it.
    #[must_use]
    pub fn with_slices_apart(mut self) -> Self {
        self.slices = Slices::Apart;
        self
    }

    /// `probe`: the projector of one slice, whose row and column sums are those of all.
    #[must_use]
    pub fn with_probe(mut self, probe: &'a dyn Projector) -> Self {
        self.probe = Some(probe);
        self
    }

    /// The same as one problem for all slices.
    pub(super) fn together(&self) -> System<'_> {
        System {
            projector: self.projector,
            probe: self.probe,
            data: CowArray::from(self.data.view()),
            weights: self.weights().map(CowArray::from),
            support: self.support,
            bounds: self.bounds,
            slices: Slices::Together,
            order: self.order.clone(),
        }
    }

    /// The projector of one slice where all slices are alike, else the whole one.
    pub(super) fn probe(&self) -> &'a dyn Projector {
        let same_support = self.support.is_none_or(|support| support.dim().0 == 1);
        self.probe.filter(|_| same_support).unwrap_or(self.projector)
    }

    /// The projector for sums that the weights enter: of one slice where all slices are alike.
    pub(super) fn sums_projector(&self) -> &'a dyn Projector {
        if self.weights.is_none() { self.probe() } else { self.projector }
    }

    pub(super) fn data(&self) -> ArrayView3<'_, f32> {
        self.data.view()
    }

    pub(super) fn weights(&self) -> Option<ArrayView3<'_, f32>> {
        self.weights.as_ref().map(|weights| weights.view())
    }

    pub(super) fn bounds(&self) -> [f32; 2] {
        self.bounds
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Problems that are solved side by side.
    pub(super) fn group_count(&self) -> usize {
        match self.slices {
            Slices::Apart => self.volume_shape()[0],
            Slices::Together => 1,
        }
    }

    /// The problem that a slice, or (where slices are apart) a row of a projection, belongs to.
    pub(super) fn group_of(&self, slice: usize) -> usize {
        match self.slices {
            Slices::Apart => slice,
            Slices::Together => 0,
        }
    }

    /// Voxels `[z, y, x]`.
    pub(super) fn volume_shape(&self) -> [usize; 3] {
        self.projector.volume_shape()
    }

    pub(super) fn zero_volume(&self) -> Array3<f32> {
        Array3::zeros(self.volume_shape())
    }

    pub(super) fn zero_rays(&self) -> Array3<f32> {
        Array3::zeros(self.data.dim())
    }

    /// `A·volume` of all views.
    pub(super) fn project(&self, volume: &Array3<f32>, into: &mut Array3<f32>) {
        let views: Vec<usize> = (0..self.projector.view_count()).collect();
        self.projector.project(volume.view(), &views, into.view_mut());
    }

    /// `Aᵀ·rays` of all views, within the support.
    pub(super) fn backproject(&self, rays: &Array3<f32>, into: &mut Array3<f32>) {
        let views: Vec<usize> = (0..self.projector.view_count()).collect();
        self.backproject_views((rays.view(), &views), into);
    }

    /// `A·volume` of some views.
    pub(super) fn project_views(
        &self,
        volume: &Array3<f32>,
        (views, into): (&[usize], ArrayViewMut3<'_, f32>),
    ) {
        self.projector.project(volume.view(), views, into);
    }

    /// `Aᵀ·rays` of some views, within the support.
    pub(super) fn backproject_views(
        &self,
        (rays, views): (ArrayView3<'_, f32>, &[usize]),
        into: &mut Array3<f32>,
    ) {
        into.fill(0.0);
        self.projector.backproject(rays, views, into.view_mut());
        self.support_only(into);
    }

    /// Sets what is beyond the support to 0; also of one slice that stands for all.
    pub(super) fn support_only(&self, volume: &mut Array3<f32>) {
        let Some(support) = self.support else { return };
        volume.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(z, mut slice)| {
            let support = support.index_axis(Axis(0), z.min(support.dim().0 - 1));
            slice.zip_mut_with(&support, |value, inside| {
                if !inside {
                    *value = 0.0;
                }
            });
        });
    }

    /// Brings µ within its bounds and its support.
    pub(super) fn constrain(&self, volume: &mut Array3<f32>) {
        let slices = volume.axis_iter_mut(Axis(0)).into_par_iter().enumerate();
        slices.for_each(|(z, slice)| self.constrain_slice(z, slice));
    }

    /// [`Self::constrain`] of the slice `z`.
    pub(super) fn constrain_slice(&self, z: usize, mut slice: ArrayViewMut2<'_, f32>) {
        let [min, max] = self.bounds;
        if min > f32::NEG_INFINITY || max < f32::INFINITY {
            slice.mapv_inplace(|value| value.clamp(min, max));
        }
        if let Some(support) = self.support {
            let support = support.index_axis(Axis(0), z.min(support.dim().0 - 1));
            slice.zip_mut_with(&support, |value, inside| {
                if !inside {
                    *value = 0.0;
                }
            });
        }
    }

    /// A figure of each problem: the sum over its slices of `figure(z)`, in their order.
    pub(super) fn over_slices(&self, figure: impl Fn(usize) -> f64 + Sync) -> Vec<f64> {
        let slices: Vec<f64> = (0..self.volume_shape()[0]).into_par_iter().map(&figure).collect();
        match self.slices {
            Slices::Apart => slices,
            Slices::Together => vec![slices.iter().sum()],
        }
    }

    /// A figure of each problem: the sum over its rays of `figure(view, row)`, view by view.
    pub(super) fn over_rays(&self, figure: impl Fn(usize, usize) -> f64 + Sync) -> Vec<f64> {
        let (views, rows, _) = self.data.dim();
        let row_of = |view: usize| -> Vec<f64> {
            let figures = (0..rows).map(|row| figure(view, row));
            match self.slices {
                Slices::Apart => figures.collect(),
                Slices::Together => vec![figures.sum()],
            }
        };
        let by_view: Vec<Vec<f64>> = (0..views).into_par_iter().map(row_of).collect();
        let mut sums = vec![0.0; self.group_count()];
        for row in by_view {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    /// Mean of the weights above 0.
    pub(super) fn mean_weight(&self) -> f64 {
        let Some(weights) = self.weights() else { return 1.0 };
        let sum = |view, row| weights.slice(s![view, row, ..]).iter().map(|w| f64::from(*w)).sum();
        let counts: f64 = self.ray_counts().iter().sum();
        self.over_rays(sum).iter().sum::<f64>().max(f64::MIN_POSITIVE) / counts.max(1.0)
    }

    /// Rays of each problem that weigh anything.
    pub(super) fn ray_counts(&self) -> Vec<f64> {
        let (_, _, columns) = self.data.dim();
        self.over_rays(|view, row| match &self.weights {
            None => columns as f64,
            Some(weights) => {
                let weights = weights.slice(s![view, row, ..]);
                weights.iter().filter(|weight| **weight > 0.0).count() as f64
            }
        })
    }

    /// `⟨rays, W·rays⟩` of each problem.
    pub(super) fn weighted_squares(&self, rays: &Array3<f32>) -> Vec<f64> {
        self.weighted_squares_of(rays.view())
    }

    /// `⟨b, W·b⟩` of each problem.
    pub(super) fn data_squares(&self) -> Vec<f64> {
        self.weighted_squares_of(self.data.view())
    }

    fn weighted_squares_of(&self, rays: ArrayView3<'_, f32>) -> Vec<f64> {
        self.over_rays(|view, row| self.row_squares(rays.slice(s![view, row, ..]), (view, row)))
    }

    /// `rays ← W·rays`.
    pub(super) fn weigh(&self, rays: &mut Array3<f32>) {
        if let Some(weights) = &self.weights {
            Zip::from(rays).and(weights).par_for_each(|ray, weight| *ray *= weight);
        }
    }

    /// `⟨a, b⟩` of each problem.
    pub(super) fn volume_products(&self, a: &Array3<f32>, b: &Array3<f32>) -> Vec<f64> {
        self.over_slices(|z| {
            let (a, b) = (a.index_axis(Axis(0), z), b.index_axis(Axis(0), z));
            a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        })
    }

    /// `a ← keep·a + factor·b`, both factors given for each problem.
    pub(super) fn combine(
        &self,
        (a, keep): (&mut Array3<f32>, &[f32]),
        (b, factor): (&Array3<f32>, &[f32]),
    ) {
        let parts = a.axis_iter_mut(Axis(0)).into_par_iter().zip(b.axis_iter(Axis(0)));
        parts.enumerate().for_each(|(z, (mut a, b))| {
            let (keep, factor) = (keep[self.group_of(z)], factor[self.group_of(z)]);
            a.zip_mut_with(&b, |a, b| *a = keep * *a + factor * b);
        });
    }

    /// `a ← a + factor·b` over rays, the factor given for each problem.
    pub(super) fn combine_rays(&self, a: &mut Array3<f32>, (b, factor): (&Array3<f32>, &[f32])) {
        let parts = a.axis_iter_mut(Axis(0)).into_par_iter().zip(b.axis_iter(Axis(0)));
        parts.for_each(|(mut a, b)| {
            for (row, (mut a, b)) in a.outer_iter_mut().zip(b.outer_iter()).enumerate() {
                let factor = factor[self.group_of(row)];
                a.zip_mut_with(&b, |a, b| *a += factor * b);
            }
        });
    }

    /// `rays ← b − rays` for some views; returns `‖b − rays‖²_W` of each problem.
    pub(super) fn subset_residual(
        &self,
        views: &[usize],
        mut rays: ArrayViewMut3<'_, f32>,
    ) -> Vec<f64> {
        let parts = rays.axis_iter_mut(Axis(0)).into_par_iter().zip(views);
        let squares: Vec<Vec<f64>> = parts
            .map(|(mut rays, &view)| {
                rays.zip_mut_with(&self.data.index_axis(Axis(0), view), |ray, data| {
                    *ray = data - *ray;
                });
                let rows = rays.outer_iter().enumerate();
                rows.map(|(row, rays)| self.row_squares(rays, (view, row))).collect()
            })
            .collect();
        let mut sums = vec![0.0; self.group_count()];
        for squares in squares {
            for (row, squares) in squares.into_iter().enumerate() {
                sums[self.group_of(row)] += squares;
            }
        }
        sums
    }

    /// `⟨a, W·b⟩` of each problem.
    pub(super) fn ray_products(&self, a: &Array3<f32>, b: &Array3<f32>) -> Vec<f64> {
        self.products_of(a.view(), b.view())
    }

    /// `⟨rays, W·data⟩` of each problem.
    pub(super) fn products_with_data(&self, rays: &Array3<f32>) -> Vec<f64> {
        self.products_of(rays.view(), self.data.view())
    }

    fn products_of(&self, a: ArrayView3<'_, f32>, b: ArrayView3<'_, f32>) -> Vec<f64> {
        self.over_rays(|view, row| {
            let place = s![view, row, ..];
            let (a, b) = (a.slice(place), b.slice(place));
            let products = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
            let Some(weights) = &self.weights else { return products.sum() };
            let weights = weights.slice(place);
            products.zip(weights).map(|(product, weight)| product * f64::from(*weight)).sum()
        })
    }

    /// `‖b − rays‖²_W` of each problem.
    pub(super) fn misfit(&self, rays: &Array3<f32>) -> Vec<f64> {
        self.over_rays(|view, row| {
            let (rays, data) = (rays.slice(s![view, row, ..]), self.data.slice(s![view, row, ..]));
            let square = |(ray, data): (&f32, &f32)| f64::from(data - ray).powi(2);
            let Some(weights) = &self.weights else {
                return rays.iter().zip(data).map(square).sum();
            };
            let weights = weights.slice(s![view, row, ..]);
            let squares = rays.iter().zip(data).map(square);
            squares.zip(weights).map(|(square, weight)| square * f64::from(*weight)).sum()
        })
    }

    fn row_squares(&self, rays: ArrayView1<'_, f32>, (view, row): (usize, usize)) -> f64 {
        let Some(weights) = &self.weights else {
            return rays.iter().map(|ray| f64::from(*ray) * f64::from(*ray)).sum();
        };
        let weights = weights.slice(s![view, row, ..]);
        let product =
            |(ray, weight): (&f32, &f32)| f64::from(*ray) * f64::from(*ray) * f64::from(*weight);
        rays.iter().zip(weights).map(product).sum()
    }

    /// `rays ← b − rays`.
    pub(super) fn residual(&self, rays: &mut Array3<f32>) {
        Zip::from(rays).and(&self.data).par_for_each(|ray, data| *ray = data - *ray);
    }
}

fn standard(rays: ArrayView3<'_, f32>) -> CowArray<'_, f32, Ix3> {
    if rays.is_standard_layout() {
        CowArray::from(rays)
    } else {
        CowArray::from(Array3::from_shape_fn(rays.dim(), |index| rays[index]))
    }
}

fn check(projector: &dyn Projector, rays: ArrayView3<'_, f32>) -> Result<(), ReconstructError> {
    let (angles, (rows, columns)) = (projector.view_count(), projector.frame_shape());
    let (views, row_count, column_count) = rays.dim();
    if (views, row_count, column_count) != (angles, rows, columns) {
        let found = [views, row_count, column_count];
        let rows = 0..rows;
        return Err(ReconstructError::ProjectionShape {
            found,
            first_row: 0,
            angles,
            columns,
            rows,
        });
    }
    let bad = rays.indexed_iter().find(|(_, value)| !value.is_finite());
    match bad {
        None => Ok(()),
        Some(((angle, row, column), &value)) => {
            Err(ReconstructError::NonFinite { angle, row, column, value })
        }
    }
}
