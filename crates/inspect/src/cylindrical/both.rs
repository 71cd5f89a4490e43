//! What both beams show at one place, as one finding. Measures nothing.

use voltomo_types::{CellPlace, Finding, FindingKind, Probe};

/// Kinds that X-rays measure better wherever they show them: of the can, which is bright and sharp
/// for them, and hidden for neutrons by a sleeve.
const OF_XRAYS: [FindingKind; 1] = [FindingKind::CanDent];
/// Two findings nearer than this are one, mm: along the axis, and across it.
const NEAR_MM: [f64; 2] = [2.0, 2.0];

/// Findings in which a place that both beams show stands once, measured by X-rays; what neutrons
/// say of its first measure is told in the note. Only for volumes that are registered.
pub(super) fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let (mut kept, mut doubles) = (findings, Vec::new());
    for k in 0..kept.len() {
        let is_double = |other: &Finding| is_same(other, &kept[k]);
        if kept[k].shown_by == [Probe::Neutron]
            && let Some(first) = kept.iter().position(is_double)
        {
            doubles.push((first, k));
        }
    }
    for (first, second) in &doubles {
        let told = told(&kept[*second]);
        kept[*first].note += &told;
        if !kept[*first].shown_by.contains(&Probe::Neutron) {
            kept[*first].shown_by.push(Probe::Neutron);
        }
    }
    let mut index = 0..kept.len();
    kept.retain(|_| index.next().is_some_and(|k| doubles.iter().all(|double| double.1 != k)));
    kept
}

/// Whether an X-ray finding tells of the same as one of neutrons.
fn is_same(xray: &Finding, neutron: &Finding) -> bool {
    let is_near = |a: CellPlace, b: CellPlace| {
        let turn = (a.angle_deg - b.angle_deg).to_radians();
        let across =
            a.radius_mm.hypot(b.radius_mm).powi(2) - 2.0 * a.radius_mm * b.radius_mm * turn.cos();
        (a.z_mm - b.z_mm).abs() < NEAR_MM[0] && across < NEAR_MM[1].powi(2)
    };
    xray.kind == neutron.kind
        && OF_XRAYS.contains(&xray.kind)
        && xray.shown_by == [Probe::Xray]
        && xray.place.zip(neutron.place).is_some_and(|(a, b)| is_near(a, b))
}

fn told(neutron: &Finding) -> String {
    let first = neutron.measures.first();
    first.map_or_else(String::new, |measure| {
        let sigma = measure.uncertainty.map_or(String::new(), |it| format!(" ± {it:.3}"));
        let (name, unit) = (&measure.name, measure.unit.symbol());
        format!(" Neutrons show it too: {name} {:.3}{sigma} {unit}.", measure.value)
    })
}

#[cfg(test)]
mod tests {
    use voltomo_types::{Measure, MeasureUnit, Verdict};

    use super::*;

    fn dent(probe: Probe, angle_deg: f64, depth: f64) -> Finding {
        let place = CellPlace { z_mm: 49.5, radius_mm: 9.0, angle_deg, volume_mm: [0.0; 3] };
        let depth = Measure::new("depth", depth, Some(0.05), MeasureUnit::Millimetre);
        Finding {
            kind: FindingKind::CanDent,
            place: Some(place),
            extent_mm: None,
            measures: vec![depth],
            confidence: 0.9,
            shown_by: vec![probe],
            verdict: Verdict::Seen,
            slice: None,
            note: "A dent.".into(),
        }
    }

    #[test]
    fn a_dent_of_both_beams_is_one_measured_by_xrays() {
        let two = [dent(Probe::Xray, 128.0, 0.22), dent(Probe::Neutron, 131.0, 0.29)];
        let found = merged(two.to_vec());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].measures[0].value, 0.22);
        assert_eq!(found[0].shown_by, [Probe::Xray, Probe::Neutron]);
        assert!(found[0].note.ends_with("Neutrons show it too: depth 0.290 ± 0.050 mm."));
    }

    #[test]
    fn what_one_beam_shows_or_lies_elsewhere_stays() {
        let apart = [dent(Probe::Neutron, 10.0, 0.3), dent(Probe::Xray, 128.0, 0.22)];
        assert_eq!(merged(apart.to_vec()), apart);
        let alone = [dent(Probe::Neutron, 10.0, 0.3), dent(Probe::Neutron, 11.0, 0.2)];
        assert_eq!(merged(alone.to_vec()), alone);
        assert!(merged(Vec::new()).is_empty());
    }
}
