//! The four suites of `cargo xtask test`: ordinary, clients, real scans, HDF5 in C.
//!
//! A test that needs something which may be missing is `#[ignore]`d with the reason; it is run
//! here where the thing is there, and reported as skipped, by name, where it is not.

mod at_hand;
mod hdf5_in_c;

use std::collections::BTreeSet;
use std::path::Path;

use crate::cargo::{cargo, count_tests};
use crate::error::ChoreError;
use crate::libtest::{Counts, Ignored};
use crate::tally::{SuiteResult, Tally};
use crate::test_files;
use crate::workspace::Workspace;
use at_hand::{AtHand, needs_client, needs_scans};

/// One of the suites whose tests are ignored unless asked for.
struct Waiting<'a> {
    name: &'a str,
    files: BTreeSet<String>,
    tests: Vec<Ignored>,
}

/// Runs all suites.
pub(crate) fn run(workspace: &Workspace) -> Result<Tally, ChoreError> {
    println!("== ordinary tests");
    let mut command = cargo(&workspace.root);
    command.args(["test", "--workspace", "--no-fail-fast"]);
    let (counts, has_succeeded) = count_tests(&mut command)?;
    let mut ordinary = SuiteResult::new("ordinary");
    ordinary.add_run(&counts, has_succeeded);

    let at_hand = AtHand::find(workspace)?;
    let [clients, scans] = sort_waiting(&workspace.root, counts, &mut ordinary);
    let mut tally = Tally::default();
    tally.push(ordinary);
    tally.push(run_waiting(workspace, &at_hand, &clients)?);
    tally.push(run_waiting(workspace, &at_hand, &scans)?);
    tally.push(hdf5_in_c::run(workspace, &at_hand)?);
    Ok(tally)
}

/// Parts the ignored tests into the two waiting suites; those ignored for any other reason are
/// skipped tests of the ordinary suite.
fn sort_waiting(root: &Path, counts: Counts, ordinary: &mut SuiteResult) -> [Waiting<'static>; 2] {
    let clients = test_files::named(root, test_files::with_clients);
    let scans = test_files::named(root, test_files::on_real_scans);
    let mut waiting = [
        Waiting { name: "clients", files: clients, tests: Vec::new() },
        Waiting { name: "real scans", files: scans, tests: Vec::new() },
    ];
    for test in counts.ignored {
        match (needs_client(&test), needs_scans(&test)) {
            (_, true) => waiting[1].tests.push(test),
            (true, false) => waiting[0].tests.push(test),
            (false, false) => ordinary.skip(&test.name, &test.reason),
        }
    }
    waiting
}

/// Runs those tests of a waiting suite whose needs are met; skips the others by name.
fn run_waiting(
    workspace: &Workspace,
    at_hand: &AtHand,
    waiting: &Waiting<'_>,
) -> Result<SuiteResult, ChoreError> {
    let mut suite = SuiteResult::new(waiting.name);
    let mut left_out = Vec::new();
    for test in &waiting.tests {
        if let Some(reason) = at_hand.missing_for(test) {
            suite.skip(&test.name, &reason);
            left_out.push(test.name.as_str());
        }
    }
    let expected = waiting.tests.len() - left_out.len();
    if expected == 0 || waiting.files.is_empty() {
        return Ok(suite);
    }
    println!("== {}", waiting.name);
    let mut command = cargo(&workspace.root);
    command.args(["test", "--workspace", "--no-fail-fast"]);
    command.args(waiting.files.iter().flat_map(|file| ["--test", file]));
    command.args(["--", "--ignored", "--exact"]);
    command.args(left_out.iter().flat_map(|name| ["--skip", name]));
    let (counts, has_succeeded) = count_tests(at_hand.tell(&mut command))?;
    suite.add_run(&counts, has_succeeded);
    if has_succeeded && counts.passed < expected {
        suite
            .add_step("fewer tests ran than wait for it; is one in a file of another name?", false);
    }
    Ok(suite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(reason: &str) -> Ignored {
        Ignored { name: "some_test".into(), reason: reason.into() }
    }

    #[test]
    fn tests_ignored_for_another_reason_are_skipped_in_the_ordinary_suite() {
        let root = tempfile::tempdir().unwrap();
        let reasons = ["needs the real scans", "needs the Python clients", "takes an hour"];
        let counts = Counts { ignored: reasons.map(ignored).into(), ..Counts::default() };
        let mut ordinary = SuiteResult::new("ordinary");
        let [clients, scans] = sort_waiting(root.path(), counts, &mut ordinary);
        assert_eq!((clients.tests.len(), scans.tests.len()), (1, 1));
        assert!(format!("{ordinary:?}").contains("takes an hour"));
    }
}
