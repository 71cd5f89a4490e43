//! Starts Cargo and lets its output through, counting the tests in it on the way.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::ChoreError;
use crate::libtest::Counts;

/// The Cargo that runs this chore, to be started in `root`.
pub(crate) fn cargo(root: &Path) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(root);
    command
}

/// Runs a command whose output needs no reading; `true` where it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, ChoreError> {
    let status = command
        .status()
        .map_err(|source| ChoreError::Start { program: name_of(command), source })?;
    Ok(status.success())
}

/// Runs `cargo test …`, letting every line through; returns the counts and whether it succeeded.
pub(crate) fn count_tests(command: &mut Command) -> Result<(Counts, bool), ChoreError> {
    let program = name_of(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| ChoreError::Start { program: program.clone(), source })?;
    let output = child.stdout.take().expect("the output is piped, as asked two lines above");
    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line =
            line.map_err(|source| ChoreError::Output { program: program.clone(), source })?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts.read_line(&line);
    }
    let status = child.wait().map_err(|source| ChoreError::Output { program, source })?;
    Ok((counts, status.success()))
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
