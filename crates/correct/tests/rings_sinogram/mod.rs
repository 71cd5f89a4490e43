//! Sinograms of known discs with known stripes. Knows no filter.
#![allow(dead_code, reason = "each test file takes what it needs")]

use ndarray::{Array2, Zip};
use voltomo_correct::{RingFilter, RingSettings};
use voltomo_numeric::cast::to_f32;

/// Angles and columns of the sinogram.
pub(crate) const SHAPE: (usize, usize) = (240, 480);

/// The five kinds of stripes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Full,
    Partial,
    Large,
    Dead,
    Fluctuating,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Full, Self::Partial, Self::Large, Self::Dead, Self::Fluctuating];
}

/// Even noise between −1 and 1, the same at every call.
pub(crate) fn noise(seed: u64) -> f64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 29)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// Line integrals over a half turn of a large disc with two smaller ones in it, in closed form, with
/// noise of 0.3 %.
pub(crate) fn sample() -> Array2<f32> {
    let discs = [(20.0, 35.0, 170.0, 0.004), (70.0, 25.0, 55.0, 0.004), (-75.0, 0.0, 40.0, -0.003)];
    Array2::from_shape_fn(SHAPE, |(angle, column)| {
        let theta = std::f64::consts::PI * angle as f64 / SHAPE.0 as f64;
        let chord = |(x, y, radius, attenuation): &(f64, f64, f64, f64)| {
            let middle = x * theta.cos() + y * theta.sin();
            let from_middle = column as f64 - 0.5 * (SHAPE.1 as f64 - 1.0) - middle;
            2.0 * attenuation * (radius * radius - from_middle * from_middle).max(0.0).sqrt()
        };
        let grain = 0.005 * noise((angle * SHAPE.1 + column) as u64);
        to_f32(discs.iter().map(chord).sum::<f64>() + grain)
    })
}

/// Columns of the stripes of one kind.
pub(crate) fn columns(kind: Kind) -> Vec<usize> {
    match kind {
        Kind::Full => vec![180, 204, 241, 318],
        Kind::Partial => vec![192, 225, 307],
        Kind::Large => (252..261).collect(),
        Kind::Dead => vec![160, 161],
        Kind::Fluctuating => vec![290],
    }
}

/// Adds stripes of one kind.
pub(crate) fn add(kind: Kind, sinogram: &mut Array2<f32>) {
    for (which, column) in columns(kind).into_iter().enumerate() {
        let sign = if which % 2 == 0 { 1.0 } else { -1.0 };
        for (angle, value) in sinogram.column_mut(column).iter_mut().enumerate() {
            match kind {
                Kind::Full => *value += 0.08 * sign,
                Kind::Partial if (70..190).contains(&angle) => *value += 0.08 * sign,
                Kind::Partial => {}
                Kind::Large => *value += 0.15,
                Kind::Dead => *value = 0.4,
                Kind::Fluctuating => *value += to_f32(0.5 * noise((angle * 31 + 7) as u64)),
            }
        }
    }
}

/// The sample with stripes of one kind.
pub(crate) fn striped(kind: Kind) -> Array2<f32> {
    let mut sinogram = sample();
    add(kind, &mut sinogram);
    sinogram
}

/// The sample with stripes of all kinds.
pub(crate) fn striped_by_all() -> Array2<f32> {
    let mut sinogram = sample();
    Kind::ALL.into_iter().for_each(|kind| add(kind, &mut sinogram));
    sinogram
}

/// The sinogram without its stripes.
pub(crate) fn filtered(sinogram: &Array2<f32>, settings: &RingSettings) -> Array2<f32> {
    let mut filtered = sinogram.clone();
    RingFilter::new(settings, sinogram.dim()).unwrap().apply(filtered.view_mut());
    filtered
}

/// Root mean square of the differences in these columns.
pub(crate) fn rms_in(columns: &[usize], a: &Array2<f32>, b: &Array2<f32>) -> f64 {
    let squares = columns.iter().flat_map(|&x| {
        a.column(x)
            .into_iter()
            .zip(b.column(x))
            .map(|(a, b)| f64::from(a - b).powi(2))
            .collect::<Vec<_>>()
    });
    let count = columns.len() * a.nrows();
    (squares.sum::<f64>() / count as f64).sqrt()
}

/// Root mean square of the differences.
pub(crate) fn rms(a: &Array2<f32>, b: &Array2<f32>) -> f64 {
    rms_in(&(0..a.ncols()).collect::<Vec<_>>(), a, b)
}

/// How much of a kind's stripes is left in its columns, 1 all, 0 nothing: held against what the
/// filter makes of the sinogram without them, so that its harm to the sample counts apart.
pub(crate) fn left_of(kind: Kind, settings: &RingSettings) -> f64 {
    let (clean, striped) = (sample(), striped(kind));
    let columns = columns(kind);
    let (after, without) = (filtered(&striped, settings), filtered(&clean, settings));
    rms_in(&columns, &after, &without) / rms_in(&columns, &striped, &clean)
}

/// 20·lg of the peak over the root mean square of the differences, in decibels.
pub(crate) fn psnr(fast: &Array2<f32>, slow: &Array2<f64>) -> f64 {
    let (mut sum, mut peak) = (0.0, 0.0f64);
    Zip::from(fast).and(slow).for_each(|fast, slow| {
        sum += (f64::from(*fast) - slow).powi(2);
        peak = peak.max(slow.abs());
    });
    20.0 * (peak / (sum / fast.len() as f64).sqrt()).log10()
}
