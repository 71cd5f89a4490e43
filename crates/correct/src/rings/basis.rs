//! The part of each column that lies in a few functions of the angle. Knows no stripes.

use super::plane::{Rows, shape};

/// Columns that are worked on at a time: all their sums stay in the nearest cache.
const STRIP: usize = 256;

/// Orthonormal functions of the angle.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    /// `[function][angle]`.
    functions: Vec<Vec<f32>>,
}

impl Basis {
    /// Takes `[function][angle]`, orthonormal.
    pub(super) fn new(functions: Vec<Vec<f32>>) -> Self {
        Self { functions }
    }

    /// How many functions.
    pub(super) fn count(&self) -> usize {
        self.functions.len()
    }

    /// The coefficients of every column, `[function, column]`: `Σ_θ f(θ)·row_θ`.
    pub(super) fn project(&self, rows: &[&mut [f32]]) -> Vec<f32> {
        let (_, columns) = shape(rows);
        let mut coefficients = vec![0.0; self.count() * columns];
        for (function, into) in self.functions.iter().zip(coefficients.chunks_exact_mut(columns)) {
            for first in (0..columns).step_by(STRIP) {
                let strip = first..columns.min(first + STRIP);
                project_strip(
                    function,
                    |angle| &rows[angle][strip.clone()],
                    &mut into[strip.clone()],
                );
            }
        }
        coefficients
    }

    /// Takes `Σ_f c_f·f(θ)` off every row; `coefficients` is `[function, column]`.
    pub(super) fn subtract(&self, rows: Rows<'_, '_>, coefficients: &[f32]) {
        let (_, columns) = shape(rows);
        for (angle, row) in rows.iter_mut().enumerate() {
            for (function, line) in self.functions.iter().zip(coefficients.chunks_exact(columns)) {
                let factor = function[angle];
                row.iter_mut().zip(line).for_each(|(value, part)| *value -= factor * part);
            }
        }
    }
}

/// Adds `Σ_θ f(θ)·line(θ)` to `into`. Summed over 32 angles first, so that rounding stays small
/// however many there are.
pub(super) fn project_strip<'a>(
    function: &[f32],
    line: impl Fn(usize) -> &'a [f32],
    into: &mut [f32],
) {
    const ANGLES: usize = 32;
    let mut sums = [0.0; STRIP];
    let sums = &mut sums[..into.len()];
    for first in (0..function.len()).step_by(ANGLES) {
        sums.fill(0.0);
        let factors = &function[first..function.len().min(first + ANGLES)];
        let fours = factors.chunks(4).zip((first..).step_by(4));
        for (factors, angle) in fours {
            add_lines(sums, factors, |k| line(angle + k));
        }
        into.iter_mut().zip(sums.iter()).for_each(|(into, sum)| *into += sum);
    }
}

/// Adds at most four lines, each times its factor.
pub(super) fn add_lines<'a>(into: &mut [f32], factors: &[f32], line: impl Fn(usize) -> &'a [f32]) {
    if let &[a, b, c, d] = factors {
        let count = into.len();
        let [one, two, three, four] =
            [line(0), line(1), line(2), line(3)].map(|line| &line[..count]);
        for (k, into) in into.iter_mut().enumerate() {
            *into += (a * one[k] + b * two[k]) + (c * three[k] + d * four[k]);
        }
        return;
    }
    for (k, factor) in factors.iter().enumerate() {
        into.iter_mut().zip(line(k)).for_each(|(into, value)| *into += factor * value);
    }
}
