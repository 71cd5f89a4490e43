//! Modules of one crate that need each other in a circle, found folder by folder.
//!
//! In each folder the nodes are its modules and, as `mod.rs`, what the folder's own file defines.
//! A re-export (`pub use`) is no need: a face may show what stands behind it.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::Fault;
use super::modules::without_tests;
use super::paths::{paths_into, used_paths, without_reexports, written_paths};
use super::tree::{Source, Tree};

/// A module's place in its crate: `["read", "tdf"]`; the crate's root is empty.
type Place = Vec<String>;
/// Folder, and in it: which node needs which.
type Needs = BTreeMap<Place, BTreeSet<(String, String)>>;

/// Every circle of modules, one fault each.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let crates: BTreeSet<_> = tree.sources.iter().map(Source::crate_name).collect();
    crates.into_iter().flat_map(|name| check_crate(tree, name)).collect()
}

fn check_crate(tree: &Tree, name: &str) -> Vec<Fault> {
    let sources = tree.sources.iter().filter(|source| source.crate_name() == name);
    let modules: BTreeMap<_, _> = sources
        .filter_map(|source| Some((place_of(source.below_src()?), without_tests(&source.code))))
        .collect();
    let house = Modules { modules };
    let mut faults = Vec::new();
    for (folder, needs) in house.needs() {
        for circle in circles(&needs) {
            let place = format!("{name}::{}", folder.join("::"));
            let complaint = format!("a circle: {}", arrows_among(&needs, &circle));
            faults.push(Fault::new(place.trim_end_matches("::"), complaint));
        }
    }
    faults
}

fn place_of(below_src: &str) -> Place {
    let mut parts: Place = below_src.trim_end_matches(".rs").split('/').map(Into::into).collect();
    parts.pop_if(|last| ["lib", "main", "mod"].contains(&last.as_str()));
    parts
}

struct Modules {
    modules: BTreeMap<Place, String>,
}

impl Modules {
    fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        for (from, code) in &self.modules {
            for to in self.needed_by(from, code) {
                let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                let node =
                    |place: &Place| place.get(shared).map_or("mod.rs", String::as_str).into();
                let folder = from[..shared].to_vec();
                needs.entry(folder).or_default().insert((node(from), node(&to)));
            }
        }
        needs
    }

    /// The modules that a module's code names.
    fn needed_by(&self, from: &Place, code: &str) -> BTreeSet<Place> {
        let code = without_reexports(code);
        let mut paths = written_paths(&code);
        for child in self.children(from) {
            paths.extend(paths_into(&code, child));
        }
        let found = paths.iter().filter_map(|path| self.resolve(from, path, 8));
        found.filter(|to| to != from).collect()
    }

    fn children<'a>(&'a self, folder: &Place) -> impl Iterator<Item = &'a str> {
        let below = self
            .modules
            .keys()
            .filter(move |place| place.split_last().is_some_and(|(_, up)| up == folder));
        below.filter_map(|place| place.last()).map(String::as_str)
    }

    /// The module whose own file defines what a path names; `None` for another crate's things.
    /// `steps` bounds how many re-exports are followed.
    fn resolve(&self, from: &Place, path: &[String], steps: usize) -> Option<Place> {
        let (mut at, rest) = self.start(from, path)?;
        for (index, name) in rest.iter().enumerate() {
            let below = [at.as_slice(), std::slice::from_ref(name)].concat();
            if self.modules.contains_key(&below) {
                at = below;
                continue;
            }
            let shown = used_paths(self.modules.get(&at)?);
            let shown = shown.into_iter().find(|path| path.last() == Some(name));
            return match shown {
                Some(shown) if steps > 0 => {
                    let path = [shown.as_slice(), &rest[index + 1..]].concat();
                    self.resolve(&at, &path, steps - 1)
                }
                _ => Some(at),
            };
        }
        Some(at)
    }

    /// Where a path starts, and what of it is left.
    fn start<'a>(&self, from: &Place, path: &'a [String]) -> Option<(Place, &'a [String])> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some((Vec::new(), rest)),
            "self" => Some((from.clone(), rest)),
            "super" => {
                let ups = path.iter().take_while(|name| *name == "super").count();
                Some((from[..from.len().checked_sub(ups)?].to_vec(), &path[ups..]))
            }
            child => self.children(from).any(|name| name == child).then(|| (from.clone(), path)),
        }
    }
}

/// Groups of nodes that can all reach each other, of two or more.
fn circles(needs: &BTreeSet<(String, String)>) -> Vec<Vec<&str>> {
    let nodes: BTreeSet<&str> = needs.iter().map(|(from, _)| from.as_str()).collect();
    let reached: BTreeMap<_, _> = nodes.iter().map(|node| (*node, reach(needs, node))).collect();
    let are_in_circle = |a: &str, b: &str| {
        let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|r| r.contains(to));
        reaches(a, b) && reaches(b, a)
    };
    let mut found: Vec<Vec<&str>> = Vec::new();
    for node in &nodes {
        let circle: Vec<_> =
            nodes.iter().copied().filter(|other| are_in_circle(node, other)).collect();
        if circle.len() > 1 && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

fn arrows_among(needs: &BTreeSet<(String, String)>, circle: &[&str]) -> String {
    let is_inside = |node: &String| circle.contains(&node.as_str());
    let inside = needs.iter().filter(|(from, to)| is_inside(from) && is_inside(to));
    inside.map(|(from, to)| format!("{from} → {to}")).collect::<Vec<_>>().join(", ")
}

fn reach<'a>(needs: &'a BTreeSet<(String, String)>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(node) = open.pop() {
        for (_, to) in needs.iter().filter(|(from, _)| *from == node) {
            if reached.insert(to.as_str()) {
                open.push(to.clone());
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(sources: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(sources)).into_iter().map(|fault| fault.complaint).collect()
    }

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        let lib = ("crates/a/src/lib.rs", "mod b;\nmod c;\npub use b::B;");
        let b = ("crates/a/src/b.rs", "use crate::c::C;\npub struct B;");
        let straight = ("crates/a/src/c.rs", "pub struct C;");
        assert_eq!(complaints(&[lib, b, straight]), [""; 0]);
        let through_the_face = ("crates/a/src/c.rs", "use crate::B;\npub struct C;");
        assert_eq!(complaints(&[lib, b, through_the_face]), ["a circle: b → c, c → b"]);
    }

    #[test]
    fn a_folder_whose_own_file_uses_its_children_must_not_be_used_by_them() {
        let chooser = ("crates/a/src/read/mod.rs", "mod tdf;\nstruct R;\nfn f() { tdf::open() }");
        let uses_chooser = ("crates/a/src/read/tdf.rs", "use super::R;\npub fn open() {}");
        assert_eq!(complaints(&[chooser, uses_chooser]), ["a circle: mod.rs → tdf, tdf → mod.rs"]);
        let contract = ("crates/a/src/read/mod.rs", "mod tdf;\npub use tdf::open;\nstruct R;");
        assert_eq!(complaints(&[contract, uses_chooser]), [""; 0]);
    }

    #[test]
    fn inline_tests_and_comments_make_no_circle() {
        let b = ("crates/a/src/b.rs", "use super::c::C;");
        let c = ("crates/a/src/c.rs", "// crate::b\n#[cfg(test)]\nmod tests { use crate::b::B; }");
        assert_eq!(complaints(&[b, c]), [""; 0]);
    }
}
