//! Tests that wait for Python or real scans lie where the test command looks for them; golden
//! files are small and told of in a README.

use super::fault::Fault;
use super::tree::{Source, Tree};

const MOST_GOLDEN_BYTES: u64 = 200_000;

/// Tests that would never run, and golden files that are too large or untold.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<_> = tree.sources.iter().flat_map(check_source).collect();
    let golden = |path: &str| path.contains("/golden/");
    for file in tree.others.iter().filter(|file| golden(&file.path)) {
        if file.bytes > MOST_GOLDEN_BYTES {
            let complaint = format!("{} bytes, at most {MOST_GOLDEN_BYTES}", file.bytes);
            faults.push(Fault::new(&file.path, complaint));
        }
        if !is_told_of(tree, &file.path) {
            let complaint = "no README.md here or above, up to golden/, tells where it comes from";
            faults.push(Fault::new(&file.path, complaint));
        }
    }
    faults
}

/// Whether a README lies beside a golden file, or in a folder above it up to `golden/`. Texts such
/// as the script that made the files speak for themselves.
fn is_told_of(tree: &Tree, path: &str) -> bool {
    let (above, below) = path.split_once("/golden/").unwrap_or_default();
    let mut folders = Vec::from([format!("{above}/golden")]);
    for (at, _) in below.match_indices('/') {
        folders.push(format!("{above}/golden/{}", &below[..at]));
    }
    let has_readme =
        |folder: &String| tree.others.iter().any(|file| file.path == format!("{folder}/README.md"));
    path.ends_with(".md") || path.ends_with(".py") || folders.iter().any(has_readme)
}

fn check_source(source: &Source) -> Vec<Fault> {
    if !source.path.starts_with("crates/") {
        return Vec::new();
    }
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let reasons = ignore_reasons(&source.text);
    let has_reason = |word: &str| reasons.iter().any(|reason| reason.contains(word));
    let mut complaints = Vec::new();
    if has_reason("real scans") && !file.starts_with("real_") {
        complaints.push("tests that need the real scans go to tests/real_*.rs");
    }
    let is_waiting = file.starts_with("real_") || file.starts_with("clients_");
    if ["Python", "ImageJ", "Chromium"].into_iter().any(has_reason) && !is_waiting {
        complaints.push("tests that need clients go to tests/clients_*.rs");
    }
    if is_waiting && source.code.matches("#[test]").count() > reasons.len() {
        complaints.push("every test here needs `#[ignore = \"needs …\"]`");
    }
    complaints.into_iter().map(|complaint| Fault::new(&source.path, complaint)).collect()
}

fn ignore_reasons(text: &str) -> Vec<&str> {
    let marks = text.lines().map(str::trim_start);
    marks.filter_map(|line| line.strip_prefix("#[ignore = \"")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::tree::Other;

    const WAITING: &str = "#[test]\n#[ignore = \"needs the Python clients\"]\nfn a() {}\n";

    #[test]
    fn a_test_that_waits_for_python_is_found_by_its_file_name() {
        assert_eq!(check(&Tree::of(&[("crates/acquire/tests/clients_tiff.rs", WAITING)])), []);
        assert_eq!(check(&Tree::of(&[("crates/acquire/tests/tiff.rs", WAITING)])).len(), 1);
    }

    #[test]
    fn a_test_in_a_clients_file_that_is_not_ignored_is_named() {
        let text = format!("{WAITING}#[test]\nfn b() {{}}\n");
        assert_eq!(check(&Tree::of(&[("crates/acquire/tests/clients_tiff.rs", &text)])).len(), 1);
    }

    #[test]
    fn a_large_or_untold_golden_file_is_named() {
        let file = |path: &str, bytes| Other { path: path.into(), bytes };
        let readme = file("crates/show/tests/golden/README.md", 10);
        let large = file("crates/show/tests/golden/slice.png", 200_001);
        let faults = |others| check(&Tree { others, ..Tree::default() }).len();
        assert_eq!(faults(vec![readme, large]), 1);
        assert_eq!(faults(vec![file("crates/show/tests/golden/slice.png", 5)]), 1);
        let beside = file("crates/show/tests/golden/small/README.md", 10);
        assert_eq!(faults(vec![beside, file("crates/show/tests/golden/small/slice.png", 5)]), 0);
    }
}
