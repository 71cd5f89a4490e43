//! `voltomo run`, `rerun`, `reconstruct`, `correct` and `demo`. No science.

use std::path::{Path, PathBuf};

use voltomo_pipeline::{CellOptions, CellRecipe, Recipe, RunOptions, RunRecord};

use super::{
    outcome::Outcome,
    recipe::recipe_of,
    screen::{print, print_lines, use_threads},
};
use crate::{
    arguments::{
        DemoArguments, OutArguments, ReconstructArguments, RerunArguments, RunArguments,
        ScanRunArguments,
    },
    progress::Console,
};

/// Does what a recipe says.
pub(crate) fn run(arguments: &RunArguments) -> Result<Outcome, String> {
    let base = arguments.recipe.parent().map(Path::to_path_buf).unwrap_or_default();
    if voltomo_pipeline::read_text(&arguments.recipe).is_ok_and(|text| CellRecipe::is_one(&text)) {
        return run_cell(arguments, base);
    }
    let recipe = Recipe::open(&arguments.recipe, &arguments.overrides).map_err(text)?;
    planned_or_run(&recipe, base, &arguments.out)
}

/// From the scans of a cell to its findings.
fn run_cell(arguments: &RunArguments, base: PathBuf) -> Result<Outcome, String> {
    let RunArguments { recipe, overrides, out } = arguments;
    if !overrides.is_empty() {
        return Err(format!(
            "--set with the recipe of a cell; give it with the recipe of each scan ({})",
            recipe.display()
        ));
    }
    use_threads(&out.machine)?;
    let recipe = CellRecipe::open(recipe).map_err(text)?;
    let options = CellOptions {
        out: out.out.clone(),
        base,
        memory: out.machine.memory,
        resume: out.resume,
        force: out.force,
    };
    if out.plan {
        let plan = voltomo_pipeline::plan_cell(&recipe, &options).map_err(text)?;
        print_lines(&plan.lines())?;
        return Ok(Outcome::Done);
    }
    let console = Console::listening()?;
    let record = voltomo_pipeline::run_cell(&recipe, &options, &console).map_err(text)?;
    print_lines(&record.lines(&options.out.join("6-inspect")))?;
    Ok(super::inspect::outcome(&record))
}

/// Corrects and reconstructs a scan without a recipe file.
pub(crate) fn reconstruct(arguments: &ReconstructArguments) -> Result<Outcome, String> {
    let recipe = recipe_of(&arguments.scan, &arguments.overrides())?;
    planned_or_run(&recipe, PathBuf::new(), &arguments.out)
}

fn planned_or_run(recipe: &Recipe, base: PathBuf, out: &OutArguments) -> Result<Outcome, String> {
    use_threads(&out.machine)?;
    if out.plan {
        let plan = voltomo_pipeline::plan_only(recipe, &base, out.machine.memory).map_err(text)?;
        print_lines(&plan.lines())?;
        return Ok(Outcome::Done);
    }
    let options = RunOptions {
        out: out.out.clone(),
        base,
        memory: out.machine.memory,
        resume: out.resume,
        force: out.force,
    };
    let record = voltomo_pipeline::run(recipe, &options, &Console::listening()?).map_err(text)?;
    summary(&record, &out.out)
}

/// Corrects a scan and writes its line integrals.
pub(crate) fn correct(arguments: &ScanRunArguments) -> Result<(), String> {
    use_threads(&arguments.machine)?;
    let scan = &arguments.scan;
    let recipe = recipe_of(scan, &scan.overrides)?;
    let options = RunOptions {
        out: arguments.out.clone(),
        base: PathBuf::new(),
        memory: arguments.machine.memory,
        resume: false,
        force: arguments.force,
    };
    let written =
        voltomo_pipeline::correct_only(&recipe, &options, &Console::listening()?).map_err(text)?;
    print(&format!("line integrals  {}", written.display()))?;
    Ok(())
}

/// Repeats a finished run and compares the volumes.
pub(crate) fn rerun(arguments: &RerunArguments) -> Result<Outcome, String> {
    use_threads(&arguments.machine)?;
    let options = RunOptions {
        out: arguments.out.clone(),
        base: PathBuf::new(),
        memory: arguments.machine.memory,
        resume: false,
        force: arguments.force,
    };
    let console = Console::listening()?;
    let record = voltomo_pipeline::rerun(&arguments.folder, &options, &console).map_err(text)?;
    let outcome = summary(&record, &arguments.out)?;
    print("the volume is bit by bit that of the first run")?;
    Ok(outcome)
}

/// Generates a scan, reconstructs it and says where things are.
pub(crate) fn demo(arguments: &DemoArguments) -> Result<Outcome, String> {
    use_threads(&arguments.machine)?;
    let console = Console::listening()?;
    let shown =
        voltomo_pipeline::demo(&arguments.out, arguments.machine.memory, &console).map_err(text)?;
    print_lines(&shown.lines)?;
    // The flaws were built in: to find them is what was to be shown.
    Ok(Outcome::Done)
}

/// Prints what a person wants to know of a run.
fn summary(record: &RunRecord, out: &Path) -> Result<Outcome, String> {
    print_lines(&record.lines(out))?;
    Ok(if record.findings.is_empty() { Outcome::Done } else { Outcome::BeyondLimits })
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
