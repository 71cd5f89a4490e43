//! The screen and the threads, for every sub-command. No science.

use crate::arguments::MachineArguments;

/// Gives the work its threads.
pub(crate) fn use_threads(machine: &MachineArguments) -> Result<(), String> {
    let Some(threads) = machine.threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|error| format!("cannot start {threads} threads: {error}"))
}

/// A result for the screen; a closed pipe is no failure of ours.
pub(crate) fn print(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
