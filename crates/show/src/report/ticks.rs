//! Round places along an axis. Draws nothing.

use voltomo_numeric::cast::to_index;

use super::number::fixed;

/// Round places along an axis and how to print them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    /// The places, rising, all within the axis.
    pub(super) at: Vec<f64>,
    /// Decimals that tell them apart.
    decimals: usize,
    /// Power of ten taken out of the printed numbers.
    pub(super) exponent: i32,
}

impl Ticks {
    /// About `about` round places from `low` to `high`: steps of 1, 2 or 5 times a power of ten;
    /// along a circle in degrees steps that part a quarter evenly.
    pub(super) fn between([low, high]: [f64; 2], about: usize, is_clock: bool) -> Self {
        let span = high - low;
        if !(span.is_finite() && span > 0.0 && low.is_finite()) {
            let at = if low.is_finite() { vec![low] } else { Vec::new() };
            return Self { at, decimals: 2, exponent: 0 };
        }
        let step = match is_clock {
            true => clock_step(span, about),
            false => round_step(span / about.max(1) as f64),
        };
        let first = (low / step - 1e-9).ceil();
        let count = to_index((high / step + 1e-9).floor() - first + 1.0).min(100);
        let at: Vec<f64> = (0..count).map(|k| (first + k as f64) * step).collect();
        let exponent = exponent(low.abs().max(high.abs()));
        let shown = step / 10_f64.powi(exponent);
        let decimals = to_index((-(shown.log10() + 1e-9).floor()).max(0.0)).min(9);
        // A quarter of ten, as of a clock in steps of 22.5, shows a decimal more.
        let is_half = (shown * 10_f64.powi(to_small(decimals))).fract() > 0.01;
        Self { at, decimals: decimals + usize::from(is_half && is_clock), exponent }
    }

    /// A place as printed.
    pub(super) fn label(&self, place: f64) -> String {
        fixed(place / 10_f64.powi(self.exponent), self.decimals)
    }
}

/// The round number at or above `least`.
fn round_step(least: f64) -> f64 {
    let decade = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|it| it * decade);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * decade)
}

fn clock_step(span: f64, about: usize) -> f64 {
    let steps = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 45.0, 90.0, 180.0, 360.0];
    let fits = |step: &&f64| span / **step <= about.max(1) as f64 + 0.01;
    steps.iter().find(fits).copied().unwrap_or_else(|| round_step(span / about.max(1) as f64))
}

/// The power of ten, by threes, that very large and very small numbers are printed without.
fn exponent(largest: f64) -> i32 {
    if largest == 0.0 || (1e-3..1e5).contains(&largest) {
        return 0;
    }
    let decade = largest.log10().floor();
    let threes = (decade / 3.0).floor();
    if threes < 0.0 { -3 * to_small(to_index(-threes)) } else { 3 * to_small(to_index(threes)) }
}

fn to_small(number: usize) -> i32 {
    i32::try_from(number.min(300)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: [f64; 2], about: usize) -> Vec<String> {
        let ticks = Ticks::between(range, about, false);
        ticks.at.iter().map(|at| ticks.label(*at)).collect()
    }

    #[test]
    fn ticks_are_round_and_printed_with_no_more_digits_than_they_need() {
        assert_eq!(labels([0.0, 1.0], 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels([-0.03, 0.041], 4), ["\u{2212}0.02", "0.00", "0.02", "0.04"]);
        assert_eq!(labels([43.4, 67.9], 5), ["45", "50", "55", "60", "65"]);
        assert_eq!(labels([0.0, 3_000_000.0], 3), ["0", "1", "2", "3"]);
        assert_eq!(Ticks::between([0.0, 3e6], 3, false).exponent, 6);
        assert_eq!(Ticks::between([0.0, 4e-5], 4, false).exponent, -6);
    }

    #[test]
    fn a_clock_is_parted_into_quarters() {
        let ticks = Ticks::between([0.0, 360.0], 5, true);
        assert_eq!(ticks.at, [0.0, 90.0, 180.0, 270.0, 360.0]);
        assert_eq!(ticks.label(270.0), "270");
    }

    #[test]
    fn axes_of_no_length_or_without_numbers_have_ticks_all_the_same() {
        assert_eq!(Ticks::between([2.0, 2.0], 5, false).at, [2.0]);
        assert!(Ticks::between([f64::NAN, 1.0], 5, false).at.is_empty());
        assert!(Ticks::between([-f64::MAX, f64::MAX], 5, false).at.len() <= 100);
    }
}
