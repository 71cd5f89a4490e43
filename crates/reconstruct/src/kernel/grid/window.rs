//! The window that spreads a sample onto the grid, and its transform. Knows no samples.

use std::f64::consts::PI;

use voltomo_numeric::cast::to_f32;

/// Cells that a sample is spread over, along each axis.
pub(super) const WIDTH: usize = 7;
/// How much finer the grid is than the slice needs, at least.
pub(super) const OVERSAMPLING: f64 = 1.25;
/// Part of the steepness `πw(1 − 1/2σ)` at which the aliased part is least, for this width.
const STEEPNESS: f64 = 0.975;

/// Weights that are computed together: a vector.
pub(super) const PADDED: usize = 8;
/// Terms of the polynomials.
const TERMS: usize = 11;

/// The Kaiser–Bessel window `φ(x) = I₀(β·√(1 − (2x/w)²))/I₀(β)`, `|x| < w/2` cells, as a
/// polynomial between neighbouring cells.
///
/// Source: Jackson et al. 1991, doi:10.1109/42.97598.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// `[power of (2t − 1), cell]`.
    terms: [[f32; PADDED]; TERMS],
}

impl Window {
    pub(super) fn new() -> Self {
        let mut terms = [[0.0; PADDED]; TERMS];
        for cell in 0..WIDTH {
            let place = |t: f64| cell as f64 + t - WIDTH as f64 / 2.0;
            let of_cell = polynomial(|t| value(place(t)));
            for (terms, term) in terms.iter_mut().zip(of_cell) {
                terms[cell] = to_f32(term);
            }
        }
        Self { terms }
    }

    /// The window at the distances `t + cell − w/2`, for all cells; `t` from 0 to 1.
    #[inline(always)]
    pub(super) fn weights<const FUSED: bool>(&self, t: f32) -> [f32; PADDED] {
        let u = 2.0 * t - 1.0;
        let mut weights = self.terms[TERMS - 1];
        for terms in self.terms[..TERMS - 1].iter().rev() {
            for (weight, term) in weights.iter_mut().zip(terms) {
                *weight = if FUSED { weight.mul_add(u, *term) } else { *weight * u + term };
            }
        }
        weights
    }
}

fn steepness() -> f64 {
    STEEPNESS * PI * WIDTH as f64 * (1.0 - 0.5 / OVERSAMPLING)
}

fn value(x: f64) -> f64 {
    let rest = 1.0 - (2.0 * x / WIDTH as f64).powi(2);
    bessel_i0(steepness() * rest.max(0.0).sqrt()) / bessel_i0(steepness())
}

/// `φ̂(ξ) = ∫φ(x)·e^{−2πixξ}dx = w·sinh(√(β² − (πwξ)²))/(I₀(β)·√(β² − (πwξ)²))`, for `ξ` in cycles
/// a cell.
pub(super) fn transform(frequency: f64) -> f64 {
    let width = WIDTH as f64;
    let root = (steepness().powi(2) - (PI * width * frequency).powi(2)).sqrt();
    width * root.sinh() / (bessel_i0(steepness()) * root)
}

/// The modified Bessel function of order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-17 * sum {
        term *= (x / (2.0 * k)).powi(2);
        sum += term;
        k += 1.0;
    }
    sum
}

/// Terms in powers of `2t − 1` of the polynomial through `f` at the Chebyshev nodes of 0 to 1.
fn polynomial(f: impl Fn(f64) -> f64) -> [f64; TERMS] {
    let node = |i: usize| PI * (i as f64 + 0.5) / TERMS as f64;
    let values: [f64; TERMS] = std::array::from_fn(|i| f(0.5 + 0.5 * node(i).cos()));
    let mut sum = [0.0; TERMS];
    // Chebyshev polynomials of the orders m and m + 1, in powers.
    let (mut now, mut next) = ([0.0; TERMS], [0.0; TERMS]);
    (now[0], next[1]) = (1.0, 1.0);
    for order in 0..TERMS {
        let terms = (0..TERMS).map(|i| values[i] * (order as f64 * node(i)).cos());
        let norm = if order == 0 { 1.0 } else { 2.0 };
        let coefficient = norm / TERMS as f64 * terms.sum::<f64>();
        sum.iter_mut().zip(now).for_each(|(sum, power)| *sum += coefficient * power);
        let after = std::array::from_fn(|power| {
            let shifted = if power == 0 { 0.0 } else { 2.0 * next[power - 1] };
            shifted - now[power]
        });
        (now, next) = (next, after);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_agree_with_the_window_to_single_precision() {
        let window = Window::new();
        for step in 0..=100 {
            let t = f64::from(step) / 100.0;
            for (cell, weight) in window.weights::<false>(to_f32(t)).iter().enumerate() {
                let exact =
                    if cell < WIDTH { value(cell as f64 + t - WIDTH as f64 / 2.0) } else { 0.0 };
                assert!((f64::from(*weight) - exact).abs() < 5e-7, "{t} {cell}: {weight} {exact}");
            }
        }
    }

    /// Simpson's rule over the window, 2000 steps.
    #[test]
    fn transform_agrees_with_the_plain_integral() {
        for frequency in [0.0, 0.13, 0.4] {
            let half = WIDTH as f64 / 2.0;
            let at = |i: i32| {
                let x = (f64::from(i) / 1000.0 - 1.0) * half;
                let weight = f64::from(if i % 2 == 1 { 4 } else { 2 - i32::from(i % 2000 == 0) });
                weight * value(x) * (2.0 * PI * x * frequency).cos()
            };
            let integral = (0..=2000).map(at).sum::<f64>() * half / 3000.0;
            assert!((transform(frequency) / integral - 1.0).abs() < 1e-6, "{frequency}");
        }
    }
}
