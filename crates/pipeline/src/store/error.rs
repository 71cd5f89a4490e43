//! Why a volume could not be stored or read back. Knows no formats.

use std::ops::Range;
use std::path::{Path, PathBuf};

use voltomo_types::Problem;

/// Why a volume could not be stored or read back: what was found, what was expected, what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A setting cannot be used.
    #[error("`{}` is {}; expected {}", .problem.key, .problem.found, .problem.expected)]
    Setting {
        /// What is wrong with it.
        problem: Problem,
    },
    /// The name of the volume is no file name.
    #[error(
        "`{name}` as the volume's name; expected a name that no `.`, `-` or space begins, \
             without / \\ : * ? \" < > | and line breaks"
    )]
    Name {
        /// The name asked for.
        name: String,
    },
    /// A grid without voxels.
    #[error("a volume of {shape:?} voxels [z, y, x]; expected at least one along each axis")]
    Empty {
        /// Voxels `[z, y, x]`.
        shape: [usize; 3],
    },
    /// There is a finished volume of that name.
    #[error("a volume is there already; `--force` replaces it, another `--out` keeps it ({path})")]
    Exists {
        /// The volume.
        path: PathBuf,
    },
    /// There is an unfinished volume of that name.
    #[error(
        "an unfinished volume of an earlier run is there; `--resume` goes on with it, `--force` \
         begins anew ({path})"
    )]
    Unfinished {
        /// The unfinished volume.
        path: PathBuf,
    },
    /// Something is there that voltomo did not write, so that even `--force` keeps off.
    #[error(
        "something is there that voltomo did not write, and it is not replaced; move it away or \
         give another `--out` ({path})"
    )]
    NotOurs {
        /// The file or folder in the way.
        path: PathBuf,
    },
    /// Nothing to go on with.
    #[error("no unfinished volume to go on with; run without `--resume` ({path})")]
    NothingToResume {
        /// Where its progress would be noted.
        path: PathBuf,
    },
    /// The unfinished volume was begun with other settings.
    #[error(
        "the unfinished volume was begun with {what} = {found}; expected {expected}, as now asked \
         for: give the same recipe, or begin anew with `--force` ({path})"
    )]
    OtherRun {
        /// What differs.
        what: String,
        /// How the unfinished volume has it.
        found: String,
        /// How this run has it.
        expected: String,
        /// Where its progress is noted.
        path: PathBuf,
    },
    /// A slab of the wrong shape.
    #[error("a slab of {found:?} voxels [z, y, x]; expected {expected:?} ({path})")]
    SlabShape {
        /// Shape of the slab given.
        found: [usize; 3],
        /// Shape that the volume's grid asks for.
        expected: [usize; 3],
        /// The volume being written.
        path: PathBuf,
    },
    /// Slabs come in rising order, each slice once.
    #[error(
        "slices {} to {} came; expected a slab that begins at slice {expected} and ends at or \
         before {slice_count} ({path})", .found.start, .found.end
    )]
    SlabOrder {
        /// Slices given, half open.
        found: Range<usize>,
        /// The next slice to write.
        expected: usize,
        /// Slices of the volume.
        slice_count: usize,
        /// The volume being written.
        path: PathBuf,
    },
    /// NaN or infinite voxels.
    #[error(
        "{count} voxels are NaN or infinite, the first at {first:?} [z, y, x]; expected finite \
         attenuations: nothing of this slab was written ({path})"
    )]
    NotFinite {
        /// How many.
        count: usize,
        /// Index of the first, in the volume.
        first: [usize; 3],
        /// The volume being written.
        path: PathBuf,
    },
    /// Slices are missing at the end.
    #[error("{found} slices were written; expected {expected} before the volume is whole ({path})")]
    Incomplete {
        /// Slices written.
        found: usize,
        /// Slices of the volume.
        expected: usize,
        /// The volume being written.
        path: PathBuf,
    },
    /// The disk is full.
    #[error(
        "the disk is full; this volume needs {} in all: make room (a stopped run goes on with \
         `--resume`), store it as u16, or give a larger disk with `--out` ({path})", in_words(*.needed)
    )]
    DiskFull {
        /// Bytes that the whole volume takes at most.
        needed: u64,
        /// The volume being written.
        path: PathBuf,
    },
    /// The folder may not be written.
    #[error("this may not be written; give a folder of yours with `--out` ({path})")]
    NotWritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Reading or writing failed.
    #[error("reading or writing failed: {source} ({path})")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is no volume of voltomo's.
    #[error("{found}; expected a volume that voltomo wrote ({path})")]
    Unreadable {
        /// What is wrong.
        found: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// A chunk of a finished volume of voltomo's is not there.
    #[error(
        "the chunk `{chunk}` is missing, which holds voxels of slices {} to {}; expected every chunk of \
         a finished volume: copy the volume again, or make it again ({path})",
        .slices.start, .slices.end.saturating_sub(1)
    )]
    MissingChunk {
        /// Its file, from the volume's folder.
        chunk: PathBuf,
        /// The slices of which it holds a part, half open.
        slices: Range<usize>,
        /// The volume.
        path: PathBuf,
    },
    /// A file or folder that is no volume, of whatever program.
    #[error("{found} ({path})")]
    Foreign {
        /// What was found and what was expected.
        found: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// Images that are no volume.
    #[error(transparent)]
    Images {
        /// What is wrong with them.
        source: Box<voltomo_acquire::AcquireError>,
    },
    /// A section outside the volume.
    #[error("a section at {axis} = {found}, but the volume has {count} there; expected 0 to {} ({path})", .count - 1)]
    Section {
        /// The axis that it lies across.
        axis: &'static str,
        /// What was asked for.
        found: usize,
        /// Voxels along that axis.
        count: usize,
        /// The volume.
        path: PathBuf,
    },
    /// Slices outside the volume.
    #[error("slices {} to {} asked for; expected some of 0 to {slice_count} ({path})",
        .found.start, .found.end)]
    Slices {
        /// Slices asked for, half open.
        found: Range<usize>,
        /// Slices of the volume.
        slice_count: usize,
        /// The volume.
        path: PathBuf,
    },
}

impl StoreError {
    /// What the system's `source` means for the volume at `path`, which needs `needed` bytes.
    pub(super) fn from_io(source: std::io::Error, path: &Path, needed: u64) -> Self {
        let path = path.to_path_buf();
        if is_full_disk(&source) {
            return Self::DiskFull { needed, path };
        }
        match source.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { path, source }
            }
            _ => Self::Io { path, source },
        }
    }

    /// What an error of another crate means: the system's error where it carries one.
    pub(super) fn from_crate(
        error: &(dyn std::error::Error + 'static),
        path: &Path,
        needed: u64,
    ) -> Self {
        let mut cause = Some(error);
        while let Some(inner) = cause {
            if let Some(source) = inner.downcast_ref::<std::io::Error>() {
                let source = std::io::Error::new(source.kind(), source.to_string());
                return Self::from_io(source, path, needed);
            }
            cause = inner.source();
        }
        // Some crates keep the system's words alone.
        if says_full_disk(&error.to_string()) {
            return Self::DiskFull { needed, path: path.to_path_buf() };
        }
        Self::Unreadable { found: error.to_string(), path: path.to_path_buf() }
    }
}

/// Whether the system found no room, or no more room for this user.
pub(crate) fn is_full_disk(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded) || says_full_disk(&error.to_string())
}

fn says_full_disk(words: &str) -> bool {
    ["No space left on device", "Disk quota exceeded", "os error 28)", "os error 122)"]
        .iter()
        .any(|sign| words.contains(sign))
}

/// So many bytes, as a person says it.
fn in_words(bytes: u64) -> String {
    let gibibytes = bytes as f64 / 1024.0_f64.powi(3);
    if gibibytes < 0.1 {
        format!("{bytes} bytes")
    } else {
        format!("{gibibytes:.1} GiB ({bytes} bytes)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_known_behind_the_words_of_another_crate() {
        let full = || std::io::Error::from_raw_os_error(28);
        let needs = |error: &(dyn std::error::Error + 'static)| {
            let found = StoreError::from_crate(error, Path::new("scan.nxs.partial"), 7);
            assert!(matches!(found, StoreError::DiskFull { needed: 7, .. }), "{found:?}");
        };
        needs(&full());
        needs(&rust_hdf5::Hdf5Error::Io(full()));
        needs(&Words(full().to_string()));
    }

    /// An error that has words and no source.
    #[derive(Debug, thiserror::Error)]
    #[error("cannot flush: {0}")]
    struct Words(String);

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_says_how_many_bytes_are_needed() {
        let full = std::io::Write::write_all(
            &mut std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap(),
            b"x",
        );
        let error =
            StoreError::from_io(full.unwrap_err(), Path::new("out/volume.mha"), 34_359_738_368);
        let text = error.to_string();
        assert!(text.contains("disk is full") && text.contains("32.0 GiB (34359738368 bytes)"));
        assert!(text.contains("--resume") && text.ends_with("(out/volume.mha)"), "{text}");
    }
}
