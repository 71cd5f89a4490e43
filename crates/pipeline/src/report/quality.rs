//! Quality figures of scans and of their registration, as rows. Measures nothing.

use std::path::Path;

use serde_json::Value;
use voltomo_show::report::{QualityRow, QualityTable};
use voltomo_types::Verdict;

use super::runs::ScanRun;

/// Where a registration lies, from the folder of the findings.
const REGISTRATIONS: [&str; 2] = ["registration.json", "../4-register/registration.json"];

/// How a figure is judged: good up to (or from) the first number on, doubtful to the second.
#[derive(Debug, Clone, Copy)]
enum Judge {
    /// It is only told.
    Told,
    /// The size of it should be small.
    AtMost(f64, f64),
    /// It should be large.
    AtLeast(f64, f64),
}

use Judge::{AtLeast, AtMost, Told};

impl Judge {
    /// The verdict, and the limit in words.
    fn of(self, value: f64) -> Option<(Verdict, String)> {
        let verdict = |is_good: bool, is_bearable: bool| match (is_good, is_bearable) {
            (true, _) => Verdict::Pass,
            (false, true) => Verdict::Doubtful,
            (false, false) => Verdict::Fail,
        };
        match self {
            Told => None,
            AtMost(good, bearable) => {
                let size = value.abs();
                Some((verdict(size <= good, size <= bearable), format!("at most {good}")))
            }
            AtLeast(good, bearable) => {
                Some((verdict(value >= good, value >= bearable), format!("at least {good}")))
            }
        }
    }
}

/// A figure of a record.
struct Figure {
    /// What it is called.
    name: &'static str,
    /// Where it stands.
    place: &'static str,
    /// Times what it is shown, in which unit, with how many decimals.
    shown: (f64, &'static str, usize),
    /// What is thought of it.
    judge: Judge,
    /// What it is.
    note: &'static str,
}

const fn figure(
    name: &'static str,
    place: &'static str,
    shown: (f64, &'static str, usize),
    (judge, note): (Judge, &'static str),
) -> Figure {
    Figure { name, place, shown, judge, note }
}

/// What is told of a scan. A contrast of five times the noise is what an eye sees for sure (Rose 1948,
/// doi:10.1364/JOSA.38.000196); the other limits are those at which users look again.
const OF_A_SCAN: [Figure; 22] = [
    figure("radiographs", "/scan/radiographs/frames", (1.0, "", 0), (Told, "")),
    figure(
        "angles",
        "/scan/angles/span_deg",
        (1.0, "°", 1),
        (Told, "from the first to the last radiograph"),
    ),
    figure("voxel", "/plan/grid/voxel", (1.0, "VOXEL", 4), (Told, "edge of a voxel of the volume")),
    figure("rotation axis", "/axis/centre_px", (1.0, "px", 3), (Told, "column of the detector")),
    figure(
        "± one sigma",
        "/axis/centre_sigma_px",
        (1.0, "px", 4),
        (AtMost(0.25, 0.5), "of the rotation axis"),
    ),
    figure(
        "disagreement",
        "/axis/disagreement_px",
        (1.0, "px", 4),
        (AtMost(0.5, 1.0), "between the methods that found the axis"),
    ),
    figure(
        "tilt of the axis",
        "/axis/tilt_deg",
        (1.0, "°", 4),
        (Told, "against the detector's columns"),
    ),
    figure(
        "dose drift",
        "/quality/radiographs/dose_drift",
        (100.0, "%", 3),
        (AtMost(5.0, 20.0), "last tenth over first tenth of the radiographs"),
    ),
    figure(
        "dose spread",
        "/quality/radiographs/dose_spread",
        (100.0, "%", 3),
        (AtMost(10.0, 30.0), "largest less least dose"),
    ),
    figure(
        "flat-field residual",
        "/quality/radiographs/flat_field_residual",
        (100.0, "%", 3),
        (AtMost(1.0, 2.0), "what stands still in the air, of the open beam"),
    ),
    figure(
        "bright spots",
        "/quality/radiographs/bright_spots",
        (1.0, "px", 1),
        (Told, "mended in a radiograph, by mean"),
    ),
    figure(
        "leaving on the left",
        "/quality/radiographs/leaving_share/0",
        (100.0, "%", 2),
        (AtMost(0.1, 5.0), "rows of all radiographs in which the sample reaches beyond the frame"),
    ),
    figure(
        "leaving on the right",
        "/quality/radiographs/leaving_share/1",
        (100.0, "%", 2),
        (AtMost(0.1, 5.0), "rows of all radiographs in which the sample reaches beyond the frame"),
    ),
    figure(
        "starved pixels",
        "/quality/radiographs/starved_share",
        (100.0, "%", 3),
        (AtMost(0.1, 5.0), "line integrals uncertain by more than 0.5"),
    ),
    figure(
        "dead pixels",
        "/quality/radiographs/dead_share",
        (100.0, "%", 3),
        (AtMost(1.0, 5.0), "bridged from their neighbours"),
    ),
    figure(
        "rings before",
        "/quality/rings/before",
        (1.0, "", 5),
        (Told, "stripes in sinograms before their correction, rms of line integrals"),
    ),
    figure(
        "rings",
        "/quality/rings/after",
        (1.0, "", 5),
        (Told, "stripes left in sinograms, rms of line integrals"),
    ),
    figure(
        "sharpest edge",
        "/quality/edge/width_mm",
        (1.0, "mm", 4),
        (Told, "10 to 90 % of its step, on the detector"),
    ),
    figure(
        "resolution",
        "/quality/slice/resolution",
        (1.0, "VOXEL", 4),
        (Told, "half a period at half a bit of ring correlation"),
    ),
    figure(
        "noise",
        "/quality/slice/noise",
        (1.0, "UNIT", 4),
        (Told, "standard deviation of a voxel of the middle slice"),
    ),
    figure(
        "contrast to noise",
        "/quality/slice/contrast_to_noise",
        (1.0, "", 1),
        (AtLeast(5.0, 3.0), "of the two classes of the middle slice"),
    ),
    figure(
        "values that are numbers",
        "/gates/reconstruct/finite_fraction",
        (100.0, "%", 4),
        (AtLeast(100.0, 99.9), "share of the voxels"),
    ),
];

/// What is told of a registration.
const OF_A_REGISTRATION: [Figure; 6] = [
    figure("score", "/score", (1.0, "", 4), (Told, "1 where one volume tells the other")),
    figure(
        "margin",
        "/runner_up/margin",
        (1.0, "σ", 1),
        (AtLeast(8.0, 6.0), "ahead of the next best place"),
    ),
    figure(
        "error",
        "/target_error/rms_mm",
        (1.0, "mm", 4),
        (Told, "within the cell, root mean square, from resampled blocks"),
    ),
    figure("largest error", "/target_error/largest_mm", (1.0, "mm", 4), (Told, "within the cell")),
    figure(
        "overlap",
        "/overlap",
        (100.0, "%", 1),
        (AtLeast(50.0, 10.0), "share of the neutron volume within the X-ray volume"),
    ),
    figure(
        "scale",
        "/scale",
        (1.0, "", 5),
        (Told, "size of the can in neutrons over that in X-rays"),
    ),
];

/// The figures of one scan.
pub(super) fn of_run(run: &ScanRun) -> QualityTable {
    let mut rows = rows(&run.record, &OF_A_SCAN);
    if let Some(method) = run.record.pointer("/method/name").and_then(Value::as_str) {
        let why = run.record.pointer("/method/why").and_then(Value::as_str).unwrap_or_default();
        rows.insert(0, row("method", method, why));
    }
    if let Some(gaps) = run.record.pointer("/quality/angles/gaps").and_then(Value::as_array) {
        let judged = Some(if gaps.is_empty() { Verdict::Pass } else { Verdict::Doubtful });
        let note = "none is best; where a step of the angles is much larger than the others";
        rows.push(QualityRow {
            judged,
            ..row("gaps in the angles", &gaps.len().to_string(), note)
        });
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
    let told = figures.iter().filter_map(|figure| {
        let (times, unit, decimals) = figure.shown;
        let value = record.pointer(figure.place)?.as_f64()? * times;
        let judged = figure.judge.of(value);
        let limit = judged.as_ref().map(|(_, limit)| limit.as_str());
        let note = [limit.unwrap_or_default(), figure.note].map(str::to_string);
        let value = format!("{value:.decimals$}").replace('-', "\u{2212}");
        Some(QualityRow {
            value,
            unit: unit_of(record, unit),
            judged: judged.map(|(verdict, _)| verdict),
            ..row(figure.name, "", note.join("; ").trim_start_matches("; ").trim_end_matches("; "))
        })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn figures_are_held_to_their_limits() {
        let told = |drift: f64, contrast: f64| {
            let quality = json!({
                "radiographs": { "dose_drift": drift },
                "slice": { "contrast_to_noise": contrast },
            });
            let rows = rows(&json!({ "quality": quality }), &OF_A_SCAN);
            rows.into_iter().map(|row| (row.value, row.judged)).collect::<Vec<_>>()
        };
        let (pass, doubtful, fail) = (Verdict::Pass, Verdict::Doubtful, Verdict::Fail);
        let row = |value: &str, verdict| (value.to_string(), Some(verdict));
        assert_eq!(told(-0.01, 12.0), [row("\u{2212}1.000", pass), row("12.0", pass)]);
        assert_eq!(told(-0.1, 4.0), [row("\u{2212}10.000", doubtful), row("4.0", doubtful)]);
        assert_eq!(told(0.3, 1.0), [row("30.000", fail), row("1.0", fail)]);
    }

    #[test]
    fn what_has_no_limit_is_only_told() {
        let rows = rows(&json!({ "axis": { "centre_px": 7.25 } }), &OF_A_SCAN);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].value.as_str(), rows[0].judged), ("7.250", None));
    }
}
