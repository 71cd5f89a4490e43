//! Counts to binned line integrals, one window of one frame. Knows no spots.

use std::ops::Range;

use crate::{detector_pixels::DetectorPixels, flat_field::Mixed};

/// Rows of line integrals that come out of a window, with their figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Logarithms {
    pub(crate) clipped: u64,
    pub(crate) min: f32,
    pub(crate) max: f32,
}

/// Counts to transmission `(I − D)/(dose·(I₀ − D))`, in place. `values`: whole rows from `first_row`.
pub(crate) fn transmission(
    values: &mut [f32],
    (dark, open_beam): (&[f32], Mixed<'_>),
    (first_pixel, dose): (usize, f32),
) {
    for (k, value) in values.iter_mut().enumerate() {
        let pixel = first_pixel + k;
        *value = (*value - dark[pixel]) / (open_beam.at(pixel) * dose);
    }
}

/// Puts between its two live neighbours what is missing at every dead pixel of the rows, linearly
/// in the line integral; `values` are whole rows from `first_row`.
pub(crate) fn bridge_dead_pixels(
    values: &mut [f32],
    detector: &DetectorPixels,
    (first_row, rows): (usize, Range<usize>),
    least: f32,
) {
    let columns = detector.columns;
    for row in rows {
        for bridge in &detector.bridges[row] {
            let at = |[y, x]: [usize; 2]| values[(y - first_row) * columns + x].max(least).ln();
            let logarithm = bridge.from.map_or(0.0, |[from, to]| {
                let (from, to) = (at(from), at(to));
                from + bridge.share * (to - from)
            });
            values[(row - first_row) * columns + bridge.column] = logarithm.exp();
        }
    }
}

/// Means over `bin` × `bin` pixels, written to the front of `values` (whole rows of `columns`);
/// what does not fill a bin at the right is dropped. Returns how many means there are.
pub(crate) fn bin_in_place(values: &mut [f32], columns: usize, bin: usize) -> usize {
    let width = columns / bin;
    if bin == 1 {
        return values.len();
    }
    let height = values.len() / columns / bin;
    let share = 1.0 / (bin * bin) as f64;
    // A mean is written where all values before and at its own place have been read.
    for row in 0..height {
        for column in 0..width {
            let mut sum = 0.0;
            for y in row * bin..(row + 1) * bin {
                let first = y * columns + column * bin;
                sum += values[first..first + bin].iter().map(|v| f64::from(*v)).sum::<f64>();
            }
            values[row * width + column] = voltomo_numeric::cast::to_f32(sum * share);
        }
    }
    height * width
}

/// Minus the logarithm of transmissions raised to at least `least`, in place.
pub(crate) fn minus_logarithm(values: &mut [f32], least: f32) -> Logarithms {
    let mut figures = Logarithms { clipped: 0, min: f32::INFINITY, max: f32::NEG_INFINITY };
    for value in values {
        figures.clipped += u64::from(*value < least);
        // Not −ln: the line integral of the open beam is 0 and not −0.
        *value = 0.0 - value.max(least).ln();
        figures.min = figures.min.min(*value);
        figures.max = figures.max.max(*value);
    }
    figures
}

/// Least and largest value.
pub(crate) fn range_of(values: &[f32]) -> Logarithms {
    let min = values.iter().copied().fold(f32::INFINITY, f32::min);
    let max = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    Logarithms { clipped: 0, min, max }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binning_takes_means_and_drops_the_far_edge() {
        let mut values: Vec<f32> = (0..15u8).map(f32::from).collect();
        let count = bin_in_place(&mut values, 5, 2);
        assert_eq!(values[..count], [3.0, 5.0]);
        let mut values = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(bin_in_place(&mut values, 2, 1), 6);
    }

    #[test]
    fn transmissions_below_the_least_are_raised_and_counted() {
        let mut values = vec![1.0, 1e-9, -2.0, 0.5];
        let figures = minus_logarithm(&mut values, 1e-2);
        assert_eq!(figures.clipped, 2);
        assert_eq!((figures.min, figures.max), (0.0, -(1e-2f32.ln())));
        assert_eq!(values[3], std::f32::consts::LN_2);
    }
}
