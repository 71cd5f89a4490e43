//! The demonstration: two cells of known truth are scanned in two simulated instruments, go the whole
//! way like any others, and what was found is held to what was built in. No science of its own.

mod built_in;
mod cells;
mod means;
mod parts;

use std::path::{Path, PathBuf};

use crate::{
    cell::{CellOptions, CellRecipe, run_cell},
    error::RunError,
    findings_file::FindingsRecord,
    memory::Bytes,
    provenance::write_text,
    report::{REPORT, verdict_in_words},
    simulate::{SimulateError, SimulateOptions, simulate},
    watch::Watch,
};
use cells::{CELLS, ShownCell, ShownScan};

/// What the demonstration shows.
#[derive(Debug)]
pub struct Demo {
    /// What was found in each cell.
    pub records: Vec<FindingsRecord>,
    /// What was found beside what is true, as lines for a person.
    pub lines: Vec<String>,
}

/// Simulates a wound cell with six flaws and a coin cell without any, each in a neutron beam and in
/// X-rays; reconstructs, registers, segments and inspects both, and compares what comes out with
/// what was put in.
///
/// # Errors
/// A folder that cannot be written or holds something else.
pub fn demo(out: &Path, memory: Option<Bytes>, watch: &dyn Watch) -> Result<Demo, SimulateError> {
    let mut shown = Demo { records: Vec::new(), lines: Vec::new() };
    for cell in CELLS {
        let (record, lines) = one(cell, &out.join(cell.folder), memory, watch)?;
        shown.records.push(record);
        shown.lines.extend(lines);
    }
    Ok(shown)
}

/// One cell, from its scans to its findings, and what is said of it.
fn one(
    cell: &ShownCell,
    folder: &Path,
    memory: Option<Bytes>,
    watch: &dyn Watch,
) -> Result<(FindingsRecord, Vec<String>), SimulateError> {
    let made = |source| {
        let what = "cannot make the output folder";
        SimulateError::from(RunError::File { what, path: folder.into(), source })
    };
    std::fs::create_dir_all(folder).map_err(made)?;
    let truth = folder.join("cell-as-built.toml");
    write_text(&truth, &cell.description()?)?;
    let mut scans = Vec::new();
    for scan in cell.scans {
        let options = simulation(&truth, scan, (folder, memory));
        watch.note(&format!("{}: scan it in {}", cell.about, scan.instrument));
        scans.push((options.clone(), simulate(&options, watch)?));
    }
    let recipe = folder.join("cell.toml");
    write_text(&recipe, &cell.recipe())?;
    let options = CellOptions {
        out: folder.join("results"),
        base: folder.into(),
        memory,
        resume: false,
        force: true,
    };
    let recipe = CellRecipe::open(&recipe).map_err(RunError::from)?;
    let record = run_cell(&recipe, &options, watch)?;
    let words = verdict_in_words(&options.out.join("6-inspect"))?;
    let mut lines = vec![String::new(), format!("{}: {}", cell.about, words.word), words.lead];
    let points = words.points.iter().enumerate();
    lines
        .extend(points.map(|(k, point)| format!("  {}  {}; {}", k + 1, point.text, point.because)));
    if let Some((simulating, _)) = scans.first() {
        lines.push(String::new());
        lines.extend(built_in::compare(&simulating.out, &record.findings)?);
    }
    for (simulating, simulated) in scans.iter().filter(|(simulating, _)| simulating.truth) {
        let run = options.out.join("neutron");
        lines.extend(means::compare((simulating, simulated), &run)?);
    }
    lines.push(format!("report    {}", options.out.join("6-inspect").join(REPORT).display()));
    Ok((record, lines))
}

fn simulation(
    truth: &Path,
    scan: &ShownScan,
    (folder, memory): (&Path, Option<Bytes>),
) -> SimulateOptions {
    let out: PathBuf = folder.join(scan.folder);
    SimulateOptions {
        preset: Some(scan.preset.into()),
        memory,
        // The neutron scan alone is held to the volume of its truth.
        truth: scan.has_truth,
        // Only a scan that voltomo simulated is replaced.
        force: true,
        ..SimulateOptions::demo(&truth.display().to_string(), scan.instrument, out)
    }
}
