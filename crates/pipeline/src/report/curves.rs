//! Curves as they lie beside findings: lists of curves in JSON. Draws nothing.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use voltomo_types::{Counted, Curve, CurveLine};

/// The list that always holds curves; a fault in it is told.
const CURVES: &str = "curves.json";
/// Larger files hold no curves of a report, bytes.
const LARGEST: u64 = 64 << 20;

/// A curve as written; `null` where nothing is known.
#[derive(Debug, Deserialize)]
struct Written {
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
    across: WrittenAxis,
    quantity: WrittenAxis,
    along: Vec<Option<f64>>,
    lines: Vec<WrittenLine>,
    #[serde(default)]
    levels: Vec<(String, Option<f64>)>,
}

#[derive(Debug, Deserialize)]
struct WrittenAxis {
    name: String,
    #[serde(default)]
    unit: String,
}

#[derive(Debug, Deserialize)]
struct WrittenLine {
    #[serde(default)]
    label: String,
    values: Vec<Option<f64>>,
}

impl From<Written> for Curve {
    fn from(written: Written) -> Self {
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let axis = |axis: WrittenAxis| Counted { name: axis.name, unit: axis.unit };
        let line = |line: WrittenLine| CurveLine {
            label: line.label,
            values: line.values.into_iter().map(number).collect(),
        };
        let title = if written.title.is_empty() { written.name.clone() } else { written.title };
        Self {
            name: written.name,
            title,
            across: axis(written.across),
            quantity: axis(written.quantity),
            along: written.along.into_iter().map(number).collect(),
            lines: written.lines.into_iter().map(line).collect(),
            levels: written.levels.into_iter().map(|(name, at)| (name, number(at))).collect(),
        }
    }
}

/// The curves of every JSON file in a folder that is a list of curves, `curves.json` first, then by
/// name.
pub(super) fn read(folder: &Path, warnings: &mut Vec<String>) -> Vec<Curve> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    let is_list = |path: &Path| path.file_name().is_some_and(|name| name == CURVES);
    paths.sort_by_key(|path| (!is_list(path), path.clone()));
    let mut curves = Vec::new();
    for path in paths {
        match in_file(&path) {
            Ok(found) => curves.extend(found),
            Err(error) if is_list(&path) => {
                warnings.push(format!("{CURVES} has no curves: {error}"))
            }
            Err(_) => {}
        }
    }
    curves
}

fn in_file(path: &Path) -> Result<Vec<Curve>, String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let size = std::fs::metadata(path).map_err(|error| told(&error))?.len();
    if size > LARGEST {
        return Err(format!("it has {size} bytes, at most {LARGEST} are read"));
    }
    let bytes = voltomo_acquire::read_file(path).map_err(|error| told(&error))?;
    let written: Vec<Written> = serde_json::from_slice(&bytes).map_err(|error| told(&error))?;
    Ok(written.into_iter().map(Into::into).collect())
}
