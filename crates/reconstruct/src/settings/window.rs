//! The windows on the ramp filter: shape and settings. Knows no projections.

use std::f64::consts::PI;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

use super::ReconstructSettings;

/// Tapered part of the Tukey window unless told.
const TUKEY: f64 = 0.5;
/// Sigma of the Gaussian window unless told.
const GAUSSIAN: f64 = 0.4;
/// Beta of the Kaiser window unless told.
const KAISER: f64 = 8.0;

/// Window on the ramp filter; f is the frequency as a fraction of the cutoff.
///
/// Source: Harris 1978, doi:10.1109/PROC.1978.10837; Nuttall 1981, doi:10.1109/TASSP.1981.1163506
/// (Nuttall, Blackman–Nuttall); Ha & Pearce 1989, IEEE Trans. ASSP 37, 298 (Bartlett–Hann); D'Antona &
/// Ferrero 2006, doi:10.1007/0-387-28666-7 (flat top); Kak & Slaney 1988,
/// doi:10.1137/1.9780898719277 (Shepp–Logan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// No window (Ram–Lak).
    Ramp,
    /// Shepp–Logan: sin(πf/2)/(πf/2), ends at 0.64.
    SheppLogan,
    /// Cosine: cos(πf/2).
    Cosine,
    /// Hamming: ends at 0.08.
    Hamming,
    /// Hann.
    Hann,
    /// Tukey: flat, then a Hann taper over `window_parameter`.
    Tukey,
    /// Lanczos: sin(πf)/(πf).
    Lanczos,
    /// Triangular: 1 − f.
    Triangular,
    /// Gaussian of sigma `window_parameter`, ended at the cutoff.
    Gaussian,
    /// Bartlett–Hann.
    BartlettHann,
    /// Blackman.
    Blackman,
    /// Nuttall, four terms, continuous first derivative.
    Nuttall,
    /// Blackman–Harris, four terms.
    BlackmanHarris,
    /// Blackman–Nuttall, four terms, least side lobes.
    BlackmanNuttall,
    /// Flat top, five terms.
    FlatTop,
    /// Kaiser of beta `window_parameter`.
    Kaiser,
    /// Parzen (de la Vallée-Poussin).
    Parzen,
    /// Butterworth of `butterworth_order`: 0.71 at the cutoff, not ended there.
    Butterworth,
    /// The pairs of `window_table`.
    Table,
}

impl Window {
    /// Weights of cos(kπf), k = 0, 1, …, of the windows that are sums of cosines.
    fn cosines(self) -> Option<&'static [f64]> {
        Some(match self {
            Self::Hamming => &[0.54, 0.46],
            Self::Hann => &[0.5, 0.5],
            Self::Blackman => &[0.42, 0.5, 0.08],
            Self::Nuttall => &[0.355_768, 0.487_396, 0.144_232, 0.012_604],
            Self::BlackmanHarris => &[0.358_75, 0.488_29, 0.141_28, 0.011_68],
            Self::BlackmanNuttall => &[0.363_581_9, 0.489_177_5, 0.136_599_5, 0.010_641_1],
            Self::FlatTop => {
                &[0.215_578_95, 0.416_631_58, 0.277_263_158, 0.083_578_947, 0.006_947_368]
            }
            _ => return None,
        })
    }

    /// The shape that `window_parameter` sets, unless told: its value, and what it must be.
    fn parameter(self) -> Option<(f64, &'static str)> {
        match self {
            Self::Tukey => Some((TUKEY, "the tapered part of the window, 0 to 1")),
            Self::Gaussian => Some((GAUSSIAN, "sigma as a fraction of the cutoff, at least 0.001")),
            Self::Kaiser => Some((KAISER, "beta of 0 to 100")),
            _ => None,
        }
    }
}

impl ReconstructSettings {
    /// The window's factor at a frequency, a fraction of the cutoff (0 and up).
    pub(crate) fn window_at(&self, frequency: f64) -> f64 {
        let f = frequency;
        if self.window == Window::Butterworth {
            return 1.0 / (1.0 + f.powf(2.0 * f64::from(self.butterworth_order))).sqrt();
        }
        if f > 1.0 + 1e-12 {
            return 0.0;
        }
        if let Some(weights) = self.window.cosines() {
            let terms = weights.iter().enumerate();
            return terms.map(|(k, weight)| weight * (k as f64 * PI * f).cos()).sum();
        }
        let shape = self.window_parameter.or(self.window.parameter().map(|(usual, _)| usual));
        self.other_window(f.min(1.0), shape.unwrap_or(0.0))
    }

    /// The windows that are no sums of cosines, up to the cutoff.
    fn other_window(&self, f: f64, shape: f64) -> f64 {
        match self.window {
            Window::SheppLogan => sinc(f / 2.0),
            Window::Lanczos => sinc(f),
            Window::Cosine => (PI * f / 2.0).cos(),
            Window::Triangular => 1.0 - f,
            Window::BartlettHann => 0.62 - 0.24 * f + 0.38 * (PI * f).cos(),
            Window::Gaussian => (-0.5 * (f / shape).powi(2)).exp(),
            Window::Kaiser => bessel_i0(shape * (1.0 - f * f).sqrt()) / bessel_i0(shape),
            Window::Tukey if f <= 1.0 - shape => 1.0,
            Window::Tukey => 0.5 + 0.5 * (PI * (f - 1.0 + shape) / shape).cos(),
            Window::Parzen if f <= 0.5 => 1.0 - 6.0 * f * f * (1.0 - f),
            Window::Parzen => 2.0 * (1.0 - f).powi(3),
            Window::Table => self.table_at(f),
            _ => 1.0,
        }
    }

    /// Straight lines between the pairs of the table; level beyond its first and last.
    fn table_at(&self, f: f64) -> f64 {
        let table = self.window_table.as_deref().unwrap_or(&[]);
        let after = table.partition_point(|[frequency, _]| *frequency <= f);
        match (after.checked_sub(1).map(|k| table[k]), table.get(after)) {
            (Some([f0, low]), Some([f1, high])) => low + (high - low) * (f - f0) / (f1 - f0),
            (Some([_, level]), None) => level,
            (None, Some([_, level])) => *level,
            (None, None) => 1.0,
        }
    }

    pub(super) fn window_problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        if self.butterworth_order == 0 {
            found.push(Problem::new("reconstruct.butterworth_order", 0, "an order of 1 or more"));
        }
        found.extend(self.parameter_problem());
        found.extend(self.table_problem());
        found
    }

    fn parameter_problem(&self) -> Option<Problem> {
        let shape = self.window_parameter?;
        let key = "reconstruct.window_parameter";
        let Some((_, expected)) = self.window.parameter() else {
            let expected = "none: only `tukey`, `gaussian` and `kaiser` have a parameter";
            return Some(Problem::new(key, shape, expected));
        };
        let fits = match self.window {
            Window::Tukey => (0.0..=1.0).contains(&shape),
            Window::Gaussian => shape >= 0.001 && shape.is_finite(),
            _ => (0.0..=100.0).contains(&shape),
        };
        (!fits).then(|| Problem::new(key, shape, expected))
    }

    fn table_problem(&self) -> Option<Problem> {
        let key = "reconstruct.window_table";
        match (&self.window_table, self.window) {
            (None, Window::Table) => {
                let expected = "pairs of frequency and factor, like [[0, 1], [1, 0]]";
                Some(Problem::new(key, "no table", expected))
            }
            (Some(_), window) if window != Window::Table => {
                Some(Problem::new(key, "a table", "`window = \"table\"` beside it, or no table"))
            }
            (Some(table), _) => {
                let rises = table.windows(2).all(|pair| pair[0][0] < pair[1][0]);
                let usable = |[f, factor]: &[f64; 2]| (0.0..=1.0).contains(f) && factor.is_finite();
                // Another factor at frequency 0 would scale all of µ.
                let starts = table.first().is_some_and(|[_, factor]| *factor == 1.0);
                let fits = starts && rises && table.iter().all(usable);
                let expected = "at least one pair; frequencies of 0 to 1 that rise, finite factors, \
                                the first of them 1 (any other would scale µ)";
                (!fits).then(|| Problem::new(key, format!("{table:?}"), expected))
            }
            (None, _) => None,
        }
    }
}

/// sin(πx)/(πx).
fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-17 * sum {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(window: Window, f: f64) -> f64 {
        ReconstructSettings { window, ..Default::default() }.window_at(f)
    }

    #[test]
    fn each_window_has_its_textbook_value_in_the_middle_and_at_its_end() {
        use Window::*;
        let cases = [
            (Ramp, 1.0, 1.0),
            (SheppLogan, (PI / 4.0).sin() / (PI / 4.0), 2.0 / PI),
            (Cosine, 0.5f64.sqrt(), 0.0),
            (Hamming, 0.54, 0.08),
            (Hann, 0.5, 0.0),
            (Tukey, 1.0, 0.0),
            (Lanczos, 2.0 / PI, 0.0),
            (Triangular, 0.5, 0.0),
            (Gaussian, (-0.78125f64).exp(), (-3.125f64).exp()),
            (BartlettHann, 0.5, 0.0),
            (Blackman, 0.34, 0.0),
            (Nuttall, 0.211_536, 0.0),
            (BlackmanHarris, 0.217_47, 0.000_06),
            (BlackmanNuttall, 0.226_982_4, 0.000_362_8),
            (FlatTop, -0.054_736_84, -0.000_421_053),
            // numpy: i0(8·sqrt(1 − f²))/i0(8).
            (Kaiser, 0.368_972_723, 0.002_338_831),
            (Parzen, 0.25, 0.0),
            (Butterworth, 1.0 / (1.0 + 0.5f64.powi(8)).sqrt(), 0.5f64.sqrt()),
        ];
        for (window, half, end) in cases {
            for (f, expected) in [(0.0, 1.0), (0.5, half), (1.0, end)] {
                let value = at(window, f);
                assert!((value - expected).abs() < 2e-7, "{window:?}({f}) = {value}, {expected}");
            }
            assert!(window == Butterworth || at(window, 1.01) == 0.0, "{window:?}");
        }
    }

    #[test]
    fn a_table_is_joined_by_lines_and_ends_at_the_cutoff() {
        let table = Some(vec![[0.2, 1.0], [0.6, 0.5], [1.0, 0.1]]);
        let settings = ReconstructSettings {
            window: Window::Table,
            window_table: table,
            ..Default::default()
        };
        for (f, expected) in [(0.0, 1.0), (0.4, 0.75), (0.8, 0.3), (1.0, 0.1), (1.1, 0.0)] {
            assert!((settings.window_at(f) - expected).abs() < 1e-12, "{f}");
        }
        assert!(settings.problems().is_empty());
    }
}
