//! One cell from volumes to judged findings: chooses and orders. Knows no method.

use voltomo_types::Finding;

use crate::cylindrical;
use crate::error::InspectError;
use crate::judge::judge_all;
use crate::limits::Limits;
use crate::seen::Views;
use crate::settings::InspectSettings;

/// Inspects a wound cell in a round can.
///
/// `views`: the X-ray volume, the neutron volume, or both, each on its own grid. Returns judged
/// findings, room by room; what a volume cannot tell is a finding that says so. Memory: the cell
/// unrolled at the volume's voxel, averaged along its height.
///
/// # Errors
/// No volume; volumes without millimetres, blank, or in which no wound cell stands whole in every
/// slice. Where only one of two is so, a finding says it and the other is inspected.
pub fn inspect_cylindrical(
    views: &Views<'_>,
    settings: &InspectSettings,
    limits: &Limits,
) -> Result<Vec<Finding>, InspectError> {
    let (mut cell, mut findings) = cylindrical::place(views, &settings.cylindrical)?;
    findings.extend(cylindrical::inspect(&mut cell, &settings.cylindrical));
    Ok(judge_all(findings, limits))
}
