//! Wound cells in round cans, a file or a folder a part. Knows no coin cell and no files.

mod can;
mod cell;
mod circle;
mod core;
pub mod edge;
mod ends;
pub mod frame;
pub mod layers;
mod place;
mod regions;
mod report;
mod rise;
mod roll_gap;
mod sawtooth;
mod stripes;
pub mod survey;
mod wall;
mod wedge;
pub mod winding;

use voltomo_types::{Finding, Probe};

use self::core::Core;
use crate::settings::CylindricalSettings;
use can::Can;
pub use cell::{CylindricalCell, Placed};
pub use place::place;
use roll_gap::Gap;
use survey::Survey;

/// Every finding about a wound cell, room by room. Findings are not judged yet.
#[must_use]
pub fn inspect(cell: &mut CylindricalCell<'_>, settings: &CylindricalSettings) -> Vec<Finding> {
    let mut findings: Vec<Finding> = cell.views().map(place::body_finding).collect();
    for placed in cell.views() {
        let survey = Survey::of(placed, settings.height_step_mm);
        findings.extend(look(&survey));
    }
    if let Some(placed) = &cell.xray {
        findings.extend(layers::layer_findings(placed, &layers::LayerSettings::default()).0);
    }
    findings
}

/// Findings of one view.
fn look(survey: &Survey<'_>) -> Vec<Finding> {
    let can = Can::of(survey);
    let core = Core::of(survey);
    let gap = can.as_ref().and_then(|can| Gap::of(survey, can));
    let mut findings = match &can {
        Some(can) => can::findings(survey, can, gap.as_ref().and_then(|gap| gap.outer)),
        None => vec![can::unseen(survey)],
    };
    findings.extend(core::findings(survey, core.as_ref()));
    if let Some(can) = &can {
        findings.extend(roll_gap::findings(survey, can, (core.as_ref(), gap.as_ref())));
    }
    if survey.seen.probe == Probe::Neutron {
        let stripes = stripes::find(survey, core.as_ref());
        findings.extend(stripes::findings(survey, &stripes));
    }
    findings
}
