//! What `--force` may replace: a file of the kind that is written, and nothing else. Writes nothing.

use std::path::Path;

use crate::RunError;

/// Longest file that is taken for a text of ours.
const LONGEST: u64 = 16 << 20;

/// Holds a place for a text to what may be replaced there: nothing, or a text of the same kind.
///
/// # Errors
/// A folder, a device, or a file that is no such text: a radiograph, say.
pub(crate) fn may_replace(
    path: &Path,
    (expected, is_one): (&'static str, impl Fn(&str) -> bool),
) -> Result<(), RunError> {
    let refuse = |found| Err(RunError::NotReplaced { found, expected, path: path.into() });
    let Ok(there) = std::fs::metadata(path) else { return Ok(()) };
    if !there.is_file() {
        return refuse("a folder or a device");
    }
    let is_ours =
        there.len() <= LONGEST && std::fs::read_to_string(path).is_ok_and(|text| is_one(&text));
    if is_ours { Ok(()) } else { refuse("something else") }
}

/// Holds the place of a recipe to what `--force` may replace there.
///
/// # Errors
/// A folder, a device, or a file that is no text.
pub fn may_replace_recipe(path: &Path) -> Result<(), RunError> {
    may_replace(path, ("a recipe, or another text", |text| !text.contains('\0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_of_the_same_kind_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let [recipe, radiograph, new] =
            ["a.toml", "p0000.tif", "b.toml"].map(|name| folder.path().join(name));
        std::fs::write(&recipe, "[acquire]\npath = \".\"\n").unwrap();
        std::fs::write(&radiograph, [0x49, 0x49, 0x2a, 0x00]).unwrap();
        assert!(may_replace_recipe(&recipe).is_ok() && may_replace_recipe(&new).is_ok());
        let message = may_replace_recipe(&radiograph).unwrap_err().to_string();
        assert!(message.contains("something else, expected a recipe"), "{message}");
        let message = may_replace_recipe(folder.path()).unwrap_err().to_string();
        assert!(message.contains("a folder or a device"), "{message}");
    }
}
