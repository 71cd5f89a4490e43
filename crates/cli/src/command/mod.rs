//! One function a sub-command. No science.

mod look;
mod recipe;
mod run;
mod screen;

use crate::arguments::{Arguments, Command};

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
