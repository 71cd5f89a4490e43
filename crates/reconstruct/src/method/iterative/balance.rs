//! Row and column sums of the system, by which corrections are scaled. Knows no iteration.
//!
//! Corrections are `C·Aᵀ·F·(b − A·µ)`, `C = 1/(Aᵀ·F·A·1)`. Without statistical weights
//! `F = 1/(A·1)`, so that `C = 1/(Aᵀ·1)`: the row and column sums of SIRT and SART. With weights
//! `F = W`, and C is the separable surrogate of the weighted least-squares function.
//! Source: Andersen & Kak 1984, doi:10.1016/0161-7346(84)90008-7; Gregor & Benson 2008,
//! doi:10.1109/TMI.2008.923696; weighted: Erdoğan & Fessler 1999, doi:10.1088/0031-9155/44/11/311.

use std::borrow::Cow;

use ndarray::{Array3, ArrayViewMut3, Axis, s};
use rayon::prelude::*;

use super::{sums::row_sums, system::System};

/// Column scales of subsets are kept up to this size, beyond it computed again for every pass.
const KEPT_BYTES: u64 = 1 << 29;

/// A sum below this part of the largest belongs to a ray or voxel that is not there.
const NOTHING: f32 = 1e-6;

/// Whether the column scales of so many subsets, each of so many bytes, are kept.
pub(super) fn keeps(subsets: usize, bytes: u64) -> bool {
    subsets == 1 || subsets as u64 * bytes <= KEPT_BYTES
}

/// The sums of one system, divided into subsets of views.
pub(super) struct Balance<'s, 'a> {
    system: &'s System<'a>,
    subsets: Vec<Vec<usize>>,
    /// `A·1` within the support, `[view, row, column]`; one row where all are alike.
    row_sums: Array3<f32>,
    /// Least row sum that counts.
    least: f32,
    /// C of every subset; none where that would take too much memory.
    kept: Vec<Array3<f32>>,
}

impl<'s, 'a> Balance<'s, 'a> {
    pub(super) fn new(system: &'s System<'a>, subsets: Vec<Vec<usize>>) -> Self {
        let row_sums = row_sums(system);
        let least = NOTHING * row_sums.fold(0.0, |most: f32, sum| most.max(*sum));
        let mut balance = Self { system, subsets, row_sums, least, kept: vec![] };
        if keeps(balance.subsets.len(), balance.column_bytes()) {
            balance.kept = (0..balance.subsets.len()).map(|k| balance.column_scales(k)).collect();
        }
        balance
    }

    fn column_bytes(&self) -> u64 {
        4 * self.shape().iter().product::<usize>() as u64
    }

    /// Shape of the column scales: one slice where all are alike.
    fn shape(&self) -> [usize; 3] {
        self.system.sums_projector().volume_shape()
    }

    pub(super) fn subsets(&self) -> &[Vec<usize>] {
        &self.subsets
    }

    /// `rays ← F·rays`, for the rays of some views.
    pub(super) fn scale_rays(&self, views: &[usize], mut rays: ArrayViewMut3<'_, f32>) {
        let parts = rays.axis_iter_mut(Axis(0)).into_par_iter().zip(views);
        parts.for_each(|(mut rays, &view)| {
            if let Some(weights) = self.system.weights() {
                rays.zip_mut_with(&weights.index_axis(Axis(0), view), |ray, weight| *ray *= weight);
                return;
            }
            for (row, mut rays) in rays.outer_iter_mut().enumerate() {
                let row = row.min(self.row_sums.dim().1 - 1);
                let sums = self.row_sums.slice(s![view, row, ..]);
                rays.zip_mut_with(&sums, |ray, &sum| *ray = over(*ray, sum, self.least));
            }
        });
    }

    /// C of a subset, `[z, y, x]` or one slice for all; 0 where no ray passes.
    pub(super) fn columns(&self, subset: usize) -> Cow<'_, Array3<f32>> {
        match self.kept.get(subset) {
            Some(kept) => Cow::Borrowed(kept),
            None => Cow::Owned(self.column_scales(subset)),
        }
    }

    fn column_scales(&self, subset: usize) -> Array3<f32> {
        let views = &self.subsets[subset];
        let mut sums = Array3::zeros(self.shape());
        match self.system.weights() {
            None => {
                let (_, rows, columns) = self.row_sums.dim();
                let mut hit = Array3::zeros((views.len(), rows, columns));
                for (mut hit, &view) in hit.outer_iter_mut().zip(views) {
                    hit.zip_mut_with(&self.row_sums.index_axis(Axis(0), view), |hit, sum| {
                        *hit = over(*sum, *sum, self.least);
                    });
                }
                self.system.probe().backproject(hit.view(), views, sums.view_mut());
                self.system.support_only(&mut sums);
            }
            Some(weights) => {
                let (_, rows, columns) = weights.dim();
                let mut weighed = Array3::zeros((views.len(), rows, columns));
                for (mut weighed, &view) in weighed.outer_iter_mut().zip(views) {
                    let sums = self.row_sums.index_axis(Axis(0), view);
                    let sums = sums.broadcast((rows, columns)).unwrap_or(sums.view());
                    let weights = weights.index_axis(Axis(0), view);
                    ndarray::Zip::from(&mut weighed)
                        .and(&sums)
                        .and(&weights)
                        .for_each(|weighed, sum, weight| *weighed = sum * weight);
                }
                self.system.backproject_views((weighed.view(), views), &mut sums);
            }
        }
        // Beyond all rays nothing is known; the sums of voxels at the rim may be small, yet right.
        sums.par_mapv_inplace(|sum| if sum > 0.0 { 1.0 / sum } else { 0.0 });
        sums
    }
}

/// `value/sum`, or 0 where the sum is no more than `least`.
fn over(value: f32, sum: f32, least: f32) -> f32 {
    if sum > least { value / sum } else { 0.0 }
}
