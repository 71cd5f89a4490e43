//! Flaws that were built in, beside what was found of them. Finds nothing.

use std::path::Path;

use serde::Deserialize;
use voltomo_types::{Finding, FindingKind, Measure, Probe};

use crate::error::RunError;

/// What stands of a flaw in `truth/defects.json`.
#[derive(Debug, Deserialize)]
struct Flaw {
    class: String,
    kind: String,
    size_mm: [f64; 3],
    description: String,
}

#[derive(Debug, Deserialize)]
struct Truth {
    defects: Vec<Flaw>,
}

/// Which finding tells of which flaw, by which measure, and which of its sizes
/// (`[radial, tangential, axial]`) that is.
const TOLD_BY: &[(&str, FindingKind, &str, usize)] = &[
    ("roll_off_centre", FindingKind::RollOffCentre, "shift", 0),
    ("tab_wedge_void", FindingKind::TabVoid, "thickness", 0),
    ("winding_gap", FindingKind::WindingGap, "thickness", 0),
    ("telescoping", FindingKind::Telescoping, "range", 2),
    ("bent_separator", FindingKind::BentSeparator, "bend", 0),
    ("can_dent", FindingKind::CanDent, "depth", 0),
];

/// Lines for a person: each flaw, its size, and what each beam found. `scan`: the simulated scan.
pub(super) fn compare(scan: &Path, findings: &[Finding]) -> Result<Vec<String>, RunError> {
    let path = scan.join("truth/defects.json");
    let failed = |source| RunError::File { what: "cannot read", path: path.clone(), source };
    let text = std::fs::read(&path).map_err(failed)?;
    let truth: Truth = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
    let flaws: Vec<&Flaw> = truth.defects.iter().filter(|it| it.class == "defect").collect();
    if flaws.is_empty() {
        return Ok(vec!["no flaw was built in".into()]);
    }
    let head =
        format!("{:<62} {:>8}   {:<18} {:<18}", "built in, mm", "true", "neutrons", "X-rays");
    Ok(std::iter::once(head).chain(flaws.into_iter().map(|flaw| line(flaw, findings))).collect())
}

fn line(flaw: &Flaw, findings: &[Finding]) -> String {
    let told = TOLD_BY.iter().find(|(kind, ..)| *kind == flaw.kind);
    let found = |probe: Probe| {
        let Some((_, kind, measure, _)) = told else { return "-".to_string() };
        let of = |finding: &&Finding| finding.kind == *kind && finding.shown_by.contains(&probe);
        let measures = findings.iter().filter(of).filter_map(|finding| finding.measure(measure));
        let most = measures.max_by(|a: &&Measure, b: &&Measure| a.value.total_cmp(&b.value));
        most.map_or("-".to_string(), |measure| {
            let sigma = measure.uncertainty.map_or(String::new(), |it| format!(" ± {it:.3}"));
            format!("{:.3}{sigma}", measure.value)
        })
    };
    let size = told.map_or(f64::NAN, |(.., axis)| flaw.size_mm[*axis]);
    let about = shortened(&flaw.description, 62);
    format!("{about:<62} {size:>8.3}   {:<18} {:<18}", found(Probe::Neutron), found(Probe::Xray))
}

/// A text of at most so many letters, cut between words.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let mut kept = String::new();
    for word in text.split_whitespace() {
        if kept.chars().count() + word.chars().count() + 2 > most {
            break;
        }
        kept = if kept.is_empty() { word.into() } else { format!("{kept} {word}") };
    }
    format!("{}…", kept.trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use voltomo_types::{MeasureUnit, Verdict};

    use super::*;

    #[test]
    fn a_flaw_stands_beside_what_each_beam_found() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("truth")).unwrap();
        let text = r#"{"defects": [{"class": "defect", "kind": "winding_gap",
            "size_mm": [0.12, 4.0, 45.0], "description": "gas lens"},
            {"class": "feature", "kind": "mandrel_void", "size_mm": [1, 1, 1], "description": ""}]}"#;
        std::fs::write(folder.path().join("truth/defects.json"), text).unwrap();
        let finding = Finding {
            kind: FindingKind::WindingGap,
            place: None,
            extent_mm: None,
            measures: vec![Measure::new("thickness", 0.114, Some(0.003), MeasureUnit::Millimetre)],
            confidence: 1.0,
            shown_by: vec![Probe::Xray],
            verdict: Verdict::Fail,
            slice: None,
            note: String::new(),
        };
        let lines = compare(folder.path(), &[finding]).unwrap();
        assert_eq!(lines.len(), 2);
        assert!(
            lines[1].contains("0.120   -  ") && lines[1].contains("0.114 ± 0.003"),
            "{lines:?}"
        );
    }
}
