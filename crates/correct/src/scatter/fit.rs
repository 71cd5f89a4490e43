//! Amplitude and width of the kernel from the air beside the sample. Reads no frames.

use ndarray::Array2;

use super::{
    grid::Grid,
    model::Form,
    spread::{Lit, Spread},
};

/// Widths that are tried, and how far they lie from the usual one in its standard deviations.
const WIDTHS: usize = 41;
const REACH: f64 = 3.0;

/// Neighbouring cells of air share what is left of gain and beam: so many count as one.
const ALIKE: f64 = 9.0;

/// Air in the cells of the radiographs that were looked at.
#[derive(Debug, Clone)]
pub(super) struct Air {
    /// Mean of what the cells send.
    pub(super) sent: Array2<f64>,
    /// Mean excess of the air's light over 1, and whether a cell is air in all radiographs.
    pub(super) excess: Array2<f64>,
    pub(super) is_air: Array2<bool>,
}

/// What is taken for usual: numbers and their standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Usual {
    pub(super) amplitude: [f64; 2],
    /// mm, and as a share.
    pub(super) width: [f64; 2],
}

/// What is taken after the fit, with standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fitted {
    pub(super) amplitude: [f64; 2],
    pub(super) width: [f64; 2],
}

/// The mean of amplitude and width over what air and the usual numbers leave probable.
///
/// Air reads 1 + k·(sent ⊛ G) up to its dose: where the excess falls with the distance from the sample,
/// k and the width of G follow. For each width the amplitude is a line through the cells; the usual
/// numbers are one more observation of each. `None` where there is no air.
pub(super) fn fit(
    air: &Air,
    usual: &Usual,
    (grid, lit, pixel_mm): (&Grid, Lit, f64),
) -> Option<Fitted> {
    let step = |k: usize| REACH * (2.0 * k as f64 / (WIDTHS - 1) as f64 - 1.0);
    let widths = (0..WIDTHS).map(|k| usual.width[0] * (usual.width[1] * step(k)).exp());
    let lines: Vec<(f64, Line)> = widths
        .map(|width| {
            let reach = Spread::new(grid, lit, width / pixel_mm).to_cells(&air.sent);
            Some((width, Line::through(air, &reach)?))
        })
        .collect::<Option<_>>()?;
    let least = lines.iter().map(|(_, line)| line.left).fold(f64::INFINITY, f64::min);
    let cells = lines[0].1.cells;
    let variance = (ALIKE * least / (cells - 3.0).max(1.0)).max(1e-14);
    let mut sums = [0.0; 5];
    for (k, (width, line)) in lines.iter().enumerate() {
        // The line's slope with the usual amplitude as one more observation of it.
        let [told, known] = [line.square / variance, usual.amplitude[1].powi(-2)];
        let amplitude = (told * line.slope + known * usual.amplitude[0]) / (told + known);
        let off = line.left / variance
            + told * (amplitude - line.slope).powi(2)
            + known * (amplitude - usual.amplitude[0]).powi(2)
            + step(k).powi(2);
        let weight = (-0.5 * (off - least / variance)).exp() / (told + known).sqrt();
        let spread = 1.0 / (told + known);
        let terms =
            [1.0, amplitude, amplitude * amplitude + spread, width.ln(), width.ln().powi(2)];
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
    }
    let [weight, a, aa, w, ww] = sums;
    let (a, w) = (a / weight, w / weight);
    let deviation = |square: f64, mean: f64| (square / weight - mean * mean).max(0.0).sqrt();
    let width = w.exp();
    Some(Fitted { amplitude: [a, deviation(aa, a)], width: [width, width * deviation(ww, w)] })
}

/// Least squares `excess = constant + slope·reach` over the cells of air.
struct Line {
    slope: f64,
    /// Sum of squares of reach about its mean.
    square: f64,
    /// Sum of squares that the line leaves.
    left: f64,
    cells: f64,
}

impl Line {
    fn through(air: &Air, reach: &Array2<f64>) -> Option<Self> {
        let cells = || {
            let all = air.is_air.iter().zip(reach).zip(&air.excess);
            all.filter(|((is_air, _), _)| **is_air).map(|((_, reach), excess)| (*reach, *excess))
        };
        let count = cells().count() as f64;
        if count < 6.0 {
            return None;
        }
        let (x, y) = cells().fold((0.0, 0.0), |(x, y), (reach, excess)| (x + reach, y + excess));
        let (x, y) = (x / count, y / count);
        let sums = cells().fold([0.0; 3], |[xx, xy, yy], (reach, excess)| {
            let (dx, dy) = (reach - x, excess - y);
            [xx + dx * dx, xy + dx * dy, yy + dy * dy]
        });
        let slope = if sums[0] > 0.0 { sums[1] / sums[0] } else { 0.0 };
        let left = (sums[2] - slope * sums[1]).max(0.0);
        Some(Self { slope, square: sums[0], left, cells: count })
    }
}

/// Cells of air: at least 0.985 of the beam, with all their neighbours.
pub(super) fn is_air(transmission: &Array2<f64>) -> Array2<bool> {
    let (rows, columns) = transmission.dim();
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        let around = |at: usize, count: usize| at.saturating_sub(1)..(at + 2).min(count);
        around(row, rows).all(|y| around(column, columns).all(|x| transmission[[y, x]] > 0.985))
    })
}

impl Usual {
    /// Usual numbers of a form, at a distance of so many mm (unknown: 50 mm, give or take twice).
    pub(super) fn new(form: Form, distance_mm: Option<f64>) -> Self {
        let amplitude = match form {
            Form::Loss => [0.28, 0.05],
            Form::Primary { .. } => [0.55, 0.2],
        };
        let share = if distance_mm.is_some() { 0.2 } else { 0.6 };
        Self { amplitude, width: [0.8 * distance_mm.unwrap_or(50.0), share] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter::{grid::grid, spread::whole};
    use voltomo_types::PixelFrame;

    fn air(truth: (f64, f64), noise: f64) -> (Air, Grid, Lit) {
        let (grid, lit) = (grid(480, 640), whole(&PixelFrame::whole(480, 640)));
        let sent =
            Array2::from_shape_fn((48, 48), |(_, x)| if (17..31).contains(&x) { 0.8 } else { 0.0 });
        let drawn = |k: usize| (((k * 7919 + 13) % 1009) as f64 / 1009.0 - 0.5) * 12f64.sqrt();
        let reach = Spread::new(&grid, lit, truth.1 / 0.1).to_cells(&sent);
        let mut excess = reach * truth.0 + 0.004;
        excess.iter_mut().enumerate().for_each(|(k, value)| *value += noise * drawn(k));
        let is_air = Array2::from_shape_fn((48, 48), |(_, x)| !(15..33).contains(&x));
        (Air { sent, excess, is_air }, grid, lit)
    }

    #[test]
    fn air_tells_amplitude_and_width_where_it_reaches_far() {
        let usual = Usual::new(Form::Loss, Some(18.0));
        let (air, grid, lit) = air((0.21, 17.0), 1e-5);
        let fitted = fit(&air, &usual, (&grid, lit, 0.1)).unwrap();
        assert!((fitted.amplitude[0] - 0.21).abs() < 0.005, "{fitted:?}");
        assert!((fitted.width[0] - 17.0).abs() < 0.6 && fitted.amplitude[1] < 0.01, "{fitted:?}");
    }

    #[test]
    fn noise_leaves_the_usual_numbers_with_their_uncertainty() {
        let usual = Usual::new(Form::Loss, Some(18.0));
        let (mut air, grid, lit) = air((0.21, 17.0), 0.05);
        let fitted = fit(&air, &usual, (&grid, lit, 0.1)).unwrap();
        assert!((fitted.amplitude[0] - 0.28).abs() < 0.05, "{fitted:?}");
        assert!((0.03..0.055).contains(&fitted.amplitude[1]), "{fitted:?}");
        air.is_air.fill(false);
        assert_eq!(fit(&air, &usual, (&grid, lit, 0.1)), None);
    }
}
