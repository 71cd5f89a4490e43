//! What was found of scatter, in numbers, for the log and the report. Changes nothing.

use serde::Serialize;

/// Background of scattered quanta and strayed light.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScatterFigures {
    /// `constant`, `black_bodies`, `kernel` or `beam_stop`.
    pub method: String,
    /// Mean background of the open beam, as a share of it.
    pub open: f32,
    /// Least, mean and largest background of the radiographs, as shares of the open beam.
    pub sample: [f32; 3],
    /// Background over what came straight through, in the darkest hundredth of the radiographs that
    /// were looked at.
    pub scatter_to_primary: f32,
    /// The dots, where the background was read behind opaque bodies.
    pub dots: Option<DotFigures>,
    /// The kernel, where the background was computed by one.
    pub kernel: Option<KernelFigures>,
    /// Starved pixels of some radiographs, spread over the scan.
    pub starved: Vec<StarvedView>,
}

/// Dots and the surface through them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DotFigures {
    /// Dots.
    pub dots: usize,
    /// Dark patches that were too small for one.
    pub dropped: usize,
    /// Frames of the sample with dots (0: every radiograph has them).
    pub frames: usize,
    /// Degree of the polynomial; `None` of a spline.
    pub degree: Option<usize>,
    /// Root mean square of a dot's distance from the surface through all others, open beam, as a
    /// share of the open beam.
    pub open_residual: Option<f32>,
    /// The same of the frames with the sample, the median of all.
    pub sample_residual: Option<f32>,
}

/// The kernel and what is uncertain of it; the uncertainties are standard deviations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KernelFigures {
    /// `loss` or `primary`.
    pub form: String,
    /// Scattered share of what enters the kernel.
    pub amplitude: f64,
    /// Uncertainty of the amplitude.
    pub amplitude_sigma: f64,
    /// Standard deviation of the kernel, mm on the detector.
    pub width_mm: f64,
    /// Uncertainty of the width.
    pub width_sigma_mm: f64,
    /// Whether the air beside the sample told the amplitude better than the usual one.
    pub is_fitted: bool,
    /// Background behind everything, as a share of the open beam.
    pub backlight: f64,
    /// Uncertainty of the backlight.
    pub backlight_sigma: f64,
    /// Share of the light that strays far.
    pub glare: f64,
    /// Whether the air beside the sample told the glare.
    pub is_glare_fitted: bool,
    /// Uncertainty of the light behind the sample that follows from it, as a share of the open beam,
    /// where the air told the glare.
    pub glare_sigma: Option<f64>,
    /// Its parts: the standard deviation of each, mm on the detector, and its share.
    pub glare_parts: Vec<[f64; 2]>,
    /// Uncertainty of the background behind the sample that follows, as a share of the open beam.
    pub background_sigma: f64,
}

/// Starved pixels of a radiograph.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StarvedView {
    /// Which radiograph.
    pub radiograph: usize,
    /// Share of its live pixels.
    pub share: f32,
}

impl ScatterFigures {
    /// Figures of a method that has found nothing yet.
    pub(super) fn of(method: &str) -> Self {
        Self {
            method: method.into(),
            open: 0.0,
            sample: [0.0; 3],
            scatter_to_primary: 0.0,
            dots: None,
            kernel: None,
            starved: Vec::new(),
        }
    }
}
