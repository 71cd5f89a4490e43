//! Coin cells: from a volume to findings about housing, stack and spring. Knows no files and no
//! limits.
//!
//! A coin is found as a disc of matter, cut out along its own axes, and looked at layer by layer.
//! What a layer's blur does to its edges depends on how the coin lay in the beam: `rays` knows it.

mod axes;
mod band;
mod body;
mod cavity;
mod discs;
mod electrodes;
mod fit;
mod gasket;
mod housing;
mod pose;
mod rays;
mod report;
mod spacer;
mod stack;
mod starvation;
mod sunken;
mod upright;
mod voids;
mod working;

use voltomo_types::{CellPart, Finding, FindingKind, HeightOrigin, Probe};

use crate::error::InspectError;
use crate::frame::CellFrame;
use crate::seen::Seen;
use report::Report;
use stack::Stack;
use working::Working;

/// What was found in the volume of a coin cell.
#[derive(Debug, Clone)]
pub struct CoinInspection {
    /// Where the cell lies: z from the outer face of the can's floor to the cap.
    pub frame: CellFrame,
    /// What of it the volume holds: all.
    pub part: CellPart,
    /// Findings, not judged yet.
    pub findings: Vec<Finding>,
}

/// Inspects one volume of a coin cell.
///
/// `seen`: the volume; the coin lies or stands in it in any direction, whole. `starved_share`: share
/// of the rays through the sample that no light came through, where the correction told it, 0 to 1.
/// Returns findings; what the volume cannot tell is a finding that says so, and of a starved volume
/// the inside is not looked at. Memory: the coin with a millimetre of air about it, f32.
///
/// # Errors
/// A volume without millimetres, blank or all noise, a body that is no coin, a coin that reaches
/// beyond the volume.
pub fn inspect(
    seen: &Seen<'_>,
    starved_share: Option<f64>,
) -> Result<CoinInspection, InspectError> {
    seen.check()?;
    let working = Working::new(seen);
    let pose = pose::find(&working, seen.probe)?;
    let report = Report { pose: &pose, probe: seen.probe };
    let stack = Stack::of(&pose);
    let frame = pose.upright.frame;
    let part = CellPart {
        heights_mm: [0.0, pose.height.value],
        counted_from: HeightOrigin::Bottom,
        holds_bottom: true,
        holds_top: true,
    };
    let starved = starvation::starvation(report, &stack, (seen.is_quantitative, starved_share));
    if let Some(starved) = starved {
        let mut findings = housing::housing(report, &stack, &[]);
        findings.retain(|finding| finding.kind == FindingKind::Cell);
        findings.push(starved);
        return Ok(CoinInspection { frame, part, findings });
    }
    if pose.is_smeared() {
        let findings = vec![housing::smeared(report, &stack)];
        return Ok(CoinInspection { frame, part, findings });
    }
    Ok(CoinInspection { frame, part, findings: inside(report, &stack) })
}

fn inside(report: Report<'_>, stack: &Stack) -> Vec<Finding> {
    let end = stack.cavity.map_or(report.pose.height.value, |cavity| cavity[0]);
    let discs = discs::discs(report.pose, [0.0, end]);
    let mut findings = housing::housing(report, stack, &discs);
    findings.push(gasket::gasket(report));
    findings.extend(cavity::cavity(report, stack));
    findings.push(spacer::tilt(report, stack));
    if report.probe == Probe::Xray {
        for kind in [FindingKind::SeparatorBand, FindingKind::ElectrodeShift] {
            let note = "X-rays pass lithium and separator between steel: neutrons show them.";
            findings.push(report.cannot_tell(kind, note));
        }
        return findings;
    }
    findings.push(band::band(report, stack));
    findings.extend(electrodes::shifts(report, stack, &discs));
    let (voids, evenness) = voids::voids(report, stack, &discs);
    findings[0].measures.extend(evenness);
    findings.extend(voids);
    findings
}
