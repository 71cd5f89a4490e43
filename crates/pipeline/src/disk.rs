//! Disk: what is free where results go. Writes nothing.

use std::path::Path;

use crate::{error::RunError, memory::Bytes};

/// Holds what a result takes at most to what is free on the disk of `out`.
///
/// # Errors
/// It takes more.
pub(crate) fn check_disk(what: &str, needed: Bytes, out: &Path) -> Result<(), RunError> {
    match free(out).filter(|free| *free < needed) {
        Some(free) => Err(RunError::Disk { what: what.into(), needed, free, path: out.into() }),
        None => Ok(()),
    }
}

/// What is free for this user on the disk of a path that may not be there yet; `None` where nobody
/// tells.
pub(crate) fn free(path: &Path) -> Option<Bytes> {
    let whole = std::path::absolute(path).ok()?;
    let there = whole.ancestors().find(|it| it.exists())?;
    free_at(there)
}

#[cfg(unix)]
fn free_at(path: &Path) -> Option<Bytes> {
    let told = rustix::fs::statvfs(path).ok()?;
    // File systems without a size of their own, as /proc, tell none.
    (told.f_blocks > 0).then(|| Bytes(told.f_bavail.saturating_mul(told.f_frsize)))
}

#[cfg(not(unix))]
fn free_at(_path: &Path) -> Option<Bytes> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn more_than_is_free_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("not/yet/there.stl");
        check_disk("the surface", Bytes(1), &out).unwrap();
        let text = check_disk("the surface", Bytes(u64::MAX), &out).unwrap_err().to_string();
        let free = free(&out).unwrap();
        assert!(free.0 > 0);
        assert!(text.contains("the surface takes up to 17179869184.00 GiB"), "{text}");
        assert!(text.contains("are free") && text.contains("--out"), "{text}");
        assert!(text.ends_with("there.stl)") && !out.exists(), "{text}");
    }
}
