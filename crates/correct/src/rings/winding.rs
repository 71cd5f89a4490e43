//! How much of a winding a filter takes away. Knows no method.

use std::f64::consts::{PI, TAU};

use voltomo_numeric::cast::to_f32;

use super::low_pass::LowPass;

/// Pitches of the windings, in columns.
const PITCHES: [f64; 3] = [6.0, 12.0, 24.0];
/// Contrast of each, in mean line integrals of the sample.
const CONTRAST: f64 = 0.02;

/// A jelly roll near the rotation axis: its layers are almost circles about the axis, and almost
/// stripes in the sinogram.
///
/// A spiral `µ = cos(2πr/P − φ)` is seen where rays touch its layers: the line integral at x beside
/// its middle is `√(P|x|)·cos(2π|x|/P − φ + π/4)` at the leading order, with φ = θ for x > 0 and
/// θ + π for x < 0. Each turn moves the layers by one pitch.
#[derive(Debug, Clone)]
pub(super) struct Winding {
    /// Line integrals `[angle, column]`.
    pub(super) values: Vec<f32>,
    /// The same through the ramp filter, as a reconstruction weighs them.
    weights: Vec<f32>,
}

impl Winding {
    /// Seen at these angles (radians), `radius` columns wide, its middle at `c + a·cos θ + b·sin θ`.
    pub(super) fn new(
        angles: &[f64],
        columns: usize,
        ([c, a, b], radius): ([f64; 3], f64),
        level: f64,
    ) -> Self {
        let mut values = Vec::with_capacity(angles.len() * columns);
        for theta in angles {
            let middle = c + a * theta.cos() + b * theta.sin();
            values.extend((0..columns).map(|x| {
                let x = x as f64 - middle;
                to_f32(CONTRAST * level * layers(x, *theta, radius))
            }));
        }
        let mut weights = values.clone();
        LowPass::exact(columns, &|waves| waves).apply(&mut weights);
        Self { values, weights }
    }

    /// Part of the contrast in the slice that is lost where the sinogram changes by `response`
    /// instead of by the winding itself.
    pub(super) fn loss(&self, response: &[f32]) -> [f64; 2] {
        let product = |values: &[f32]| -> f64 {
            values.iter().zip(&self.weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let whole = product(&self.values);
        [whole - product(response), whole]
    }
}

/// The layers of all pitches, each of height 1 and with soft ends.
fn layers(x: f64, theta: f64, radius: f64) -> f64 {
    let (from_axis, turned) = (x.abs(), if x < 0.0 { theta + PI } else { theta });
    if from_axis < 0.1 * radius || from_axis > radius {
        return 0.0;
    }
    let soft = (PI * (from_axis / radius - 0.1) / 0.9).sin();
    let layer = |pitch: &f64| {
        (from_axis / radius).sqrt() * (TAU * from_axis / pitch - turned + 0.25 * PI).cos()
    };
    soft * PITCHES.iter().map(layer).sum::<f64>()
}
