//! A recipe from its text and the command line, checked whole. Touches no data.

use std::path::{Path, PathBuf};

use super::{Override, Recipe, RecipeError, check};

impl Recipe {
    /// Reads a recipe from TOML text and `--set` overrides, and checks it whole: unknown keys with
    /// the nearest valid one, wrong types and units, contradicting values.
    ///
    /// `source` names the text in messages.
    ///
    /// # Errors
    /// Everything wrong with it at once, each with its place.
    pub fn read(text: &str, source: &str, overrides: &[Override]) -> Result<Self, RecipeError> {
        let checked = check::structure(text, source, overrides)?;
        let recipe: Self = toml::from_str(&checked.merged).map_err(|error| {
            RecipeError::Unreadable { source_name: source.into(), message: error.message().into() }
        })?;
        let problems = recipe.problems();
        if problems.is_empty() {
            return Ok(recipe);
        }
        Err(checked.locate(problems))
    }

    /// Reads a recipe file; a relative `acquire.path` counts from the recipe's own folder.
    ///
    /// # Errors
    /// A file that cannot be read, and everything wrong with the recipe.
    pub fn open(path: &Path, overrides: &[Override]) -> Result<Self, RecipeError> {
        let text = voltomo_acquire::read_text(path)
            .map_err(|source| RecipeError::Open { path: path.into(), why: source.to_string() })?;
        Self::read(&text, &path.display().to_string(), overrides)
    }

    /// The recipe with a path that means the same file from anywhere.
    #[must_use]
    pub(crate) fn anchored(&self, base: &Path) -> Self {
        let mut anchored = self.clone();
        let path = base.join(&self.acquire.path);
        anchored.acquire.path = std::path::absolute(&path).unwrap_or(path);
        anchored
    }

    /// The recipe that lies in the folder of a scan, as simulations leave one.
    #[must_use]
    pub fn beside(scan: &Path) -> Option<PathBuf> {
        Some(scan.join("recipe.toml")).filter(|path| path.is_file())
    }

    /// The recipe of a scan that is given on the command line, with its overrides: the scan's own
    /// ([`Self::beside`]) where it has one.
    ///
    /// # Errors
    /// Everything wrong with the overrides, or with the scan's own recipe.
    pub fn for_scan(scan: &Path, overrides: &[Override]) -> Result<Self, RecipeError> {
        if scan.to_str().is_none() {
            let why = "its name is no UTF-8, which a recipe cannot hold; rename it or link to it";
            return Err(RecipeError::ScanName { path: scan.into(), why });
        }
        if let Some(path) = Self::beside(scan) {
            let mut recipe = Self::open(&path, overrides)?;
            recipe.acquire.path = scan.join(&recipe.acquire.path).components().collect();
            return Ok(recipe);
        }
        let mut told = vec![Override::text("acquire.path", scan.display())];
        told.extend_from_slice(overrides);
        Self::read("", "the command line", &told)
    }
}
