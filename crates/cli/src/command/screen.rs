//! The screen and the threads, for every sub-command. No science.

use std::io::Write;

use crate::arguments::MachineArguments;

/// Gives the work its threads.
pub(crate) fn use_threads(machine: &MachineArguments) -> Result<(), String> {
    let Some(threads) = machine.threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|error| format!("cannot start {threads} threads: {error}"))
}

/// A result for the screen; a reader that has gone, as `head`, is no failure of ours.
pub(crate) fn print(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to the standard output: {error}; send it elsewhere"))
        }
        _ => Ok(()),
    }
}

/// Results for the screen, a line each.
pub(crate) fn print_lines(lines: &[String]) -> Result<(), String> {
    lines.iter().try_for_each(|line| print(line))
}
