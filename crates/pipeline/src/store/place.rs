//! Where a volume lies: its name, its name while unfinished, and what may be replaced there.

use std::fs;
use std::path::{Path, PathBuf};

use super::progress::PARTIAL;
use super::{Existing, StoreError, StoreFormat, StoredVolume};
use crate::whole_file::{MadeFolder, name_beside};

/// What becomes of a volume that was not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// It is kept, with a note: it can be opened, and gone on with.
    Kept,
    /// It is removed.
    Removed,
}

/// The paths of one volume.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The finished volume.
    pub(super) whole: PathBuf,
    /// The volume while it is being written, and after a cancelled run.
    pub(super) partial: PathBuf,
    /// The note of what is safe in the unfinished volume, where it can be gone on with.
    pub(super) progress: Option<PathBuf>,
    /// What to do with a volume that has the name when this one is finished.
    pub(super) existing: Existing,
}

impl Place {
    /// The paths of the volume `name` in `folder`. One that is not kept unfinished is then in nobody's
    /// way: it has a name of its own, and no note.
    pub(super) fn new(
        folder: &Path,
        (name, format): (&str, StoreFormat),
        unfinished: Unfinished,
    ) -> Result<Self, StoreError> {
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
        let whole = folder.join(format!("{name}{ending}"));
        Ok(match unfinished {
            Unfinished::Kept => Self {
                whole,
                partial: folder.join(format!("{name}{PARTIAL}{ending}")),
                progress: Some(folder.join(format!("{name}.progress.json"))),
                existing: Existing::Replace,
            },
            Unfinished::Removed => {
                let partial = name_beside(&folder.join(name), &format!("{PARTIAL}{ending}"));
                Self { whole, partial, progress: None, existing: Existing::Replace }
            }
        })
    }

    /// Makes room for a new volume, as far as `existing` allows, now and when it is finished.
    pub(super) fn clear(&mut self, existing: Existing) -> Result<(), StoreError> {
        self.existing = existing;
        if self.whole.exists() {
            match existing {
                Existing::Refuse => return Err(StoreError::Exists { path: self.whole.clone() }),
                Existing::Replace => refuse_foreign(&self.whole)?,
            }
        }
        let is_noted = self.progress.as_ref().is_some_and(|it| it.exists());
        if self.partial.exists() || is_noted {
            if existing == Existing::Refuse {
                return Err(StoreError::Unfinished { path: self.partial.clone() });
            }
            if !is_noted {
                refuse_foreign(&self.partial)?;
            }
            self.remove_unfinished()?;
        }
        Ok(())
    }

    /// Removes what is unfinished; nothing there is fine.
    fn remove_unfinished(&self) -> Result<(), StoreError> {
        remove(&self.partial)?;
        self.progress.as_deref().map_or(Ok(()), remove)
    }

    /// Gives the volume its name; an older one goes only when the new one is in its place.
    pub(super) fn publish(&self) -> Result<(), StoreError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| StoreError::from_io(source, &path, 0)
        };
        let old = self.partial.with_extension("old");
        if self.whole.exists() {
            if self.existing == Existing::Refuse {
                // Somebody else finished one of that name in the meantime.
                return Err(StoreError::Exists { path: self.whole.clone() });
            }
            refuse_foreign(&self.whole)?;
            remove(&old)?;
            fs::rename(&self.whole, &old).map_err(failed(&self.whole))?;
        }
        fs::rename(&self.partial, &self.whole).map_err(failed(&self.partial))?;
        self.progress.as_deref().map_or(Ok(()), remove)?;
        remove(&old)
    }
}

/// Takes away what is unfinished when it is dropped, and then the folder where it was made for that.
pub(super) struct Leftovers {
    pub(super) place: Place,
    pub(super) unfinished: Unfinished,
    /// Goes last.
    pub(super) _folder: MadeFolder,
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        if self.unfinished == Unfinished::Removed {
            // Where that fails, what went wrong before says more.
            let _ = self.place.remove_unfinished();
        }
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
        let is_held = |name: &str| {
            let named = (name, StoreFormat::Mha);
            Place::new(Path::new("out"), named, Unfinished::Kept).is_ok()
        };
        for name in ["volume", "Zelle ä", "电池", "a b", "v1.2"] {
            assert!(is_held(name), "{name}");
        }
        for name in ["", ".hidden", "-x", "a/b", "a\nb", " a", "a:b"] {
            assert!(!is_held(name), "{name}");
        }
    }

    /// Both began when nothing had the name; the second to finish takes nothing from the first.
    #[test]
    fn of_two_volumes_of_one_name_the_second_is_refused_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let begun = |text: &str| {
            let named = ("cell", StoreFormat::Nrrd);
            let mut place = Place::new(folder.path(), named, Unfinished::Removed).unwrap();
            place.clear(Existing::Refuse).unwrap();
            fs::write(&place.partial, text).unwrap();
            place
        };
        let [first, second] = ["first", "second"].map(begun);
        first.publish().unwrap();
        let refused = second.publish().unwrap_err().to_string();
        assert!(refused.contains("there already") && refused.contains("--force"), "{refused}");
        assert_eq!(fs::read_to_string(&first.whole).unwrap(), "first");
    }
}
