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
    /// The programs of other people that read what voltomo writes.
    pub(super) programs: [Result<PathBuf, String>; 2],
}

/// A program that some tests start.
struct Program {
    /// What the reason of a test calls it.
    word: &'static str,
    /// The variable that tells a test where it is, and a person's own place for it.
    variable: &'static str,
    /// Where Debian puts it.
    places: &'static [&'static str],
    /// What would mend it.
    mend: &'static str,
}

/// In the order of [`AtHand::programs`].
const PROGRAMS: [Program; 2] = [
    Program {
        word: "ImageJ",
        variable: "VOLTOMO_IMAGEJ",
        places: &["/usr/share/java/ij.jar"],
        mend: "no ImageJ here; apt install imagej default-jdk-headless",
    },
    Program {
        word: "Chromium",
        variable: "VOLTOMO_CHROMIUM",
        places: &["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
        mend: "no Chromium here; apt install chromium",
    },
];

impl Program {
    fn find(&self) -> Result<PathBuf, String> {
        let told = std::env::var_os(self.variable).map(PathBuf::from);
        let usual = self.places.iter().map(PathBuf::from);
        told.into_iter().chain(usual).find(|path| path.is_file()).ok_or(self.mend.into())
    }

    fn is_needed_by(&self, test: &Ignored) -> bool {
        test.reason.contains(self.word)
    }
}

impl AtHand {
    /// Looks around, and sets up what can be set up.
    pub(super) fn find(workspace: &Workspace) -> Result<Self, ChoreError> {
        Ok(Self {
            python: python::prepare(workspace)?,
            scans: real_scans(&workspace.root),
            programs: PROGRAMS.each_ref().map(Program::find),
        })
    }

    /// Why an ignored test cannot run, judged by the reason it states; `None` where it can.
    pub(super) fn missing_for(&self, test: &Ignored) -> Option<String> {
        let python = self.python.as_ref().err().filter(|_| needs_python(test));
        let scans = self.scans.as_ref().err().filter(|_| needs_scans(test));
        let programs = PROGRAMS.iter().zip(&self.programs);
        let program = programs
            .filter(|(program, _)| program.is_needed_by(test))
            .find_map(|(_, found)| found.as_ref().err());
        python.or(scans).or(program).cloned()
    }

    /// Tells a test run where the things are.
    pub(super) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Ok(python) = &self.python {
            command.env("VOLTOMO_PYTHON", python);
        }
        if let Ok(scans) = &self.scans {
            command.env("VOLTOMO_DATA", scans);
        }
        for (program, found) in PROGRAMS.iter().zip(&self.programs) {
            if let Ok(path) = found {
                command.env(program.variable, path);
            }
        }
        command
    }
}

/// Whether an ignored test says that it needs the Python clients.
fn needs_python(test: &Ignored) -> bool {
    test.reason.contains("Python")
}

/// Whether an ignored test says that it needs a client of any kind.
pub(super) fn needs_client(test: &Ignored) -> bool {
    needs_python(test) || PROGRAMS.iter().any(|program| program.is_needed_by(test))
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

    fn at_hand(python: Result<PathBuf, String>, scans: Result<PathBuf, String>) -> AtHand {
        let programs = [Ok("/ij.jar".into()), Err("no Chromium".into())];
        AtHand { python, scans, programs }
    }

    fn ignored(reason: &str) -> Ignored {
        Ignored { name: "some_test".into(), reason: reason.into() }
    }

    #[test]
    fn a_test_that_needs_python_is_missing_it_only_where_it_is_not_there() {
        let test = ignored("needs the Python clients; cargo xtask test sets them up");
        let without = at_hand(Err("no Python".into()), Ok("/scans".into()));
        assert_eq!(without.missing_for(&test), Some("no Python".into()));
        let with = at_hand(Ok("/python".into()), Err("no scans".into()));
        assert_eq!(with.missing_for(&test), None);
    }

    #[test]
    fn a_test_on_real_scans_that_compares_with_a_python_client_needs_both() {
        let test = ignored("needs the real scans and the Python clients");
        let without = at_hand(Err("no Python".into()), Ok("/scans".into()));
        assert_eq!(without.missing_for(&test), Some("no Python".into()));
        let with = at_hand(Ok("/python".into()), Err("no scans".into()));
        assert_eq!(with.missing_for(&test), Some("no scans".into()));
    }

    #[test]
    fn a_test_that_needs_a_program_waits_for_that_one_alone() {
        let (imagej, browser) = (ignored("needs ImageJ"), ignored("needs Chromium"));
        let found = at_hand(Ok("/python".into()), Ok("/scans".into()));
        assert_eq!(found.missing_for(&imagej), None);
        assert_eq!(found.missing_for(&browser), Some("no Chromium".into()));
        assert!(needs_client(&imagej) && needs_client(&browser) && !needs_client(&ignored("slow")));
    }
}
