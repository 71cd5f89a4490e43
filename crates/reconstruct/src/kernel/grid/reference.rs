//! Band-limited back-projection as plain and slow as its formula, in double precision. Shares
//! nothing with the fast one.

use std::f64::consts::{PI, TAU};

use ndarray::{Array2, ArrayView2};
use voltomo_types::Radian;

/// Where the voxels of a slice are, in columns from the axis.
#[derive(Debug, Clone, Copy)]
pub struct SliceGrid {
    /// Voxel `[0, 0]`, `[y, x]`.
    pub first: [f64; 2],
    /// From voxel to voxel.
    pub pitch: f64,
    /// Voxels, (y, x).
    pub shape: (usize, usize),
}

/// `b(y, x) = Σ_θ w(θ)·Σ_k Q(θ, k)/P·e^{2πiks/P}·sinc(kh·cos θ/P)·sinc(kh·sin θ/P)`, for `k` from
/// −P/2 to P/2, both ends by half, at `s = centre + x·cos θ − y·sin θ`: the mean over each voxel, of
/// the edge `h`, of the trigonometric polynomial through the columns.
///
/// `sinogram`: filtered, `[angle, column]`, and the even period `P` with which it repeats;
/// `views`: angle and weight of each; `centre`: column of the axis. Returns `[y, x]`.
#[must_use]
pub fn grid_reference(
    (sinogram, period): (ArrayView2<'_, f64>, usize),
    views: &[(Radian, f64)],
    centre: f64,
    grid: &SliceGrid,
) -> Array2<f64> {
    let mut slice = Array2::zeros(grid.shape);
    for (row, (angle, weight)) in sinogram.rows().into_iter().zip(views) {
        let (sin, cos) = angle.0.sin_cos();
        for k in 0..=period / 2 {
            let turn = TAU * k as f64 / period as f64;
            let sums = row.iter().enumerate().map(|(j, value)| {
                let (sin, cos) = (turn * j as f64).sin_cos();
                [value * cos, value * sin]
            });
            let [re, im] = sums.fold([0.0; 2], |sum, term| [sum[0] + term[0], sum[1] + term[1]]);
            let twice = if k == 0 || 2 * k == period { 1.0 } else { 2.0 };
            let half_edge = turn / 2.0 * grid.pitch;
            let mean = sinc(half_edge * cos) * sinc(half_edge * sin);
            let scale = weight * twice * mean / period as f64;
            for ((y, x), value) in slice.indexed_iter_mut() {
                let [y, x] = [(0, y), (1, x)]
                    .map(|(axis, i): (usize, usize)| grid.first[axis] + i as f64 * grid.pitch);
                let (sin, cos) = (turn * (centre + x * cos - y * sin)).sin_cos();
                *value += scale * (re * cos + im * sin);
            }
        }
    }
    slice
}

/// sin(φ)/φ.
fn sinc(angle: f64) -> f64 {
    if angle.abs() < PI * 1e-6 { 1.0 } else { angle.sin() / angle }
}
