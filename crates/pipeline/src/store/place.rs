//! Where a volume lies: its name, its name while unfinished, and what may be replaced there.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Existing, StoreError, StoreFormat, StoredVolume};

/// The paths of one volume.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The finished volume.
    pub(super) whole: PathBuf,
    /// The volume while it is being written, and after a cancelled run.
    pub(super) partial: PathBuf,
    /// The note of what is safe in the unfinished volume.
    pub(super) progress: PathBuf,
}

impl Place {
    /// The paths of the volume `name` in `folder`.
    pub(super) fn new(folder: &Path, name: &str, format: StoreFormat) -> Result<Self, StoreError> {
        let is_held = |letter: char| !letter.is_control() && !"/\\:*?\"<>|".contains(letter);
        let is_bare = name.trim() == name && !name.is_empty() && !name.starts_with(['.', '-']);
        if !is_bare || !name.chars().all(is_held) {
            return Err(StoreError::Name { name: name.into() });
        }
        let ending = match format {
            StoreFormat::Zarr => ".zarr",
            StoreFormat::Tiff => "",
            StoreFormat::Mha => ".mha",
            StoreFormat::Nrrd => ".nrrd",
            StoreFormat::Nifti => ".nii",
        };
        Ok(Self {
            whole: folder.join(format!("{name}{ending}")),
            partial: folder.join(format!("{name}.partial{ending}")),
            progress: folder.join(format!("{name}.progress.json")),
        })
    }

    /// Makes room for a new volume, as far as `existing` allows.
    pub(super) fn clear(&self, existing: Existing) -> Result<(), StoreError> {
        if self.whole.exists() {
            match existing {
                Existing::Refuse => return Err(StoreError::Exists { path: self.whole.clone() }),
                Existing::Replace => refuse_foreign(&self.whole)?,
            }
        }
        if self.partial.exists() || self.progress.exists() {
            if existing == Existing::Refuse {
                return Err(StoreError::Unfinished { path: self.partial.clone() });
            }
            if !self.progress.exists() {
                refuse_foreign(&self.partial)?;
            }
            remove(&self.partial)?;
            remove(&self.progress)?;
        }
        Ok(())
    }

    /// Gives the volume its name; an older one goes only when the new one is in its place.
    pub(super) fn publish(&self) -> Result<(), StoreError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| StoreError::from_io(source, &path, 0)
        };
        let old = self.partial.with_extension("old");
        if self.whole.exists() {
            refuse_foreign(&self.whole)?;
            remove(&old)?;
            fs::rename(&self.whole, &old).map_err(failed(&self.whole))?;
        }
        fs::rename(&self.partial, &self.whole).map_err(failed(&self.partial))?;
        remove(&self.progress)?;
        remove(&old)
    }
}

/// An error unless voltomo wrote what lies at `path`.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    match StoredVolume::open(path) {
        Ok(_) => Ok(()),
        Err(_) => Err(StoreError::NotOurs { path: path.to_path_buf() }),
    }
}

/// Removes a file or a folder; nothing there is fine.
fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::from_io(source, path, 0))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_script_are_held_and_paths_are_not() {
        let is_held = |name: &str| Place::new(Path::new("out"), name, StoreFormat::Mha).is_ok();
        for name in ["volume", "Zelle ä", "电池", "a b", "v1.2"] {
            assert!(is_held(name), "{name}");
        }
        for name in ["", ".hidden", "-x", "a/b", "a\nb", " a", "a:b"] {
            assert!(!is_held(name), "{name}");
        }
    }
}
