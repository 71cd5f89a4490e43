//! `report.html` from the files of an inspected folder. Inspects nothing and draws no finding.
//!
//! Everything is read from disk, so a report can be made again at any time, and what other stages
//! put beside the findings (curves, pictures) is taken up without a change here.

mod curves;
mod findings;
mod joint;
mod outcome;
mod pictures;
mod quality;
mod runs;

use std::path::{Path, PathBuf};

use voltomo_show::report::{
    FileLink, ReportContent, ReportVolume, Summary, TextBlock, summarise, write_html,
};
use voltomo_types::{CellPart, Curve, Finding};

pub use outcome::ReportOutcome;

use crate::error::RunError;
use crate::findings_file::{FindingsRecord, Inspected, JSON as FINDINGS};
use crate::provenance::write_text;
use runs::ScanRun;

/// Name of the report in an inspected folder.
pub(crate) const REPORT: &str = "report.html";
/// Files that a report links to where they lie beside it, and what is in them.
const BESIDE: [(&str, &str); 5] = [
    ("findings.json", "the findings for programs; docs/findings.schema.json describes it"),
    ("findings.csv", "the findings as a table, a row for each measure"),
    ("curves.json", "the plots as numbers"),
    ("pictures.json", "the list of pictures"),
    ("../4-register/registration.json", "the registration of both volumes"),
];

/// Makes the report of an inspected folder again from the files in it, and writes it to `out`, or to
/// `report.html` in the folder.
///
/// Read are `findings.json` with `finding-NN.png`, `curves.json` and other files that hold curves,
/// the pictures that `pictures.json` lists, the `run.json` of the runs that made the volumes,
/// `registration.json` in the folder or in `4-register` beside it, and `joint-histogram.json` in the
/// folder or in `5-segment` beside it. Only `findings.json` must be there.
/// Memory: the report and its pictures, below about 40 MB.
///
/// # Errors
/// No findings, findings that cannot be understood, a place that cannot be written.
pub fn report(folder: &Path, out: Option<&Path>) -> Result<ReportOutcome, RunError> {
    if let Some(path) = out {
        check_name(path)?;
    }
    let (content, broken) = gather(folder)?;
    let path: PathBuf = out.map_or_else(|| folder.join(REPORT), Path::to_path_buf);
    let mut html = Vec::new();
    let failed = |source| RunError::File { what: "cannot write", path: path.clone(), source };
    write_html(&content, &mut html).map_err(failed)?;
    write_text(&path, &String::from_utf8_lossy(&html))?;
    Ok(ReportOutcome { summary: summarise(&content), bytes: html.len(), path, broken })
}

/// Refuses a file for a report that does not end in `.html`: it may be one that is to be read.
fn check_name(path: &Path) -> Result<(), RunError> {
    let endings = ["html", "htm"];
    if path.extension().is_some_and(|it| endings.iter().any(|html| it.eq_ignore_ascii_case(html))) {
        return Ok(());
    }
    let source = std::io::Error::other("expected a file that ends in .html");
    Err(RunError::File { what: "no report is written there", path: path.into(), source })
}

/// The verdict on an inspected folder in words, as its report has it.
///
/// # Errors
/// As [`report`].
pub(crate) fn verdict_in_words(folder: &Path) -> Result<Summary, RunError> {
    Ok(summarise(&gather(folder)?.0))
}

/// Everything that the folder tells, and of what is broken in it.
fn gather(folder: &Path) -> Result<(ReportContent, Vec<String>), RunError> {
    let read = findings::read(&folder.join(FINDINGS))?;
    let (record, mut broken) = (read.record, read.warnings);
    let mut runs: Vec<ScanRun> = Vec::new();
    for volume in &record.volumes {
        runs.extend(ScanRun::beside(volume));
    }
    let album = pictures::read(folder, &mut broken);
    let provenance = provenance(&record, &runs);
    let mut findings = pictures::of_findings(folder, record.findings, &mut broken);
    findings.iter_mut().for_each(|found| found.part = part_seen(&found.finding, &record.volumes));
    let curves = all_curves(folder, &runs, &mut broken);
    let heat_maps = joint::read(folder, &mut broken).into_iter().collect();
    let of_runs = runs.iter().flat_map(ScanRun::warnings);
    let warnings = broken.iter().cloned().chain(of_runs).collect();
    let mut quality: Vec<_> = runs.iter().map(quality::of_run).collect();
    quality.extend(quality::of_registration(folder));
    let volumes = record.volumes.iter().map(|volume| ReportVolume {
        probe: volume.probe,
        path: volume.path.clone(),
        facts: volume.facts.iter().map(|it| (it.item.clone(), it.value.clone())).collect(),
        part: volume.part,
    });
    let content = ReportContent {
        title: record.name.clone(),
        cell: record.cell,
        verdict: record.verdict,
        volumes: volumes.collect(),
        findings,
        overview: album.overview,
        figures: album.figures,
        curves,
        heat_maps,
        quality,
        texts: runs.iter().filter_map(ScanRun::recipe).collect::<Vec<TextBlock>>(),
        provenance,
        files: files(folder),
        warnings,
    };
    Ok((content, broken))
}

/// By which program and which limits, and how the volumes were made.
fn provenance(record: &FindingsRecord, runs: &[ScanRun]) -> Vec<(String, String)> {
    let mut rows = vec![("Inspected by".to_string(), record.program.clone())];
    if record.cell.is_some() {
        let own = "the program's own: starting points for an 18650, no standard".to_string();
        rows.push(("Limits".into(), record.limits.clone().unwrap_or(own)));
    }
    rows.extend(runs.iter().flat_map(ScanRun::provenance));
    rows
}

/// What of the cell the volumes hold that show a finding.
fn part_seen(finding: &Finding, volumes: &[Inspected]) -> Option<CellPart> {
    let showing = volumes.iter().filter(|volume| finding.shown_by.contains(&volume.probe));
    showing.filter_map(|volume| volume.part).reduce(CellPart::and)
}

/// The curves beside the findings, and what the runs tell that is not among them.
fn all_curves(folder: &Path, runs: &[ScanRun], warnings: &mut Vec<String>) -> Vec<Curve> {
    let mut curves = curves::read(folder, warnings);
    let of_runs = runs.iter().flat_map(|run| [run.dose(), run.centre_residuals()]).flatten();
    for own in of_runs {
        if curves.iter().all(|it| it.name != own.name) {
            curves.push(own);
        }
    }
    curves
}

/// What lies beside the report.
fn files(folder: &Path) -> Vec<FileLink> {
    let there = BESIDE.iter().filter(|(path, _)| folder.join(path).is_file());
    there.map(|(path, title)| FileLink { path: (*path).into(), title: (*title).into() }).collect()
}

#[cfg(test)]
mod tests;
