//! One function a sub-command. No science.

mod calibrate;
mod compare;
mod export;
mod inspect;
mod look;
mod material;
mod outcome;
mod recipe;
mod register;
mod render;
mod report;
mod run;
mod screen;
mod segment;
mod show;
mod simulate;
mod volumes;

pub(crate) use outcome::Outcome;

use crate::arguments::{Arguments, Command};

/// Does what the command line says; the error is the text that a person reads.
pub(crate) fn execute(arguments: Arguments) -> Result<Outcome, String> {
    match arguments.command {
        Command::Demo(arguments) => run::demo(&arguments),
        Command::Simulate(arguments) => simulate::simulate(&arguments).map(done),
        Command::Material(arguments) => material::material(&arguments).map(done),
        Command::Look(arguments) => look::look(&arguments).map(done),
        Command::Recipe(arguments) => recipe::recipe(&arguments).map(done),
        Command::Run(arguments) => run::run(&arguments),
        Command::Rerun(arguments) => run::rerun(&arguments),
        Command::Calibrate(arguments) => calibrate::calibrate(&arguments),
        Command::Correct(arguments) => run::correct(&arguments).map(done),
        Command::Reconstruct(arguments) => run::reconstruct(&arguments),
        Command::Register(arguments) => register::register(&arguments).map(done),
        Command::Segment(arguments) => segment::segment(&arguments).map(done),
        Command::Inspect(arguments) => inspect::inspect(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments).map(done),
        Command::Report(arguments) => report::report(&arguments).map(done),
        Command::Show(arguments) => show::show(&arguments).map(done),
        Command::Export(arguments) => export::export(&arguments).map(done),
        Command::Render(arguments) => render::render(&arguments).map(done),
        Command::Schema(arguments) => recipe::schema(&arguments).map(done),
    }
}

fn done((): ()) -> Outcome {
    Outcome::Done
}
