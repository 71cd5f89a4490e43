//! Header line, length of a file, length of its inline tests. (Clippy holds functions.)

use super::fault::Fault;
use super::modules::inline_tests;
use super::tree::{Source, Tree};

const MOST_LINES: usize = 500;
const MOST_TEST_LINES: usize = 80;

/// Files without a header line, files and inline tests over their length.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    tree.sources.iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Fault> {
    let mut complaints = Vec::new();
    let header = source.text.lines().next().and_then(|line| line.strip_prefix("//! "));
    if header.is_none_or(|header| header.trim().is_empty()) {
        complaints.push("begin with a line `//! What this is. What it does not know.`".to_owned());
    }
    let lines = source.text.lines().count();
    if lines > MOST_LINES {
        complaints.push(format!("{lines} lines, at most {MOST_LINES}: split by noun"));
    }
    let lines = inline_test_lines(&source.code);
    if lines > MOST_TEST_LINES {
        complaints.push(format!(
            "{lines} lines of inline tests, at most {MOST_TEST_LINES}: move them to the crate's tests/"
        ));
    }
    complaints.into_iter().map(|complaint| Fault::new(&source.path, complaint)).collect()
}

/// Lines from `#[cfg(test)]` before an inline module to its closing brace.
fn inline_test_lines(code: &str) -> usize {
    inline_tests(code).map(|part| part.lines().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_of(text: &str) -> String {
        let faults = check(&Tree::of(&[("crates/types/src/a.rs", text)]));
        faults.into_iter().map(|fault| fault.complaint).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_file_without_a_header_is_named() {
        assert!(complaints_of("fn a() {}\n").contains("begin with"));
        assert!(complaints_of("//! \nfn a() {}\n").contains("begin with"));
        assert_eq!(complaints_of("//! An a. Knows no b.\n"), "");
    }

    #[test]
    fn a_file_of_501_lines_is_too_long_and_one_of_500_is_not() {
        let text = |lines: usize| "//! Long.\n".to_owned() + &"fn a() {}\n".repeat(lines - 1);
        assert_eq!(complaints_of(&text(500)), "");
        assert!(complaints_of(&text(501)).contains("501 lines"));
    }

    #[test]
    fn inline_tests_of_81_lines_are_too_long() {
        let text = |lines: usize| {
            let inside = "    fn a() {}\n".repeat(lines - 3);
            format!("//! A.\nfn b() {{}}\n#[cfg(test)]\nmod tests {{\n{inside}}}\n")
        };
        assert_eq!(complaints_of(&text(80)), "");
        assert!(complaints_of(&text(81)).contains("81 lines of inline tests"));
    }
}
