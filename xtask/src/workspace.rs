//! Where the workspace and its build folder lie, and its manifests. Starts no program.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::ChoreError;

/// The checkout that the chore works on.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// The build folder: `CARGO_TARGET_DIR`, else `target`.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// The workspace of the running `cargo xtask`, asked at run time: a build cache may be shared
    /// by several checkouts.
    pub(crate) fn here() -> Result<Self, ChoreError> {
        let start =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| ".".into(), PathBuf::from);
        let start = fs::canonicalize(&start)
            .map_err(|source| ChoreError::File { path: start.clone(), source })?;
        let root = start
            .ancestors()
            .find(|folder| folder.join("crates").is_dir() && folder.join("Cargo.toml").is_file())
            .ok_or_else(|| ChoreError::NoWorkspace { path: start.clone() })?
            .to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Ok(Self { root, target })
    }
}

/// Folders directly below `folder`, sorted; none where `folder` is missing.
pub(crate) fn folders_in(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

/// Files directly below `folder`, sorted; none where `folder` is missing.
pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_file()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = listing.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Result<String, ChoreError> {
    fs::read_to_string(path).map_err(|source| ChoreError::File { path: path.into(), source })
}

/// Reads a `Cargo.toml`.
pub(crate) fn read_manifest(path: &Path) -> Result<toml::Table, ChoreError> {
    let text = read_text(path)?;
    text.parse().map_err(|fault: toml::de::Error| ChoreError::Manifest {
        path: path.into(),
        reason: fault.message().into(),
    })
}
