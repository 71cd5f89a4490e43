//! Noise out of frames, and out of volumes. Knows no counts.

use std::ops::Range;

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_numeric::denoise::{
    Bilateral, Gaussian, Median, NonLocalMeans, Outliers, RemoveOutliers, SliceFilter,
    TotalVariation, noise_level,
};
use voltomo_types::Problem;

use crate::whole_frame::variation;

/// How noise is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DenoiseMethod {
    /// Noise stays.
    #[default]
    None,
    /// Median over a circle: single wild values go, edges stay.
    Median,
    /// Mean under a Gaussian: noise and sharpness go alike.
    Gaussian,
    /// Mean of what is near in place and value (Tomasi & Manduchi 1998).
    Bilateral,
    /// Mean of what looks alike within the search window (Buades 2005).
    NonLocalMeans,
    /// The nearest picture with short edges (Rudin, Osher & Fatemi 1992, after Chambolle 2004).
    TotalVariation,
    /// Values that differ from the median by more than `threshold` become it: ImageJ's *Remove
    /// Outliers*.
    RemoveOutliers,
}

/// Which outliers are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutlierKind {
    /// Those above the median.
    #[default]
    Bright,
    /// Those below it.
    Dark,
}

/// Noise of single frames. Keys that a method does not name have no part in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DenoiseSettings {
    /// The method; `none` leaves the frames as they are.
    pub method: DenoiseMethod,
    /// Radius of the circle in pixels, as ImageJ counts it: 0.5 is a cross of 5 pixels, 1 a square
    /// of 9, 2 has 21 (`median`, `remove_outliers`).
    pub radius: f64,
    /// Standard deviation in pixels (`gaussian`, `bilateral`).
    pub sigma: f64,
    /// How much is taken, 1 is usual, in multiples of the noise, which is measured in each frame:
    /// `bilateral` keeps differences beyond three times this, `non_local_means` fades weights over
    /// it, `total_variation` weighs edges by it.
    pub strength: f32,
    /// Pixels from the middle of a patch to its edge (`non_local_means`).
    pub patch: usize,
    /// How far like pixels are looked for, in pixels (`non_local_means`).
    pub search: usize,
    /// Iterations (`total_variation`).
    pub iterations: usize,
    /// What a value may differ from the median, in transmission (`remove_outliers`).
    pub threshold: f32,
    /// `bright` or `dark` (`remove_outliers`).
    pub outliers: OutlierKind,
}

impl Default for DenoiseSettings {
    fn default() -> Self {
        Self {
            method: DenoiseMethod::None,
            radius: 1.0,
            sigma: 1.0,
            strength: 1.0,
            patch: 1,
            search: 5,
            iterations: 50,
            threshold: 0.05,
            outliers: OutlierKind::Bright,
        }
    }
}

impl DenoiseSettings {
    /// Everything that cannot be used, found without any data.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |is_right: bool, (key, found, expected): (&str, String, &str)| {
            if !is_right {
                let key = format!("correct.denoise.{key}");
                problems.push(Problem::new(&key, found, expected));
            }
        };
        let radius = ("radius", self.radius.to_string(), "0.5 to 16 pixels (1 is usual)");
        check((0.5..=16.0).contains(&self.radius), radius);
        let sigma = ("sigma", self.sigma.to_string(), "0.2 to 16 pixels (1 is usual)");
        check((0.2..=16.0).contains(&self.sigma), sigma);
        let expected = "0.01 to 100 times the noise (1 is usual)";
        check(
            (0.01..=100.0).contains(&self.strength),
            ("strength", self.strength.to_string(), expected),
        );
        let patch = ("patch", self.patch.to_string(), "1 to 5 pixels (1 is usual)");
        check((1..=5).contains(&self.patch), patch);
        let search = ("search", self.search.to_string(), "1 to 20 pixels (5 is usual)");
        check((1..=20).contains(&self.search), search);
        let expected = "1 to 1000 iterations (50 is usual)";
        check(
            (1..=1000).contains(&self.iterations),
            ("iterations", self.iterations.to_string(), expected),
        );
        let is_number = self.threshold >= 0.0 && self.threshold.is_finite();
        let expected = "a transmission of 0 or more (0.05 is usual)";
        check(is_number, ("threshold", self.threshold.to_string(), expected));
        problems
    }

    /// The filter for values with that standard deviation of noise; `None` for `none`, and for
    /// `total_variation`, which goes its own way.
    fn filter(&self, noise: f32) -> Option<Box<dyn SliceFilter>> {
        let strength = self.strength * noise;
        Some(match self.method {
            DenoiseMethod::None | DenoiseMethod::TotalVariation => return None,
            DenoiseMethod::Median => Box::new(Median { radius: self.radius }),
            DenoiseMethod::Gaussian => Box::new(Gaussian { sigma: self.sigma }),
            DenoiseMethod::Bilateral => {
                Box::new(Bilateral { sigma: self.sigma, range: 3.0 * strength })
            }
            DenoiseMethod::NonLocalMeans => {
                let Self { patch, search, .. } = *self;
                Box::new(NonLocalMeans { patch, search, noise, strength })
            }
            DenoiseMethod::RemoveOutliers => {
                let which = match self.outliers {
                    OutlierKind::Bright => Outliers::Bright,
                    OutlierKind::Dark => Outliers::Dark,
                };
                let Self { radius, threshold, .. } = *self;
                Box::new(RemoveOutliers { radius, threshold, which })
            }
        })
    }

    fn variation(&self, noise: f32) -> TotalVariation {
        TotalVariation { strength: self.strength * noise, iterations: self.iterations }
    }
}

/// Takes the noise out of one frame, whole rows of `columns` pixels, in place. Its level is
/// measured in the frame.
pub(super) fn frame(settings: &DenoiseSettings, values: &mut [f32], columns: usize) {
    let noise = noise_level(values, columns);
    // Where nothing scatters there is nothing to take; `median` and the like do not ask.
    let needs_noise = matches!(
        settings.method,
        DenoiseMethod::Bilateral | DenoiseMethod::NonLocalMeans | DenoiseMethod::TotalVariation
    );
    if settings.method == DenoiseMethod::None || (needs_noise && noise <= 0.0) {
        return;
    }
    let Some(filter) = settings.filter(noise) else {
        return settings.variation(noise).frame(values, columns);
    };
    let rows = values.len() / columns;
    let before = values.to_vec();
    let before = ArrayView3::from_shape((1, rows, columns), &before).expect("whole rows");
    filter.slice(before, 0, values);
}

/// Bytes that [`frame`] takes for frames of so many rows and columns.
pub(super) fn frame_bytes(settings: &DenoiseSettings, size: [usize; 2]) -> u64 {
    let frame = 4 * (size[0] * size[1]) as u64;
    match settings.filter(1.0) {
        Some(filter) => frame + filter.bytes(size, 1),
        None if settings.method == DenoiseMethod::TotalVariation => 3 * frame,
        None => 0,
    }
}

/// Slices above and below that a denoised slice of a volume is made of.
#[must_use]
pub fn denoise_reach(settings: &DenoiseSettings) -> usize {
    match settings.filter(1.0) {
        Some(filter) => filter.reach(),
        None if settings.method == DenoiseMethod::TotalVariation => settings.iterations + 1,
        None => 0,
    }
}

/// Takes the noise out of slices of a volume, in three dimensions (`remove_outliers`: slice by
/// slice, as ImageJ does it in a stack).
///
/// `volume`: `[z, y, x]`, finite values; `wanted`: slices that come back; `noise`: standard
/// deviation of the noise in the volume's unit (what `strength` multiplies; for `median`, `gaussian`
/// and `remove_outliers` any number), and `settings.threshold` is in that unit too. A volume given
/// in slabs, each with [`denoise_reach`] slices beyond what is wanted (where there are any), has
/// the bits of the whole. Memory: the result; a few slices a thread, or with `total_variation` four
/// times the volume.
///
/// # Panics
/// If `wanted` is not within the volume.
#[must_use]
pub fn denoise_volume(
    settings: &DenoiseSettings,
    noise: f32,
    volume: ArrayView3<'_, f32>,
    wanted: Range<usize>,
) -> Array3<f32> {
    use ndarray::s;
    let (_, rows, columns) = volume.dim();
    let Some(filter) = settings.filter(noise) else {
        return match settings.method {
            DenoiseMethod::TotalVariation => {
                variation::volume(settings.variation(noise), volume).slice_move(s![wanted, .., ..])
            }
            _ => volume.slice(s![wanted, .., ..]).to_owned(),
        };
    };
    let mut result = Array3::zeros((wanted.len(), rows, columns));
    let slices = result.axis_iter_mut(Axis(0)).into_par_iter().zip(wanted);
    slices.for_each(|(mut into, z)| {
        filter.slice(volume, z, into.as_slice_mut().expect("a fresh array is in order"));
    });
    result
}
