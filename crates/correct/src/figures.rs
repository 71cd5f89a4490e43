//! What was done to the counts, in numbers, for the log and the report. Changes nothing.

use serde::{Deserialize, Serialize};

use crate::{rings::RingChoice, scatter::ScatterFigures};

/// What happened in one block; blocks add up to the scan, however it was cut.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BlockFigures {
    /// Line integrals in the block.
    pub pixels: u64,
    /// Frame pixels that were read for them (more with binning).
    pub raw_pixels: u64,
    /// Pixels of bright spots that were replaced.
    pub spots_bright: u64,
    /// Pixels of dark spots that were replaced, with zero and negative counts that stood out.
    pub spots_dark: u64,
    /// Dead pixels that were bridged.
    pub dead: u64,
    /// Line integrals whose transmission was raised to the least transmission.
    pub clipped: u64,
    /// Line integrals that are means along their row, since the pixel saw less than its noise; counted
    /// where scatter is taken off.
    #[serde(default)]
    pub starved: u64,
    /// Line integrals beyond the curve against beam hardening, which goes on straight there.
    #[serde(default)]
    pub beyond_curve: u64,
    /// Pixels that held NaN or infinity and were replaced.
    pub non_finite: u64,
    /// Least line integral; +∞ of an empty block.
    pub min: f32,
    /// Largest line integral; −∞ of an empty block.
    pub max: f32,
}

impl Default for BlockFigures {
    fn default() -> Self {
        Self {
            pixels: 0,
            raw_pixels: 0,
            spots_bright: 0,
            spots_dark: 0,
            dead: 0,
            clipped: 0,
            starved: 0,
            beyond_curve: 0,
            non_finite: 0,
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
        }
    }
}

impl BlockFigures {
    /// The figures of this block and another together; the order does not matter.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            pixels: self.pixels + other.pixels,
            raw_pixels: self.raw_pixels + other.raw_pixels,
            spots_bright: self.spots_bright + other.spots_bright,
            spots_dark: self.spots_dark + other.spots_dark,
            dead: self.dead + other.dead,
            clipped: self.clipped + other.clipped,
            starved: self.starved + other.starved,
            beyond_curve: self.beyond_curve + other.beyond_curve,
            non_finite: self.non_finite + other.non_finite,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// The sanity gate: what is not right with the figures of a whole scan, one sentence each.
    ///
    /// More than 1 % clipped, 5 % spots or 10 % dead pixels, or nothing but one value.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let share = |count: u64, of: u64| 100.0 * count as f64 / (of.max(1)) as f64;
        let mut check = |count: u64, of: u64, (limit, what): (f64, &str)| {
            if share(count, of) > limit {
                findings.push(format!(
                    "{:.2} % of the pixels {what}; expected at most {limit} %",
                    share(count, of)
                ));
            }
        };
        check(self.clipped, self.pixels, (1.0, "reached `correct.flat_field.least_transmission`"));
        check(
            self.beyond_curve,
            self.pixels,
            (0.1, "lay beyond the curve against beam hardening (`correct.beam_hardening`)"),
        );
        let spots = self.spots_bright + self.spots_dark;
        check(
            spots,
            self.raw_pixels,
            (5.0, "were taken for spots (see `correct.spots.threshold`)"),
        );
        check(self.dead, self.raw_pixels, (10.0, "are dead"));
        check(self.non_finite, self.raw_pixels, (1.0, "held no number"));
        if self.pixels > 1 && self.min >= self.max {
            findings.push(format!("every line integral is {}; expected a sample", self.min));
        }
        findings
    }
}

/// The dose of the radiographs relative to the open beam.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct DoseFigures {
    /// Region of air it was read in, `R0:R1,C0:C1` of the frames as read; `None`: not corrected.
    pub region: Option<String>,
    /// Who chose the region: `found`, `recipe` or `none`.
    pub method: String,
    /// Least dose.
    pub min: f32,
    /// Largest dose.
    pub max: f32,
    /// Mean dose of the last tenth of the radiographs over the mean of the first tenth, minus 1.
    pub drift: f32,
    /// Dose of each radiograph.
    pub per_radiograph: Vec<f32>,
}

impl DoseFigures {
    /// Of so many radiographs whose dose is not corrected.
    pub(crate) fn none(radiographs: usize) -> Self {
        Self {
            region: None,
            method: String::from("none"),
            min: 1.0,
            max: 1.0,
            drift: 0.0,
            per_radiograph: vec![1.0; radiographs],
        }
    }
}

/// How the open beam changed from radiograph to radiograph.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DynamicFlatFigures {
    /// Share of the variance of the flat fields that each component stands for, strongest first.
    pub shares: Vec<f32>,
    /// How much of each component a radiograph shows, in standard deviations of what the flat
    /// fields show, `[radiograph][component]`.
    pub weights: Vec<Vec<f32>>,
}

/// Where the sample stands in each radiograph, in pixels of the frames as read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftFigures {
    /// Who told it: `moments` or `given`.
    pub method: String,
    /// Rows that it stands too far down.
    pub rows: Vec<f32>,
    /// Columns that it stands too far right.
    pub columns: Vec<f32>,
}

/// A radiograph unlike its neighbours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutlierFigures {
    /// Which radiograph.
    pub radiograph: usize,
    /// `frozen` (the bits of the one before), `blank` or `moved`.
    pub kind: String,
}

/// What the survey of a scan found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SurveyFigures {
    /// Flat fields in each set.
    pub flats: Vec<usize>,
    /// Dark fields in each set.
    pub darks: Vec<usize>,
    /// Mean open beam (dark field taken off) over the live pixels of each set, in counts.
    pub open_beam: Vec<f32>,
    /// Mean dark field over the live pixels, in counts.
    pub dark_field: f32,
    /// Spot pixels that were taken out of the flat fields.
    pub spots_in_flats: u64,
    /// Spot pixels that were taken out of the dark fields.
    pub spots_in_darks: u64,
    /// Dead pixels of the detector.
    pub dead_pixels: usize,
    /// Widest run of dead pixels that is bridged, in pixels.
    pub widest_dead_run: usize,
    /// Pixels whose gain differs from their neighbours' beyond the noise.
    pub uneven_pixels: usize,
    /// Variance of a raw pixel about its surroundings at zero counts, which spots stand out of,
    /// counts².
    pub noise_constant: f32,
    /// Rise of that variance with the counts, counts.
    pub noise_slope: f32,
    /// Variance of a pixel from exposure to exposure at the dark field, which noise maps and
    /// weights follow from, counts² (no unit where line integrals were read).
    pub counting_constant: f32,
    /// Rise of that variance with the counts above the dark field, counts.
    pub counting_slope: f32,
    /// Correlation of the noise of counted quanta in pixels of one row, 0, 1, 2 … columns apart, as
    /// flat fields tell it; empty where they show none, or are too few.
    pub counting_correlation: Vec<f32>,
    /// How the open beam changed, where that is followed.
    pub dynamic_flat: Option<DynamicFlatFigures>,
    /// Where the sample stands, where its drift is followed.
    pub drift: Option<DriftFigures>,
    /// Radiographs unlike their neighbours, where they are looked for.
    pub outliers: Vec<OutlierFigures>,
    /// Standard deviation of white noise after deblurring over that before, where that is done.
    pub deblur_noise_gain: Option<f32>,
    /// Dose of the radiographs.
    pub dose: DoseFigures,
    /// Scatter, where it is taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scatter: Option<ScatterFigures>,
    /// Rows and columns at the far edges that binning leaves over, in frame pixels.
    pub left_over_by_binning: [usize; 2],
    /// How rings are removed, where the scan decides it.
    pub rings: Option<RingChoice>,
    /// What a person should know, one sentence each.
    pub warnings: Vec<String>,
}
