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
mod profiles;
mod rays;
mod report;
mod settings;
mod spacer;
mod stack;
mod starvation;
mod sunken;
mod upright;
mod voids;
mod working;

use voltomo_types::{CellPart, Finding, FindingKind, HeightOrigin, Probe};

use crate::error::InspectError;
use crate::frame::FoundCell;
use crate::plots::Plots;
use crate::seen::Seen;
use pose::Pose;
use report::Report;
pub use settings::CoinSettings;
use stack::Stack;
use working::Working;

/// What was found in the volume of a coin cell.
#[derive(Debug, Clone)]
pub struct CoinInspection {
    /// Where the cell lies, whole: z from the outer face of the can's floor to the cap.
    pub cell: FoundCell,
    /// Findings, not judged yet.
    pub findings: Vec<Finding>,
    /// What was measured along the axis and round the clock.
    pub plots: Plots,
}

/// Inspects one volume of a coin cell.
///
/// `seen`: the volume; the coin lies or stands in it in any direction, whole. `starved_share`: share
/// of the rays through the sample that no light came through, where the correction told it, 0 to 1;
/// `settings`: thresholds.
/// Returns findings; what the volume cannot tell is a finding that says so, and of a starved volume
/// the inside is not looked at. Memory: the coin with a millimetre of air about it, f32.
///
/// # Errors
/// A volume without millimetres, blank or all noise, a body that is no coin, a coin that reaches
/// beyond the volume.
pub fn inspect(
    seen: &Seen<'_>,
    starved_share: Option<f64>,
    settings: &CoinSettings,
) -> Result<CoinInspection, InspectError> {
    seen.check()?;
    let working = Working::new(seen);
    let pose = pose::find(&working, seen.probe)?;
    let report = Report { pose: &pose, probe: seen.probe, settings };
    let stack = Stack::of(&pose, settings);
    let cell = found(&pose, seen.probe);
    let starved = starvation::starvation(report, &stack, (seen.is_quantitative, starved_share));
    let mut plots = Plots::default();
    plots.curves.push(profiles::along_the_axis(report, &stack));
    let findings = if let Some(starved) = starved {
        let housing = housing::housing(report, &stack, &[]);
        let cell = housing.into_iter().filter(|finding| finding.kind == FindingKind::Cell);
        cell.chain([starved]).collect()
    } else if pose.is_smeared() {
        vec![housing::smeared(report, &stack)]
    } else {
        plots.curves.extend(gasket::round_the_clock(report));
        inside(report, &stack)
    };
    Ok(CoinInspection { cell, findings, plots })
}

/// A coin is whole in its volume, or it was not found.
fn found(pose: &Pose, probe: Probe) -> FoundCell {
    let part = CellPart {
        heights_mm: [0.0, pose.height.value],
        counted_from: HeightOrigin::Bottom,
        holds_bottom: true,
        holds_top: true,
    };
    FoundCell { probe, frame: pose.upright.frame, part, radius_mm: pose.radius.value }
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
