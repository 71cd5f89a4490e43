//! One cell from volumes to judged findings: chooses and orders. Knows no method.

use voltomo_types::{Finding, FindingKind};

use crate::coin;
use crate::cylindrical;
use crate::error::InspectError;
use crate::frame::FoundCell;
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
    /// The cell in each volume in which it was found.
    pub cells: Vec<FoundCell>,
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
    let (found, plots) = cylindrical::inspect(&mut cell, &settings.cylindrical);
    findings.extend(found);
    let cells = cell.views().map(cylindrical::Placed::found).collect();
    Ok(Inspection { findings: judge_all(findings, limits), plots, cells })
}

/// Inspects a coin cell.
///
/// `views`: the X-ray volume, the neutron volume, or both; `starved_share`: share of the X-rays
/// through the sample that no light came through, where the correction told it, 0 to 1. Returns
/// judged findings, and what was measured along the axis and round the clock. Memory: the coin with a
/// millimetre of air about it, f32, a volume at a time.
///
/// # Errors
/// As [`coin::inspect`]. Where only one of two volumes is so, a finding says it and the other is
/// inspected.
pub fn inspect_coin(
    views: &Views<'_>,
    starved_share: Option<f64>,
    settings: &InspectSettings,
    limits: &Limits,
) -> Result<Inspection, InspectError> {
    let both = views.xray.is_some() && views.neutron.is_some();
    let (mut found, mut refused) = (Inspection::default(), None);
    for (seen, starved) in [(views.xray, starved_share), (views.neutron, None)] {
        let Some(seen) = seen else { continue };
        match coin::inspect(&seen, starved, &settings.coin) {
            Ok(coin) => {
                found.findings.extend(coin.findings);
                found.plots.extend(coin.plots);
                found.cells.push(coin.cell);
            }
            // The other beam may show what this one does not.
            Err(error) if both && refused.is_none() => {
                let (kind, why) = (FindingKind::Cell, error.to_string());
                found.findings.push(Finding::cannot_tell(kind, seen.probe, why));
                refused = Some(error);
            }
            Err(error) => return Err(refused.unwrap_or(error)),
        }
    }
    found.findings = judge_all(found.findings, limits);
    Ok(found)
}
