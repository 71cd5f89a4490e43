//! What this machine has of the things that some tests need. Runs no test.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::ChoreError;
use crate::libtest::Ignored;
use crate::python;
use crate::workspace::Workspace;

/// What is at hand on this machine; `Err` tells what is missing and what would mend it.
pub(super) struct AtHand {
    /// The interpreter with the clients.
    pub(super) python: Result<PathBuf, String>,
    /// The folder of real scans.
    pub(super) scans: Result<PathBuf, String>,
}

impl AtHand {
    /// Looks around, and sets up what can be set up.
    pub(super) fn find(workspace: &Workspace) -> Result<Self, ChoreError> {
        Ok(Self { python: python::prepare(workspace)?, scans: real_scans(&workspace.root) })
    }

    /// Why an ignored test cannot run, judged by the reason it states; `None` where it can.
    pub(super) fn missing_for(&self, test: &Ignored) -> Option<String> {
        let python = self.python.as_ref().err().filter(|_| needs_python(test));
        let scans = self.scans.as_ref().err().filter(|_| needs_scans(test));
        python.or(scans).cloned()
    }

    /// Tells a test run where the things are.
    pub(super) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Ok(python) = &self.python {
            command.env("VOLTOMO_PYTHON", python);
        }
        if let Ok(scans) = &self.scans {
            command.env("VOLTOMO_DATA", scans);
        }
        command
    }
}

/// Whether an ignored test says that it needs the Python clients.
pub(super) fn needs_python(test: &Ignored) -> bool {
    test.reason.contains("Python")
}

/// Whether an ignored test says that it needs the real scans.
pub(super) fn needs_scans(test: &Ignored) -> bool {
    test.reason.contains("real scans")
}

/// The folder of real scans: `VOLTOMO_DATA`, else `../shared/data` beside the checkout.
fn real_scans(root: &Path) -> Result<PathBuf, String> {
    let told = std::env::var_os("VOLTOMO_DATA").map(PathBuf::from);
    let folder = told.unwrap_or_else(|| root.join("../shared/data"));
    match std::fs::canonicalize(&folder) {
        Ok(folder) if folder.is_dir() => Ok(folder),
        _ => Err("no real scans here; name their folder in VOLTOMO_DATA".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignored(reason: &str) -> Ignored {
        Ignored { name: "some_test".into(), reason: reason.into() }
    }

    #[test]
    fn a_test_that_needs_python_is_missing_it_only_where_it_is_not_there() {
        let test = ignored("needs the Python clients; cargo xtask test sets them up");
        let without = AtHand { python: Err("no Python".into()), scans: Ok("/scans".into()) };
        assert_eq!(without.missing_for(&test), Some("no Python".into()));
        let with = AtHand { python: Ok("/python".into()), scans: Err("no scans".into()) };
        assert_eq!(with.missing_for(&test), None);
    }

    #[test]
    fn a_test_on_real_scans_that_compares_with_a_python_client_needs_both() {
        let test = ignored("needs the real scans and the Python clients");
        let at_hand = AtHand { python: Err("no Python".into()), scans: Ok("/scans".into()) };
        assert_eq!(at_hand.missing_for(&test), Some("no Python".into()));
        let at_hand = AtHand { python: Ok("/python".into()), scans: Err("no scans".into()) };
        assert_eq!(at_hand.missing_for(&test), Some("no scans".into()));
    }
}
