//! Smearing kernels and their convolution with a plane. Knows no instrument.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::{to_f32, to_index};

/// A kernel as its taps: offset in lines, offset along the line, weight.
pub(super) type Taps = Vec<(isize, isize, f32)>;

/// Full width at half maximum of a Gaussian over its standard deviation: 2·√(2·ln 2).
pub(super) const FWHM_PER_SIGMA: f64 = 2.354_820_045_030_949_3;

/// Symmetric weights of a Gaussian, from the middle outwards, that sum to 1 over both sides.
///
/// Where `sigma` (samples) is small against a sample, three weights with the right variance.
pub(super) fn gaussian_half(sigma: f64) -> Vec<f64> {
    if sigma < 0.5 {
        let side = 0.5 * sigma * sigma;
        return if side == 0.0 { vec![1.0] } else { vec![1.0 - 2.0 * side, side] };
    }
    let reach = to_index((4.5 * sigma).ceil());
    let half: Vec<f64> = (0..=reach).map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp()).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f64>();
    half.into_iter().map(|weight| weight / sum).collect()
}

/// Symmetric weights of a box `width` samples wide, from the middle outwards; sum 1.
fn box_half(width: f64) -> Vec<f64> {
    let width = width.max(1e-9);
    let reach = to_index((0.5 * width + 0.5).floor());
    let covered = |k: usize| {
        let (left, right) = (k as f64 - 0.5, k as f64 + 0.5);
        (right.min(0.5 * width) - left.max(-0.5 * width)).max(0.0) / width
    };
    (0..=reach).map(covered).collect()
}

fn mirrored(half: &[f64]) -> impl Iterator<Item = (isize, f64)> + '_ {
    let side = half.iter().enumerate();
    let offset = |k: usize| isize::try_from(k).unwrap_or(isize::MAX);
    side.flat_map(move |(k, &weight)| {
        let both = [(offset(k), weight), (-offset(k), weight)];
        both.into_iter().take(if k == 0 { 1 } else { 2 })
    })
}

/// A kernel along the lines.
fn along(half: &[f64]) -> Taps {
    mirrored(half).map(|(offset, weight)| (0, offset, to_f32(weight))).collect()
}

/// A kernel across the lines.
fn across(half: &[f64]) -> Taps {
    mirrored(half).map(|(offset, weight)| (offset, 0, to_f32(weight))).collect()
}

/// A Gaussian in two steps; `sigma` in samples across and along the lines.
pub(super) fn gaussian(sigma: [f64; 2]) -> Vec<Taps> {
    let [lines, samples] = sigma.map(gaussian_half);
    two_steps(&lines, &samples)
}

/// A box in two steps; widths in samples across and along the lines.
pub(super) fn rectangle(widths: [f64; 2]) -> Vec<Taps> {
    let [lines, samples] = widths.map(box_half);
    two_steps(&lines, &samples)
}

fn two_steps(lines: &[f64], samples: &[f64]) -> Vec<Taps> {
    let steps = [across(lines), along(samples)];
    steps.into_iter().filter(|taps| taps.len() > 1).collect()
}

/// A disc of the given diameter, in samples across and along the lines: each weight is the part of
/// a sample's cell that the disc covers.
pub(super) fn disc(diameters: [f64; 2]) -> Taps {
    const PARTS: usize = 32;
    let radii = diameters.map(|diameter| (0.5 * diameter).max(1e-9));
    let reach = radii.map(|radius| isize::try_from(to_index(radius + 0.5)).unwrap_or(isize::MAX));
    let fraction = |k: usize| (k as f64 + 0.5) / PARTS as f64 - 0.5;
    let covered = |line: isize, sample: isize| {
        let inside = |&(i, j): &(usize, usize)| {
            let x = (line as f64 + fraction(i)) / radii[0];
            let y = (sample as f64 + fraction(j)) / radii[1];
            x * x + y * y <= 1.0
        };
        (0..PARTS * PARTS).map(|k| (k / PARTS, k % PARTS)).filter(inside).count()
    };
    let mut taps = Vec::new();
    for line in -reach[0]..=reach[0] {
        for sample in -reach[1]..=reach[1] {
            taps.push((line, sample, covered(line, sample)));
        }
    }
    let sum: usize = taps.iter().map(|tap| tap.2).sum();
    if sum == 0 {
        return vec![(0, 0, 1.0)];
    }
    let used = taps.into_iter().filter(|tap| tap.2 > 0);
    used.map(|(line, sample, hits)| (line, sample, to_f32(hits as f64 / sum as f64))).collect()
}

/// Convolves a plane `[line, sample]`; beyond its edges lie the samples at the edges.
///
/// Parallel over lines; the order of the sum is that of the taps, whatever the threads.
pub(super) fn convolve(plane: &Array2<f32>, taps: &Taps) -> Array2<f32> {
    let (lines, samples) = plane.dim();
    let mut smeared = Array2::zeros((lines, samples));
    let source = plane.as_slice().unwrap_or_default();
    if let Some(target) = smeared.as_slice_mut().filter(|target| !target.is_empty()) {
        target.par_chunks_mut(samples).enumerate().for_each(|(line, out)| {
            for &(line_offset, offset, weight) in taps {
                let line = line.saturating_add_signed(line_offset).min(lines - 1);
                add_shifted(out, &source[line * samples..(line + 1) * samples], offset, weight);
            }
        });
    }
    smeared
}

/// `out[k] += weight·source[k + offset]`, with the ends of the source repeated.
fn add_shifted(out: &mut [f32], source: &[f32], offset: isize, weight: f32) {
    let count = out.len();
    let shift = offset.unsigned_abs().min(count);
    let (first, last) = (source[0] * weight, source[count - 1] * weight);
    if offset >= 0 {
        let inner = count - shift;
        add_scaled(&mut out[..inner], &source[shift..], weight);
        out[inner..].iter_mut().for_each(|value| *value += last);
    } else {
        out[..shift].iter_mut().for_each(|value| *value += first);
        add_scaled(&mut out[shift..], &source[..count - shift], weight);
    }
}

#[inline]
fn add_scaled(out: &mut [f32], source: &[f32], weight: f32) {
    for (value, &from) in out.iter_mut().zip(source) {
        *value += weight * from;
    }
}

/// Convolves with one kernel after the other.
pub(super) fn convolve_all(plane: Array2<f32>, steps: &[Taps]) -> Array2<f32> {
    steps.iter().fold(plane, |plane, taps| convolve(&plane, taps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(taps: &Taps) -> [f64; 3] {
        let sum = |f: fn(f64, f64) -> f64| -> f64 {
            taps.iter().map(|&(i, j, w)| f(i as f64, j as f64) * f64::from(w)).sum()
        };
        [sum(|_, _| 1.0), sum(|i, _| i * i), sum(|_, j| j * j)]
    }

    #[test]
    fn kernels_sum_to_one_and_have_the_variance_of_their_shape() {
        // A disc: d²/16 a direction, and 1/12 of the cells. A box: w²/12.
        let [sum, lines, samples] = moments(&disc([8.0, 5.0]));
        assert!((sum - 1.0).abs() < 1e-5);
        assert!((lines - 64.0 / 16.0 - 1.0 / 12.0).abs() < 0.05, "{lines}");
        assert!((samples - 25.0 / 16.0 - 1.0 / 12.0).abs() < 0.05, "{samples}");
        for sigma in [0.2, 0.49, 0.6, 2.0] {
            let variance: f64 =
                mirrored(&gaussian_half(sigma)).map(|(k, weight)| (k * k) as f64 * weight).sum();
            assert!((variance - sigma * sigma).abs() < 0.01, "{sigma}: {variance}");
        }
        let variance: f64 =
            mirrored(&box_half(7.4)).map(|(k, weight)| (k * k) as f64 * weight).sum();
        assert!((variance - 7.4 * 7.4 / 12.0).abs() < 0.1, "{variance}");
    }

    #[test]
    fn convolve_moves_a_point_to_where_the_taps_point() {
        let mut plane = Array2::zeros((5, 7));
        plane[[2, 3]] = 1.0;
        let smeared = convolve(&plane, &vec![(1, -2, 0.25), (0, 0, 0.75)]);
        assert_eq!(smeared[[2, 3]], 0.75);
        assert_eq!(smeared[[1, 5]], 0.25);
        let even = convolve(&Array2::ones((4, 4)), &vec![(3, -9, 0.5), (-1, 2, 0.5)]);
        assert!(even.iter().all(|&value| value == 1.0));
    }
}
