//! The demonstration: the scan of a cell of known truth is simulated, run like any other, and held
//! to its truth. No science of its own.

mod parts;

use std::path::Path;

use crate::{
    error::RunError,
    memory::Bytes,
    provenance::RunRecord,
    recipe::Recipe,
    run::{RunOptions, run},
    simulate::{Setup, SimulateError, SimulateOptions, Simulated, simulate, truth_volume},
    summary::number,
    watch::Watch,
};

/// The cell that is shown.
const CELL: &str = "18650-na-1500";
/// The instrument that sees it.
const INSTRUMENT: &str = "titan";

/// Why found and true differ.
const WHY: [&str; 2] = [
    "What differs is physics: scattered neutrons fill in the dark and take from the bright,",
    "the beam hardens, and thin parts are blurred with what lies beside them.",
];

/// What the demonstration shows.
#[derive(Debug)]
pub struct Demo {
    /// The record of its run.
    pub record: RunRecord,
    /// What was found beside what is true, as lines for a person.
    pub lines: Vec<String>,
}

/// Simulates the neutron scan of a sodium-ion cell as TITAN would write it, runs the recipe that
/// lies beside it, and compares what comes out with what was put in.
///
/// # Errors
/// A folder that cannot be written or holds something else.
pub fn demo(out: &Path, memory: Option<Bytes>, watch: &dyn Watch) -> Result<Demo, SimulateError> {
    let scan = out.join("scan");
    let options = SimulateOptions {
        memory,
        // Only a scan that voltomo simulated is replaced.
        force: true,
        ..SimulateOptions::demo(CELL, INSTRUMENT, scan.clone())
    };
    let simulated = simulate(&options, watch)?;
    let recipe = Recipe::open(&scan.join("recipe.toml"), &[]).map_err(RunError::from)?;
    let folder = out.join("run");
    let how = RunOptions { out: folder.clone(), base: scan, memory, resume: false, force: true };
    let record = run(&recipe, &how, watch)?;
    let lines = compare((&record, &folder), (&options, &simulated))?;
    Ok(Demo { record, lines })
}

/// Found beside true: the axis, and µ in each part of the cell.
fn compare(
    (record, folder): (&RunRecord, &Path),
    (options, simulated): (&SimulateOptions, &Simulated),
) -> Result<Vec<String>, SimulateError> {
    let mut lines = vec!["                                found      true".to_string()];
    let axis = simulated.axis;
    let (centre, tilt) = (number(&record.axis, "centre_px"), number(&record.axis, "tilt_deg"));
    lines.push(format!("axis column, px               {centre:>9.3} {:>9.3}", axis.centre));
    lines.push(format!("axis tilt, degrees            {tilt:>9.4} {:>9.4}", axis.tilt.degrees()));
    if let Some(volume) = &record.volume {
        let setup = Setup::read(options)?;
        let truth = truth_volume(&options.out, "mu_neutron");
        let voxels = (setup.scene(), &simulated.request);
        let means = parts::part_means(voxels, &folder.join(&volume.path), &truth)?;
        let line = |part: &parts::PartMean| {
            let label = format!("µ of {}, 1/cm", part.name);
            format!("{label:<29} {:>9.3} {:>9.3}", part.found, part.truth)
        };
        lines.extend(means.iter().map(line));
        lines.extend(WHY.map(String::from));
    }
    lines.push(format!(
        "scan and truth in {:.0} s    {}",
        simulated.seconds,
        options.out.display()
    ));
    lines.push(format!("pictures              {}", folder.join("3-reconstruct").display()));
    Ok(lines)
}
