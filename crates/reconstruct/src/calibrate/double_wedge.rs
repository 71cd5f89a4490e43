//! The centre of half a turn from the double wedge of its Fourier plane. Knows no bands.
//!
//! Over a whole turn, a sample within radius R of the axis leaves `F(ω, n)` (ω along the columns,
//! n the harmonic of the angle) empty where `|n| > R·|ω|`. Half a turn `A(ω, n)`, completed by its
//! mirror image about the centre c, has there
//! `F(ω, n) = e^{iωc}·A(ω, n) + (−1)ⁿ·e^{−iωc}·A(−ω, n)`,
//! so that the energy outside the wedge is `E(c) = K + 2·Re Σ_ω e^{2iωc}·D(ω)` with
//! `D(ω) = Σ_n (−1)ⁿ·A(ω, n)·A(ω, −n)`: one Fourier transform gives E at every c, without steps.
//! Source: Vo, Drakopoulos, Atwood & Reinhard 2014, doi:10.1364/OE.22.019078 (who complete the
//! sinogram for each candidate and take the mean magnitude).

use std::f64::consts::PI;

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_numeric::cast::to_index;
use voltomo_numeric::fft::{Complex, forward_f64};

use super::{pairs::Centre, pairs::taper, partners::HalfTurn};

/// The columns that are looked at: symmetric about a first guess of the centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    /// Frame column of its middle.
    pub(super) middle: f64,
    /// Columns from the middle to where it has fallen to 0.
    pub(super) half_width: f64,
    /// Radius of the sample about the axis, in columns.
    pub(super) radius: f64,
}

/// The energy outside the double wedge as a function of the centre.
#[derive(Debug, Clone)]
pub(super) struct Energy {
    /// Radians a column, weighted term D, weighted constant, weighted number of coefficients.
    terms: Vec<Term>,
    origin: f64,
}

#[derive(Debug, Clone, Copy)]
struct Term {
    frequency: f64,
    cross: Complex<f64>,
    constant: f64,
    coefficients: f64,
}

/// The centre near `window.middle` where the energy outside the wedge is least; `None` where there
/// is no such minimum within 3 columns.
///
/// `sinogram`: `[angle, column]`, not smoothed; the half turns are added. The window follows the
/// centre. Memory: two complex numbers a pixel of the half turn.
pub(super) fn refine(
    sinogram: &Array2<f32>,
    halves: &[HalfTurn],
    window: Window,
) -> Option<Centre> {
    let mut window = window;
    let start = window.middle;
    let mut found = None;
    for _ in 0..4 {
        let energies: Vec<Energy> =
            halves.iter().map(|half| energy(sinogram, half, &window)).collect();
        let rough = minimum(&energies, window.middle, 3.0)?;
        let weighed: Vec<Energy> =
            energies.iter().map(|energy| energy.weighed_at(rough.column)).collect();
        let centre = minimum(&weighed, window.middle, 3.0)?;
        let moved = centre.column - window.middle;
        if (centre.column - start).abs() > 3.0 {
            return None;
        }
        window.middle = centre.column;
        found = Some(centre);
        if moved.abs() < 0.01 {
            break;
        }
    }
    found
}

/// E(c) of one half turn.
fn energy(sinogram: &Array2<f32>, half: &HalfTurn, window: &Window) -> Energy {
    let first = (window.middle - window.half_width).ceil().max(0.0);
    let last = (window.middle + window.half_width).floor().min(sinogram.ncols() as f64 - 1.0);
    let columns = to_index(first)..to_index(last) + 1;
    let length = (2 * columns.len()).next_power_of_two();
    let used = length * 2 / 5;
    let spectra = view_spectra(sinogram, half, (window, columns), length);
    let weights = wiener(&spectra, used);
    let directions = half.views.len();
    let along_angle = forward_f64(2 * directions);
    let terms = (1..used)
        .into_par_iter()
        .filter(|k| weights[*k] > 0.0)
        .map(|k| {
            let mut harmonics: Vec<Complex<f64>> = spectra.iter().map(|view| view[k]).collect();
            harmonics.resize(2 * directions, Complex::default());
            along_angle.process(&mut harmonics);
            let frequency = 2.0 * PI * k as f64 / length as f64;
            outside(&harmonics, frequency, window.radius, weights[k])
        })
        .collect();
    Energy { terms, origin: first }
}

/// Spectra of the windowed views along the columns (those of positive frequency and more).
fn view_spectra(
    sinogram: &Array2<f32>,
    half: &HalfTurn,
    (window, columns): (&Window, std::ops::Range<usize>),
    length: usize,
) -> Vec<Vec<Complex<f64>>> {
    let along_columns = forward_f64(length);
    let weights: Vec<f64> = columns
        .clone()
        .map(|column| taper((column as f64 - window.middle) / window.half_width))
        .collect();
    half.views
        .par_iter()
        .map(|[(a, weight_a), (b, weight_b)]| {
            let (a, b) = (sinogram.row(*a), sinogram.row(*b));
            let mut view = vec![Complex::default(); length];
            for ((value, column), weight) in view.iter_mut().zip(columns.clone()).zip(&weights) {
                value.re = weight * f64::from(a[column] * weight_a + b[column] * weight_b);
            }
            along_columns.process(&mut view);
            // The upper half is not needed, and its memory would stay.
            view[..length / 2].to_vec()
        })
        .collect()
}

/// How much of the power at each frequency is above the noise, 0 to 1; the noise is the median
/// power near the end of the spectrum.
fn wiener(spectra: &[Vec<Complex<f64>>], used: usize) -> Vec<f64> {
    let length = spectra.first().map_or(0, Vec::len);
    let power: Vec<f64> =
        (0..length).map(|k| spectra.iter().map(|view| view[k].norm_sqr()).sum::<f64>()).collect();
    let mut high: Vec<f64> = power[length * 3 / 4..].to_vec();
    high.sort_by(f64::total_cmp);
    let noise = high.get(high.len() / 2).copied().unwrap_or(0.0);
    power[..used].iter().map(|power| (1.0 - 1.2 * noise / power).max(0.0)).collect()
}

/// The first harmonic outside the wedge at `edge = R·ω`: where the Bessel function J_n(R·ω) that
/// bounds it has died away, `(R·ω/2)ⁿ/n! < 0.02`, or `R·ω + 2·(R·ω)^⅓ + 1` if that comes first.
fn least_harmonic(edge: f64) -> usize {
    let furthest = to_index(edge + 2.0 * edge.cbrt()) + 2;
    let mut bound = 1.0;
    for n in 1..furthest {
        bound *= edge / 2.0 / n as f64;
        if n > 1 && n as f64 > edge && bound < 0.02 {
            return n;
        }
    }
    furthest
}

/// What one frequency adds to the energy outside the wedge.
fn outside(harmonics: &[Complex<f64>], frequency: f64, radius: f64, weight: f64) -> Term {
    let count = harmonics.len();
    let least = least_harmonic(radius * frequency);
    let mut term = Term { frequency, cross: Complex::default(), constant: 0.0, coefficients: 0.0 };
    for n in least..count / 2 {
        let (plus, minus) = (harmonics[n], harmonics[count - n]);
        let sign = if n % 2 == 0 { 2.0 } else { -2.0 };
        term.cross += plus * minus * (sign * weight);
        term.constant += weight * 2.0 * (plus.norm_sqr() + minus.norm_sqr());
        term.coefficients += weight * 2.0;
    }
    term
}

impl Energy {
    /// E, dE/dc and d²E/dc² at a frame column.
    fn at(&self, column: f64) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for term in &self.terms {
            let turn = 2.0 * term.frequency;
            let turned = term.cross * Complex::from_polar(1.0, turn * (column - self.origin));
            sums[0] += term.constant + 2.0 * turned.re;
            sums[1] -= 2.0 * turn * turned.im;
            sums[2] -= 2.0 * turn * turn * turned.re;
        }
        sums
    }

    /// Each frequency weighed by the inverse of what is left of it outside the wedge at `column`
    /// (at least the median of all): where a drift of the beam or of the open field spoils the
    /// low frequencies, they count less.
    fn weighed_at(&self, column: f64) -> Self {
        let left: Vec<f64> = self
            .terms
            .iter()
            .map(|term| {
                let turn = 2.0 * term.frequency * (column - self.origin);
                let turned = term.cross * Complex::from_polar(1.0, turn);
                (term.constant + 2.0 * turned.re) / term.coefficients.max(1e-30)
            })
            .collect();
        let mut sorted = left.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0).max(1e-30);
        let weighed = self.terms.iter().zip(left).map(|(term, left)| {
            let weight = median / left.max(median);
            let (cross, constant) = (term.cross * weight, term.constant * weight);
            Term { cross, constant, ..*term }
        });
        Self { terms: weighed.collect(), origin: self.origin }
    }

    fn coefficients(&self) -> f64 {
        self.terms.iter().map(|term| term.coefficients).sum()
    }
}

fn minimum(energies: &[Energy], middle: f64, reach: f64) -> Option<Centre> {
    let at = |column: f64| {
        energies
            .iter()
            .map(|energy| energy.at(column))
            .fold([0.0; 3], |a, b| std::array::from_fn(|k| a[k] + b[k]))
    };
    let steps = to_index(reach / 0.125);
    let grid = |k: usize| middle + (k as f64 - steps as f64) * 0.125;
    let lowest = (0..=2 * steps).min_by(|&a, &b| at(grid(a))[0].total_cmp(&at(grid(b))[0]))?;
    let mut column = grid(lowest);
    for _ in 0..8 {
        let [_, slope, bend] = at(column);
        if bend <= 0.0 {
            return None;
        }
        column += (-slope / bend).clamp(-0.125, 0.125);
    }
    let [least, _, bend] = at(column);
    let coefficients: f64 = energies.iter().map(Energy::coefficients).sum();
    let variance = 2.0 * (least / coefficients) / bend;
    let inside = bend > 0.0 && (column - middle).abs() < reach;
    (inside && variance >= 0.0).then(|| Centre { column, sigma: variance.sqrt().max(1e-4) })
}
