//! What a recipe may say of the correction. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{Problem, Quantity};

use crate::{
    CorrectError,
    beam_hardening::{BeamHardeningSettings, HardeningMethod},
    drift::{DRIFT, DriftMethod, DriftSettings},
    dynamic_flat::DynamicFlatSettings,
    numbers,
    region::Region,
    rings::RingSettings,
    row_air::RowAirSettings,
    scatter_settings::ScatterSettings,
    starvation::StarvationSettings,
    whole_frame::{DeblurSettings, DenoiseSettings, DistortionSettings, PhaseSettings, Wanted},
};

/// Key of the monitor's counts.
pub(crate) const MONITOR: &str = "correct.dose.monitor";

/// How spots are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpotMethod {
    /// Small peaks and holes that stand out of the local noise.
    #[default]
    Adaptive,
    /// Spots stay; only pixels that hold no number are mended.
    None,
}

/// Spots: gamma hits, hot and dark pixels in single frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpotSettings {
    /// `adaptive` or `none`. Clean pixels stay as they are, to the bit.
    pub method: SpotMethod,
    /// How far a spot stands out, in standard deviations of the local noise.
    pub threshold: f32,
    /// Radius of the largest spot in detector pixels: what spans more than `2·radius + 1` rows or
    /// columns is taken for structure of the sample and stays.
    pub radius: usize,
    /// Remove bright spots.
    pub bright: bool,
    /// Remove dark spots.
    pub dark: bool,
}

impl Default for SpotSettings {
    fn default() -> Self {
        Self { method: SpotMethod::Adaptive, threshold: 6.0, radius: 3, bright: true, dark: true }
    }
}

/// How several reference frames become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Average {
    /// The mean, without the pixels where one frame differs from all others.
    #[default]
    Mean,
    /// The median.
    Median,
}

/// Flat fields and dark fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FlatFieldSettings {
    /// `mean` or `median` of the flat fields of one set, and of the dark fields.
    pub average: Average,
    /// Interpolate between sets of flat fields in time; `false` takes the average of all sets.
    pub interpolate: bool,
    /// Transmission is raised to at least this value, so that its logarithm exists.
    pub least_transmission: f32,
    /// Take the dark field as zero where the scan has none.
    pub without_darks: bool,
}

impl Default for FlatFieldSettings {
    fn default() -> Self {
        Self {
            average: Average::Mean,
            interpolate: true,
            least_transmission: 1e-4,
            without_darks: false,
        }
    }
}

/// What becomes of radiographs unlike their neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutlierRadiographs {
    /// They are not looked for.
    #[default]
    None,
    /// They are looked for in all radiographs, and told; `acquire.skip` leaves them out.
    Report,
}

/// Where the dose of a radiograph is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoseMethod {
    /// In a region beside the sample that is found from frames at all angles.
    #[default]
    Found,
    /// In `region`.
    Region,
    /// By a monitor in the beam, one number a radiograph.
    Monitor,
    /// Nowhere: every radiograph is taken to have the dose of the open beam.
    None,
}

/// Dose: the beam of each radiograph relative to the open beam.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DoseSettings {
    /// `found` (a region of air is looked for), `region` (it is given), `monitor` or `none`.
    pub method: DoseMethod,
    /// Region of air, `R0:R1,C0:C1`: rows and columns of the frames as read, half open.
    pub region: Option<String>,
    /// Text file with the monitor's count of each radiograph, one a line; `#` begins a comment.
    pub monitor: Option<String>,
    /// The monitor's count of a flat field; left out, the mean of the radiographs' counts.
    pub monitor_of_flats: Option<f64>,
    /// The monitor's counts themselves, once they are read.
    #[serde(skip)]
    pub monitor_counts: Vec<f64>,
}

/// What is done to the counts, in this order: spots and dead pixels, dark field, scatter, flat field,
/// dose, binning, minus the logarithm, rings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorrectSettings {
    /// Spots in the raw frames.
    pub spots: SpotSettings,
    /// Flat fields and dark fields.
    pub flat_field: FlatFieldSettings,
    /// Open beams that change between the flat fields.
    pub dynamic_flat: DynamicFlatSettings,
    /// Scatter and glare.
    pub scatter: ScatterSettings,
    /// Dose of each radiograph.
    pub dose: DoseSettings,
    /// Air at the ends of every row.
    pub row_air: RowAirSettings,
    /// Frame pixels along one edge of a binned pixel; 1 leaves them as they are.
    pub bin: usize,
    /// Beam hardening: line integrals made proportional to thickness, after the logarithm.
    pub beam_hardening: BeamHardeningSettings,
    /// X-rays through which next to nothing comes.
    pub starvation: StarvationSettings,
    /// Rings, of which each begins as a stripe in a sinogram.
    pub rings: RingSettings,
    /// Radiographs that are frozen, blank or moved: `report` looks for them and tells them.
    pub outliers: OutlierRadiographs,
    /// Drift of the sample.
    pub drift: DriftSettings,
    /// Distortion of the lens, and the turn of the detector.
    pub distortion: DistortionSettings,
    /// Blur of known kernels.
    pub deblur: DeblurSettings,
    /// Phase by free propagation.
    pub phase: PhaseSettings,
    /// Noise of single frames.
    pub denoise: DenoiseSettings,
}

impl Default for CorrectSettings {
    fn default() -> Self {
        Self {
            spots: SpotSettings::default(),
            flat_field: FlatFieldSettings::default(),
            dynamic_flat: DynamicFlatSettings::default(),
            scatter: ScatterSettings::default(),
            dose: DoseSettings::default(),
            row_air: RowAirSettings::default(),
            bin: 1,
            beam_hardening: BeamHardeningSettings::default(),
            starvation: StarvationSettings::default(),
            rings: RingSettings::default(),
            outliers: OutlierRadiographs::default(),
            drift: DriftSettings::default(),
            distortion: DistortionSettings::default(),
            deblur: DeblurSettings::default(),
            phase: PhaseSettings::default(),
            denoise: DenoiseSettings::default(),
        }
    }
}

impl CorrectSettings {
    /// How spots are looked for in frames of that kind: line integrals have no gamma spots, there
    /// only holes are mended.
    pub(crate) fn spots_of(&self, quantity: Quantity) -> SpotSettings {
        let mut spots = self.spots.clone();
        if quantity == Quantity::LineIntegrals {
            spots.method = SpotMethod::None;
        }
        spots
    }

    /// Whether frames can only be corrected whole: then a block must have all rows.
    #[must_use]
    pub fn needs_whole_frames(&self) -> bool {
        self.of_whole_frames().key().is_some()
    }

    /// What is done to whole frames.
    pub(crate) fn of_whole_frames(&self) -> Wanted<'_> {
        Wanted {
            drifts: self.drift.method != DriftMethod::None,
            distortion: &self.distortion,
            deblur: &self.deblur,
            phase: &self.phase,
            denoise: &self.denoise,
        }
    }

    /// The text files that the settings name, and the keys that name them: whoever opens files
    /// gives each to [`Self::take_numbers`] before the survey.
    #[must_use]
    pub fn number_files(&self) -> Vec<(&'static str, &str)> {
        let monitor = self.dose.monitor.as_deref().map(|path| (MONITOR, path));
        let drift = self.drift.file.as_deref().map(|path| (DRIFT, path));
        monitor.into_iter().chain(drift).collect()
    }

    /// Takes the numbers of a file that [`Self::number_files`] told of.
    ///
    /// # Errors
    /// A line that does not hold the numbers expected.
    pub fn take_numbers(&mut self, key: &str, text: &str) -> Result<(), CorrectError> {
        if key == MONITOR {
            self.dose.monitor_counts = numbers::parse(text, 1, MONITOR)?.concat();
        }
        if key == DRIFT {
            let lines = numbers::parse(text, 2, DRIFT)?;
            self.drift.shifts = lines.iter().map(|line| [line[0], line[1]]).collect();
        }
        Ok(())
    }

    /// Line integrals of the phase do not harden.
    fn phase_of_curve(&self) -> Option<Problem> {
        let is_hardened = self.beam_hardening.method != HardeningMethod::None;
        let expected = "`paganin` or `generalised_paganin`, or `correct.beam_hardening.method = \
                        \"none\"`: phase has no beam hardening";
        (is_hardened && self.phase.gives_line_integrals()).then(|| {
            Problem::new(
                "correct.phase.method",
                "a phase in radians, with beam hardening",
                expected,
            )
        })
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.spots.problems();
        problems.extend(self.flat_field.problems());
        problems.extend(self.dynamic_flat.problems());
        problems.extend(self.scatter.problems());
        problems.extend(self.dose.problems());
        problems.extend(self.beam_hardening.problems());
        problems.extend(self.starvation.problems());
        problems.extend(self.rings.problems());
        problems.extend(self.drift.problems());
        problems.extend(self.distortion.problems());
        problems.extend(self.deblur.problems());
        problems.extend(self.phase.problems());
        problems.extend(self.phase_of_curve());
        problems.extend(self.denoise.problems());
        if !(1..=64).contains(&self.bin) {
            problems.push(Problem::new("correct.bin", self.bin, "a whole number from 1 to 64"));
        }
        problems
    }
}

impl SpotSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(2.0..=1000.0).contains(&self.threshold) {
            let expected = "2 to 1000 standard deviations of the local noise (6 is usual)";
            problems.push(Problem::new("correct.spots.threshold", self.threshold, expected));
        }
        if !(1..=16).contains(&self.radius) {
            let expected = "1 to 16 detector pixels (3 is usual)";
            problems.push(Problem::new("correct.spots.radius", self.radius, expected));
        }
        if self.method == SpotMethod::Adaptive && !self.bright && !self.dark {
            let expected = "`bright` or `dark` true, or `correct.spots.method = \"none\"`";
            let found = "bright = false and dark = false";
            problems.push(Problem::new("correct.spots.method", found, expected));
        }
        problems
    }
}

impl FlatFieldSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        if (1e-9..=0.5).contains(&self.least_transmission) {
            return Vec::new();
        }
        let expected = "a transmission above 0 (at least 1e-9) and at most 0.5 (1e-4 is usual)";
        vec![Problem::new(
            "correct.flat_field.least_transmission",
            self.least_transmission,
            expected,
        )]
    }
}

impl DoseSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        const KEY: &str = "correct.dose.region";
        let is_monitor = self.method == DoseMethod::Monitor;
        let is_named = self.monitor.is_some() || !self.monitor_counts.is_empty();
        if is_monitor && !is_named {
            let expected = "a text file with the monitor's count of each radiograph";
            return vec![Problem::new(MONITOR, "nothing, with `method = \"monitor\"`", expected)];
        }
        if !is_monitor && (self.monitor.is_some() || self.monitor_of_flats.is_some()) {
            let expected = "`correct.dose.method = \"monitor\"`, or no monitor";
            return vec![Problem::new(MONITOR, "given with another method", expected)];
        }
        if self.monitor_of_flats.is_some_and(|count| !(count > 0.0 && count.is_finite())) {
            let found = self.monitor_of_flats.unwrap_or_default();
            let key = "correct.dose.monitor_of_flats";
            return vec![Problem::new(key, found, "a count above 0")];
        }
        match (self.method, &self.region) {
            (DoseMethod::Region, None) => {
                let expected = "`R0:R1,C0:C1`, rows and columns of air beside the sample";
                vec![Problem::new(KEY, "nothing, with `method = \"region\"`", expected)]
            }
            (DoseMethod::Region, Some(text)) => match Region::parse(text) {
                Ok(_) => Vec::new(),
                Err(expected) => vec![Problem::new(KEY, format!("`{text}`"), expected)],
            },
            (_, Some(text)) => {
                let expected = "`correct.dose.method = \"region\"`, or no region";
                vec![Problem::new(KEY, format!("`{text}` with another method"), expected)]
            }
            (_, None) => Vec::new(),
        }
    }
}
