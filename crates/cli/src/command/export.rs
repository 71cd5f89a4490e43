//! `voltomo export`. No science.

use voltomo_pipeline::{ExportOptions, store::NumberType};

use super::screen::{print_lines, use_threads};
use crate::{
    arguments::{ExportArguments, Numbers},
    progress::Console,
};

/// Writes a volume for other programs.
pub(crate) fn export(arguments: &ExportArguments) -> Result<(), String> {
    use_threads(&arguments.machine)?;
    let numbers = arguments.numbers.map(|numbers| match numbers {
        Numbers::F32 => NumberType::F32,
        Numbers::U16 => NumberType::U16,
        Numbers::U8 => NumberType::U8,
    });
    let options = ExportOptions {
        volume: arguments.volume.clone(),
        voxel_mm: arguments.voxel_mm,
        out: arguments.out.clone(),
        numbers,
        limits: arguments.range,
        label: arguments.label.clone(),
        above: arguments.above,
        findings: arguments.findings.clone(),
        force: arguments.force,
        memory: arguments.machine.memory,
    };
    let lines = voltomo_pipeline::export(&options, &Console::listening()?)
        .map_err(|error| error.to_string())?;
    print_lines(&lines)
}
