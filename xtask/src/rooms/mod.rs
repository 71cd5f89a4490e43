//! The house check: arrows, circles, headers, sizes, names, doors, pages. Reads the tree, changes nothing.

mod arrows;
mod blank;
mod book;
mod circles;
mod doors;
mod fault;
mod modules;
mod names;
mod paths;
mod sizes;
mod test_kinds;
mod tree;

use std::path::Path;

use crate::error::ChoreError;
use fault::Fault;
use tree::Tree;

type Rule = fn(&Tree) -> Vec<Fault>;

const RULES: [Rule; 6] =
    [arrows::check, circles::check, sizes::check, names::check, doors::check, test_kinds::check];

/// Checks the tree below `root` and prints every fault; `true` where there is none.
pub(crate) fn run(root: &Path) -> Result<bool, ChoreError> {
    println!("== rooms");
    let tree = Tree::read(root)?;
    let mut faults: Vec<_> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    faults.extend(book::check(root)?);
    faults.sort();
    for fault in &faults {
        println!("{}: {}", fault.place, fault.complaint);
    }
    println!("{} source files, {} faults", tree.sources.len(), faults.len());
    Ok(faults.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_tree_passes_and_a_bad_line_in_it_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("crates/types/src");
        std::fs::create_dir_all(&source).unwrap();
        let manifest = "[package]\nname = \"voltomo-types\"\n";
        std::fs::write(folder.path().join("crates/types/Cargo.toml"), manifest).unwrap();
        std::fs::write(source.join("lib.rs"), "//! Nouns.\n").unwrap();
        assert!(run(folder.path()).unwrap());
        std::fs::write(source.join("lib.rs"), "use std::fs;\n").unwrap();
        assert!(!run(folder.path()).unwrap());
    }
}
