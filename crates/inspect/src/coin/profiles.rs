//! What is measured along the axis of a coin, for plots. Judges nothing.

use voltomo_types::{Counted, Curve, CurveLine, Probe};

use super::report::Report;
use super::stack::Stack;

/// What a beam is called in names and in titles.
pub(super) fn beam(probe: Probe) -> (&'static str, &'static str) {
    match probe {
        Probe::Neutron => ("neutron", "neutrons"),
        Probe::Xray => ("xray", "X-rays"),
    }
}

/// Mean attenuation of each layer over the flat of the cell, from below the floor to above the cap.
pub(super) fn along_the_axis(report: Report<'_>, stack: &Stack) -> Curve {
    let (short, long) = beam(report.probe);
    let values = stack.layers.value.clone();
    let along = (0..values.len()).map(|slice| report.pose.upright.height(slice as f64)).collect();
    Curve {
        name: format!("layers-{short}"),
        title: format!("Mean of each layer over the flat of the cell ({long})"),
        across: Counted::new("height above the floor", "mm"),
        quantity: Counted::new("attenuation", "1/cm"),
        along,
        lines: vec![CurveLine { label: String::new(), values }],
        levels: Vec::new(),
    }
}
