//! Sharpness back into a frame whose blur is known. Knows no counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::{
    cast::{to_f32, to_index},
    plane_filter::{PlaneFilter, PlaneRoom},
    random::Random,
};
use voltomo_types::Problem;

use super::kernel::Blur;

/// FWHM of a Gaussian in its standard deviations.
const FWHM: f64 = 2.354_820_045;

/// Least transmission that Richardson and Lucy's iteration is given.
const LEAST: f32 = 1e-4;

/// How sharpness is brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeblurMethod {
    /// Blur stays.
    #[default]
    None,
    /// The regularised inverse `H·(1 + ε)/(H² + ε)` (Wiener 1949).
    Wiener,
    /// Iterations that never go below nought (Richardson 1972, Lucy 1974).
    RichardsonLucy,
}

/// Blur of known kernels, one after the other, and how it is taken back. It costs noise, which the
/// report tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeblurSettings {
    /// The method; `none` leaves frames as they are.
    pub method: DeblurMethod,
    /// Standard deviation of the screen's Gaussian blur in pixels of the frames as read.
    pub gaussian: f64,
    /// Half width at half height of the screen's Lorentzian line spread in those pixels.
    pub lorentzian: f64,
    /// Diameter of an even disc in those pixels.
    pub disc: f64,
    /// L/D of a neutron beam: a disc of `distance_mm`/(L/D).
    pub collimation: Option<f64>,
    /// Distance from the sample to the detector in mm, for `collimation`.
    pub distance_mm: Option<f64>,
    /// Focal spot of an X-ray tube in mm, its full width at half height: a Gaussian of
    /// spot·(M − 1)/M in the plane of the sample.
    pub spot_mm: Option<f64>,
    /// M, the magnification, for `spot_mm`.
    pub magnification: Option<f64>,
    /// ε: power of the noise over that of the sample; smaller is sharper and noisier (`wiener`).
    pub noise_to_signal: f64,
    /// Iterations: more is sharper and noisier (`richardson_lucy`).
    pub iterations: usize,
}

impl Default for DeblurSettings {
    fn default() -> Self {
        Self {
            method: DeblurMethod::None,
            gaussian: 0.0,
            lorentzian: 0.0,
            disc: 0.0,
            collimation: None,
            distance_mm: None,
            spot_mm: None,
            magnification: None,
            noise_to_signal: 0.01,
            iterations: 10,
        }
    }
}

impl DeblurSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.method == DeblurMethod::None {
            return problems;
        }
        let mut check = |is_right: bool, (key, found, expected): (&str, String, &str)| {
            if !is_right {
                let key = format!("correct.deblur.{key}");
                problems.push(Problem::new(&key, found, expected));
            }
        };
        let widths =
            [("gaussian", self.gaussian), ("lorentzian", self.lorentzian), ("disc", self.disc)];
        for (key, width) in widths {
            check((0.0..=50.0).contains(&width), (key, width.to_string(), "0 to 50 pixels"));
        }
        let is_blurred = widths.iter().any(|(_, width)| *width > 0.0)
            || self.collimation.is_some()
            || self.spot_mm.is_some();
        let expected = "a kernel: `gaussian`, `lorentzian`, `disc`, `collimation` or `spot_mm`";
        check(is_blurred, ("method", "given without any blur".into(), expected));
        let both = |a: Option<f64>, b: Option<f64>| a.is_some() == b.is_some();
        let positive = |value: Option<f64>| value.is_none_or(|v| v > 0.0 && v.is_finite());
        let is_right = both(self.collimation, self.distance_mm)
            && positive(self.collimation)
            && positive(self.distance_mm);
        let found = format!("{:?} with distance_mm {:?}", self.collimation, self.distance_mm);
        check(is_right, ("collimation", found, "L/D and `distance_mm`, both above 0"));
        let is_right = both(self.spot_mm, self.magnification)
            && positive(self.spot_mm)
            && self.magnification.is_none_or(|m| (1.0..=1e4).contains(&m));
        let found = format!("{:?} with magnification {:?}", self.spot_mm, self.magnification);
        check(is_right, ("spot_mm", found, "a width above 0, and `magnification` from 1 on"));
        let noise = self.noise_to_signal;
        let expected = "1e-6 to 10 (0.01 is usual)";
        check((1e-6..=10.0).contains(&noise), ("noise_to_signal", noise.to_string(), expected));
        let expected = "1 to 500 (10 is usual)";
        let count = self.iterations;
        check((1..=500).contains(&count), ("iterations", count.to_string(), expected));
        problems
    }

    /// Whether the size of a pixel must be known.
    pub(super) fn needs_pixel(&self) -> bool {
        let is_in_mm = self.collimation.is_some() || self.spot_mm.is_some();
        self.method != DeblurMethod::None && is_in_mm
    }

    fn blur(&self, pixel_mm: f64) -> [Blur; 2] {
        let disc = match (self.collimation, self.distance_mm) {
            (Some(collimation), Some(distance)) => distance / collimation / pixel_mm,
            _ => 0.0,
        };
        let spot = match (self.spot_mm, self.magnification) {
            (Some(spot), Some(m)) => spot * (m - 1.0) / m / FWHM / pixel_mm,
            _ => 0.0,
        };
        let Self { gaussian, lorentzian, .. } = *self;
        // Gaussians one after the other are one; discs are not.
        let gaussian = (gaussian * gaussian + spot * spot).sqrt();
        [
            Blur { gaussian, lorentzian, disc: self.disc },
            Blur { gaussian: 0.0, lorentzian: 0.0, disc },
        ]
    }

    /// What is wrong with a kernel as wide as the frame: nothing in it could be told apart.
    pub(super) fn too_wide(&self, size: [usize; 2], pixel_mm: f64) -> Option<Problem> {
        if self.method == DeblurMethod::None {
            return None;
        }
        let width = |blur: &Blur| FWHM * blur.gaussian + 2.0 * blur.lorentzian + blur.disc;
        let width: f64 = self.blur(pixel_mm).iter().map(width).sum();
        let side = size[0].min(size[1]);
        if width < side as f64 {
            return None;
        }
        let key = match (self.collimation, self.spot_mm) {
            (Some(_), _) => "correct.deblur.collimation",
            (None, Some(_)) => "correct.deblur.spot_mm",
            (None, None) => "correct.deblur.method",
        };
        let found = format!("a kernel {width:.0} pixels wide");
        Some(Problem::new(key, found, format!("less than the frame's {side} pixels")))
    }

    fn border(&self, pixel_mm: f64) -> usize {
        let reach: f64 = self.blur(pixel_mm).iter().map(Blur::reach).sum();
        // The inverse reaches farther than the kernel.
        to_index(2.0 * reach).clamp(16, 400)
    }

    /// The standard deviation of white noise after this over that before.
    ///
    /// Of `wiener` the root of the mean square response; of `richardson_lucy` that of an even frame
    /// with 0.1 % of noise, made and treated so.
    pub(crate) fn noise_gain(&self, pixel_mm: f64) -> Option<f32> {
        const SIDE: usize = 128;
        if self.method == DeblurMethod::None {
            return None;
        }
        let mut random = Random::new(1);
        let mut values: Vec<f32> =
            (0..SIDE * SIDE).map(|_| to_f32(1.0 + 1e-3 * random.normal())).collect();
        let spread = |values: &[f32]| {
            let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
            values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>().sqrt()
        };
        let before = spread(&values);
        Deblur::new(self, [SIDE; 2], pixel_mm)?.apply(&mut values, &mut PlaneRoom::default());
        Some(to_f32(spread(&values) / before))
    }
}

/// The filter of a recipe, for frames of one size and pixels of one size.
#[derive(Debug)]
pub(super) struct Deblur {
    filter: PlaneFilter,
    /// Iterations of Richardson and Lucy; `None` where the filter itself is the inverse.
    iterations: Option<usize>,
}

impl Deblur {
    /// `None` where a recipe asks for none.
    pub(super) fn new(settings: &DeblurSettings, size: [usize; 2], pixel_mm: f64) -> Option<Self> {
        let blurs = settings.blur(pixel_mm);
        let noise = settings.noise_to_signal;
        let blur = |y: f64, x: f64| -> f64 {
            blurs.iter().map(|blur| blur.response((y * y + x * x).sqrt())).product()
        };
        let inverse = |y: f64, x: f64| {
            let response = blur(y, x);
            response * (1.0 + noise) / (response * response + noise)
        };
        let border = settings.border(pixel_mm);
        match settings.method {
            DeblurMethod::None => None,
            DeblurMethod::Wiener => {
                let filter = PlaneFilter::new(size, border, inverse);
                Some(Self { filter, iterations: None })
            }
            DeblurMethod::RichardsonLucy => {
                let filter = PlaneFilter::new(size, border, blur);
                Some(Self { filter, iterations: Some(settings.iterations) })
            }
        }
    }

    /// Sharpens one frame in place. Richardson and Lucy's
    /// `u ← u·K(d/(K·u))` begins at the frame d itself, raised to at least 10⁻⁴.
    pub(super) fn apply(&self, values: &mut [f32], room: &mut PlaneRoom) {
        let Some(iterations) = self.iterations else {
            return self.filter.apply(values, room);
        };
        values.iter_mut().for_each(|value| *value = value.max(LEAST));
        let mut ratio = vec![0.0f32; values.len()];
        let seen = values.to_vec();
        for _ in 0..iterations {
            ratio.copy_from_slice(values);
            self.filter.apply(&mut ratio, room);
            // Rounding may leave an estimate of nothing a little below it.
            ratio.iter_mut().zip(&seen).for_each(|(ratio, seen)| *ratio = seen / ratio.max(LEAST));
            self.filter.apply(&mut ratio, room);
            values.iter_mut().zip(&ratio).for_each(|(value, by)| *value *= by.max(0.0));
        }
    }

    /// Bytes of the filter and of one thread.
    pub(super) fn bytes(settings: &DeblurSettings, size: [usize; 2], pixel_mm: f64) -> [u64; 2] {
        if settings.method == DeblurMethod::None {
            return [0, 0];
        }
        let [shared, thread] = PlaneFilter::bytes(size, settings.border(pixel_mm));
        [shared, thread + 8 * (size[0] * size[1]) as u64]
    }
}
