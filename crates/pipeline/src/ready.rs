//! A recipe with everything at hand that it names beside the scan. Touches no radiograph.

use std::path::Path;

use crate::{error::RunError, recipe::Recipe};

/// The recipe with a path that means the same scan from anywhere, and the numbers of the text files
/// that its corrections name, which count from `base` like the scan.
///
/// # Errors
/// A text file that cannot be read, or that holds something else.
pub(crate) fn ready(recipe: &Recipe, base: &Path) -> Result<Recipe, RunError> {
    let mut ready = recipe.anchored(base);
    for (key, name) in recipe.correct.number_files() {
        let path = base.join(name);
        let text = voltomo_acquire::read_text(&path).map_err(|source| RunError::File {
            what: key,
            path: path.clone(),
            source,
        })?;
        ready.correct.take_numbers(key, &text)?;
    }
    Ok(ready)
}
