//! The closing table: suite by suite, what passed, what failed, what was skipped and why.

use crate::libtest::{Counts, Ignored};

/// What one suite came to.
#[derive(Debug, Default)]
pub(crate) struct SuiteResult {
    name: String,
    passed: usize,
    failures: Vec<String>,
    unnamed_failures: usize,
    skipped: Vec<Ignored>,
}

impl SuiteResult {
    /// A suite of which nothing is known yet.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Adds what a test run came to. `has_succeeded` is the run's exit status: a run that ended
    /// badly without naming a failed test (it did not build, or crashed) counts as one failure.
    pub(crate) fn add_run(&mut self, counts: &Counts, has_succeeded: bool) {
        self.passed += counts.passed;
        self.failures.extend(counts.failures.iter().cloned());
        self.unnamed_failures += counts.failed.saturating_sub(counts.failures.len());
        if !has_succeeded && counts.failed == 0 && counts.failures.is_empty() {
            self.add_step("the run itself: it did not build, or ended without a result", false);
        }
    }

    /// Adds one step that is no test binary, such as the format check.
    pub(crate) fn add_step(&mut self, name: &str, has_succeeded: bool) {
        match has_succeeded {
            true => self.passed += 1,
            false => self.failures.push(name.into()),
        }
    }

    /// Adds a test that was not run, with what would mend it.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        self.skipped.push(Ignored { name: name.into(), reason: reason.into() });
    }

    fn failed(&self) -> usize {
        self.failures.len() + self.unnamed_failures
    }
}

/// All suites of one chore, in the order they ran.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    suites: Vec<SuiteResult>,
}

impl Tally {
    /// Adds a suite below the others.
    pub(crate) fn push(&mut self, suite: SuiteResult) {
        self.suites.push(suite);
    }

    /// Puts another tally's suites below these.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.suites.append(&mut other.suites);
    }

    /// Prints the table; `true` where nothing failed.
    pub(crate) fn close(&self) -> bool {
        print!("{}", self.table());
        self.suites.iter().all(|suite| suite.failed() == 0)
    }

    /// The table as text; its last line is `N passed, N failed, N skipped`.
    fn table(&self) -> String {
        let mut lines = vec![String::new(), row("suite", ["passed", "failed", "skipped"])];
        for suite in &self.suites {
            let figures = [suite.passed, suite.failed(), suite.skipped.len()];
            lines.push(row(&suite.name, figures.map(|figure| figure.to_string())));
        }
        lines.push(String::new());
        for suite in &self.suites {
            let named = |failure: &String| format!("failed   {}: {failure}", suite.name);
            lines.extend(suite.failures.iter().map(named));
        }
        for suite in &self.suites {
            let named = |test: &Ignored| {
                format!("skipped  {}: {} ({})", suite.name, test.name, test.reason)
            };
            lines.extend(suite.skipped.iter().map(named));
        }
        lines.push(self.closing_line());
        lines.join("\n") + "\n"
    }

    fn closing_line(&self) -> String {
        let sum = |figure: fn(&SuiteResult) -> usize| self.suites.iter().map(figure).sum::<usize>();
        format!(
            "{} passed, {} failed, {} skipped",
            sum(|suite| suite.passed),
            sum(SuiteResult::failed),
            sum(|suite| suite.skipped.len())
        )
    }
}

fn row(name: &str, cells: [impl AsRef<str>; 3]) -> String {
    let [passed, failed, skipped] = cells.each_ref().map(AsRef::as_ref);
    format!("{name:<32}{passed:>8}{failed:>8}{skipped:>9}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_sums_all_suites_and_stands_alone() {
        let mut clients = SuiteResult::new("Python clients");
        clients.skip("reads_back", "no Python");
        let mut ordinary = SuiteResult::new("ordinary");
        ordinary.add_run(&Counts { passed: 4, ..Counts::default() }, true);
        let tally = Tally { suites: vec![ordinary, clients] };
        let table = tally.table();
        assert_eq!(table.lines().last(), Some("4 passed, 0 failed, 1 skipped"));
        assert!(table.contains("skipped  Python clients: reads_back (no Python)"), "{table}");
    }

    #[test]
    fn a_run_that_does_not_build_counts_as_a_failure() {
        let mut suite = SuiteResult::new("ordinary");
        suite.add_run(&Counts::default(), false);
        let tally = Tally { suites: vec![suite] };
        assert_eq!(tally.table().lines().last(), Some("0 passed, 1 failed, 0 skipped"));
        assert!(!tally.close());
    }

    #[test]
    fn a_failed_test_is_counted_once_and_named() {
        let counts = Counts { failed: 1, failures: vec!["a::b".into()], ..Counts::default() };
        let mut suite = SuiteResult::new("ordinary");
        suite.add_run(&counts, false);
        let table = Tally { suites: vec![suite] }.table();
        assert!(table.contains("failed   ordinary: a::b"), "{table}");
        assert!(table.ends_with("0 passed, 1 failed, 0 skipped\n"), "{table}");
    }
}
