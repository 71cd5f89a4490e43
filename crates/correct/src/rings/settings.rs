//! What a recipe may say of the removal of rings. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// How stripes are taken out of the sinograms, which would become rings in the slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RingMethod {
    /// Stripes stay.
    #[default]
    None,
    /// The gains of pixels where they stand out of the noise, and the best of a few methods that
    /// leave windings as they are, tried on three sinograms.
    Auto,
    /// What each detector pixel adds to all its line integrals, held against the rows about it: full
    /// stripes of any sample that goes on over rows, windings stay as they are.
    GainMap,
    /// Each column sorted by brightness, smoothed across columns, sent back: full and partial
    /// stripes (Vo 2018, algorithm 3).
    Sorting,
    /// The same on the slow part of each column alone, the fast part stays (Vo 2018, algorithm 2).
    Filtering,
    /// Wide stripes, found by a threshold (Vo 2018, algorithm 5).
    Large,
    /// Dead and fluctuating columns, found by a threshold and bridged; then `large` (Vo 2018,
    /// algorithm 6).
    Dead,
    /// `dead`, `large` and `sorting`, one after the other (Vo 2018).
    Combined,
    /// Dead and fluctuating columns bridged, then the mean row less its median: what leaves
    /// windings alone over a whole turn.
    Gentle,
    /// A polynomial fitted to each column, smoothed across columns: weak full stripes (Vo 2018,
    /// algorithm 1).
    Fitting,
    /// Slow waves damped in the stripe bands of a wavelet transform (Münch 2009).
    WaveletFourier,
    /// Offsets of the columns that make the mean row smooth (Titarenko 2010).
    Regularised,
    /// A low pass across columns for the slowest waves along the angle (Raven 1998).
    Raven,
    /// The mean row less its moving average (Rivers 1998).
    Rivers,
    /// The smoothed column sums over the column sums, as factors (Boin & Haibel 2006).
    BoinHaibel,
    /// A median across columns, then one along the angle (Oimoen 2000).
    Oimoen,
    /// The median of the even lines in sliding windows (Sijbers & Postnov 2004).
    SijbersPostnov,
}

/// Rings: stripes of the sinograms, sinogram by sinogram.
///
/// Keys that a method does not name have no part in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RingSettings {
    /// The method; `none` leaves the sinograms as they are.
    pub method: RingMethod,
    /// What the sinograms are filtered by once the gains of pixels are taken off (`gain_map`).
    pub then: RingMethod,
    /// Rows that a pixel is held against, an odd number: more than twice the height of the largest
    /// patch of bad pixels (`gain_map`, `auto`).
    pub gain_rows: usize,
    /// Columns over which what remains is left to the sample, an odd number: more than twice the
    /// width of the largest patch of bad pixels (`gain_map`, `auto`).
    pub gain_columns: usize,
    /// Columns of the median, an odd number: wider takes wider stripes, and more of the sample.
    /// Left out, it is what suits the method: 21 in `sorting`, `filtering` and `combined`, 9 in
    /// `gentle` and `rivers` (a moving average), 11 in `boin_haibel`, 31 in `oimoen`, 15 in `sijbers_postnov`
    /// (the window itself).
    pub window: Option<usize>,
    /// Columns of the median that wide stripes are held against, an odd number: more than twice the
    /// widest stripe (`large`, `dead`, `combined`).
    pub large_window: usize,
    /// How far a stripe stands out to be found, in widths of the even background (`large`, `dead`,
    /// `combined`).
    pub threshold: f32,
    /// Share of the sorted values that is left out when a column's level is measured, half of it
    /// at either end (`large`, `dead`, `combined`).
    pub drop: f32,
    /// Standard deviation of a Gaussian window on frequencies, in waves. Left out, it is what suits
    /// the method: 3 over the scan in `filtering`, 10 over the width in `fitting`, 1 over the scan
    /// in `wavelet_fourier`, where more takes more stripes and more of the sample.
    pub sigma: Option<f32>,
    /// Degree of the polynomials (`fitting`).
    pub degree: usize,
    /// Vanishing moments of Daubechies' wavelet: 9 is `db9` (`wavelet_fourier`).
    pub wavelet: usize,
    /// Levels of the wavelet transform: each takes stripes of twice the width
    /// (`wavelet_fourier`).
    pub levels: usize,
    /// α: stripes up to 1/√α columns wide are taken (`regularised`).
    pub strength: f32,
    /// Waves over the width from which on the low pass begins to close (`raven`).
    pub cutoff: f32,
    /// How many of the slowest waves along the angle are filtered, the constant among them, in
    /// steps of half a wave over the scan (`raven`).
    pub frequencies: usize,
    /// Angles of the median along the angle, an odd number (`oimoen`).
    pub angle_window: usize,
    /// Share of the lines of all windows that counts as even (`sijbers_postnov`).
    pub even_share: f32,
}

impl Default for RingSettings {
    fn default() -> Self {
        Self {
            method: RingMethod::None,
            then: RingMethod::None,
            gain_rows: 31,
            gain_columns: 31,
            window: None,
            large_window: 51,
            threshold: 3.0,
            drop: 0.1,
            sigma: None,
            degree: 2,
            wavelet: 9,
            levels: 5,
            strength: 5e-4,
            cutoff: 30.0,
            frequencies: 3,
            angle_window: 51,
            even_share: 0.5,
        }
    }
}

impl RingSettings {
    /// This method with its usual settings.
    #[must_use]
    pub fn of(method: RingMethod) -> Self {
        Self { method, ..Self::default() }
    }

    /// What filters the sinograms.
    #[must_use]
    pub(super) fn of_sinograms(&self) -> Self {
        match self.method {
            RingMethod::GainMap => Self { method: self.then, ..self.clone() },
            _ => self.clone(),
        }
    }

    /// Columns of the window, or what suits the method.
    #[must_use]
    pub fn window(&self) -> usize {
        self.window.unwrap_or(match self.method {
            RingMethod::Rivers | RingMethod::Gentle => 9,
            RingMethod::BoinHaibel => 11,
            RingMethod::Oimoen => 31,
            RingMethod::SijbersPostnov => 15,
            _ => 21,
        })
    }

    /// The Gaussian's standard deviation in waves, or what suits the method.
    #[must_use]
    pub fn sigma(&self) -> f32 {
        self.sigma.unwrap_or(match self.method {
            RingMethod::Fitting => 10.0,
            RingMethod::WaveletFourier => 1.0,
            _ => 3.0,
        })
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let window = |key, width: usize, expected| {
            (key, width, (3..=1001).contains(&width) && width % 2 == 1, expected)
        };
        let count = |key, value: usize, most: usize, expected| {
            (key, value, (1..=most).contains(&value), expected)
        };
        const ODD: &str = "3 to 1001 columns, an odd number";
        let whole = [
            window("correct.rings.window", self.window.unwrap_or(3), ODD),
            window("correct.rings.gain_rows", self.gain_rows, "3 to 1001 rows, an odd number"),
            window("correct.rings.gain_columns", self.gain_columns, ODD),
            window("correct.rings.large_window", self.large_window, ODD),
            window(
                "correct.rings.angle_window",
                self.angle_window,
                "3 to 1001 angles, an odd number",
            ),
            count("correct.rings.degree", self.degree.max(1), 9, "a degree from 0 to 9"),
            count("correct.rings.wavelet", self.wavelet, 20, "1 to 20 vanishing moments"),
            count("correct.rings.levels", self.levels, 10, "1 to 10 levels (5 is usual)"),
            count("correct.rings.frequencies", self.frequencies, 99, "1 to 99 waves (3 is usual)"),
        ];
        let whole = whole.into_iter().filter(|(_, _, is_good, _)| !is_good);
        let mut problems: Vec<Problem> =
            whole.map(|(key, found, _, expected)| Problem::new(key, found, expected)).collect();
        if matches!(self.then, RingMethod::Auto | RingMethod::GainMap) {
            let found = if self.then == RingMethod::Auto { "`auto`" } else { "`gain_map`" };
            let expected = "a method that filters sinograms, or `none`";
            problems.push(Problem::new("correct.rings.then", found, expected));
        }
        for (key, value, (least, most), expected) in self.numbers() {
            if !(least..=most).contains(&value) {
                problems.push(Problem::new(key, value, expected));
            }
        }
        problems
    }

    /// Key, value, least and largest, and what is expected.
    fn numbers(&self) -> [(&'static str, f32, (f32, f32), &'static str); 6] {
        let threshold = "1 to 1000 widths of the background (3 is usual)";
        let strength = "1e-8 to 1 (5e-4 is usual)";
        let sigma = self.sigma.unwrap_or(1.0);
        [
            ("correct.rings.threshold", self.threshold, (1.0, 1000.0), threshold),
            ("correct.rings.drop", self.drop, (0.0, 0.8), "0 to 0.8 (0.1 is usual)"),
            ("correct.rings.sigma", sigma, (0.1, 200.0), "0.1 to 200 waves"),
            ("correct.rings.strength", self.strength, (1e-8, 1.0), strength),
            ("correct.rings.cutoff", self.cutoff, (1.0, 1e4), "1 to 10000 waves (30 is usual)"),
            ("correct.rings.even_share", self.even_share, (0.01, 1.0), "0.01 to 1 (0.5 is usual)"),
        ]
    }
}
