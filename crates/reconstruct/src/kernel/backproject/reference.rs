//! Back-projection as plain and slow as its formula, in double precision. Shares nothing with the
//! fast one.

use ndarray::{Array2, ArrayView1, ArrayView2};
use voltomo_types::Radian;

/// `b(y, x) = Σ_θ w(θ)·q(θ, centre + x·cos θ − y·sin θ)`.
///
/// `sinogram`: filtered, `[angle, column]`; `views`: angle and weight of each. `centre`: column of
/// the axis. `grid`: `[side, pitch]`, a square of `side`² voxels whose middle is the axis, `pitch`
/// columns apart. `between`: reads a row at a column, [`linear`] or [`cubic`]. Returns `[y, x]`.
/// Source: Kak & Slaney 1988, section 3.3, doi:10.1137/1.9780898719277.
#[must_use]
pub fn backproject_reference(
    sinogram: ArrayView2<'_, f64>,
    views: &[(Radian, f64)],
    (centre, between): (f64, impl Fn(ArrayView1<'_, f64>, f64) -> f64),
    (side, pitch): (usize, f64),
) -> Array2<f64> {
    let place = |index: usize| (index as f64 - (side as f64 - 1.0) / 2.0) * pitch;
    Array2::from_shape_fn((side, side), |(y, x)| {
        let terms = sinogram.rows().into_iter().zip(views).map(|(row, (angle, weight))| {
            let column = centre + place(x) * angle.0.cos() - place(y) * angle.0.sin();
            weight * between(row, column)
        });
        terms.sum()
    })
}

/// Straight lines between the values of a row; beside it stands zero.
#[must_use]
pub fn linear(row: ArrayView1<'_, f64>, column: f64) -> f64 {
    sum_of_kernels(row, column, |distance| (1.0 - distance).max(0.0))
}

/// Cubic convolution; beside the row stands zero.
/// Source: Keys 1981, equation 15, doi:10.1109/TASSP.1981.1163711.
#[must_use]
pub fn cubic(row: ArrayView1<'_, f64>, column: f64) -> f64 {
    sum_of_kernels(row, column, |s| match s {
        s if s < 1.0 => 1.5 * s.powi(3) - 2.5 * s.powi(2) + 1.0,
        s if s < 2.0 => -0.5 * s.powi(3) + 2.5 * s.powi(2) - 4.0 * s + 2.0,
        _ => 0.0,
    })
}

fn sum_of_kernels(row: ArrayView1<'_, f64>, column: f64, kernel: impl Fn(f64) -> f64) -> f64 {
    let terms = row.iter().enumerate();
    terms.map(|(index, value)| value * kernel((column - index as f64).abs())).sum()
}

/// The ramp filter as the sum that it is: `q[j] = Σ_k h[j − k]·p[k]`, zero beside the detector.
#[must_use]
pub fn ramp_reference(sinogram: ArrayView2<'_, f64>) -> Array2<f64> {
    Array2::from_shape_fn(sinogram.dim(), |(angle, column)| {
        let terms = sinogram.row(angle).into_iter().enumerate().map(|(k, value)| {
            let distance = column.abs_diff(k);
            let odd = -1.0 / (std::f64::consts::PI * distance as f64).powi(2);
            let kernel = if distance == 0 { 0.25 } else { odd * (distance % 2) as f64 };
            kernel * value
        });
        terms.sum()
    })
}
