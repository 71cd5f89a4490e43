//! The run that made a volume: warnings, recipe, provenance and dose from its `run.json`. Runs
//! nothing.

use std::path::{Path, PathBuf};

use serde_json::Value;
use voltomo_show::report::TextBlock;
use voltomo_types::{Counted, Curve, CurveLine, Probe};

use crate::findings_file::Inspected;
use crate::provenance::RECORD;

/// The record of the run that made an inspected volume.
#[derive(Debug, Clone)]
pub(super) struct ScanRun {
    /// The beam.
    pub(super) probe: Probe,
    /// `run.json`, whatever version wrote it: what is not there is not told.
    pub(super) record: Value,
}

impl ScanRun {
    /// The run of a volume, where its record lies in the volume's folder or up to two above it.
    pub(super) fn beside(volume: &Inspected) -> Option<Self> {
        let path = PathBuf::from(&volume.path);
        let folders = path.ancestors().take(3).filter(|folder| !folder.as_os_str().is_empty());
        let record = folders.map(|folder| folder.join(RECORD)).find_map(|path| read(&path))?;
        Some(Self { probe: volume.probe, record })
    }

    /// `X-rays` or `neutrons`.
    pub(super) fn beam(&self) -> &'static str {
        match self.probe {
            Probe::Neutron => "neutrons",
            Probe::Xray => "X-rays",
        }
    }

    /// What a person should have read of the run.
    pub(super) fn warnings(&self) -> Vec<String> {
        let of = |key: &str| self.record[key].as_array().cloned().unwrap_or_default();
        let all = of("findings").into_iter().chain(of("warnings"));
        all.filter_map(|it| Some(format!("{}: {}", self.beam(), it.as_str()?))).collect()
    }

    /// The recipe as it was run.
    pub(super) fn recipe(&self) -> Option<TextBlock> {
        let recipe = without_nulls(self.record.get("recipe")?.clone());
        let text =
            toml::to_string(&recipe).ok().or_else(|| serde_json::to_string_pretty(&recipe).ok())?;
        Some(TextBlock { title: format!("Recipe of the scan with {}", self.beam()), text })
    }

    /// Program, machine, inputs and hashes.
    pub(super) fn provenance(&self) -> Vec<(String, String)> {
        let run = &self.record;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let program = &run["program"];
        let program = [&program["name"], &program["version"], &program["commit"]].map(text);
        let machine = &run["machine"];
        let threads = machine["threads"].as_u64().map(|it| format!("{it} threads"));
        let parts =
            [text(&machine["device"]), threads.unwrap_or_default(), text(&machine["system"])];
        let rows = [
            ("program", program.join(" ")),
            ("began", text(&run["began"])),
            (
                "device",
                parts.iter().filter(|it| !it.is_empty()).cloned().collect::<Vec<_>>().join(", "),
            ),
            ("peak memory", memory(run)),
            ("inputs", inputs(run)),
            ("volume, SHA-256", text(&run["volume"]["sha256"])),
        ];
        let told = rows.into_iter().filter(|(_, value)| !value.trim().is_empty());
        let beam = self.beam();
        told.map(|(name, value)| (format!("{beam}: {name}"), value.trim().into())).collect()
    }

    /// Dose against the number of the radiograph.
    pub(super) fn dose(&self) -> Option<Curve> {
        let doses = self.record["references"]["dose"]["per_radiograph"].as_array()?;
        let values: Vec<f64> = doses.iter().map(|it| it.as_f64().unwrap_or(f64::NAN)).collect();
        if values.len() < 2 {
            return None;
        }
        let name = match self.probe {
            Probe::Neutron => "dose-neutron",
            Probe::Xray => "dose-xray",
        };
        Some(Curve {
            name: name.into(),
            title: format!("Dose of each radiograph, {}", self.beam()),
            across: Counted::new("radiograph", ""),
            quantity: Counted::new("dose, share of the open beam", ""),
            along: (1..=values.len()).map(|k| k as f64).collect(),
            lines: vec![CurveLine { label: String::new(), values }],
            levels: Vec::new(),
        })
    }

    /// How far the centre of rotation of each band of rows is from the axis, by every method that
    /// measured one.
    pub(super) fn centre_residuals(&self) -> Option<Curve> {
        let methods = self.record["axis"]["methods"].as_array()?;
        let bands = methods.iter().map(BandsOf::read).collect::<Vec<_>>();
        let mut along: Vec<f64> = bands.iter().flat_map(|it| it.rows()).collect();
        along.sort_by(f64::total_cmp);
        along.dedup();
        if along.len() < 2 {
            return None;
        }
        let measured = bands.iter().filter(|it| !it.at.is_empty());
        let lines = measured.map(|it| CurveLine {
            label: it.name.clone(),
            values: along.iter().map(|row| it.residual(*row)).collect(),
        });
        let name = match self.probe {
            Probe::Neutron => "centre-residuals-neutron",
            Probe::Xray => "centre-residuals-xray",
        };
        Some(Curve {
            name: name.into(),
            title: format!("Centre of rotation by rows, less the axis, {}", self.beam()),
            across: Counted::new("row of the detector", "px"),
            quantity: Counted::new("residual", "px"),
            lines: lines.collect(),
            along,
            levels: Vec::new(),
        })
    }
}

/// What a method measured band by band.
struct BandsOf {
    name: String,
    /// Row and residual of the bands that the axis goes by, px.
    at: Vec<[f64; 2]>,
}

impl BandsOf {
    fn read(method: &Value) -> Self {
        let bands = method["bands"].as_array().into_iter().flatten();
        let used = bands.filter(|band| band["is_used"].as_bool() == Some(true));
        let at =
            used.filter_map(|band| Some([band["row_px"].as_f64()?, band["residual_px"].as_f64()?]));
        Self { name: method["name"].as_str().unwrap_or_default().into(), at: at.collect() }
    }

    fn rows(&self) -> impl Iterator<Item = f64> {
        self.at.iter().map(|[row, _]| *row)
    }

    fn residual(&self, at: f64) -> f64 {
        let found = self.at.iter().find(|[row, _]| row.total_cmp(&at).is_eq());
        found.map_or(f64::NAN, |[_, residual]| *residual)
    }
}

/// A record that is JSON; `None` of what cannot be read.
fn read(path: &Path) -> Option<Value> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn memory(run: &Value) -> String {
    let peak = run["memory"]["actual_peak"].as_f64();
    peak.map_or(String::new(), |bytes| format!("{:.2} GiB", bytes / f64::from(1 << 30)))
}

/// The input files: one with its hash, of many how many and how large.
fn inputs(run: &Value) -> String {
    let Some(inputs) = run["inputs"].as_array().filter(|it| !it.is_empty()) else {
        return String::new();
    };
    let first = inputs[0]["path"].as_str().unwrap_or_default();
    let bytes: f64 = inputs.iter().filter_map(|it| it["bytes"].as_f64()).sum();
    let size = format!("{:.1} MB", bytes / 1e6);
    match inputs.len() {
        1 => format!("{first} ({size}), SHA-256 {}", inputs[0]["sha256"].as_str().unwrap_or("?")),
        count => format!("{count} files ({size}), the first {first}; run.json holds all hashes"),
    }
}

/// TOML has no `null`: a key without a value is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(table) => {
            let kept = table.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        Value::Array(list) => {
            let kept = list.into_iter().filter(|value| !value.is_null());
            Value::Array(kept.map(without_nulls).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_bands_of_all_methods_stand_over_the_same_rows() {
        let band = |row: f64, residual: f64, is_used: bool| json!({ "row_px": row, "residual_px": residual, "is_used": is_used });
        let methods = json!([
            { "name": "opposite pairs", "bands": [band(20.0, 0.1, true), band(10.0, -0.1, true)] },
            { "name": "double wedge", "bands": [band(10.0, 0.2, true), band(30.0, 9.0, false)] },
            { "name": "whole frames", "bands": [] },
        ]);
        let record = json!({ "axis": { "methods": methods } });
        let curve = ScanRun { probe: Probe::Neutron, record }.centre_residuals().unwrap();
        assert_eq!(curve.along, [10.0, 20.0]);
        assert_eq!(curve.lines.len(), 2, "whole frames have no bands");
        assert_eq!(curve.lines[0].values, [-0.1, 0.1]);
        assert!(curve.lines[1].values[0] == 0.2 && curve.lines[1].values[1].is_nan());
        let told = ScanRun { probe: Probe::Xray, record: json!({ "axis": { "centre_px": 7.0 } }) };
        assert!(told.centre_residuals().is_none());
    }
}
