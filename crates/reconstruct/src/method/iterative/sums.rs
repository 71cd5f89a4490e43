//! Row and column sums of the system. Knows no iteration.

use ndarray::Array3;

use super::system::System;

/// `A·1` within the support, `[view, row, column]`; one row where all slices are alike.
pub(super) fn row_sums(system: &System<'_>) -> Array3<f32> {
    let probe = system.probe();
    let (rows, columns) = probe.frame_shape();
    let views: Vec<usize> = (0..probe.view_count()).collect();
    let mut ones = Array3::ones(probe.volume_shape());
    system.support_only(&mut ones);
    let mut sums = Array3::zeros((views.len(), rows, columns));
    probe.project(ones.view(), &views, sums.view_mut());
    sums
}

/// `Aᵀ·1` within the support, `[z, y, x]`; one slice where all are alike.
pub(super) fn column_sums(system: &System<'_>) -> Array3<f32> {
    let probe = system.probe();
    let (rows, columns) = probe.frame_shape();
    let views: Vec<usize> = (0..probe.view_count()).collect();
    let ones = Array3::ones((views.len(), rows, columns));
    let mut sums = Array3::zeros(probe.volume_shape());
    probe.backproject(ones.view(), &views, sums.view_mut());
    system.support_only(&mut sums);
    sums
}
