//! Wound cells in round cans, a file or a folder a part. Knows no coin cell and no files.

mod blocks;
mod both;
mod bubbles;
mod can;
mod cell;
mod circle;
mod core;
mod dent;
pub mod edge;
mod ends;
pub mod frame;
pub mod layers;
mod lead;
mod lid;
mod place;
mod pressed;
mod regions;
mod report;
mod rise;
mod roll_gap;
mod round_plots;
mod sawtooth;
mod settings;
mod shortfall;
mod stack;
mod stripes;
pub mod survey;
mod wall;
mod wedge;
pub mod winding;
mod zones;

use voltomo_types::{Finding, Probe};

use self::core::Core;
use crate::plots::Plots;
use can::Can;
pub use cell::{CylindricalCell, Placed};
use layers::{Layers, layer_findings};
use lead::Lead;
pub use place::place;
use roll_gap::Gap;
pub use settings::{CylindricalSettings, LayerSettings, LidSide};
use stripes::Stripe;
use survey::Survey;

/// Every finding about a wound cell, room by room, and what was measured along something. Findings
/// are not judged yet.
///
/// The direction of the tab goes into the frames of the cell before anything is placed.
#[must_use]
pub fn inspect(
    cell: &mut CylindricalCell<'_>,
    settings: &CylindricalSettings,
) -> (Vec<Finding>, Plots) {
    let mut findings: Vec<Finding> = cell.views().map(place::body_finding).collect();
    let mut looks: Vec<Look<'_>> =
        cell.views().map(|placed| Look::of(Survey::of(placed, settings.height_step_mm))).collect();
    let root = looks.iter().find_map(Look::lead_angle).filter(|_| cell.is_registered);
    for look in &mut looks {
        let roll = look.survey.roll;
        look.tab = roll.and_then(|roll| stripes::tab_of(roll, &look.stripes, root));
    }
    let tab_angle = looks.iter().find_map(Look::tab_angle);
    for look in &mut looks {
        // Views that are not registered count their angles by their own tab.
        let angle = if cell.is_registered { tab_angle } else { look.tab_angle() };
        look.survey.body.frame.tab_angle = angle;
    }
    for placed in [&mut cell.xray, &mut cell.neutron].into_iter().flatten() {
        let look = looks.iter().find(|look| look.survey.seen.probe == placed.seen.probe);
        placed.body.frame.tab_angle = look.and_then(|look| look.survey.body.frame.tab_angle);
    }
    findings.extend(looks.iter().flat_map(Look::findings));
    // Neutrons do not resolve the windings: their rooms would only say so.
    let mut plots = Plots::default();
    looks.iter().for_each(|look| plots.extend(look.plots()));
    let layers = cell.xray.as_ref().map(|xray| layer_findings(xray, &settings.layers));
    if let Some(Layers { findings: more, plots: theirs, .. }) = layers {
        findings.extend(more);
        plots.extend(theirs);
    }
    if cell.is_registered {
        findings = both::merged(findings);
    }
    (findings, plots)
}

/// One view, with what several rooms need of it.
struct Look<'a> {
    survey: Survey<'a>,
    can: Option<Can>,
    gap: Option<Gap>,
    core: Option<Core>,
    stripes: Vec<Stripe>,
    /// Which of the stripes is the tab's.
    tab: Option<usize>,
    lead: Option<Lead>,
}

impl<'a> Look<'a> {
    fn of(survey: Survey<'a>) -> Self {
        let mut core = Core::of(&survey);
        let is_neutron = survey.seen.probe == Probe::Neutron;
        let mut stripes =
            if is_neutron { stripes::find(&survey, core.as_ref()) } else { Vec::new() };
        // What the buckled windings leave behind them belongs to the buckle.
        let own = |stripes: &mut Vec<Stripe>, core: &Core| {
            stripes.retain(|it| !core.is_behind_buckle(&survey, (it.radius, it.angle)));
        };
        if let Some(core) = &mut core {
            own(&mut stripes, core);
            core.by_gaps = stack::buckle(&survey, core, &stripes);
            own(&mut stripes, core);
        }
        let lead = if is_neutron { None } else { Lead::of(&survey) };
        let can = Can::of(&survey);
        let gap = can.as_ref().and_then(|can| Gap::of(&survey, can));
        Self { can, gap, core, stripes, tab: None, lead, survey }
    }

    /// Direction in which a lead leaves the roll, radians from +x.
    fn lead_angle(&self) -> Option<f64> {
        self.lead.as_ref()?.root().map(|(angle, _)| angle)
    }

    /// Direction of the positive tab, as far as this view shows it, radians from +x.
    fn tab_angle(&self) -> Option<f64> {
        self.tab.map(|k| self.stripes[k].angle).or_else(|| self.lead_angle())
    }

    fn findings(&self) -> Vec<Finding> {
        let (survey, core) = (&self.survey, self.core.as_ref());
        let mut findings = match &self.can {
            Some(can) => self.about_can(can),
            None => vec![can::unseen(survey)],
        };
        findings.extend(core::findings(survey, core));
        findings.extend(self.lead.iter().flat_map(|lead| lead::findings(survey, lead)));
        if survey.seen.probe == Probe::Neutron {
            findings.extend(stripes::findings(survey, &self.stripes, self.tab));
            findings.extend(lid::findings(survey));
            findings.extend(zones::findings(survey, core, &self.stripes));
        }
        findings
    }

    /// The can and the gap behind it round the clock.
    fn plots(&self) -> Plots {
        let mut plots = Plots::default();
        if let Some(can) = &self.can {
            plots.curves.push(round_plots::can_radius(&self.survey, can));
            plots.maps.push(round_plots::unrolled(&self.survey, can));
        }
        plots.curves.extend(self.gap.iter().map(|gap| round_plots::gap_width(&self.survey, gap)));
        plots
    }

    fn about_can(&self, can: &Can) -> Vec<Finding> {
        let gap = self.gap.as_ref();
        let layered = gap.and_then(|gap| gap.outer);
        let mut findings = can::findings(&self.survey, can, layered);
        let layers = gap.and_then(|gap| gap.layers);
        findings.extend(dent::findings(&self.survey, can, layers.as_ref()));
        let inside = (self.core.as_ref(), gap);
        findings.extend(roll_gap::findings(&self.survey, can, inside));
        findings
    }
}
