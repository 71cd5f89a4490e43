//! Back-projection as plain and slow as its formula, in double precision. Shares nothing with the
//! fast one.

use ndarray::{Array2, ArrayView2};
use voltomo_types::Radian;

/// `b(y, x) = Σ_θ w(θ)·q(θ, centre + x·cos θ − y·sin θ)`.
///
/// `sinogram`: filtered, `[angle, column]`; `views`: angle and weight of each. `centre`: column of
/// the axis. `grid`: `[side, pitch]`, a square of `side`² voxels whose middle is the axis, `pitch`
/// columns apart. Linear between columns; beside the detector stands zero. Returns `[y, x]`.
/// Source: Kak & Slaney 1988, section 3.3, doi:10.1137/1.9780898719277.
#[must_use]
pub fn backproject_reference(
    sinogram: ArrayView2<'_, f64>,
    views: &[(Radian, f64)],
    centre: f64,
    (side, pitch): (usize, f64),
) -> Array2<f64> {
    let place = |index: usize| (index as f64 - (side as f64 - 1.0) / 2.0) * pitch;
    Array2::from_shape_fn((side, side), |(y, x)| {
        let mut sum = 0.0;
        for (row, (angle, weight)) in sinogram.rows().into_iter().zip(views) {
            let column = centre + place(x) * angle.0.cos() - place(y) * angle.0.sin();
            let below = column.floor();
            let at = |column: f64| -> f64 {
                let is_there = column >= 0.0 && column < row.len() as f64;
                if is_there { row[voltomo_numeric::cast::to_index(column)] } else { 0.0 }
            };
            let way = column - below;
            sum += weight * (at(below) * (1.0 - way) + at(below + 1.0) * way);
        }
        sum
    })
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
