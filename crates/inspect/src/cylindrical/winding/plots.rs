//! The windings' deviations layer by layer, for plots. Measures nothing.

use voltomo_types::{Counted, Curve, CurveLine};

use super::spiral::{LayerDeviation, Spiral};
use crate::plots::Plots;

/// How each layer lies beside its own Archimedean line, and how far from the one inside it.
#[must_use]
pub fn spiral_plots(spiral: &Spiral) -> Plots {
    let layers = spiral.layers();
    let line = |label: &str, of: fn(&LayerDeviation) -> f64| CurveLine {
        label: label.into(),
        values: layers.iter().map(of).collect(),
    };
    let along: Vec<f64> = layers.iter().map(|layer| layer.turn as f64 + 1.0).collect();
    let across = Counted::new("winding", "");
    let deviation = Curve {
        name: "layer-deviation".into(),
        title: "Distance of each winding from its own spiral, from the core outwards".into(),
        across: across.clone(),
        quantity: Counted::new("distance", "mm"),
        along: along.clone(),
        lines: vec![line("root mean square", |it| it.rms_mm), line("greatest", |it| it.largest_mm)],
        levels: Vec::new(),
    };
    let steps = layers.windows(2).map(|pair| pair[1].radius_mm - pair[0].radius_mm);
    let pitch = Curve {
        name: "layer-pitch".into(),
        title: "Mean distance of each winding from the one inside it".into(),
        across,
        quantity: Counted::new("pitch", "mm"),
        along: along.iter().skip(1).copied().collect(),
        // Not the slope within a turn: where a tab lifts all windings above it, that rises with it.
        lines: vec![CurveLine { label: String::new(), values: steps.collect() }],
        levels: vec![("mean".into(), spiral.pitch)],
    };
    Plots { curves: vec![deviation, pitch], maps: Vec::new() }
}
