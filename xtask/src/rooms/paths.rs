//! Finds the paths in a file's code that begin with `crate`, `self` or `super`. Resolves none.

/// One path as written: `["crate", "read", "open"]`, groups in braces taken apart.
pub(super) type WrittenPath = Vec<String>;

/// All `crate::…`, `self::…` and `super::…` paths of the code, with repeats.
pub(super) fn written_paths(code: &str) -> Vec<WrittenPath> {
    let mut paths = Vec::new();
    for start in ["crate::", "self::", "super::"].iter().flat_map(|word| starts_of(code, word)) {
        Reader { rest: &code[start..] }.tree(&[], &mut paths);
    }
    paths
}

/// The targets of the `use NAME::…` and `pub use NAME::…` lines, groups taken apart.
pub(super) fn used_paths(code: &str) -> Vec<WrittenPath> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].chars().next_back().unwrap_or('\n');
        if before.is_whitespace() {
            Reader { rest: &code[at + "use ".len()..] }.tree(&[], &mut paths);
        }
    }
    paths
}

/// All `child::…` paths of the code: those that begin with this module's name.
pub(super) fn paths_into(code: &str, child: &str) -> Vec<WrittenPath> {
    let mut paths = Vec::new();
    for start in starts_of(code, &format!("{child}::")) {
        Reader { rest: &code[start..] }.tree(&[], &mut paths);
    }
    paths
}

/// The code without its `pub use …;` lines.
pub(super) fn without_reexports(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = reexport_start(rest) {
        kept.push_str(&rest[..start]);
        let end = rest[start..].find(';').map_or(rest.len(), |end| start + end + 1);
        rest = &rest[end..];
    }
    kept + rest
}

fn reexport_start(code: &str) -> Option<usize> {
    let words = ["pub use ", "pub(crate) use ", "pub(super) use "];
    words.iter().filter_map(|word| code.find(word)).min()
}

fn starts_of<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> {
    let begins = |at: &usize| {
        let before = code[..*at].chars().next_back().unwrap_or(' ');
        !(before.is_alphanumeric() || ['_', ':', '$'].contains(&before))
    };
    code.match_indices(word).map(|(at, _)| at).filter(begins)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// `name::name::{tree, tree}` or `name::*`.
    fn tree(&mut self, before: &[String], paths: &mut Vec<WrittenPath>) {
        let mut path = before.to_vec();
        loop {
            self.skip_blanks();
            if self.takes("{") {
                return self.group(&path, paths);
            }
            path.push(self.name());
            self.skip_blanks();
            if !self.takes("::") {
                break;
            }
        }
        paths.push(path);
    }

    fn group(&mut self, path: &[String], paths: &mut Vec<WrittenPath>) {
        loop {
            self.skip_blanks();
            if self.rest.is_empty() || self.takes("}") {
                return;
            }
            let before = self.rest.len();
            self.tree(path, paths);
            self.skip_rename();
            if !self.takes(",") && self.rest.len() == before {
                return;
            }
        }
    }

    fn skip_rename(&mut self) {
        self.skip_blanks();
        if self.takes("as ") {
            self.skip_blanks();
            self.name();
            self.skip_blanks();
        }
    }

    fn name(&mut self) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let length = self.rest.find(|c: char| !is_part(c)).unwrap_or(self.rest.len());
        let length = if length == 0 && self.rest.starts_with('*') { 1 } else { length };
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest;
        name.into()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_taken_apart_and_other_crates_passed_over() {
        let code = "use crate::{a::B, c::{D, e::*} , f as g};\nuse std::fs;\nlet x = super::h(1);";
        let paths: Vec<_> = written_paths(code).iter().map(|path| path.join("::")).collect();
        assert_eq!(paths, ["crate::a::B", "crate::c::D", "crate::c::e::*", "crate::f", "super::h"]);
    }

    #[test]
    fn used_paths_are_those_of_use_lines() {
        let code = "mod a;\npub use a::{B, c::D};\npub(crate) use e::F;\nlet because = x;";
        let paths: Vec<_> = used_paths(code).iter().map(|path| path.join("::")).collect();
        assert_eq!(paths, ["a::B", "a::c::D", "e::F"]);
    }
}
