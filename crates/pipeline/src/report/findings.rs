//! `findings.json` read back. Judges nothing.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::error::RunError;
use crate::findings_file::{FindingsRecord, check};

/// What the file tells, and what in it is not known.
pub(super) struct Read {
    pub(super) record: FindingsRecord,
    pub(super) warnings: Vec<String>,
}

/// Reads the findings of an inspection. Numbers that JSON could not hold (`null`) are left out, and a
/// warning says so.
///
/// # Errors
/// A file that cannot be read, of another format, or whose verdict is not that of its findings.
pub(super) fn read(path: &Path) -> Result<Read, RunError> {
    let what = "cannot read the findings, a file that `voltomo inspect` writes";
    let failed = |source| RunError::File { what, path: path.into(), source };
    let bytes = voltomo_acquire::read_file(path).map_err(failed)?;
    let mut value: Value = serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))?;
    let mut warnings = Vec::new();
    let findings = value.get_mut("findings").and_then(Value::as_array_mut);
    for (k, finding) in findings.into_iter().flatten().enumerate() {
        mend(finding, k + 1, &mut warnings);
    }
    let record = FindingsRecord::deserialize(&value).map_err(|error| failed(error.into()))?;
    check(&value, &record.findings).map_err(|why| failed(std::io::Error::other(why)))?;
    Ok(Read { record, warnings })
}

/// Takes out of a finding what has `null` for a number.
fn mend(finding: &mut Value, number: usize, warnings: &mut Vec<String>) {
    let Some(finding) = finding.as_object_mut() else { return };
    for key in ["place", "extent_mm", "slice"] {
        if finding.get(key).is_some_and(has_null) {
            finding.remove(key);
            warnings.push(format!("finding {number}: its `{key}` is not known"));
        }
    }
    if finding.get("confidence").is_some_and(Value::is_null) {
        finding.insert("confidence".into(), 0.0.into());
        warnings.push(format!("finding {number}: nobody knows how sure it is"));
    }
    let Some(measures) = finding.get_mut("measures").and_then(Value::as_array_mut) else { return };
    measures.retain(|measure| {
        let is_known = !measure["value"].is_null();
        if !is_known {
            let name = measure["name"].as_str().unwrap_or_default();
            warnings.push(format!("finding {number}: its `{name}` is not known"));
        }
        is_known
    });
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(values) => values.values().any(has_null),
        _ => false,
    }
}
