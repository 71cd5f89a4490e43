//! Quality figures of scans and of their registration, as rows. Measures nothing.

use std::path::Path;

use serde_json::Value;
use voltomo_show::report::{QualityRow, QualityTable};

use super::runs::ScanRun;

/// Where a registration lies, from the folder of the findings.
const REGISTRATIONS: [&str; 2] = ["registration.json", "../4-register/registration.json"];

/// A figure of a record: what it is called, where it stands, times what it is shown, in which unit,
/// with how many decimals, and what it is.
type Figure = (&'static str, &'static str, f64, &'static str, usize, &'static str);

/// What is told of a scan.
const OF_A_SCAN: [Figure; 18] = [
    ("radiographs", "/scan/radiographs/frames", 1.0, "", 0, ""),
    ("angles", "/scan/angles/span_deg", 1.0, "°", 1, "from the first to the last radiograph"),
    ("voxel", "/plan/grid/voxel", 1.0, "VOXEL", 4, "edge of a voxel of the volume"),
    ("rotation axis", "/axis/centre_px", 1.0, "px", 3, "column of the detector"),
    ("± one sigma", "/axis/centre_sigma_px", 1.0, "px", 4, "of the rotation axis"),
    (
        "disagreement",
        "/axis/disagreement_px",
        1.0,
        "px",
        4,
        "between the methods that found the axis",
    ),
    ("tilt of the axis", "/axis/tilt_deg", 1.0, "°", 4, "against the detector's columns"),
    (
        "dose drift",
        "/quality/radiographs/dose_drift",
        100.0,
        "%",
        3,
        "last tenth over first tenth of the radiographs",
    ),
    ("dose spread", "/quality/radiographs/dose_spread", 100.0, "%", 3, "largest less least dose"),
    (
        "flat-field residual",
        "/quality/radiographs/flat_field_residual",
        100.0,
        "%",
        3,
        "what stands still in the air, of the open beam",
    ),
    (
        "starved pixels",
        "/quality/radiographs/starved_share",
        100.0,
        "%",
        3,
        "line integrals uncertain by more than 0.5",
    ),
    (
        "dead pixels",
        "/quality/radiographs/dead_share",
        100.0,
        "%",
        3,
        "bridged from their neighbours",
    ),
    (
        "rings",
        "/quality/rings/after",
        1.0,
        "",
        5,
        "stripes left in sinograms, rms of line integrals",
    ),
    (
        "sharpest edge",
        "/quality/edge/width_mm",
        1.0,
        "mm",
        4,
        "10 to 90 % of its step, on the detector",
    ),
    (
        "resolution",
        "/quality/slice/resolution",
        1.0,
        "VOXEL",
        4,
        "half a period at half a bit of ring correlation",
    ),
    (
        "noise",
        "/quality/slice/noise",
        1.0,
        "UNIT",
        4,
        "standard deviation of a voxel of the middle slice",
    ),
    (
        "contrast to noise",
        "/quality/slice/contrast_to_noise",
        1.0,
        "",
        1,
        "of the two classes of the middle slice",
    ),
    (
        "values that are numbers",
        "/gates/reconstruct/finite_fraction",
        100.0,
        "%",
        4,
        "share of the voxels",
    ),
];

/// What is told of a registration.
const OF_A_REGISTRATION: [Figure; 6] = [
    ("score", "/score", 1.0, "", 4, "1 where one volume tells the other"),
    ("margin", "/runner_up/margin", 1.0, "σ", 1, "ahead of the next best place"),
    (
        "error",
        "/target_error/rms_mm",
        1.0,
        "mm",
        4,
        "within the cell, root mean square, from resampled blocks",
    ),
    ("largest error", "/target_error/largest_mm", 1.0, "mm", 4, "within the cell"),
    ("overlap", "/overlap", 100.0, "%", 1, "share of the neutron volume within the X-ray volume"),
    ("scale", "/scale", 1.0, "", 5, "size of the can in neutrons over that in X-rays"),
];

/// The figures of one scan.
pub(super) fn of_run(run: &ScanRun) -> QualityTable {
    let mut rows = rows(&run.record, &OF_A_SCAN);
    if let Some(method) = run.record.pointer("/method/name").and_then(Value::as_str) {
        let why = run.record.pointer("/method/why").and_then(Value::as_str).unwrap_or_default();
        rows.insert(0, row("method", method, why));
    }
    QualityTable { title: format!("Scan with {}", run.beam()), rows }
}

/// The figures of the registration that lies beside the findings.
pub(super) fn of_registration(folder: &Path) -> Option<QualityTable> {
    let bytes = REGISTRATIONS.iter().find_map(|path| std::fs::read(folder.join(path)).ok())?;
    let record: Value = serde_json::from_slice(&bytes).ok()?;
    let rows = rows(&record, &OF_A_REGISTRATION);
    let title = "Registration of the neutron volume on the X-ray volume".into();
    (!rows.is_empty()).then_some(QualityTable { title, rows })
}

/// The figures that a record holds.
fn rows(record: &Value, figures: &[Figure]) -> Vec<QualityRow> {
    let told = figures.iter().filter_map(|(name, place, times, unit, decimals, note)| {
        let value = record.pointer(place)?.as_f64()? * times;
        let value = format!("{value:.decimals$}").replace('-', "\u{2212}");
        Some(QualityRow { value, unit: unit_of(record, unit), ..row(name, "", note) })
    });
    told.collect()
}

fn row(name: &str, value: &str, note: &str) -> QualityRow {
    let [name, value, note] = [name, value, note].map(String::from);
    QualityRow { name, value, unit: String::new(), judged: None, note }
}

/// A unit, or the one that the record tells.
fn unit_of(record: &Value, unit: &'static str) -> String {
    let told = |place: &str| record.pointer(place).and_then(Value::as_str).unwrap_or_default();
    match unit {
        "VOXEL" if told("/plan/grid/unit") == "millimetre" => "mm".into(),
        "VOXEL" => told("/plan/grid/unit").into(),
        "UNIT" => told("/volume/unit").into(),
        other => other.into(),
    }
}
