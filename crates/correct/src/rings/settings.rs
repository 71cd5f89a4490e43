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
}

/// Rings: stripes of the sinograms, sinogram by sinogram.
///
/// Keys that a method does not name have no part in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RingSettings {
    /// The method; `none` leaves the sinograms as they are.
    pub method: RingMethod,
    /// Columns of the median, an odd number: wider takes wider stripes, and more of the sample.
    /// Left out, it is what suits the method: 21 in `sorting`, `filtering` and `combined`.
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
    /// Standard deviation of a Gaussian window on frequencies, in waves: over the scan, 3, in
    /// `filtering`.
    pub sigma: Option<f32>,
}

impl Default for RingSettings {
    fn default() -> Self {
        Self {
            method: RingMethod::None,
            window: None,
            large_window: 51,
            threshold: 3.0,
            drop: 0.1,
            sigma: None,
        }
    }
}

impl RingSettings {
    /// This method with its usual settings.
    #[must_use]
    pub fn of(method: RingMethod) -> Self {
        Self { method, ..Self::default() }
    }

    /// Columns of the median, or what suits the method.
    #[must_use]
    pub fn window(&self) -> usize {
        self.window.unwrap_or(21)
    }

    /// The Gaussian's standard deviation in waves, or what suits the method.
    #[must_use]
    pub fn sigma(&self) -> f32 {
        self.sigma.unwrap_or(3.0)
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let windows = [
            ("correct.rings.window", self.window, "3 to 1001 columns, an odd number"),
            (
                "correct.rings.large_window",
                Some(self.large_window),
                "3 to 1001 columns, an odd number (51 is usual)",
            ),
        ];
        let is_window = |width: usize| (3..=1001).contains(&width) && width % 2 == 1;
        let numbers = [
            (
                "correct.rings.threshold",
                Some(self.threshold),
                (1.0, 1000.0),
                "1 to 1000 widths of the background (3 is usual)",
            ),
            ("correct.rings.drop", Some(self.drop), (0.0, 0.8), "0 to 0.8 (0.1 is usual)"),
            ("correct.rings.sigma", self.sigma, (0.1, 200.0), "0.1 to 200 waves"),
        ];
        let mut problems = Vec::new();
        for (key, width, expected) in windows {
            if let Some(width) = width.filter(|width| !is_window(*width)) {
                problems.push(Problem::new(key, width, expected));
            }
        }
        for (key, value, (least, most), expected) in numbers {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                problems.push(Problem::new(key, value, expected));
            }
        }
        problems
    }
}
