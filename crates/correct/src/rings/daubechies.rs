//! Daubechies' wavelets by their definition, and one level of their transform. Knows no stripes.

use voltomo_numeric::{cast::to_f32, fft::Complex};

use super::plane::mirrored;

/// The low pass of the wavelet with `moments` vanishing moments: 2·`moments` values, the sum of
/// their squares 1.
///
/// `(1 + z)ᴺ ∏ (z − zᵢ)`, where zᵢ are the roots inside the unit circle of
/// `Σₖ C(N−1+k, k)·((2 − z − 1/z)/4)ᵏ`, k < N.
/// Source: Daubechies 1988, doi:10.1002/cpa.3160410705.
pub(super) fn low_pass(moments: usize) -> Vec<f64> {
    let mut filter = vec![Complex::new(1.0, 0.0)];
    let mut multiply_by = |root: Complex<f64>| {
        filter.push(Complex::default());
        for k in (1..filter.len()).rev() {
            let before = filter[k - 1];
            filter[k] -= root * before;
        }
    };
    (0..moments).for_each(|_| multiply_by(Complex::new(-1.0, 0.0)));
    for root in roots(&coefficients(moments)) {
        // z + 1/z = 2 − 4y has two roots, each one over the other.
        let half = Complex::new(1.0, 0.0) - root * 2.0;
        let distance = (half * half - 1.0).sqrt();
        let [one, other] = [half + distance, half - distance];
        multiply_by(if one.norm() < other.norm() { one } else { other });
    }
    let size = filter.iter().map(Complex::norm_sqr).sum::<f64>().sqrt();
    filter.into_iter().map(|value| value.re / size).collect()
}

/// C(N−1+k, k), k < N.
fn coefficients(moments: usize) -> Vec<f64> {
    let mut coefficients = vec![1.0];
    for k in 1..moments {
        let before = coefficients[k - 1];
        coefficients.push(before * (moments - 1 + k) as f64 / k as f64);
    }
    coefficients
}

/// The roots of `Σ cₖ·yᵏ`, all at once (Durand 1960, Kerner 1966).
fn roots(coefficients: &[f64]) -> Vec<Complex<f64>> {
    let degree = coefficients.len() - 1;
    let last = coefficients[degree];
    let at = |y: Complex<f64>| {
        coefficients
            .iter()
            .rev()
            .fold(Complex::default(), |sum: Complex<f64>, c| sum * y + c / last)
    };
    let first = Complex::new(0.2, 0.45);
    let mut roots: Vec<Complex<f64>> =
        (1..=degree).map(|k| first.powu(u32::try_from(k).unwrap_or(1))).collect();
    for _ in 0..500 {
        for k in 0..degree {
            let others = roots.iter().enumerate().filter(|(other, _)| *other != k);
            let apart =
                others.fold(Complex::new(1.0, 0.0), |all, (_, other)| all * (roots[k] - other));
            let step = at(roots[k]) / apart;
            roots[k] -= step;
        }
    }
    roots
}

/// One level of the transform of lines of values, mirrored at their ends.
#[derive(Debug, Clone)]
pub(super) struct Wavelet {
    /// The filter of the coarse part, and of what is left.
    filters: [Vec<f32>; 2],
    /// Every second value of the coarse filter from its end, for even and for odd places.
    backwards: [Vec<f32>; 2],
}

/// Which part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Band {
    /// The slow half.
    Coarse,
    /// The fast half.
    Fine,
}

impl Wavelet {
    /// The wavelet with so many vanishing moments.
    pub(super) fn new(moments: usize) -> Self {
        let coarse = low_pass(moments);
        let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        let fine = coarse.iter().rev().enumerate().map(|(k, value)| sign(k) * value);
        let fine: Vec<f32> = fine.map(to_f32).collect();
        let coarse: Vec<f32> = coarse.iter().copied().map(to_f32).collect();
        let backwards =
            [1, 0].map(|skipped| coarse.iter().rev().skip(skipped).step_by(2).copied().collect());
        Self { filters: [coarse, fine], backwards }
    }

    /// Values in each half of a line of `length` values.
    pub(super) fn half(&self, length: usize) -> usize {
        (length + self.filters[0].len() - 1) / 2
    }

    /// The filter of a part.
    pub(super) fn filter(&self, band: Band) -> &[f32] {
        &self.filters[usize::from(band == Band::Fine)]
    }

    /// Where the window of coefficient `k` begins.
    pub(super) fn start(&self, k: usize) -> isize {
        2 * k.cast_signed() - (self.filters[0].len().cast_signed() - 2)
    }

    /// The first coefficient of the coarse half whose window holds value `place`, and the filter's
    /// values there for it and the next.
    pub(super) fn windows_of(&self, place: usize) -> (usize, &[f32]) {
        (place / 2, &self.backwards[place % 2])
    }

    /// One half of a line.
    pub(super) fn analyse(&self, line: &[f32], band: Band) -> Vec<f32> {
        let filter = self.filter(band);
        let coefficient = |k: usize| {
            let start = self.start(k);
            let inside = usize::try_from(start).ok().and_then(|at| line.get(at..at + filter.len()));
            match inside {
                Some(window) => window.iter().zip(filter).map(|(value, tap)| value * tap).sum(),
                None => (start..)
                    .zip(filter)
                    .map(|(place, tap)| line[mirrored(place, line.len())] * tap)
                    .sum(),
            }
        };
        (0..self.half(line.len())).map(coefficient).collect()
    }

    /// A line of `length` values from one of its halves, as if the other were zero.
    pub(super) fn synthesise(&self, half: &[f32], length: usize, band: Band) -> Vec<f32> {
        let filter = self.filter(band);
        let mut line = vec![0.0; length];
        for (k, coefficient) in half.iter().enumerate() {
            let start = self.start(k);
            let skipped = usize::try_from(-start).unwrap_or(0);
            let into = &mut line[usize::try_from(start).unwrap_or(0)..];
            into.iter_mut()
                .zip(&filter[skipped..])
                .for_each(|(value, tap)| *value += coefficient * tap);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_wavelet_has_its_known_values() {
        let root = 3f64.sqrt();
        let known = [1.0 + root, 3.0 + root, 3.0 - root, 1.0 - root].map(|v| v / 32f64.sqrt());
        low_pass(2).iter().zip(known).for_each(|(a, b)| assert!((a - b).abs() < 1e-14, "{a} {b}"));
    }

    /// What makes it an orthonormal wavelet: shifted by even steps it is orthogonal to itself, and
    /// polynomials below its order leave nothing in the fine half.
    #[test]
    fn filters_are_orthonormal_and_their_moments_vanish() {
        for moments in 1..=20usize {
            let filter = low_pass(moments);
            assert_eq!(filter.len(), 2 * moments);
            for shift in 0..moments {
                let product: f64 =
                    filter.iter().skip(2 * shift).zip(&filter).map(|(a, b)| a * b).sum();
                let expected = f64::from(u8::from(shift == 0));
                assert!((product - expected).abs() < 1e-7, "{moments} {shift}: {product}");
            }
            let fine: f64 =
                filter.iter().enumerate().map(|(k, v)| if k % 2 == 0 { *v } else { -v }).sum();
            assert!(fine.abs() < 1e-10, "{moments}: {fine}");
        }
    }

    #[test]
    fn both_halves_together_give_the_line_back() {
        for (length, moments) in [(64, 2), (37, 5), (10, 9), (101, 9)] {
            let wavelet = Wavelet::new(moments);
            let line: Vec<f32> = (0..length).map(|k| ((k * 37 % 23) as f32).sin() + 0.5).collect();
            let part = |band| {
                let half = wavelet.analyse(&line, band);
                assert_eq!(half.len(), wavelet.half(length));
                wavelet.synthesise(&half, length, band)
            };
            let (coarse, fine) = (part(Band::Coarse), part(Band::Fine));
            for (k, value) in line.iter().enumerate() {
                assert!((coarse[k] + fine[k] - value).abs() < 2e-5, "{length} {moments} {k}");
            }
        }
    }
}
