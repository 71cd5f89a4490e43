//! Everything about the wound layers of one view, in order. Knows no method.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::{Finding, FindingKind, Problem, Verdict};

use super::cell::Placed;
use super::edge::{EdgeSettings, RollEnd, bent_findings, edge_findings, edge_table};
use super::winding::{
    GapSettings, ParticleSettings, Reader, Spiral, WindingError, WindingSettings, gap_findings,
    particle_findings, spiral_finding, windings,
};

/// How the wound layers are looked at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LayerSettings {
    /// The spiral.
    pub winding: WindingSettings,
    /// Gaps between windings.
    pub gap: GapSettings,
    /// Foreign particles.
    pub particle: ParticleSettings,
    /// Edges and overhang.
    pub edge: EdgeSettings,
}

impl LayerSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.winding.problems();
        problems.extend(self.edge.problems());
        problems
    }
}

/// Findings of the windings of a view, and the spiral that they follow.
///
/// A view that does not resolve the windings, as neutrons do not, gives one finding that says so.
#[must_use]
pub fn layer_findings(
    placed: &Placed<'_>,
    settings: &LayerSettings,
) -> (Vec<Finding>, Option<Spiral>) {
    let (seen, frame) = (&placed.seen, placed.frame());
    let spiral = match windings(seen, frame, &settings.winding) {
        Ok(spiral) => spiral,
        Err(error) => return (vec![unseen(placed, &error)], None),
    };
    let reader = Reader::new(seen, frame, spiral.centre);
    let view = (&reader, seen.probe);
    let mut findings = vec![spiral_finding(view, &spiral)];
    findings.extend(gap_findings(view, &spiral, &settings.gap));
    findings.extend(particle_findings(view, &spiral, &settings.particle));
    for end in [RollEnd::Top, RollEnd::Bottom] {
        if let Some(table) = edge_table((seen, frame), &spiral, end, &settings.edge) {
            findings.extend(edge_findings(view, &spiral, &table, &settings.edge));
            findings.extend(bent_findings(view, &spiral, &table));
        }
    }
    (findings, Some(spiral))
}

fn unseen(placed: &Placed<'_>, error: &WindingError) -> Finding {
    Finding {
        kind: FindingKind::Windings,
        place: None,
        extent_mm: None,
        measures: Vec::new(),
        confidence: 0.0,
        shown_by: vec![placed.seen.probe],
        verdict: Verdict::CannotTell,
        slice: None,
        note: format!("The windings cannot be told apart: {error}."),
    }
}
