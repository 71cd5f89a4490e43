//! Rings in a reconstructed slice, seen as stripes in polar coordinates. Knows no sinograms.

use std::f64::consts::TAU;

use ndarray::Array2;
use voltomo_numeric::cast::{to_f32, to_index};

use super::{
    low_pass::LowPass,
    profile::{FastPart, Stripes, constant},
    sijbers_postnov::SijbersPostnov,
};

/// How rings are found in a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SliceRings {
    /// The median of the even lines in windows of radii.
    /// Source: Sijbers & Postnov 2004, doi:10.1088/0031-9155/49/14/N06.
    SijbersPostnov {
        /// Voxels of a window along the radius.
        window: usize,
        /// Share of the lines of all windows that counts as even.
        even_share: f32,
    },
    /// The fast part of the mean logarithm at each radius: rings that are factors of µ.
    Homomorphic {
        /// Waves over the radius that are kept, standard deviation of a Gaussian.
        sigma: f32,
        /// Share of the rings that stays.
        kept: f32,
    },
}

/// Takes rings about `centre` (row and column of the rotation axis) out of a slice of µ.
///
/// The slice is read in polar coordinates, a line an angle, steps of one voxel along the radius and
/// at the rim; what is found there, a value for each radius, is taken off the slice itself, which
/// is not interpolated. Whole rings alone: half turns leave half rings, which belong in the
/// sinogram. Voxels farther from the centre than the nearest edge of the slice stay.
pub fn remove_rings_from_slice(slice: &mut Array2<f32>, centre: [f64; 2], method: SliceRings) {
    let (height, depth) = (slice.nrows() as f64, slice.ncols() as f64);
    let [row, column] = centre;
    let reach = row.min(column).min(height - 1.0 - row).min(depth - 1.0 - column);
    let radii = to_index(reach) + 1;
    if reach < 8.0 {
        return;
    }
    match method {
        SliceRings::SijbersPostnov { window, even_share } => {
            let mut polar = polar(slice, centre, radii);
            let lines: Vec<&mut [f32]> = polar.chunks_exact_mut(radii).collect();
            let rings = SijbersPostnov { window, even_share }.template(&lines);
            change_rings(slice, centre, &rings, |value, ring| value - ring);
        }
        SliceRings::Homomorphic { sigma, kept } => {
            let range = range_of(slice);
            let rings = rings_of_logarithm(polar(slice, centre, radii), radii, (range, sigma));
            change_rings(slice, centre, &rings, |value, ring| {
                range.value(range.logarithm(value) - (1.0 - kept) * ring)
            });
        }
    }
}

/// Least value of a slice, and how far the others reach above it.
#[derive(Debug, Clone, Copy)]
struct Span {
    least: f32,
    width: f32,
}

impl Span {
    /// `ln(1 + (value − least)/width)`.
    fn logarithm(self, value: f32) -> f32 {
        ((value - self.least) / self.width).ln_1p()
    }

    fn value(self, logarithm: f32) -> f32 {
        self.least + self.width * logarithm.exp_m1()
    }
}

fn range_of(slice: &Array2<f32>) -> Span {
    let least = slice.iter().copied().fold(f32::INFINITY, f32::min);
    let largest = slice.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    Span { least, width: (largest - least).max(f32::MIN_POSITIVE) }
}

/// The fast part along the radius of the mean logarithm.
fn rings_of_logarithm(mut polar: Vec<f32>, radii: usize, (span, sigma): (Span, f32)) -> Vec<f32> {
    polar.iter_mut().for_each(|value| *value = span.logarithm(*value));
    let lines: Vec<&mut [f32]> = polar.chunks_exact_mut(radii).collect();
    let mut rings = constant(lines.len()).project(&lines);
    let root = (lines.len() as f32).sqrt();
    rings.iter_mut().for_each(|ring| *ring /= root);
    let gaussian = |waves: f64| (-0.5 * (waves / f64::from(sigma)).powi(2)).exp();
    FastPart { slow: LowPass::exact(radii, &gaussian) }.find(&mut rings);
    rings
}

/// The slice in polar coordinates, `[angle × radius]`, interpolated bilinearly.
fn polar(slice: &Array2<f32>, [row, column]: [f64; 2], radii: usize) -> Vec<f32> {
    let angles = to_index((TAU * radii as f64).ceil());
    let mut polar = Vec::with_capacity(angles * radii);
    for angle in 0..angles {
        let (sin, cos) = (TAU * angle as f64 / angles as f64).sin_cos();
        polar.extend(
            (0..radii)
                .map(|radius| at(slice, row + radius as f64 * sin, column + radius as f64 * cos)),
        );
    }
    polar
}

fn at(slice: &Array2<f32>, row: f64, column: f64) -> f32 {
    let (y, x) = (to_index(row), to_index(column));
    let (down, right) = (to_f32(row - y as f64), to_f32(column - x as f64));
    let (below, beside) = ((y + 1).min(slice.nrows() - 1), (x + 1).min(slice.ncols() - 1));
    let upper = slice[[y, x]] + right * (slice[[y, beside]] - slice[[y, x]]);
    let lower = slice[[below, x]] + right * (slice[[below, beside]] - slice[[below, x]]);
    upper + down * (lower - upper)
}

/// Changes each voxel by the ring at its radius.
fn change_rings(
    slice: &mut Array2<f32>,
    [row, column]: [f64; 2],
    rings: &[f32],
    change: impl Fn(f32, f32) -> f32,
) {
    for ((y, x), value) in slice.indexed_iter_mut() {
        let radius = (y as f64 - row).hypot(x as f64 - column);
        let inner = to_index(radius);
        if let (Some(before), Some(after)) = (rings.get(inner), rings.get(inner + 1)) {
            let share = to_f32(radius - inner as f64);
            *value = change(*value, before + share * (after - before));
        }
    }
}
