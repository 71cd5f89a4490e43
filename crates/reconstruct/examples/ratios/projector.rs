//! A projector on ones: checked, then timed. Knows no kernel.

use ndarray::Array3;
use voltomo_reconstruct::Projector;

use crate::seconds;

/// Processor seconds of the forward projection of all views, and of its adjoint.
///
/// The middle ray of the first view must be as long as its way through the volume (`expected`), and
/// ⟨A·1, 1⟩ = ⟨1, Aᵀ·1⟩.
pub(crate) fn times(projector: &dyn Projector, expected: f32) -> [f64; 2] {
    let views: Vec<usize> = (0..projector.view_count()).collect();
    let (rows, columns) = projector.frame_shape();
    let mut volume = Array3::ones(projector.volume_shape());
    let mut data = Array3::zeros((views.len(), rows, columns));
    projector.project(volume.view(), &views, data.view_mut());
    let middle = data[[0, rows / 2, columns / 2]];
    assert!((middle / expected - 1.0).abs() < 0.01, "{middle}, expected {expected}");

    let ones = Array3::ones(data.dim());
    let mut given = Array3::zeros(volume.dim());
    projector.backproject(ones.view(), &views, given.view_mut());
    let sums = [&data, &given].map(|values| values.iter().map(|&it| f64::from(it)).sum::<f64>());
    assert!((sums[0] / sums[1] - 1.0).abs() < 1e-5, "{sums:?}");

    let forward = seconds(|| projector.project(volume.view(), &views, data.view_mut()));
    let adjoint = seconds(|| projector.backproject(data.view(), &views, volume.view_mut()));
    [forward, adjoint]
}
