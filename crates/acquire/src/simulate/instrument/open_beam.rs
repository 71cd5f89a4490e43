//! The beam without a sample: its shape on the detector, its changes from frame to frame, the grid
//! of black bodies. Draws no quanta.

use std::f64::consts::TAU;

use ndarray::Array2;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use voltomo_numeric::cast::to_f32;

use super::{
    frame_plan::FrameJob,
    placement::{BeamShape, Placement, SourceShift},
    profile::Profile,
    random::{Chance, Effect},
};

/// Expected detected quanta of a frame pixel in the open beam at full intensity, `[row, column]`.
pub(super) fn open_quanta(profile: &Profile, placement: &Placement, central: f64) -> Array2<f32> {
    let frame = placement.frame;
    let middle = [frame.middle_row(), (frame.detector_columns as f64 - 1.0) / 2.0];
    let corner = (middle[0] + 0.5).hypot(middle[1] + 0.5);
    Array2::from_shape_fn(placement.shape, |(row, column)| {
        let place = [frame.detector_row(row as f64), frame.detector_column(column as f64)];
        let from_middle = (place[0] - middle[0]).hypot(place[1] - middle[1]) / corner;
        let falloff = 1.0 - profile.beam.falloff * from_middle * from_middle;
        let slant = cone_factor(profile, placement, place);
        to_f32(central * falloff * slant)
    })
}

/// Inverse square, slant of the panel and heel, 1 along the central beam.
fn cone_factor(profile: &Profile, placement: &Placement, place: [f64; 2]) -> f64 {
    let (BeamShape::Cone { source_detector, .. }, Some(tube)) = (placement.beam, &profile.tube)
    else {
        return 1.0;
    };
    let [down, right] = [0, 1].map(|k| (place[k] - placement.pivot[k]) * placement.pixel_mm);
    let cosine = source_detector / source_detector.hypot(down.hypot(right));
    let slant = if tube.inverse_square { cosine.powi(3) } else { 1.0 };
    let degrees_up = (-down / source_detector).atan().to_degrees();
    slant * (1.0 - tube.heel_per_degree * degrees_up).max(0.0)
}

/// Intensity of one frame, 1 at the start of the scan on average.
pub(super) fn dose(profile: &Profile, chance: &Chance, frame: usize, job: &FrameJob) -> f64 {
    let beam = &profile.beam;
    let hours = (job.time_s + 0.5 * profile.frames.exposure_s) / 3600.0;
    let normal: f64 = if beam.jitter > 0.0 {
        StandardNormal.sample(&mut chance.stream(frame, Effect::Dose, 0))
    } else {
        0.0
    };
    ((1.0 + beam.drift_per_hour * hours) * (1.0 + beam.jitter * normal)).max(0.0)
}

/// Where a wandering focal spot is.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpotPath {
    length: f64,
    heading: f64,
    phase: f64,
    duration_s: f64,
}

impl SpotPath {
    pub(super) fn new(profile: &Profile, chance: &Chance, duration_s: f64) -> Self {
        let mut source = chance.stream(0, Effect::SourceDrift, 0);
        Self {
            length: profile.tube.as_ref().map_or(0.0, |tube| tube.spot_drift_mm),
            heading: source.random::<f64>() * TAU,
            phase: source.random::<f64>() * TAU,
            duration_s: duration_s.max(1e-9),
        }
    }

    /// `[up, across]` from its place, mm.
    pub(super) fn at(&self, time_s: f64) -> SourceShift {
        let part = time_s / self.duration_s;
        let straight = self.length * (part - 0.5);
        let wave = 0.25 * self.length * (1.3 * TAU * part + self.phase).sin();
        let (sin, cos) = self.heading.sin_cos();
        [straight * sin + wave * cos, straight * cos - wave * sin]
    }
}

/// Share of each frame pixel that the grid of black bodies leaves open, `[row, column]`; the
/// edges are soft over a pixel. The grid stands close before the screen.
pub(super) fn black_bodies(profile: &Profile, placement: &Placement) -> Array2<f32> {
    let plan = &profile.frames;
    let (pitch, radius) = (plan.black_body_pitch_mm, 0.5 * plan.black_body_mm);
    let pixel = placement.pitch();
    let middle = placement.shape.map(|count| (count as f64 - 1.0) / 2.0);
    Array2::from_shape_fn(placement.shape, |(row, column)| {
        let to_nearest = |position: f64| position - (position / pitch).round() * pitch;
        let down = to_nearest((row as f64 - middle[0]) * pixel);
        let right = to_nearest((column as f64 - middle[1]) * pixel);
        to_f32(((down.hypot(right) - radius) / pixel + 0.5).clamp(0.0, 1.0))
    })
}
