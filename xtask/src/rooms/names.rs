//! Words that name no thing of the field, and so hold anything: forbidden in file and module names.

use super::fault::Fault;
use super::tree::{Source, Tree};

const FORBIDDEN: [&str; 9] =
    ["utils", "util", "helpers", "helper", "misc", "manager", "common", "stuff", "part"];

/// Files, folders and inline modules with a forbidden name.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    tree.sources.iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Fault> {
    let folders = source.path.split('/').map(|part| part.trim_end_matches(".rs"));
    let found = folders.chain(inline_modules(&source.code)).filter_map(forbidden_word);
    let complaint = |word| format!("named `{word}`: name it after the thing of the field it holds");
    found.map(|word| Fault::new(&source.path, complaint(word))).collect()
}

fn inline_modules(code: &str) -> impl Iterator<Item = &str> {
    let declared = code.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        line.strip_prefix("mod ")
    });
    declared.map(|rest| rest.trim_end_matches([' ', '{', ';', '}']))
}

/// The forbidden word in a name such as `frame_utils` or `part2`.
fn forbidden_word(name: &str) -> Option<&str> {
    let mut words = name.split('_');
    words.find(|word| FORBIDDEN.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_clean(path: &str, text: &str) -> bool {
        check(&Tree::of(&[(path, text)])).is_empty()
    }

    #[test]
    fn forbidden_words_are_found_in_files_folders_and_modules() {
        assert!(!is_clean("crates/types/src/utils.rs", ""));
        assert!(!is_clean("crates/types/src/frame_helpers.rs", ""));
        assert!(!is_clean("crates/types/src/fbp_part2.rs", ""));
        assert!(!is_clean("crates/types/tests/common/mod.rs", ""));
        assert!(!is_clean("crates/types/src/a.rs", "pub mod misc {\n}"));
    }

    #[test]
    fn words_of_the_field_pass() {
        assert!(is_clean("crates/types/src/partition.rs", "mod commonality;"));
    }
}
