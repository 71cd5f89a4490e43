//! `voltomo simulate`. No science.

use voltomo_pipeline::{ScanFormat, SimulateOptions};

use super::screen::{print, print_lines, use_threads};
use crate::{
    arguments::{FrameFormat, SimulateArguments},
    progress::Console,
};

/// Simulates a scan, plans one, or lists what there is to simulate.
pub(crate) fn simulate(arguments: &SimulateArguments) -> Result<(), String> {
    if arguments.list {
        return print_lines(&voltomo_pipeline::list_simulations());
    }
    if let Some(name) = &arguments.show_cell {
        return print(voltomo_pipeline::builtin_cell(name).map_err(text)?.trim_end());
    }
    if let Some(name) = &arguments.show_instrument {
        return print(voltomo_pipeline::builtin_instrument(name).map_err(text)?.trim_end());
    }
    use_threads(&arguments.machine)?;
    let options = options(arguments);
    if arguments.plan {
        let plan = voltomo_pipeline::plan_simulation(&options).map_err(text)?;
        let warnings = plan.warnings().into_iter().map(|warning| format!("WARNING: {warning}"));
        return print_lines(&plan.lines().into_iter().chain(warnings).collect::<Vec<_>>());
    }
    let console = Console::listening()?;
    let simulated = voltomo_pipeline::simulate(&options, &console).map_err(text)?;
    print_lines(&simulated.lines)
}

fn options(arguments: &SimulateArguments) -> SimulateOptions {
    let format = arguments.format.map(|format| match format {
        FrameFormat::Tiff => ScanFormat::Tiff,
        FrameFormat::Fits => ScanFormat::Fits,
        FrameFormat::Nexus => ScanFormat::Nexus,
    });
    SimulateOptions {
        cell: arguments.cell.clone().unwrap_or_default(),
        instrument: arguments.instrument.clone().unwrap_or_default(),
        preset: arguments.preset.clone(),
        seed: arguments.seed,
        random_defects: arguments.random_defects,
        format,
        noise_free: arguments.noise_free,
        truth: !arguments.no_truth,
        out: arguments.out.clone().unwrap_or_default(),
        memory: arguments.machine.memory,
        resume: arguments.resume,
        force: arguments.force,
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
