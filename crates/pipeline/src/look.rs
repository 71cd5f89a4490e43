//! What is understood of a scan, for a person and for programs. No science.

use std::path::Path;

use voltomo_acquire::Look;

use crate::{
    error::RunError,
    preview,
    recipe::{Recipe, commented},
};

/// Frames that are read for the count figures unless all are asked for.
const SAMPLE: usize = 32;

/// What is understood of the recipe's scan; with `picture`, a contact sheet is drawn there.
///
/// # Errors
/// A scan that cannot be opened or read, a picture that cannot be written.
pub fn look(recipe: &Recipe, all: bool, picture: Option<&Path>) -> Result<Look, RunError> {
    picture.map_or(Ok(()), preview::check_name)?;
    let scan = voltomo_acquire::open(&recipe.acquire, Path::new(""))?;
    let sample = if all { scan.radiographs.shape().frames } else { SAMPLE };
    let seen = voltomo_acquire::look(&scan, sample)?;
    if let Some(path) = picture {
        preview::scan_sheet(&scan, path)?;
    }
    Ok(seen)
}

/// The recipe of a scan, complete and commented, as TOML. `target`: where it will stand; a recipe
/// that stands elsewhere than the working folder gets an absolute path to the scan.
///
/// # Errors
/// A scan that cannot be opened.
pub fn recipe_for(mut recipe: Recipe, target: Option<&Path>) -> Result<String, RunError> {
    let opened = voltomo_acquire::open(&recipe.acquire, Path::new(""))?;
    if target.is_some_and(|path| path.parent().is_some_and(|folder| folder != Path::new(""))) {
        let scan = recipe.acquire.path;
        recipe.acquire.path = std::path::absolute(&scan).unwrap_or(scan);
    }
    let mut head = vec![
        "A recipe of voltomo: what is done with one scan. Run it with: voltomo run RECIPE --out DIR"
            .to_string(),
        "What is understood of the scan:".to_string(),
    ];
    let facts = opened.facts.iter();
    head.extend(facts.map(|fact| {
        let origin = format!("{:?}", fact.origin).to_lowercase();
        format!("  {}: {} ({origin})", fact.item, fact.value)
    }));
    Ok(commented(&recipe, &head))
}
