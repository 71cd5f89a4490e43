//! Everything about the wound layers of one view, in order. Knows no method.

use voltomo_types::{Finding, FindingKind};

use super::cell::Placed;
use super::edge::{RollEnd, bent_findings, edge_findings, edge_plots, edge_table};
use super::settings::LayerSettings;
use super::winding::{
    Reader, Spiral, WindingError, gap_findings, particle_findings, spiral_finding, spiral_plots,
    windings,
};
use crate::plots::Plots;

/// What the windings of a view tell.
#[derive(Debug, Clone)]
pub struct Layers {
    /// Findings, not judged yet.
    pub findings: Vec<Finding>,
    /// The spiral that they follow, where it was found.
    pub spiral: Option<Spiral>,
    /// The windings' edges and deviations, for plots.
    pub plots: Plots,
}

/// Looks at the windings of a view.
///
/// A view that does not resolve the windings, as neutrons do not, gives one finding that says so.
#[must_use]
pub fn layer_findings(placed: &Placed<'_>, settings: &LayerSettings) -> Layers {
    let (seen, frame) = (&placed.seen, placed.frame());
    let spiral = match windings(seen, frame, &settings.winding) {
        Ok(spiral) => spiral,
        Err(error) => {
            let findings = vec![unseen(placed, &error)];
            return Layers { findings, spiral: None, plots: Plots::default() };
        }
    };
    let reader = Reader::new(seen, frame, spiral.centre);
    let view = (&reader, seen.probe);
    let mut findings = vec![spiral_finding(view, &spiral)];
    findings.extend(gap_findings(view, &spiral, &settings.gap));
    findings.extend(particle_findings(view, &spiral, &settings.particle));
    let mut plots = spiral_plots(&spiral);
    for end in [RollEnd::Top, RollEnd::Bottom] {
        if let Some(table) = edge_table((seen, frame), &spiral, end, &settings.edge) {
            findings.extend(edge_findings(view, &spiral, &table, &settings.edge));
            findings.extend(bent_findings(view, &spiral, &table));
            plots.extend(edge_plots(&table, frame.tab_angle));
        }
    }
    Layers { findings, spiral: Some(spiral), plots }
}

fn unseen(placed: &Placed<'_>, error: &WindingError) -> Finding {
    let why = format!("The windings cannot be told apart: {error}.");
    Finding::cannot_tell(FindingKind::Windings, placed.seen.probe, why)
}
