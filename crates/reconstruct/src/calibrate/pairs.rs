//! The centre of a sinogram from all opposite pairs of views. Knows no bands and no files.
//!
//! `p(θ + 180°, centre + t) = p(θ, centre − t)`: first the matching of every view with the mirror
//! image of its opposite at all half-pixel centres at once (by Fourier transform), then least
//! squares between columns.

use ndarray::{Array2, ArrayView1};
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_numeric::fft::{Complex, Fft, forward_f64, inverse_f64};

use super::partners::Pair;

/// Views whose sums are made in one go; fixed, so that sums do not depend on the threads.
const VIEWS_A_TASK: usize = 32;

/// A centre with its uncertainty, in frame columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Centre {
    /// Frame column of the axis.
    pub(super) column: f64,
    /// Its standard deviation.
    pub(super) sigma: f64,
}

/// How badly all pairs match at the centres `0, 0.5, 1, …`: the mean squared difference over the
/// columns that both views show, in units of their variance (0: alike, 1: unrelated, infinite
/// where fewer than `overlap` columns are shared).
///
/// `smooth`: `[angle, column]`. Source: masked correlation, Padfield 2012,
/// doi:10.1109/TIP.2011.2181402.
pub(super) fn mismatch(smooth: &Array2<f32>, pairs: &[Pair], overlap: usize) -> Vec<f64> {
    let columns = smooth.ncols();
    let length = (2 * columns).next_power_of_two();
    let (forward, inverse) = (forward_f64(length), inverse_f64(length));
    let parts: Vec<Sums> =
        pairs.par_chunks(VIEWS_A_TASK).map(|pairs| Sums::of(smooth, pairs, &*forward)).collect();
    let mut sums = Sums::empty(columns, length);
    for part in &parts {
        sums.add(part);
    }
    let mut product = std::mem::take(&mut sums.product);
    inverse.process(&mut product);
    let products = |shift: usize| product[shift].im / (2.0 * length as f64);
    (0..2 * columns - 1).map(|shift| sums.mismatch_at(shift, products(shift), overlap)).collect()
}

/// Sums over pairs: of views and opposite views by column, and of the products of their spectra.
struct Sums {
    weight: f64,
    /// Σ p and Σ p² of the views and of their opposites, by column.
    moments: [[Vec<f64>; 2]; 2],
    product: Vec<Complex<f64>>,
}

impl Sums {
    fn empty(columns: usize, length: usize) -> Self {
        let zeros = || vec![0.0; columns];
        Self {
            weight: 0.0,
            moments: [[zeros(), zeros()], [zeros(), zeros()]],
            product: vec![Complex::default(); length],
        }
    }

    fn of(smooth: &Array2<f32>, pairs: &[Pair], forward: &dyn Fft<f64>) -> Self {
        let (columns, length) = (smooth.ncols(), forward.len());
        let mut sums = Self::empty(columns, length);
        let mut both = vec![Complex::default(); length];
        for pair in pairs {
            let (view, opposite) = (smooth.row(pair.view), opposite_view(smooth, pair));
            let weight = pair.weight();
            both.fill(Complex::default());
            for (column, (a, b)) in view.iter().zip(&opposite).enumerate() {
                let (a, b) = (f64::from(*a), *b);
                both[column] = Complex::new(a, b);
                for (side, value) in [a, b].into_iter().enumerate() {
                    sums.moments[side][0][column] += weight * value;
                    sums.moments[side][1][column] += weight * value * value;
                }
            }
            forward.process(&mut both);
            // (A + iB)² = A² − B² + 2iAB: the imaginary part holds the product.
            sums.product.iter_mut().zip(&both).for_each(|(sum, z)| *sum += z * z * weight);
            sums.weight += weight;
        }
        sums
    }

    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        for (into, from) in self.moments.iter_mut().flatten().zip(other.moments.iter().flatten()) {
            into.iter_mut().zip(from).for_each(|(into, from)| *into += from);
        }
        self.product.iter_mut().zip(&other.product).for_each(|(into, from)| *into += from);
    }

    /// Column x of the views meets column `shift − x` of the opposites.
    fn mismatch_at(&self, shift: usize, product: f64, overlap: usize) -> f64 {
        let columns = self.moments[0][0].len();
        let shared = shift.saturating_sub(columns - 1)..shift.min(columns - 1) + 1;
        if shared.len() < overlap {
            return f64::INFINITY;
        }
        let count = self.weight * shared.len() as f64;
        let sum = |side: usize, power: usize| -> f64 {
            self.moments[side][power][shared.clone()].iter().sum()
        };
        let squares = sum(0, 1) + sum(1, 1);
        let variance = squares - (sum(0, 0).powi(2) + sum(1, 0).powi(2)) / count;
        if variance > 1e-12 * squares { (squares - 2.0 * product).max(0.0) / variance } else { 1.0 }
    }
}

fn opposite_view(smooth: &Array2<f32>, pair: &Pair) -> Vec<f64> {
    let [(a, weight_a), (b, weight_b)] = pair.opposite;
    let mixed = smooth.row(a).into_iter().zip(smooth.row(b));
    mixed.map(|(a, b)| f64::from(a * weight_a + b * weight_b)).collect()
}

/// The centre near `start` by least squares over all pairs, in columns; `None` where it runs away
/// by more than `reach` columns, or nothing is there to match.
///
/// Minimises `Σ w(t)·(p(θ, c + t) − p(θ + 180°, c − t))²` over c by Gauss–Newton; w falls to 0
/// towards the end of the columns that both views show. `blur` is the Gaussian sigma in columns
/// that `smooth` was smoothed with: it correlates the noise, and enters the uncertainty.
pub(super) fn refine(
    smooth: &Array2<f32>,
    pairs: &[Pair],
    (start, reach): (f64, f64),
    blur: f64,
) -> Option<Centre> {
    let last = smooth.ncols() as f64 - 1.0;
    let mut column = start;
    let mut sums = Normal::default();
    for _ in 0..12 {
        let half_width = column.min(last - column) - 2.0;
        if half_width < 4.0 {
            return None;
        }
        sums = normal_equation(smooth, pairs, (column, half_width));
        let step = -sums.gradient / sums.bend;
        if !step.is_finite() {
            return None;
        }
        column += step.clamp(-1.0, 1.0);
        if (column - start).abs() > reach {
            return None;
        }
        if step.abs() < 1e-4 {
            break;
        }
    }
    let correlated = 2.0 * std::f64::consts::PI.sqrt() * blur;
    let twice = if pairs.len() > 8 { 2.0 } else { 1.0 };
    let variance = sums.misfit / sums.weight * correlated * twice / sums.bend;
    (variance > 0.0).then(|| Centre { column, sigma: variance.sqrt() })
}

/// Sums of the least-squares step.
#[derive(Debug, Clone, Copy, Default)]
struct Normal {
    gradient: f64,
    bend: f64,
    misfit: f64,
    weight: f64,
}

fn normal_equation(
    smooth: &Array2<f32>,
    pairs: &[Pair],
    (column, half_width): (f64, f64),
) -> Normal {
    let parts: Vec<Normal> = pairs
        .par_chunks(VIEWS_A_TASK)
        .map(|pairs| {
            let mut sums = Normal::default();
            for pair in pairs {
                add_pair(&mut sums, smooth, pair, (column, half_width));
            }
            sums
        })
        .collect();
    parts.into_iter().fold(Normal::default(), |a, b| Normal {
        gradient: a.gradient + b.gradient,
        bend: a.bend + b.bend,
        misfit: a.misfit + b.misfit,
        weight: a.weight + b.weight,
    })
}

fn add_pair(
    sums: &mut Normal,
    smooth: &Array2<f32>,
    pair: &Pair,
    (column, half_width): (f64, f64),
) {
    let (view, opposite) = (smooth.row(pair.view), opposite_view(smooth, pair));
    let opposite = ArrayView1::from(&opposite[..]);
    let reach = to_index(half_width);
    for k in 0..=2 * reach {
        let t = k as f64 - reach as f64;
        let (a, slope_a) = cubic(&view, column + t);
        let (b, slope_b) = cubic(&opposite, column - t);
        let weight = pair.weight() * taper(t / half_width);
        let (difference, slope) = (a - b, slope_a - slope_b);
        sums.gradient += weight * difference * slope;
        sums.bend += weight * slope * slope;
        sums.misfit += weight * difference * difference;
        sums.weight += weight;
    }
}

/// 1 in the middle, falling to 0 over the outer fifth.
pub(super) fn taper(part: f64) -> f64 {
    let outside = ((part.abs() - 0.8) / 0.2).clamp(0.0, 1.0);
    0.5 + 0.5 * (std::f64::consts::PI * outside).cos()
}

/// Value and slope between columns, by the cubic of Catmull and Rom.
pub(super) fn cubic<T: Copy + Into<f64>>(values: &ArrayView1<'_, T>, column: f64) -> (f64, f64) {
    let base = to_index(column);
    let f = column - base as f64;
    let last = values.len() - 1;
    let at = |index: usize| -> f64 { values[index.min(last)].into() };
    let (before, a, b, after) = (at(base.saturating_sub(1)), at(base), at(base + 1), at(base + 2));
    let linear = 0.5 * (b - before);
    let square = before - 2.5 * a + 2.0 * b - 0.5 * after;
    let cube = 0.5 * (after - before) + 1.5 * (a - b);
    (a + f * (linear + f * (square + f * cube)), linear + f * (2.0 * square + f * 3.0 * cube))
}
