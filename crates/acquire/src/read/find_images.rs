//! Finds image files: of a folder, by a pattern, by name. Opens none of them.

use std::path::{Path, PathBuf};

use super::image_page::ImageFormat;
use crate::{AcquireError, natural_order::natural_order};

/// Image files that a recipe key, or a guess, put together.
#[derive(Debug, Clone)]
pub(crate) struct ImageSet {
    /// The recipe key that chose them or would: `acquire.flats`.
    pub(crate) key: &'static str,
    /// What the key says, or the pattern that the guess found.
    pub(crate) told: String,
    /// Whether the names told it and not the recipe.
    pub(crate) is_guess: bool,
    /// The files, in natural order.
    pub(crate) files: Vec<PathBuf>,
}

/// The files that `told` names: a folder, a file, or a pattern with `*` and `?` in its last part.
///
/// `folder`: where a relative name starts.
///
/// # Errors
/// Nothing of that name; nothing that matches; TIFF and FITS mixed.
pub(crate) fn find(key: &'static str, told: &str, folder: &Path) -> Result<ImageSet, AcquireError> {
    let path = folder.join(told);
    let files = if is_pattern(told) {
        matching(key, &path)?
    } else if path.is_dir() {
        let files = images_in(&path)?;
        if files.is_empty() {
            return Err(nothing_matched(key, "*.tif, *.tiff, *.fits, *.fit, *.fts", &path));
        }
        files
    } else if path.is_file() {
        vec![path]
    } else {
        return Err(AcquireError::absent(key, &path));
    };
    check_one_format(&files, folder)?;
    Ok(ImageSet { key, told: told.into(), is_guess: false, files })
}

/// Whether a name has wildcards.
pub(crate) fn is_pattern(told: &str) -> bool {
    told.contains(['*', '?'])
}

fn matching(key: &'static str, path: &Path) -> Result<Vec<PathBuf>, AcquireError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let pattern = path.file_name().unwrap_or_default().to_string_lossy();
    if is_pattern(&folder.to_string_lossy()) {
        let found = format!("`{}`", path.display());
        let expected = "wildcards in the file name alone, not in the folders";
        return Err(AcquireError::Setting { key: key.into(), found, expected: expected.into() });
    }
    if !folder.is_dir() {
        return Err(AcquireError::NoSuchPath { key: key.into(), path: folder.into() });
    }
    let mut files = images_in(folder)?;
    files.retain(|file| matches_pattern(&pattern, &name_of(file)));
    if files.is_empty() {
        return Err(nothing_matched(key, &pattern, folder));
    }
    Ok(files)
}

fn nothing_matched(key: &str, pattern: &str, folder: &Path) -> AcquireError {
    let names: Vec<_> = entries(folder).unwrap_or_default().iter().map(|p| name_of(p)).collect();
    let shown = names[..names.len().min(6)].join(", ");
    let present = match names.len() {
        0 => "nothing in the folder".into(),
        count if count > 6 => format!("{shown} and {} more", count - 6),
        _ => shown,
    };
    AcquireError::NothingMatched {
        key: key.into(),
        pattern: pattern.into(),
        present,
        folder: folder.into(),
    }
}

fn check_one_format(files: &[PathBuf], folder: &Path) -> Result<(), AcquireError> {
    let format = |file: &&PathBuf| ImageFormat::of_name(&name_of(file)) == Some(ImageFormat::Fits);
    let fits = files.iter().filter(format).count();
    if fits == 0 || fits == files.len() {
        return Ok(());
    }
    let found = format!("{} TIFF and {fits} FITS images together", files.len() - fits);
    Err(AcquireError::UnclearFolder { found, folder: folder.into() })
}

/// Everything in a folder that is not hidden, in natural order.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, AcquireError> {
    let open = |source| AcquireError::Open { path: folder.into(), source };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(open)? {
        entries.push(entry.map_err(open)?.path());
    }
    entries.retain(|path| !name_of(path).starts_with('.'));
    entries.sort_by(|a, b| natural_order(&name_of(a), &name_of(b)));
    Ok(entries)
}

/// The image files of a folder, by their names' endings, in natural order.
pub(crate) fn images_in(folder: &Path) -> Result<Vec<PathBuf>, AcquireError> {
    let mut files = entries(folder)?;
    files.retain(|path| ImageFormat::of_name(&name_of(path)).is_some() && !path.is_dir());
    match files.iter().find(|path| !path.is_file()) {
        None => Ok(files),
        Some(path) => {
            let what = "not a file: a link to nothing, a loop of links or a pipe, expected an \
                        image; mend the link, or take it out of the folder";
            Err(AcquireError::Image { what: what.into(), path: path.clone() })
        }
    }
}

/// A path's last part.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Whether `name` fits `pattern`: `*` any characters, `?` one.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<_>, Vec<_>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut here) = (0, 0);
    let mut retry = None;
    while here < name.len() {
        match pattern.get(at) {
            Some('*') => {
                retry = Some((at, here));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == name[here] => {
                (at, here) = (at + 1, here + 1);
            }
            _ => {
                let Some((star, taken)) = retry else { return false };
                retry = Some((star, taken + 1));
                (at, here) = (star + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn patterns_match_whole_names() {
        let fits = |pattern, name| matches_pattern(pattern, name);
        assert!(fits("proj_*.tif", "proj_0001.tif") && fits("*", "a") && fits("a?c*", "abc"));
        assert!(fits("*a*b", "xaxbab") && fits("proj_?.tif", "proj_1.tif"));
        assert!(!fits("proj_?.tif", "proj_10.tif") && !fits("proj*", "my_proj"));
        assert!(!fits("*.tif", "a.tiff") && !fits("?", ""));
    }
}
