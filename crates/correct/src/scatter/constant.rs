//! A given background. Reads no frame.

use super::{
    ScatterFigures,
    given::{Found, Given},
    grid::at_nodes,
};

/// The same share of the open beam in every pixel.
pub(super) fn measure(given: &Given<'_>) -> Found {
    let told = &given.settings.scatter.constant;
    let everywhere = |share: f32| at_nodes(&given.grid, |_| f64::from(share));
    Found {
        sample: everywhere(told.sample),
        open: everywhere(told.open),
        figures: ScatterFigures::of("constant"),
        warnings: Vec::new(),
    }
}
