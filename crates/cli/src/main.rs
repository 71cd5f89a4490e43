//! The command line door of voltomo: arguments in, exit code out. No science.
//!
//! Exit codes: 0 done, 1 done with findings beyond limits, 2 could not.

mod arguments;
mod command;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no failure; a wrong argument is.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    listen_to_stages();
    match command::execute(arguments) {
        Ok(command::Outcome::Done) => ExitCode::SUCCESS,
        Ok(command::Outcome::BeyondLimits) => ExitCode::from(1),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// Shows what the stages log where `VOLTOMO_LOG` asks for it, as in `VOLTOMO_LOG=debug`.
fn listen_to_stages() {
    let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("VOLTOMO_LOG") else { return };
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
