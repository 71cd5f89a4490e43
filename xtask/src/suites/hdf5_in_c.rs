//! The HDF5 tests once more, through the C library instead of the reader in Rust.

use std::process::Command;

use super::at_hand::AtHand;
use crate::cargo::{cargo, count_tests};
use crate::error::ChoreError;
use crate::tally::SuiteResult;
use crate::test_files;
use crate::workspace::{Workspace, read_manifest};

const FEATURE: &str = "hdf5-c";
/// Words in the names of the test files that read HDF5.
const LAYOUTS: [&str; 4] = ["hdf5", "nexus", "exchange", "tdf"];
const MISSING_LIBRARY: &str = "HDF5's C library is not here; apt install libhdf5-dev pkg-config";

/// Runs the HDF5 reader's inline tests, and every test file with a layout of HDF5 in its name, with
/// the C library; skipped where that is missing.
pub(super) fn run(workspace: &Workspace, at_hand: &AtHand) -> Result<SuiteResult, ChoreError> {
    let mut suite = SuiteResult::new("HDF5 through the C library");
    let acquire = workspace.root.join("crates/acquire");
    let manifest = read_manifest(&acquire.join("Cargo.toml"))?;
    let files = test_files::named_in(&acquire, reads_hdf5);
    if !has_feature(&manifest) || files.is_empty() {
        return Ok(suite);
    }
    if !is_library_there() {
        files.iter().for_each(|file| suite.skip(file, MISSING_LIBRARY));
        return Ok(suite);
    }
    println!("== HDF5 through the C library");
    let run = |arguments: &[&str]| {
        let mut command = cargo(&workspace.root);
        command.args(["test", "--no-fail-fast", "-p", "voltomo-acquire", "--features", FEATURE]);
        count_tests(at_hand.tell(command.args(arguments)))
    };
    let (counts, has_succeeded) = run(&["--lib", "hdf5"])?;
    suite.add_run(&counts, has_succeeded);
    for file in &files {
        if let Some(reason) = missing_for(file, at_hand) {
            suite.skip(file, reason);
            continue;
        }
        let is_waiting = test_files::with_clients(file) || test_files::on_real_scans(file);
        let ignored: &[&str] = if is_waiting { &["--", "--ignored"] } else { &[] };
        let (counts, has_succeeded) = run(&[&["--test", file.as_str()], ignored].concat())?;
        suite.add_run(&counts, has_succeeded);
    }
    Ok(suite)
}

fn reads_hdf5(test_file: &str) -> bool {
    LAYOUTS.iter().any(|layout| test_file.contains(layout))
}

fn has_feature(manifest: &toml::Table) -> bool {
    let features = manifest.get("features").and_then(toml::Value::as_table);
    features.is_some_and(|features| features.contains_key(FEATURE))
}

fn missing_for<'a>(file: &str, at_hand: &'a AtHand) -> Option<&'a str> {
    let python = at_hand.python.as_ref().err().filter(|_| test_files::with_clients(file));
    let scans = at_hand.scans.as_ref().err().filter(|_| test_files::on_real_scans(file));
    python.or(scans).map(String::as_str)
}

/// Whether pkg-config finds HDF5 under one of Debian's names for it.
fn is_library_there() -> bool {
    let finds = |name: &str| {
        let answer = Command::new("pkg-config").args(["--exists", name]).status();
        answer.is_ok_and(|status| status.success())
    };
    finds("hdf5") || finds("hdf5-serial")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feature_is_found_in_the_manifest() {
        let with: toml::Table = "[features]\nhdf5-c = [\"dep:hdf5-metno\"]".parse().unwrap();
        assert!(has_feature(&with));
        let without: toml::Table = "[features]\nfast = []".parse().unwrap();
        assert!(!has_feature(&without));
    }

    #[test]
    fn a_client_file_is_skipped_for_the_python_that_is_missing() {
        let at_hand = AtHand {
            python: Err("no Python".into()),
            scans: Err("no scans".into()),
            programs: [Err("no ImageJ".into()), Err("no Chromium".into())],
        };
        assert_eq!(missing_for("clients_hdf5", &at_hand), Some("no Python"));
        assert_eq!(missing_for("real_hdf5", &at_hand), Some("no scans"));
        assert_eq!(missing_for("bad_hdf5", &at_hand), None);
    }
}
