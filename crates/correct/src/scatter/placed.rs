//! Whether a frame shows dark dots, and where those of the open beam stand. Reads no background.

use voltomo_numeric::{cast::to_f32, median::median_in_place};

use super::dots::DotGrid;

/// A dot is darker than this share of what surrounds it: a frame without dots has 1 there.
const DARK: f32 = 0.9;
/// Part of the dots' contrast that a shift of the grid may take, before it is told.
const LOST: f32 = 0.1;
/// Part of the dots that must be dark where a grid was moved to: an edge of the sample darkens some.
const MOST: f64 = 0.75;
/// Farthest shift that is looked for, pixels, and dots that are looked at.
const FARTHEST: usize = 24;
const LOOKED_AT: usize = 64;

/// What a frame shows where the open beam has its dots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Placed {
    /// Dots, there.
    There,
    /// No dots: the median of their brightness over that of what surrounds them.
    Missing(f32),
    /// Dots, so many rows and columns off.
    Moved([isize; 2]),
}

/// Looks for the dots of a grid in a picture, rows of `columns`.
///
/// The brightness of a dot is the mean over its pixels over the mean of what surrounds it; that of the
/// grid the median over the dots, moved as a whole by up to half the distance between two dots. A
/// shift counts where it is larger than `rim`, takes a tenth of the contrast and makes most dots dark.
pub(super) fn placed(
    grid: &DotGrid,
    (picture, columns): (&[f32], usize),
    rim: usize,
) -> Option<Placed> {
    let seen = Seen { grid, picture, columns };
    let brightness = |shift: [isize; 2]| median_in_place(&mut seen.ratios(shift));
    let here = brightness([0, 0])?;
    let reach = (half_apart(grid).min(FARTHEST)).cast_signed();
    let shifts = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| [y, x]));
    let moved = shifts.filter_map(|shift| Some((shift, brightness(shift)?)));
    let (shift, best) = moved.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let is_far = shift.iter().any(|pixels| pixels.unsigned_abs() > rim);
    let ratios = seen.ratios(shift);
    let dark = ratios.iter().filter(|ratio| **ratio < DARK).count() as f64;
    let is_grid = dark >= MOST * ratios.len() as f64;
    if is_far && is_grid && 1.0 - here < (1.0 - LOST) * (1.0 - best) {
        return Some(Placed::Moved(shift));
    }
    Some(if here < DARK { Placed::There } else { Placed::Missing(here) })
}

/// Half the distance between the two nearest dots, pixels.
fn half_apart(grid: &DotGrid) -> usize {
    let places = || grid.dots.iter().map(|dot| dot.place);
    let apart = places().enumerate().flat_map(|(k, [y, x])| {
        places().skip(k + 1).map(move |[row, column]| (row - y).hypot(column - x))
    });
    voltomo_numeric::cast::to_index(0.5 * apart.fold(2.0 * FARTHEST as f64, f64::min))
}

struct Seen<'a> {
    grid: &'a DotGrid,
    picture: &'a [f32],
    columns: usize,
}

impl Seen<'_> {
    /// Brightness of some dots.
    fn ratios(&self, shift: [isize; 2]) -> Vec<f32> {
        let step = self.grid.dots.len().div_ceil(LOOKED_AT);
        let of = |dot: &super::dots::DotPixels| {
            let around = self.mean(&dot.around, shift).filter(|around| *around > 0.0)?;
            Some(to_f32(self.mean(&dot.pixels, shift)? / around))
        };
        self.grid.dots.iter().step_by(step).filter_map(of).collect()
    }

    /// Mean over pixels that are moved; `None` where all of them leave the frame or tell nothing.
    fn mean(&self, pixels: &[usize], [down, right]: [isize; 2]) -> Option<f64> {
        let rows = self.picture.len() / self.columns;
        let (mut sum, mut count) = (0.0f64, 0u32);
        for pixel in pixels {
            let row = (pixel / self.columns).checked_add_signed(down).filter(|row| *row < rows);
            let column = (pixel % self.columns).checked_add_signed(right);
            let column = column.filter(|column| *column < self.columns);
            let place = row.zip(column).map(|(row, column)| row * self.columns + column);
            if let Some(value) = place.map(|at| self.picture[at]).filter(|value| value.is_finite())
            {
                sum += f64::from(value);
                count += 1;
            }
        }
        (count > 0).then(|| sum / f64::from(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scatter_settings::BlackBodySettings;

    /// Dots of radius 4 every 20 pixels, so many rows and columns off, before a body that lets a
    /// fifth through.
    fn picture([down, right]: [usize; 2], inside: f32) -> Vec<f32> {
        let value = |k: usize| {
            let (row, column) = (k / 80, k % 80);
            let [y, x] = [(row + 20 - down) % 20, (column + 20 - right) % 20];
            let is_dot = (y as f32 - 10.0).hypot(x as f32 - 10.0) <= 4.2;
            let body = if (34..66).contains(&column) { 0.2 } else { 1.0 };
            0.1 + body * if is_dot { inside } else { 1.0 }
        };
        (0..60 * 80).map(value).collect()
    }

    #[test]
    fn dots_are_there_or_missing_or_moved() {
        let open: Vec<f32> = (0..60 * 80)
            .map(|k| {
                let [y, x] = [k / 80 % 20, k % 80 % 20].map(|place| place as f32 - 10.0);
                if y.hypot(x) <= 4.2 { 0.02 } else { 1.0 }
            })
            .collect();
        let grid = super::super::dots::find(&open, 80, &BlackBodySettings::default()).unwrap();
        let look = |picture: &[f32]| placed(&grid, (picture, 80), 2).unwrap();
        assert_eq!(look(&picture([0, 0], 0.0)), Placed::There);
        assert_eq!(look(&picture([1, 0], 0.0)), Placed::There);
        let Placed::Missing(bright) = look(&picture([0, 0], 1.0)) else { panic!("no dots") };
        // Two columns of dots stand beside the body, whose dark side surrounds them.
        assert!(bright > 0.99, "{bright}");
        for shift in [[8, 0], [5, 4]] {
            let Placed::Moved([down, right]) = look(&picture(shift, 0.0)) else {
                panic!("{shift:?}")
            };
            assert!(down.abs_diff(shift[0].cast_signed()) <= 2, "{down} of {shift:?}");
            assert!(right.abs_diff(shift[1].cast_signed()) <= 2, "{right} of {shift:?}");
        }
    }
}
