//! Findings that lie on a section, as places for arrows. Finds nothing.

use voltomo_show::picture::Arrow;
use voltomo_show::section::{Flat, Surface};
use voltomo_types::{Finding, Probe, Transform, Verdict};

use super::options::{ShowOptions, ShownFindings};
use crate::error::RunError;
use crate::findings_file::read_findings;

/// Arrows, and what became of the findings that have none.
#[derive(Debug, Default)]
pub(super) struct Pointed {
    pub(super) arrows: Vec<Arrow>,
    /// Findings with a place.
    pub(super) placed: usize,
    /// Those of the other beam, of which nobody said where they lie in this volume.
    pub(super) strange: usize,
}

/// The findings of a file that lie on a section, the worst first; `axis`: where the cell's stands.
pub(super) fn pointed(
    options: &ShowOptions,
    surface: &Surface,
    axis: [f64; 2],
) -> Result<Pointed, RunError> {
    let Some(ShownFindings { path, within_mm }) = &options.findings else {
        return Ok(Pointed::default());
    };
    let findings = read_findings(path)?;
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| rank(finding.verdict));
    let mut pointed = Pointed::default();
    // The beams that each arrow speaks for.
    let mut beams: Vec<&[Probe]> = Vec::new();
    for finding in sorted {
        let Some(place) = finding.place.filter(|_| finding.verdict != Verdict::CannotTell) else {
            continue;
        };
        pointed.placed += 1;
        let Some(point) = here(place.volume_mm, finding, options) else {
            pointed.strange += 1;
            continue;
        };
        let placed = surface.place(point);
        let within = within_mm.max(half(finding, (surface, point, axis)));
        let on_it = (0..2)
            .all(|side| (-0.5..surface.shape()[side] as f64 - 0.5).contains(&placed.at[side]));
        if placed.away <= within && on_it {
            let arrow = Arrow { at: placed.at, caption: caption(finding) };
            // What both beams show at one place needs one arrow.
            let mut others = pointed.arrows.iter().zip(&beams);
            if !others.any(|(it, by)| *by != &finding.shown_by[..] && is_same(it, &arrow)) {
                pointed.arrows.push(arrow);
                beams.push(&finding.shown_by);
            }
        }
    }
    Ok(pointed)
}

/// Elements between two arrows that can be about one thing.
const NEAR: f64 = 12.0;

/// Whether two arrows say the same of nearly the same place.
fn is_same(one: &Arrow, other: &Arrow) -> bool {
    let away = (one.at[0] - other.at[0]).hypot(one.at[1] - other.at[1]);
    one.caption == other.caption && away < NEAR
}

fn rank(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Doubtful => 1,
        Verdict::Pass => 2,
        Verdict::Seen | Verdict::CannotTell => 3,
    }
}

/// A finding's point in the frame of the volume that is shown: its own stands in the frame of the
/// first beam that shows it.
fn here(point: [f64; 3], finding: &Finding, options: &ShowOptions) -> Option<[f64; 3]> {
    let own = options.modality.unwrap_or(Probe::Xray);
    match finding.shown_by.first() {
        Some(beam) if *beam != own => here_from_other(options).map(|it| it.apply(point)),
        _ => Some(point),
    }
}

/// Takes points of the other beam's volume to the one that is shown.
pub(super) fn here_from_other(options: &ShowOptions) -> Option<Transform> {
    match options.modality.unwrap_or(Probe::Xray) {
        Probe::Xray => options.xray_from_neutron,
        Probe::Neutron => options.xray_from_neutron.and_then(|it| it.inverse()),
    }
}

/// Half of a finding's extent at right angles to a section, mm.
fn half(finding: &Finding, (surface, point, axis): (&Surface, [f64; 3], [f64; 2])) -> f64 {
    let [radial, tangential, axial] = finding.extent_mm.unwrap_or_default();
    let [y, x] = [point[1] - axis[0], point[2] - axis[1]];
    let radius = y.hypot(x).max(f64::MIN_POSITIVE);
    // What reaches around the axis is met at its middle alone.
    let tangential = if tangential > 2.0 * radius { 0.0 } else { tangential };
    match surface.flat() {
        Flat::Plane { right, down, .. } => {
            let [rz, ry, rx] = *right;
            let [dz, dy, dx] = *down;
            let [nz, ny, nx] = [rx * dy - ry * dx, rz * dx - rx * dz, ry * dz - rz * dy];
            let (out, round) = ((ny * y + nx * x) / radius, (ny * x - nx * y) / radius);
            0.5 * ((radial * out).abs() + (tangential * round).abs() + (axial * nz).abs())
        }
        Flat::Cylinder { .. } => 0.5 * radial,
        Flat::Disc { .. } => 0.5 * axial,
    }
}

/// What stands at the tail of a finding's arrow: what it is, and how much.
fn caption(finding: &Finding) -> String {
    let kind = crate::provenance::as_json(&finding.kind);
    let kind = kind.as_str().unwrap_or_default().replace('_', " ");
    let Some(measure) = finding.measures.first().filter(|it| it.value.is_finite()) else {
        return kind;
    };
    let digits = if measure.value.abs() < 10.0 { 2 } else { 1 };
    let digits = if measure.value.fract() == 0.0 { 0 } else { digits };
    let unit = measure.unit.symbol();
    format!("{kind} {:.digits$} {unit}", measure.value).trim_end().into()
}

#[cfg(test)]
mod tests {
    use voltomo_show::section::{Lattice, slice};
    use voltomo_types::{CellPlace, FindingKind, Measure, MeasureUnit};

    use super::*;

    fn finding(volume_mm: [f64; 3], extent_mm: Option<[f64; 3]>, beam: Probe) -> Finding {
        let place = CellPlace { z_mm: 0.0, radius_mm: 0.0, angle_deg: 0.0, volume_mm };
        Finding {
            kind: FindingKind::WindingGap,
            place: Some(place),
            extent_mm,
            measures: vec![Measure::new("gap", 0.2134, None, MeasureUnit::Millimetre)],
            confidence: 1.0,
            shown_by: vec![beam],
            verdict: Verdict::Fail,
            slice: None,
            note: String::new(),
        }
    }

    #[test]
    fn findings_are_drawn_on_sections_that_meet_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.json");
        let findings = [
            finding([1.0, 0.5, 0.5], None, Probe::Xray),
            finding([3.0, 0.5, 1.5], Some([0.1, 0.1, 4.4]), Probe::Xray),
            finding([3.0, 0.5, 1.5], Some([4.4, 0.1, 0.1]), Probe::Xray),
            finding([1.0, 0.5, 9.5], None, Probe::Xray),
            finding([2.0, 0.5, 3.5], None, Probe::Neutron),
        ];
        let json = serde_json::json!({ "findings": findings });
        std::fs::write(&path, json.to_string()).unwrap();
        let lattice = Lattice { shape: [50; 3], first: [0.0; 3], spacing: [0.1; 3] };
        let surface = slice(&lattice, 0, 1.0).unwrap();
        let mut options = ShowOptions {
            findings: Some(ShownFindings { path, within_mm: 0.2 }),
            ..ShowOptions::default()
        };
        let found = pointed(&options, &surface, [0.0; 2]).unwrap();
        assert_eq!((found.arrows.len(), found.placed, found.strange), (2, 5, 1));
        assert_eq!(found.arrows[0].caption, "winding gap 0.21 mm");
        assert!((found.arrows[1].at[1] - 15.0).abs() < 1e-9, "{:?}", found.arrows[1]);
        let shift = Transform { shift: [-1.0, 0.0, 0.0], ..Transform::IDENTITY };
        options.xray_from_neutron = Some(shift);
        let found = pointed(&options, &surface, [0.0; 2]).unwrap();
        assert_eq!((found.arrows.len(), found.strange), (3, 0));
    }
}
