//! What a recipe may say of scatter and glare. Touches no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

use crate::region::Region;

/// How the background of scattered quanta and strayed light is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScatterMethod {
    /// It stays.
    #[default]
    None,
    /// A given share of the open beam.
    Constant,
    /// From frames with a grid of black bodies, open beam and sample.
    BlackBodies,
    /// From the sample's own transmission, by a kernel that is fitted where it can be.
    Kernel,
    /// From what is seen behind a beam stop.
    BeamStop,
}

/// How the pixels of a dot become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DotValue {
    /// The median.
    #[default]
    Median,
    /// The mean.
    Mean,
}

/// What is laid through the dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SurfaceKind {
    /// A polynomial in row and column.
    #[default]
    Polynomial,
    /// A thin-plate spline.
    ThinPlate,
}

/// What lies between the angles at which the sample was seen with black bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverAngle {
    /// Straight lines from angle to angle, round the turn.
    #[default]
    Interpolate,
    /// The average of all angles.
    Average,
}

/// A given background.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConstantSettings {
    /// Background of the radiographs, as a share of the open beam.
    pub sample: f32,
    /// Background of the open beam itself, as a share of it.
    pub open: f32,
}

/// Dots of a grid of black bodies, and the surface through them. `method = "beam_stop"` takes its
/// dots in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BlackBodySettings {
    /// A pixel belongs to a dot where the frame with dots falls below this share of the frame
    /// without; without it, Otsu's threshold.
    pub threshold: Option<f32>,
    /// Pixels of the smallest dot, before its rim is taken off.
    pub least_area: usize,
    /// Pixels taken off around the rim of each dot, where the beam still shines through the blur.
    pub rim: usize,
    /// `median` or `mean` of the pixels of a dot.
    pub dot: DotValue,
    /// `polynomial` or `thin_plate`.
    pub surface: SurfaceKind,
    /// Degree of the polynomial; lower where there are too few dots.
    pub degree: usize,
    /// Stiffness of the thin-plate spline: 0 goes through every dot, 1 is nearly a plane.
    pub smoothing: f64,
    /// `interpolate` or `average`.
    pub over_angle: OverAngle,
    /// Share of the background that passes the plate which holds the bodies.
    pub transparency: f32,
}

impl Default for BlackBodySettings {
    fn default() -> Self {
        Self {
            threshold: None,
            least_area: 20,
            rim: 2,
            dot: DotValue::Median,
            surface: SurfaceKind::Polynomial,
            degree: 2,
            smoothing: 0.0,
            over_angle: OverAngle::Interpolate,
            transparency: 1.0,
        }
    }
}

/// What a ray through the sample sends into the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KernelForm {
    /// `loss` for neutrons, `primary` for X-rays.
    #[default]
    Auto,
    /// What the ray lost, 1 − T.
    Loss,
    /// What is left of it times a power of its line integral: T^(1 + alpha)·p^beta.
    Primary,
}

/// Scatter from the sample's own transmission, and veiling glare.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KernelSettings {
    /// `auto`, `loss` (1 − T) or `primary` (T^(1 + alpha)·p^beta).
    pub form: KernelForm,
    /// Scattered share of what enters the kernel; without it, a usual one (0.28 for `loss`, 0.55 for
    /// `primary`), corrected by the air beside the sample.
    pub amplitude: Option<f64>,
    /// Standard deviation of the kernel on the detector, mm; without it, 0.8 times the distance.
    pub width_mm: Option<f64>,
    /// Distance from the rotation axis to the detector, mm; without it, what the scan's files say.
    pub distance_mm: Option<f64>,
    /// Height and width on the detector, mm, about the middle of the frame, over which what the borders
    /// of the frame show goes on: those of the beam, or of the sample where it ends before; without
    /// it, the detector's. A sample scatters from above and below the frame, too.
    pub beam_mm: Option<[f64; 2]>,
    /// Correct the usual numbers by the air beside the sample: amplitude and width of scatter where
    /// there is no glare, else the share of glare and how far it goes, unless `glare` is told.
    pub fit: bool,
    /// Exponent of the transmission in `primary`, less 1.
    pub alpha: f64,
    /// Exponent of the line integral in `primary`.
    pub beta: f64,
    /// Background behind everything, as a share of the open beam; without it, 0.02 for neutrons and 0
    /// for X-rays.
    pub backlight: Option<f64>,
    /// Share of the light that strays far in the scintillator (veiling glare); without it, 0 for
    /// neutrons, and for X-rays 0.09, corrected by the air beside the sample.
    pub glare: Option<f64>,
    /// Length over which stray light falls by e, mm on the detector; where air tells the glare, its
    /// usual one.
    pub glare_mm: f64,
    /// The parts of the glare as a scan of the same detector with more air told them (`glare_parts` in
    /// its `run.json`): the standard deviation of each, mm on the detector, and its share. They stand for
    /// `glare` and `glare_mm`.
    pub glare_parts: Option<Vec<[f64; 2]>>,
}

impl Default for KernelSettings {
    fn default() -> Self {
        Self {
            form: KernelForm::Auto,
            amplitude: None,
            width_mm: None,
            distance_mm: None,
            beam_mm: None,
            fit: true,
            alpha: -0.1,
            beta: 1.0,
            backlight: None,
            glare: None,
            glare_mm: 15.0,
            glare_parts: None,
        }
    }
}

/// What is seen behind a beam stop.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BeamStopSettings {
    /// Regions `R0:R1,C0:C1` behind a stop that stands in every radiograph; without them, the stops
    /// of `acquire.black_bodies_sample`.
    pub regions: Vec<String>,
}

/// Scatter and glare: what reaches a pixel without having come straight through the sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScatterSettings {
    /// `none`, `constant`, `black_bodies`, `kernel` or `beam_stop`.
    pub method: ScatterMethod,
    /// A pixel whose counts, less dark field and scatter, lie below so many standard deviations of
    /// their noise is starved: the logarithm is taken of a mean along its row. 0 leaves it.
    pub starved_sigma: f32,
    /// A given background.
    pub constant: ConstantSettings,
    /// Dots and the surface through them.
    pub black_bodies: BlackBodySettings,
    /// Kernels.
    pub kernel: KernelSettings,
    /// Beam stops.
    pub beam_stop: BeamStopSettings,
}

impl Default for ScatterSettings {
    fn default() -> Self {
        Self {
            method: ScatterMethod::None,
            starved_sigma: 3.0,
            constant: ConstantSettings::default(),
            black_bodies: BlackBodySettings::default(),
            kernel: KernelSettings::default(),
            beam_stop: BeamStopSettings::default(),
        }
    }
}

/// Collects problems with keys below `correct.scatter`.
struct Checks(Vec<Problem>);

impl Checks {
    fn check(&mut self, is_right: bool, (key, found): (&str, impl ToString), expected: &str) {
        if !is_right {
            self.0.push(Problem::new(&format!("correct.scatter.{key}"), found, expected));
        }
    }
}

impl ScatterSettings {
    /// How much air beside a sample may rise and fall, as a part of the beam: scatter that is to be
    /// taken off lies on it still.
    pub(crate) fn unevenness_of_air(&self) -> f32 {
        if self.method == ScatterMethod::None { 0.0 } else { 0.03 }
    }

    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut checks = Checks(Vec::new());
        let sigma = self.starved_sigma;
        let expected = "0 (leave them) to 20 standard deviations (3 is usual)";
        checks.check((0.0..=20.0).contains(&sigma), ("starved_sigma", sigma), expected);
        let share = "a share of the open beam from 0 to 0.9";
        for (key, value) in
            [("constant.sample", self.constant.sample), ("constant.open", self.constant.open)]
        {
            checks.check((0.0..=0.9).contains(&value), (key, value), share);
        }
        self.black_bodies.check(&mut checks);
        self.kernel.check(&mut checks);
        for text in &self.beam_stop.regions {
            if let Err(expected) = Region::parse(text) {
                checks.check(false, ("beam_stop.regions", format!("`{text}`")), &expected);
            }
        }
        checks.0
    }
}

impl BlackBodySettings {
    fn check(&self, checks: &mut Checks) {
        if let Some(threshold) = self.threshold {
            let expected = "a share between 0.01 and 0.99, or no key for Otsu's";
            let is_right = (0.01..=0.99).contains(&threshold);
            checks.check(is_right, ("black_bodies.threshold", threshold), expected);
        }
        let area = self.least_area;
        let expected = "1 to 100000 pixels (20 is usual)";
        checks.check((1..=100_000).contains(&area), ("black_bodies.least_area", area), expected);
        let expected = "0 to 50 pixels (2 is usual)";
        checks.check(self.rim <= 50, ("black_bodies.rim", self.rim), expected);
        checks.check(self.degree <= 4, ("black_bodies.degree", self.degree), "0 to 4 (2 is usual)");
        let stiffness = self.smoothing;
        let expected = "0 (through every dot) to 1000";
        let is_right = (0.0..=1000.0).contains(&stiffness);
        checks.check(is_right, ("black_bodies.smoothing", stiffness), expected);
        let passes = self.transparency;
        let is_right = passes > 0.1 && passes <= 1.0;
        checks.check(is_right, ("black_bodies.transparency", passes), "above 0.1 and at most 1");
    }
}

impl KernelSettings {
    fn check(&self, checks: &mut Checks) {
        let told = [
            ("kernel.amplitude", self.amplitude, 0.0..=5.0),
            ("kernel.width_mm", self.width_mm, 0.1..=2000.0),
            ("kernel.distance_mm", self.distance_mm, 0.1..=10_000.0),
            ("kernel.beam_mm", self.beam_mm.map(|beam| beam[0].min(beam[1])), 0.1..=10_000.0),
            ("kernel.backlight", self.backlight, 0.0..=0.5),
            ("kernel.glare", self.glare, 0.0..=0.4),
            ("kernel.glare_mm", Some(self.glare_mm), 0.1..=1000.0),
            ("kernel.alpha", Some(self.alpha), -0.9..=2.0),
            ("kernel.beta", Some(self.beta), 0.1..=3.0),
        ];
        for (key, value, range) in told {
            let expected = format!("a number from {} to {}", range.start(), range.end());
            if let Some(value) = value {
                checks.check(range.contains(&value), (key, value), &expected);
            }
        }
        let parts = self.glare_parts.iter().flatten();
        let is_right = |[width, share]: &[f64; 2]| {
            (0.01..=1000.0).contains(width) && (0.0..=0.4).contains(share)
        };
        let whole: f64 = parts.clone().map(|[_, share]| share).sum();
        let found = ("kernel.glare_parts", format!("{:?}", parts.clone().collect::<Vec<_>>()));
        let expected =
            "[width, share] of each: 0.01 to 1000 mm, and shares of 0.4 together at most";
        checks.check(parts.clone().all(is_right) && whole <= 0.4, found, expected);
    }
}
