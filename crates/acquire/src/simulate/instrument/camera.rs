//! What a profile says of screen, camera and their faults. Knows no beam.

use serde::{Deserialize, Serialize};

/// `[detector]`: the pixels, and which of them are read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Detector {
    /// Rows of the whole detector.
    pub rows: usize,
    /// Columns of the whole detector.
    pub columns: usize,
    /// Edge of a pixel in the plane of the screen, mm.
    pub pixel_mm: f64,
    /// Pixels along one edge of a frame pixel, averaged after they were read; 0: 1.
    pub bin: usize,
    /// Rows and columns about the middle that are read, in unbinned pixels. 0: all.
    pub region: [usize; 2],
}

/// `[screen]`: where the beam becomes light: a scintillator before a camera, or the CsI of a panel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Screen {
    /// Neutrons: share of them that is detected, averaged over the beam.
    pub efficiency: f64,
    /// X-rays: thickness of the CsI, mm.
    pub csi_mm: f64,
    /// X-rays: density of the CsI, packing included, g/cm³; 0: 3.61.
    pub csi_density: f64,
    /// Swank factor of the spread of light a quantum, ⟨q⟩²/⟨q²⟩: it multiplies the variance by
    /// 1/Swank. 0 or 1: every quantum gives the same light.
    pub swank: f64,
    /// Full width at half maximum of the light's spread, mm: it smears picture and noise. 0: none.
    pub light_fwhm_mm: f64,
    /// X-rays: spread, mm, that smears the picture alone. Quanta stopped at other depths spread
    /// their light differently, so the noise is sharper than the picture. 0: none.
    /// Source: Lubberts 1968, doi:10.1364/JOSA.58.001475.
    pub depth_fwhm_mm: f64,
    /// Share of the light that strays far (veiling glare). 0: none.
    pub glare: f64,
    /// Full width at half maximum of the glare, mm.
    pub glare_fwhm_mm: f64,
    /// Share of a frame's light that appears in the next one (afterglow, lag). 0: none.
    pub afterglow: f64,
}

/// `[readout]`: from light to counts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readout {
    /// Electrons a detected quantum of the open beam, on average.
    pub electrons_per_quantum: f64,
    /// Electrons a count.
    pub electrons_per_count: f64,
    /// Counts without light.
    pub bias: f64,
    /// Bits of a count: it ends at 2^bits − 1. At most 16.
    pub bits: u32,
    /// Standard deviation of the read noise of a pixel, electrons. 0: none.
    pub read_electrons: f64,
    /// Dark current of a pixel, electrons a second. 0: none.
    pub dark_electrons_per_s: f64,
    /// Standard deviation of the pixels' gain (PRNU), as a fraction; the open beams show it too.
    /// 0: none.
    pub prnu: f64,
    /// Standard deviation of the pixels' gain that the open beams do not show, as a fraction: rings.
    /// 0: none.
    pub gain_residual: f64,
    /// Number of the detector: gains and faulty pixels are drawn from it, whatever the seed.
    pub serial: u64,
}

/// `[noise]`: what is drawn anew for each frame.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Noise {
    /// Whether quanta are counted: Poisson numbers and the spread of their light.
    pub counting: bool,
    /// Whether the electronics are noisy: electrons, dark current, read noise.
    pub electronic: bool,
}

/// `[scatter]`: what the sample scatters into the detector, and light from elsewhere.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scatter {
    /// Strength k: the scattered share of the open beam is k·[(1 − T) ⊛ Gaussian]. 0: none.
    pub strength: f64,
    /// Standard deviation of the Gaussian over the distance from the axis to the detector.
    pub spread: f64,
    /// Even light behind everything, open beams included, as a share of the open beam. 0: none.
    pub backlight: f64,
}

/// `[spots]`: what gamma rays leave in the camera.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spots {
    /// Spots a million unbinned pixels and second. 0: none.
    pub per_megapixel_s: f64,
    /// Mean number of pixels of a spot; the number is 1 and an exponential.
    pub mean_pixels: f64,
    /// Mean height, counts, exponential.
    pub mean_counts: f64,
    /// Share of the rate that is left behind a closed shutter.
    pub dark_share: f64,
}

/// `[defects]`: faulty pixels, as shares of the pixels and numbers of columns.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defects {
    /// Share of pixels that glow.
    pub hot_share: f64,
    /// Mean glow of a hot pixel, counts a second, exponential.
    pub hot_counts_per_s: f64,
    /// Share of pixels that see nothing.
    pub dead_share: f64,
    /// Columns of the frame that see nothing.
    pub dead_columns: usize,
    /// Columns of the frame that glow with half the mean glow of a hot pixel.
    pub hot_columns: usize,
}
