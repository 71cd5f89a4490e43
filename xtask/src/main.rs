//! The project's chores, run as `cargo xtask CHORE`. Knows no tomography.

mod cargo;
mod check;
mod error;
mod libtest;
mod python;
mod rooms;
mod suites;
mod tally;
mod test_files;
mod workspace;

use std::process::ExitCode;

use error::ChoreError;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask test     every test: ordinary, with Python clients, on real scans, through the C library
cargo xtask rooms    the house check: arrows, circles, headers, sizes, names
cargo xtask check    format, clippy, docs, rooms and test: what .ci/run runs";

fn main() -> ExitCode {
    let chore = std::env::args().nth(1).unwrap_or_default();
    match run(&chore) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs one chore; `true` where nothing failed.
fn run(chore: &str) -> Result<bool, ChoreError> {
    let workspace = Workspace::here()?;
    match chore {
        "test" => suites::run(&workspace).map(|tally| tally.close()),
        "rooms" => rooms::run(&workspace.root),
        "check" => check::run(&workspace),
        other => Err(ChoreError::UnknownChore { found: other.into(), usage: USAGE }),
    }
}
