//! Findings as files: JSON for programs, CSV for tables. Finds nothing.

use std::fmt::Write as _;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use voltomo_types::{CellKind, CellPart, Fact, Finding, Probe, Verdict};

use crate::error::RunError;
use crate::provenance::{write_json, write_text};
use crate::volume_input::VolumeInput;

/// Name of the file for programs.
pub(crate) const JSON: &str = "findings.json";
/// Name of the table.
pub(crate) const CSV: &str = "findings.csv";
/// Columns of the table.
const COLUMNS: &str = "number,kind,verdict,confidence,shown_by,z_mm,radius_mm,angle_deg,measure,value,\
    uncertainty,unit,least,most,limit,note";

/// What the file is, and in which version.
const FORMAT: &str = "voltomo findings 1";

/// One volume that was inspected.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Inspected {
    /// The file or folder.
    pub path: String,
    /// The beam.
    pub probe: Probe,
    /// What was understood of it.
    #[schemars(with = "Vec<StatedFact>")]
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// What of the cell it holds, where the cell was found in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<CellPart>,
}

impl Inspected {
    /// What is said of a volume that holds this part of the cell.
    pub(crate) fn of(input: &VolumeInput, part: Option<CellPart>) -> Self {
        Self {
            path: input.path().display().to_string(),
            probe: input.probe,
            facts: input.facts.clone(),
            part,
        }
    }
}

/// A fact as the schema describes it.
#[derive(JsonSchema)]
#[schemars(rename = "Fact")]
#[expect(dead_code, reason = "stands for `voltomo_types::Fact` in the schema alone")]
struct StatedFact {
    /// What it is about, such as `volume`.
    item: String,
    /// What is known of it.
    value: String,
    /// Who said so: `file`, `recipe` or `missing`.
    origin: String,
}

/// Everything that one inspection found.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "findings.json of voltomo")]
pub struct FindingsRecord {
    /// What this file is, and in which version.
    pub format: String,
    /// The program and its version.
    pub program: String,
    /// The cell's name, where somebody told it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<CellKind>,
    /// File of the limits; without one, the program's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<String>,
    /// The worst verdict of all findings.
    pub verdict: Verdict,
    /// The volumes.
    pub volumes: Vec<Inspected>,
    /// The findings, in the order of the cell's parts.
    pub findings: Vec<Finding>,
}

impl FindingsRecord {
    /// The record of `findings`.
    #[must_use]
    pub fn new(cell: Option<CellKind>, volumes: Vec<Inspected>, findings: Vec<Finding>) -> Self {
        Self {
            format: FORMAT.into(),
            program: concat!("voltomo ", env!("CARGO_PKG_VERSION")).into(),
            name: String::new(),
            cell,
            limits: None,
            verdict: worst(&findings),
            volumes,
            findings,
        }
    }

    /// Writes `findings.json` and `findings.csv` into `folder`, each whole or not at all.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), RunError> {
        write_json(&folder.join(JSON), self)?;
        write_text(&folder.join(CSV), &table(&self.findings))
    }
}

/// The worst verdict of all findings that are judged.
fn worst(findings: &[Finding]) -> Verdict {
    let judged = findings.iter().map(|it| it.verdict);
    let judged = judged.filter(|it| !matches!(it, Verdict::Seen | Verdict::CannotTell));
    judged.max().unwrap_or(Verdict::CannotTell)
}

/// Holds what a `findings.json` says of itself, as far as it says it, to `findings`, those in it.
///
/// Errors: what was found, what was expected.
pub(crate) fn check(file: &Value, findings: &[Finding]) -> Result<(), String> {
    let (format, verdict) = (&file["format"], &file["verdict"]);
    if !format.is_null() && format != FORMAT {
        return Err(format!("its format is {format}, expected \"{FORMAT}\": inspect again"));
    }
    let expected = name(&worst(findings));
    if !verdict.is_null() && *verdict != expected {
        return Err(format!(
            "its verdict is {verdict}, but the worst of its {} findings is \"{expected}\"; expected \
             both alike: inspect again",
            findings.len()
        ));
    }
    Ok(())
}

/// The findings in a `findings.json`, or in any file with a list of them.
///
/// # Errors
/// A file that cannot be read or holds something else; one that contradicts itself.
pub(crate) fn read_findings(path: &Path) -> Result<Vec<Finding>, RunError> {
    #[derive(Deserialize)]
    struct Held {
        findings: Vec<Finding>,
    }
    let what = "cannot read the findings, a findings.json of `voltomo inspect`";
    let failed = |source| RunError::File { what, path: path.into(), source };
    let text = voltomo_acquire::read_file(path).map_err(failed)?;
    let file: Value = serde_json::from_slice(&text).map_err(|error| failed(error.into()))?;
    let held = Held::deserialize(&file).map_err(|error| failed(error.into()))?;
    check(&file, &held.findings).map_err(|why| failed(std::io::Error::other(why)))?;
    Ok(held.findings)
}

/// The JSON Schema of `findings.json`.
#[must_use]
pub fn findings_schema() -> serde_json::Value {
    schemars::schema_for!(FindingsRecord).to_value()
}

/// One row a measure; a finding without measures has one row too.
fn table(findings: &[Finding]) -> String {
    let mut text = String::from(COLUMNS);
    text.push('\n');
    for (number, finding) in findings.iter().enumerate() {
        let place = finding.place.map(|at| [at.z_mm, at.radius_mm, at.angle_deg]);
        let place =
            place.map_or([const { String::new() }; 3], |at| at.map(|it| format!("{it:.4}")));
        let beams: Vec<String> = finding.shown_by.iter().map(name).collect();
        let head = format!(
            "{},{},{},{:.3},{},{}",
            number + 1,
            name(&finding.kind),
            name(&finding.verdict),
            finding.confidence,
            beams.join("+"),
            place.join(","),
        );
        let note = quoted(&finding.note);
        for measure in &finding.measures {
            let number = |value: Option<f64>| value.map_or(String::new(), |it| format!("{it}"));
            let limit = measure.limit.as_ref();
            let _ = writeln!(
                text,
                "{head},{},{},{},{},{},{},{},{note}",
                quoted(&measure.name),
                measure.value,
                number(measure.uncertainty),
                name(&measure.unit),
                number(limit.and_then(|it| it.least)),
                number(limit.and_then(|it| it.most)),
                limit.map_or(String::new(), |it| quoted(&it.key)),
            );
        }
        if finding.measures.is_empty() {
            let _ = writeln!(text, "{head},,,,,,,,{note}");
        }
    }
    text
}

/// A value's name as JSON has it.
pub(crate) fn name(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).unwrap_or_default();
    name.as_str().unwrap_or_default().to_string()
}

/// A text as a cell of a CSV table, after RFC 4180.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_string()
    }
}

#[cfg(test)]
mod tests {
    use voltomo_types::{FindingKind, Measure, MeasureUnit};

    use super::*;

    fn finding(measures: Vec<Measure>) -> Finding {
        Finding {
            kind: FindingKind::MandrelVoid,
            place: None,
            extent_mm: None,
            measures,
            confidence: 1.0,
            shown_by: vec![Probe::Neutron, Probe::Xray],
            verdict: Verdict::Pass,
            slice: None,
            note: "round, \"open\"".into(),
        }
    }

    #[test]
    fn the_table_has_a_row_a_measure_and_as_many_cells_in_each() {
        let width = Measure::new("diameter", 3.5, Some(0.02), MeasureUnit::Millimetre);
        let text = table(&[finding(vec![width.clone(), width]), finding(vec![])]);
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows.len(), 4);
        assert!(
            rows[1].starts_with("1,mandrel_void,pass,1.000,neutron+xray,,,,diameter,3.5,0.02,mm")
        );
        assert!(rows[3].ends_with("\"round, \"\"open\"\"\""));
        for row in &rows {
            let cells = row.replace("round, ", "").matches(',').count();
            assert_eq!(cells, 15, "{row}");
        }
    }

    #[test]
    fn the_worst_verdict_is_the_cells() {
        let record = FindingsRecord::new(Some(CellKind::Coin), vec![], vec![finding(vec![])]);
        assert_eq!(record.verdict, Verdict::Pass);
        assert_eq!(FindingsRecord::new(None, vec![], vec![]).verdict, Verdict::CannotTell);
    }
}
