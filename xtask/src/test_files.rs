//! Which test files belong to which suite, by their names. Starts no program.

use std::collections::BTreeSet;
use std::path::Path;

use crate::workspace::{files_in, folders_in};

/// Names of all integration tests (`crates/*/tests/NAME.rs`) that `wanted` picks, sorted.
pub(crate) fn named(root: &Path, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let crates = folders_in(&root.join("crates"));
    crates.iter().flat_map(|folder| named_in(folder, &wanted)).collect()
}

/// As [`named`], of the one crate in `folder`.
pub(crate) fn named_in(folder: &Path, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let files = files_in(&folder.join("tests")).into_iter();
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let names = rust.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    names.filter(|name| wanted(name)).collect()
}

/// Tests that need the Python clients, ImageJ or Chromium: `clients_*.rs`.
pub(crate) fn with_clients(name: &str) -> bool {
    name.starts_with("clients_")
}

/// Tests that need the real scans: `real_*.rs`.
pub(crate) fn on_real_scans(name: &str) -> bool {
    name.starts_with("real_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_files_are_found_by_their_names_over_all_crates() {
        let root = tempfile::tempdir().unwrap();
        for path in ["a/tests/clients_one.rs", "b/tests/real_two.rs", "b/tests/clients_three.rs"] {
            let path = root.path().join("crates").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let clients = named(root.path(), with_clients);
        assert_eq!(clients.into_iter().collect::<Vec<_>>(), ["clients_one", "clients_three"]);
        let real = named(root.path(), on_real_scans);
        assert_eq!(real.into_iter().collect::<Vec<_>>(), ["real_two"]);
    }
}
