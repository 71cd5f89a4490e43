//! Files and folders of results that are there whole or not at all. Knows no format.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file that is written beside its place and gets its name when it is whole; dropped before, nothing
/// of it stays. Two writers of one file do not meet: what is beside it has a name of its own.
pub(crate) struct WholeFile {
    beside: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Begins the file `path`; also the file that takes its bytes.
    ///
    /// # Errors
    /// A folder that cannot be written.
    pub(crate) fn create(path: &Path) -> io::Result<(Self, File)> {
        let beside = name_beside(path, ".partial");
        let file = File::create_new(&beside)?;
        Ok((Self { beside, path: path.into() }, file))
    }

    /// Where the bytes are until the file is whole.
    pub(crate) fn beside(&self) -> &Path {
        &self.beside
    }

    /// Gives the file its name; one of that name is replaced.
    ///
    /// # Errors
    /// A folder of that name.
    pub(crate) fn publish(self) -> io::Result<()> {
        fs::rename(&self.beside, &self.path)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // It is gone once it has its name; that it could not be removed says no more than the error.
        let _ = fs::remove_file(&self.beside);
    }
}

/// A name beside `path` that nobody else writes to, with this ending.
pub(crate) fn name_beside(path: &Path, ending: &str) -> PathBuf {
    static BEGUN: AtomicUsize = AtomicUsize::new(0);
    let process = std::process::id();
    loop {
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{process}-{number}{ending}"));
        // A process of that number may have been killed and have left its file.
        if !Path::new(&beside).exists() {
            return beside.into();
        }
    }
}

/// Writes a file as a whole.
///
/// # Errors
/// A place that cannot be written.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (whole, mut file) = WholeFile::create(path)?;
    file.write_all(bytes)?;
    drop(file);
    whole.publish()
}

/// A folder for results. Those that were made for it go when this is dropped and they are empty.
#[derive(Debug, Default)]
#[must_use = "dropped at once, an empty folder goes again"]
pub(crate) struct MadeFolder {
    /// The innermost first.
    made: Vec<PathBuf>,
}

impl MadeFolder {
    /// Makes a folder and those that it lies in, where they are missing.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub(crate) fn make(folder: &Path) -> io::Result<Self> {
        let named = |path: &&Path| !path.as_os_str().is_empty();
        let missing = folder.ancestors().filter(named).take_while(|path| !path.exists());
        let made = Self { made: missing.map(Path::to_path_buf).collect() };
        if named(&folder) {
            fs::create_dir_all(folder)?;
        }
        Ok(made)
    }
}

impl Drop for MadeFolder {
    fn drop(&mut self) {
        for folder in &self.made {
            // A folder that holds something stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|it| it.unwrap().file_name().to_string_lossy().into()).collect()
    }

    #[test]
    fn bad_place_keeps_nothing_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("something")).unwrap();
        assert!(write_whole(&taken, b"text").is_err());
        assert_eq!(names(folder.path()), ["taken"]);
        let free = folder.path().join("Zelle ä");
        write_whole(&free, b"text").unwrap();
        assert_eq!(fs::read(&free).unwrap(), b"text");
    }

    #[test]
    fn two_writers_of_one_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part.stl");
        let (first, mut one) = WholeFile::create(&path).unwrap();
        let (second, mut other) = WholeFile::create(&path).unwrap();
        one.write_all(b"first").unwrap();
        other.write_all(b"second, longer").unwrap();
        first.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        second.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second, longer");
        drop(WholeFile::create(&path).unwrap());
        assert_eq!(names(folder.path()), ["part.stl"]);
    }

    #[test]
    fn made_folders_go_while_they_are_empty() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        drop(MadeFolder::make(&inner).unwrap());
        assert!(names(folder.path()).is_empty());
        fs::create_dir(folder.path().join("a")).unwrap();
        let made = MadeFolder::make(&inner).unwrap();
        fs::write(inner.join("kept"), "").unwrap();
        drop(made);
        assert!(inner.join("kept").exists());
        drop(MadeFolder::make(&folder.path().join("a/c")).unwrap());
        assert_eq!(names(&folder.path().join("a")), ["b"], "what was there before stays");
    }
}
