//! One cell from volumes to judged findings: chooses and orders. Knows no method.

use voltomo_types::{CellPart, Finding, Probe};

use crate::cylindrical;
use crate::error::InspectError;
use crate::judge::judge_all;
use crate::limits::Limits;
use crate::plots::Plots;
use crate::seen::Views;
use crate::settings::InspectSettings;

/// What an inspection found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inspection {
    /// Judged findings, in the order of the cell's parts.
    pub findings: Vec<Finding>,
    /// What was measured along something.
    pub plots: Plots,
    /// What of the cell each volume holds in which it was found.
    pub parts: Vec<(Probe, CellPart)>,
}

/// Inspects a wound cell in a round can.
///
/// `views`: the X-ray volume, the neutron volume, or both, each on its own grid. Returns judged
/// findings, room by room, what was measured along something, and what of the cell was looked at;
/// what a volume cannot tell is a finding that says so. Memory: the cell unrolled at the volume's
/// voxel, averaged along its height.
///
/// # Errors
/// No volume; volumes without millimetres, blank, or in which no wound cell stands whole in every
/// slice. Where only one of two is so, a finding says it and the other is inspected.
pub fn inspect_cylindrical(
    views: &Views<'_>,
    settings: &InspectSettings,
    limits: &Limits,
) -> Result<Inspection, InspectError> {
    let (mut cell, mut findings) = cylindrical::place(views, &settings.cylindrical)?;
    let parts = cell.views().map(|placed| (placed.seen.probe, placed.body.part())).collect();
    let (found, plots) = cylindrical::inspect(&mut cell, &settings.cylindrical);
    findings.extend(found);
    Ok(Inspection { findings: judge_all(findings, limits), plots, parts })
}
