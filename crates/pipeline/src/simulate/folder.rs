//! The output folder of a simulation: what may be in it, and where each thing lies. Writes nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::error::SimulateError;
use crate::error::RunError;

/// Names that a simulation writes, beside the folders of frames.
const NAMES: [&str; 7] = [
    "scan.nxs",
    "scan.nxs.partial",
    "angles.txt",
    "notes.txt",
    "geometry.toml",
    "recipe.toml",
    "truth",
];

/// The output folder of a simulation.
#[derive(Debug, Clone)]
pub(super) struct ScanFolder {
    root: PathBuf,
}

impl ScanFolder {
    /// The folder `root`.
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder in it.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The truth.
    pub(super) fn truth(&self) -> PathBuf {
        self.at("truth")
    }

    /// How far an unfinished simulation is.
    pub(super) fn progress(&self) -> PathBuf {
        self.at("simulate.progress.json")
    }

    /// What was simulated: there once everything is.
    pub(super) fn record(&self) -> PathBuf {
        self.truth().join("simulation.json")
    }

    /// Whether a simulation, whole or not, is here.
    fn is_taken(&self) -> bool {
        self.progress().exists() || self.record().exists()
    }

    /// Names of a simulation that are in the folder; `frames`: the folders of frames.
    fn present(&self, frames: &[&'static str]) -> Vec<&'static str> {
        let names = NAMES.iter().chain(frames).copied();
        names.filter(|name| self.at(name).symlink_metadata().is_ok()).collect()
    }

    /// Holds the folder to what is asked, before anything is computed.
    pub(super) fn check(
        &self,
        frames: &[&'static str],
        (resume, force): (bool, bool),
    ) -> Result<(), SimulateError> {
        let path = self.root.clone();
        if resume {
            return match (self.progress().exists(), self.record().exists()) {
                (true, _) => Ok(()),
                (false, true) => {
                    Err(SimulateError::Resume { why: "that scan is whole already".into(), path })
                }
                (false, false) => {
                    let why = "found no progress of a stopped simulation".into();
                    Err(SimulateError::Resume { why, path })
                }
            };
        }
        if self.is_taken() {
            return if force { Ok(()) } else { Err(SimulateError::OutputExists { path }) };
        }
        if let Some(name) = self.present(frames).first() {
            return Err(SimulateError::NotOurs { name: (*name).into(), path });
        }
        let whole = std::path::absolute(&path).unwrap_or(path);
        match whole.ancestors().find(|path| path.exists()) {
            Some(path) if !path.is_dir() => {
                Err(RunError::OutputNoFolder { path: path.into() }.into())
            }
            _ => Ok(()),
        }
    }

    /// Takes the folder for this simulation alone, until the lock is dropped.
    pub(super) fn lock(&self) -> Result<Lock, SimulateError> {
        make(&self.root)?;
        let path = self.at("simulate.lock");
        let what = "cannot lock the output folder";
        let file = fs::File::create(&path).map_err(|source| RunError::File {
            what,
            path: path.clone(),
            source,
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { path, _file: file }),
            Err(fs::TryLockError::WouldBlock) => {
                Err(SimulateError::Busy { path: self.root.clone() })
            }
            Err(fs::TryLockError::Error(source)) => {
                Err(RunError::File { what, path, source }.into())
            }
        }
    }

    /// Makes the folder, empty of any simulation; only one that [`Self::check`] let pass.
    pub(super) fn clear(&self, frames: &[&'static str]) -> Result<(), SimulateError> {
        // The marks of a simulation go last: what a kill leaves behind is still known as ours.
        let truth_last = |name: &&str| *name != "truth";
        for name in self.present(frames).into_iter().filter(truth_last) {
            remove(&self.at(name))?;
        }
        remove(&self.truth())?;
        remove(&self.progress())?;
        make(&self.root)
    }
}

/// A folder taken; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: fs::File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A file that stays behind locks nothing.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes a folder and those above it.
pub(super) fn make(path: &Path) -> Result<(), SimulateError> {
    fs::create_dir_all(path).map_err(|source| {
        RunError::File { what: "cannot make the output folder", path: path.into(), source }.into()
    })
}

fn remove(path: &Path) -> Result<(), SimulateError> {
    let is_folder = path.symlink_metadata().is_ok_and(|it| it.is_dir());
    let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(RunError::File { what: "cannot remove", path: path.into(), source }.into())
        }
        _ => Ok(()),
    }
}
