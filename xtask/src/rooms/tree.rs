//! The checkout as the rules see it: sources, manifests, sizes of other files. Judges nothing.

use std::path::{Path, PathBuf};

use super::blank::code_only;
use crate::error::ChoreError;
use crate::workspace::{files_in, folders_in, read_manifest, read_text};

/// One Rust file.
#[derive(Debug)]
pub(super) struct Source {
    /// Path from the root, with `/`.
    pub(super) path: String,
    /// The file as it stands.
    pub(super) text: String,
    /// The same lines without comments and without the insides of texts.
    pub(super) code: String,
}

impl Source {
    /// The crate's folder name: `acquire` of `crates/acquire/src/lib.rs`, or `xtask`.
    pub(super) fn crate_name(&self) -> &str {
        let path = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        path.split('/').next().unwrap_or_default()
    }

    /// The path below the crate's `src/`; `None` for tests and benches.
    pub(super) fn below_src(&self) -> Option<&str> {
        self.path.split_once("/src/").map(|(_, below)| below)
    }
}

/// A file that is neither source nor manifest.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) path: String,
    pub(super) bytes: u64,
}

/// All that the rules look at.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    /// Crate folder name and its `Cargo.toml`.
    pub(super) manifests: Vec<(String, toml::Table)>,
    pub(super) others: Vec<Other>,
}

impl Tree {
    /// Reads `crates/` and `xtask/` below `root`.
    pub(super) fn read(root: &Path) -> Result<Self, ChoreError> {
        let mut tree = Self::default();
        let mut folders = vec![root.join("crates"), root.join("xtask")];
        while let Some(folder) = folders.pop() {
            let below = folders_in(&folder);
            folders.extend(below.into_iter().filter(|path| !path.ends_with("target")));
            for path in files_in(&folder) {
                tree.take(root, &path)?;
            }
        }
        Ok(tree)
    }

    fn take(&mut self, root: &Path, path: &Path) -> Result<(), ChoreError> {
        let from_root = path_from(root, path);
        if path.extension().is_some_and(|extension| extension == "rs") {
            self.add_source(&from_root, &read_text(path)?);
        } else if path.ends_with("Cargo.toml") {
            let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
            self.manifests.push((folder.to_string_lossy().into(), read_manifest(path)?));
        } else {
            let bytes = path.metadata().map_or(0, |metadata| metadata.len());
            self.others.push(Other { path: from_root, bytes });
        }
        Ok(())
    }

    pub(super) fn add_source(&mut self, path: &str, text: &str) {
        let code = code_only(text);
        self.sources.push(Source { path: path.into(), text: text.into(), code });
    }

    /// A tree of sources only, for the rules' own tests.
    #[cfg(test)]
    pub(super) fn of(sources: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        sources.iter().for_each(|(path, text)| tree.add_source(path, text));
        tree
    }
}

fn path_from(root: &Path, path: &Path) -> String {
    let parts: PathBuf = path.strip_prefix(root).unwrap_or(path).into();
    let parts: Vec<_> = parts.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
