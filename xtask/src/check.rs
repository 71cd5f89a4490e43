//! Everything that a change must pass, in the order in which it fails soonest.

use crate::cargo::{cargo, succeeds};
use crate::error::ChoreError;
use crate::tally::{SuiteResult, Tally};
use crate::workspace::Workspace;
use crate::{rooms, suites};

/// Format, clippy, docs, rooms and all tests; prints one table; `true` where nothing failed.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, ChoreError> {
    let mut tally = Tally::default();
    tally.push(house(workspace)?);
    tally.append(suites::run(workspace)?);
    Ok(tally.close())
}

/// The steps that are no tests.
fn house(workspace: &Workspace) -> Result<SuiteResult, ChoreError> {
    let root = &workspace.root;
    let mut house = SuiteResult::new("house");
    house.add_step("rooms", rooms::run(root)?);

    println!("== format");
    house.add_step("format", succeeds(cargo(root).args(["fmt", "--all", "--", "--check"]))?);

    println!("== clippy");
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    house.add_step("clippy", succeeds(cargo(root).args(clippy))?);

    println!("== docs");
    let docs = ["doc", "--workspace", "--no-deps", "--locked"];
    let mut command = cargo(root);
    command.args(docs).env("RUSTDOCFLAGS", "-D warnings");
    house.add_step("docs", succeeds(&mut command)?);
    Ok(house)
}
