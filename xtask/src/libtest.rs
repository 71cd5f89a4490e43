//! Reads what Rust's test runner prints. Knows neither Cargo nor our suites.

/// One test that did not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ignored {
    /// The test's path, as the runner prints it.
    pub(crate) name: String,
    /// The text of `#[ignore = "…"]`; empty where none was given.
    pub(crate) reason: String,
}

/// The counts of one or more test binaries.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: usize,
    /// Tests that failed.
    pub(crate) failed: usize,
    /// Names of the tests that failed.
    pub(crate) failures: Vec<String>,
    /// Tests that were ignored, by name.
    pub(crate) ignored: Vec<Ignored>,
}

impl Counts {
    /// Takes in one line of output; lines that are not the runner's own are passed over.
    pub(crate) fn read_line(&mut self, line: &str) {
        if let Some(summary) = line.strip_prefix("test result: ") {
            self.passed += number_before(summary, " passed");
            self.failed += number_before(summary, " failed");
        } else if let Some((name, outcome)) = test_line(line) {
            self.read_outcome(name, outcome);
        }
    }

    fn read_outcome(&mut self, name: &str, outcome: &str) {
        if outcome.starts_with("FAILED") {
            self.failures.push(name.into());
        } else if let Some(rest) = outcome.strip_prefix("ignored") {
            let reason = rest.trim_start_matches([',', ' ']).trim();
            self.ignored.push(Ignored { name: name.into(), reason: reason.into() });
        }
    }
}

fn test_line(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?.split_once(" ... ")
}

/// The number that stands directly before `word`; 0 where there is none.
fn number_before(text: &str, word: &str) -> usize {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(' ').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts_of(output: &str) -> Counts {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read_line(line));
        counts
    }

    #[test]
    fn counts_add_up_over_binaries() {
        let counts = counts_of(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n",
        );
        assert_eq!((counts.passed, counts.failed), (16, 3));
    }

    #[test]
    fn ignored_tests_are_kept_with_their_reason() {
        let counts = counts_of(
            "test store::reads_back ... ignored, needs the Python clients; see xtask\n\
             test slow ... ignored\n",
        );
        assert_eq!(counts.ignored[0].name, "store::reads_back");
        assert_eq!(counts.ignored[0].reason, "needs the Python clients; see xtask");
        assert_eq!(counts.ignored[1], Ignored { name: "slow".into(), reason: String::new() });
    }

    #[test]
    fn failed_tests_are_kept_by_name_and_chatter_is_passed_over() {
        let counts = counts_of(
            "running 2 tests\n\
             test a::b ... FAILED\n\
             test c has been running for over 60 seconds\n\
             the test c ... ignored nothing\n",
        );
        assert_eq!(counts.failures, ["a::b"]);
        assert!(counts.ignored.is_empty());
    }
}
