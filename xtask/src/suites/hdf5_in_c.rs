//! The HDF5 tests once more, through the C library instead of the reader in Rust.

use std::process::Command;

use super::at_hand::AtHand;
use crate::cargo::{cargo, count_tests};
use crate::error::ChoreError;
use crate::tally::SuiteResult;
use crate::test_files;
use crate::workspace::{Workspace, read_manifest};

const FEATURE: &str = "hdf5-c";
const MISSING_LIBRARY: &str = "HDF5's C library is not here; apt install libhdf5-dev pkg-config";

/// Runs every test file with `hdf5` in its name with the C library; skipped where that is missing.
pub(super) fn run(workspace: &Workspace, at_hand: &AtHand) -> Result<SuiteResult, ChoreError> {
    let mut suite = SuiteResult::new("HDF5 through the C library");
    let manifest = read_manifest(&workspace.root.join("crates/acquire/Cargo.toml"))?;
    let files = test_files::named(&workspace.root, |name| name.contains("hdf5"));
    if !has_feature(&manifest) || files.is_empty() {
        return Ok(suite);
    }
    if !is_library_there() {
        files.iter().for_each(|file| suite.skip(file, MISSING_LIBRARY));
        return Ok(suite);
    }
    println!("== HDF5 through the C library");
    for file in &files {
        let is_waiting = test_files::with_clients(file) || test_files::on_real_scans(file);
        if let Some(reason) = missing_for(file, at_hand) {
            suite.skip(file, reason);
            continue;
        }
        let mut command = cargo(&workspace.root);
        command.args(["test", "--no-fail-fast", "-p", "voltomo-acquire", "--features", FEATURE]);
        command.args(["--test", file]);
        command.args(is_waiting.then_some(["--", "--ignored"]).into_iter().flatten());
        let (counts, has_succeeded) = count_tests(at_hand.tell(&mut command))?;
        suite.add_run(&counts, has_succeeded);
    }
    Ok(suite)
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
        let at_hand = AtHand { python: Err("no Python".into()), scans: Err("no scans".into()) };
        assert_eq!(missing_for("clients_hdf5", &at_hand), Some("no Python"));
        assert_eq!(missing_for("real_hdf5", &at_hand), Some("no scans"));
        assert_eq!(missing_for("bad_hdf5", &at_hand), None);
    }
}
