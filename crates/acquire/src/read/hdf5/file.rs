//! One HDF5 file, open for reading, and the links in it. Knows no tomography.

use std::{
    fmt, fs,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{Backend, Hdf5Error, element::Link, pathname};

/// Links that may follow each other.
const MOST_HOPS: usize = 16;
/// Groups in groups.
const DEEPEST: usize = 24;
/// Names that are listed of one file.
const MOST_NAMES: usize = 50_000;

/// One HDF5 file. A clone is another handle to the same file.
#[derive(Clone)]
pub(crate) struct File(Arc<Open>);

struct Open {
    path: PathBuf,
    /// Idle handles of the library: one for each thread that reads at the same time, since the
    /// library reads one thing at a time in each.
    idle: Mutex<Vec<Backend>>,
}

/// A dataset or group, when all links on the way to it were followed.
pub(crate) struct Place {
    pub(crate) file: File,
    pub(crate) path: String,
    pub(crate) is_dataset: bool,
}

impl fmt::Debug for File {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "File({})", self.0.path.display())
    }
}

impl File {
    /// Opens `path` for reading.
    ///
    /// # Errors
    /// No such file, no HDF5, shorter than its header says, or not understood.
    pub(crate) fn open(path: &Path) -> Result<Self, Hdf5Error> {
        check_length(path)?;
        let opened = catch_unwind(AssertUnwindSafe(|| Backend::open(path)));
        let failed = |reason: String| Hdf5Error::Open { reason, path: path.into() };
        let backend = match opened {
            Ok(result) => result.map_err(failed)?,
            Err(panic) => return Err(failed(panic_words(panic.as_ref()))),
        };
        Ok(Self(Arc::new(Open { path: path.into(), idle: Mutex::new(vec![backend]) })))
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Runs `work` on an idle handle. A panic of the library becomes an error that names `object`.
    pub(crate) fn with<T>(
        &self,
        object: &str,
        work: impl FnOnce(&Backend) -> Result<T, String>,
    ) -> Result<T, Hdf5Error> {
        let idle = || self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = |reason: String| Hdf5Error::Damaged {
            dataset: object.into(),
            reason,
            path: self.0.path.clone(),
        };
        let held = idle().pop();
        let backend = match held {
            Some(backend) => backend,
            None => catch_unwind(AssertUnwindSafe(|| Backend::open(&self.0.path)))
                .map_err(|panic| failed(panic_words(panic.as_ref())))?
                .map_err(failed)?,
        };
        match catch_unwind(AssertUnwindSafe(|| work(&backend))) {
            Ok(result) => {
                idle().push(backend);
                result.map_err(failed)
            }
            Err(panic) => {
                // Its state is unknown: neither used nor dropped again.
                std::mem::forget(backend);
                Err(failed(panic_words(panic.as_ref())))
            }
        }
    }

    /// Follows every link on the way to `path`.
    pub(crate) fn find(&self, path: &str) -> Result<Option<Place>, Hdf5Error> {
        self.follow(path, MOST_HOPS)
    }

    fn follow(&self, path: &str, hops: usize) -> Result<Option<Place>, Hdf5Error> {
        let parts = pathname::parts(path);
        let mut place = Place { file: self.clone(), path: "/".into(), is_dataset: false };
        for (index, name) in parts.iter().enumerate() {
            let rest = &parts[index + 1..];
            let here = pathname::join(&place.path, name);
            let link = self.with(&here, |backend| Ok(backend.link(&place.path, name)))?;
            match link {
                Some(Link::Group) => place.path = here,
                Some(Link::Dataset) if rest.is_empty() => {
                    place.path = here;
                    place.is_dataset = true;
                }
                Some(Link::Soft(_) | Link::External { .. }) if hops == 0 => return Ok(None),
                Some(Link::Soft(target)) => {
                    let onward = pathname::onward(&place.path, &target, rest);
                    return self.follow(&onward, hops - 1);
                }
                Some(Link::External { file, path: target }) => {
                    let onward = pathname::onward("/", &target, rest);
                    return self.follow_outside(&here, (&file, &onward), hops - 1);
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(place))
    }

    fn follow_outside(
        &self,
        link: &str,
        (name, target): (&str, &str),
        hops: usize,
    ) -> Result<Option<Place>, Hdf5Error> {
        let outside = self.linked_file(link, name, target)?;
        let found = outside.follow(target, hops)?;
        found.map(Some).ok_or_else(|| Hdf5Error::BrokenLink {
            link: link.into(),
            target: format!("{name}:{target}"),
            searched: outside.path().display().to_string(),
            path: self.0.path.clone(),
        })
    }

    /// The file `name` that `link` names: as it stands where absolute, else beside this file.
    pub(crate) fn linked_file(
        &self,
        link: &str,
        name: &str,
        target: &str,
    ) -> Result<Self, Hdf5Error> {
        if name == "." {
            return Ok(self.clone());
        }
        let folder = self.0.path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut candidates = vec![folder.join(name)];
        candidates.extend(Path::new(name).file_name().map(|bare| folder.join(bare)));
        candidates.dedup();
        match candidates.iter().find(|candidate| candidate.is_file()) {
            Some(candidate) => Self::open(candidate),
            None => {
                let searched = candidates.iter().map(|at| at.display().to_string());
                Err(Hdf5Error::BrokenLink {
                    link: link.into(),
                    target: format!("{name}:{target}"),
                    searched: searched.collect::<Vec<_>>().join(" and "),
                    path: self.0.path.clone(),
                })
            }
        }
    }

    /// Every name in the file that is no group: path and what it leads to. Links are listed, not
    /// followed.
    pub(crate) fn names(&self) -> Result<Vec<(String, Link)>, Hdf5Error> {
        let mut names = Vec::new();
        let mut groups = vec![(String::from("/"), 0)];
        while let Some((group, depth)) = groups.pop() {
            for (name, link) in self.with(&group, |backend| backend.links(&group))? {
                let path = pathname::join(&group, &name);
                match link {
                    Link::Group if depth < DEEPEST => groups.push((path, depth + 1)),
                    Link::Group => {}
                    link => names.push((path, link)),
                }
            }
            if names.len() + groups.len() > MOST_NAMES {
                break;
            }
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }

    /// A string attribute of a group.
    pub(crate) fn group_text(&self, group: &str, name: &str) -> Option<String> {
        self.with(group, |backend| Ok(backend.group_text(group, name))).ok().flatten()
    }
}

/// Words of a caught panic.
fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    format!("the HDF5 library stopped on it ({words})")
}

const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// Whether the bytes of a file's beginning are those of an HDF5 file without a user block.
pub(crate) fn is_hdf5(beginning: &[u8]) -> bool {
    beginning.starts_with(SIGNATURE)
}

/// Compares the file's length with the end that its superblock states. A part that is missing would
/// read as the fill value, silently.
fn check_length(path: &Path) -> Result<(), Hdf5Error> {
    let failed =
        |error: std::io::Error| Hdf5Error::Open { reason: error.to_string(), path: path.into() };
    let mut file = fs::File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut beginning = Vec::new();
    file.by_ref().take(1 << 16).read_to_end(&mut beginning).map_err(failed)?;
    let starts = std::iter::once(0).chain((9..16).map(|power| 1usize << power));
    let signed = |&start: &usize| beginning.get(start..).is_some_and(is_hdf5);
    let Some(start) = starts.into_iter().find(signed) else {
        let first = &beginning[..beginning.len().min(8)];
        let found = if first.is_empty() {
            "nothing: it is empty".into()
        } else {
            format!("`{}`", first.escape_ascii())
        };
        return Err(Hdf5Error::NotHdf5 { found, path: path.into() });
    };
    match stated_end(&beginning[start..]) {
        Some(expected) if expected > length => {
            Err(Hdf5Error::Truncated { length, expected, path: path.into() })
        }
        _ => Ok(()),
    }
}

/// End of the file as the superblock states it; `None` for sizes and versions it does not know.
/// Source: The HDF Group, HDF5 File Format Specification 3.0, section II.A.
fn stated_end(superblock: &[u8]) -> Option<u64> {
    let (size_at, end_at) = match superblock.get(8)? {
        0 => (13, 40),
        1 => (13, 44),
        2 | 3 => (9, 28),
        _ => return None,
    };
    if *superblock.get(size_at)? != 8 {
        return None;
    }
    let bytes = superblock.get(end_at..end_at + 8)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes)).filter(|&end| end != u64::MAX)
}
