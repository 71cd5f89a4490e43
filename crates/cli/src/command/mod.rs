//! One function a sub-command. No science.

mod look;
mod recipe;
mod run;

use crate::arguments::{Arguments, Command, MachineArguments};

/// Does what the command line says; the error is the text that a person reads.
pub(crate) fn execute(arguments: Arguments) -> Result<(), String> {
    match arguments.command {
        Command::Demo(arguments) => run::demo(&arguments),
        Command::Look(arguments) => look::look(&arguments),
        Command::Recipe(arguments) => recipe::recipe(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Rerun(arguments) => run::rerun(&arguments),
        Command::Correct(arguments) => run::correct(&arguments),
        Command::Reconstruct(arguments) => run::reconstruct(&arguments),
        Command::Show(arguments) => look::show(&arguments),
        Command::Schema => recipe::schema(),
    }
}

/// Gives the work its threads.
fn use_threads(machine: &MachineArguments) -> Result<(), String> {
    let Some(threads) = machine.threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(threads))
        .build_global()
        .map_err(|error| format!("cannot start {threads} threads: {error}"))
}

/// A result for the screen; a closed pipe is no failure of ours.
fn print(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
