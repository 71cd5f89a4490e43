//! Ring removal on the lines of slow angular waves. Knows sinograms; knows no files.

use std::f64::consts::PI;

use voltomo_numeric::cast::to_f32;

use super::{basis::Basis, low_pass::LowPass};

/// Order of the Butterworth filter.
const ORDER: i32 = 8;

/// Low pass across columns for the slowest waves along the angle: `1/(1 + (u/u₀)¹⁶)`.
///
/// In the Fourier transform of a sinogram full stripes lie on the line of constant angle, and slow
/// ones beside it. Only there the fast waves across columns are taken off. The scan is mirrored at
/// its ends, which half turns need; the waves are then cosines of 0, 1, 2, … half periods.
/// Source: Raven 1998, doi:10.1063/1.1149043.
pub(super) fn butterworth(columns: usize, cutoff: f32) -> LowPass {
    let cutoff = f64::from(cutoff);
    LowPass::exact(columns, &|waves| 1.0 / (1.0 + (waves / cutoff).powi(2 * ORDER)))
}

/// The slowest `count` cosines of half periods over the scan, orthonormal.
pub(super) fn cosines(angles: usize, count: usize) -> Basis {
    let cosine = |halves: usize| {
        let scale = if halves == 0 { 1.0 } else { 2.0 };
        let scale = (scale / angles as f64).sqrt();
        let phase = |k: usize| PI * halves as f64 * (k as f64 + 0.5) / angles as f64;
        (0..angles).map(|k| to_f32(scale * phase(k).cos())).collect()
    };
    Basis::new((0..count.min(angles)).map(cosine).collect())
}
