//! What a profile says of the beam: neutrons from a collimator, or an X-ray tube. Knows no detector.

use serde::{Deserialize, Serialize};

/// `[neutrons]`: a thermal beam from a pinhole far away.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Neutrons {
    /// Neutrons a cm² and second at the sample.
    pub flux_per_cm2_s: f64,
    /// Temperature of the moderator, K: the beam is a Maxwellian of it.
    pub kelvin: f64,
    /// L/D, the distance of the pinhole over its diameter: a point of the sample at the distance l
    /// from the screen becomes a disc of the diameter l·D/L. 0: no such blur.
    pub collimation: f64,
}

/// `[tube]`: an X-ray tube with a tungsten target.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tube {
    /// Tube voltage, kV.
    pub kilovolts: f64,
    /// Tube current, mA.
    pub milliamperes: f64,
    /// Filters in the beam.
    pub filters: Vec<Filter>,
    /// Full width at half maximum of the focal spot, mm. 0: a point.
    pub spot_mm: f64,
    /// How far the spot wanders during the scan, mm: a straight drift of this length and a slow
    /// wave of a quarter of it. 0: it stays.
    pub spot_drift_mm: f64,
    /// Loss of intensity a degree towards the anode (upwards), of the central beam. 0: none.
    pub heel_per_degree: f64,
    /// Whether intensity falls as the cube of the cosine of the ray's angle: the square of the
    /// distance, and the slant of the panel.
    pub inverse_square: bool,
}

/// One filter of the tube.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Its material: `Cu`, `Al`, `Be`.
    pub material: String,
    /// Its thickness, mm.
    pub mm: f64,
}

/// `[beam]`: how steady and how even the beam is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Beam {
    /// Change of the intensity an hour, as a fraction; may be negative. 0: none.
    pub drift_per_hour: f64,
    /// Standard deviation of the intensity from frame to frame, as a fraction. 0: none.
    pub jitter: f64,
    /// Loss of intensity from the middle of the detector to its corners, as a fraction; it grows
    /// with the square of the distance. 0: an even beam.
    pub falloff: f64,
    /// Number of bins of wavelength or energy that the beam is divided in; 0: 16.
    pub bins: usize,
}
