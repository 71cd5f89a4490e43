//! Where a run's files lie in its output folder. Writes nothing.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::provenance::RECORD;

/// Name of the progress file in the output folder.
pub(crate) const PROGRESS: &str = "progress.json";

/// Name of the record of a correction alone.
pub(crate) const CORRECTED: &str = "correct.json";

/// The volume itself, where the output folder of a run was given.
pub(crate) fn volume_in(path: &Path) -> PathBuf {
    let folder = Layout::new(path).reconstruct();
    let names = ["volume.zarr", "volume", "volume.mha", "volume.nrrd", "volume.nii"];
    let inside = names.iter().map(|name| folder.join(name)).find(|path| path.exists());
    inside.unwrap_or(path.into())
}

/// The output folder of a run.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
    /// The folder, held against other runs.
    held: Option<Arc<File>>,
}

impl Layout {
    /// The layout of the folder `root`.
    #[must_use]
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.into(), held: None }
    }

    /// The output folder.
    #[must_use]
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Pictures of the radiographs.
    #[must_use]
    pub(crate) fn acquire(&self) -> PathBuf {
        self.root.join("1-acquire")
    }

    /// Pictures of the line integrals, or the line integrals themselves.
    #[must_use]
    pub(crate) fn correct(&self) -> PathBuf {
        self.root.join("2-correct")
    }

    /// The volume and its pictures.
    #[must_use]
    pub(crate) fn reconstruct(&self) -> PathBuf {
        self.root.join("3-reconstruct")
    }

    /// Whether a run left something here that is worth keeping: a record, slabs to go on from, or
    /// a volume. What a run left that ended before its first slab is not.
    #[must_use]
    pub(crate) fn is_taken(&self) -> bool {
        let marks =
            [self.root.join(RECORD), self.root.join(PROGRESS), self.correct().join(CORRECTED)];
        let is_volume = |name: &str| {
            name.starts_with("volume") && !name.contains(".partial") && !name.contains(".progress")
        };
        let names = self.reconstruct().read_dir().into_iter().flatten().flatten();
        let holds_volume =
            names.into_iter().any(|entry| is_volume(&entry.file_name().to_string_lossy()));
        holds_volume || marks.iter().any(|mark| mark.exists())
    }

    /// Whether a run began here, however far it came.
    #[must_use]
    pub(crate) fn is_begun(&self) -> bool {
        [self.acquire(), self.reconstruct()].iter().all(|folder| folder.is_dir())
    }

    /// Holds the folder for one run, as long as the layout or a copy of it lives; on file systems
    /// without locks, and where a folder cannot be opened as a file, nothing is held.
    ///
    /// # Errors
    /// Another run that holds it.
    pub(crate) fn hold(&mut self) -> Result<(), crate::RunError> {
        let Ok(folder) = File::open(&self.root) else { return Ok(()) };
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(crate::RunError::OutputBusy { path: self.root.clone() });
            }
            Err(TryLockError::Error(_)) => {}
            Ok(()) => self.held = Some(Arc::new(folder)),
        }
        Ok(())
    }

    /// Makes the folders of the stages.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub(crate) fn make(&self) -> Result<(), crate::RunError> {
        for path in [self.acquire(), self.correct(), self.reconstruct()] {
            std::fs::create_dir_all(&path).map_err(|source| crate::RunError::File {
                what: "cannot make the output folder",
                path,
                source,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_run_until_that_ends() {
        let folder = tempfile::tempdir().unwrap();
        let [mut one, mut other] = [0, 1].map(|_| Layout::new(folder.path()));
        one.hold().unwrap();
        let message = other.hold().unwrap_err().to_string();
        assert!(message.contains("another run writes into this folder"), "{message}");
        drop(one);
        other.hold().unwrap();
    }
}
