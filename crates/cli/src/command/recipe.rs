//! `voltomo recipe` and `voltomo schema`, and the recipe of a scan that was named. No science.

use voltomo_pipeline::{Override, Recipe};

use super::screen::print;
use crate::arguments::{RecipeArguments, ScanArguments, SchemaArguments};

/// The recipe of the scan of a command line with these overrides; says where it comes from, if
/// the scan has one of its own.
pub(crate) fn recipe_of(scan: &ScanArguments, overrides: &[Override]) -> Result<Recipe, String> {
    if let Some(path) = Recipe::beside(&scan.scan) {
        eprintln!("recipe  {}, in the folder of the scan", path.display());
    }
    Recipe::for_scan(&scan.scan, overrides).map_err(|error| error.to_string())
}

/// Writes a complete, commented recipe for a scan.
pub(crate) fn recipe(arguments: &RecipeArguments) -> Result<(), String> {
    let scan = &arguments.scan;
    if let Some(path) = arguments.out.as_deref().filter(|path| path.is_file() && !arguments.force) {
        return Err(format!(
            "a file is there already; --force replaces it, another --out keeps it ({})",
            path.display()
        ));
    }
    arguments
        .out
        .as_deref()
        .map_or(Ok(()), voltomo_pipeline::may_replace_recipe)
        .map_err(|error| error.to_string())?;
    let recipe = recipe_of(scan, &scan.overrides)?;
    let text = voltomo_pipeline::recipe_for(recipe, arguments.out.as_deref())
        .map_err(|error| error.to_string())?;
    match &arguments.out {
        None => print(text.trim_end())?,
        Some(path) => {
            std::fs::write(path, text).map_err(|error| {
                format!("cannot write the recipe: {error} ({})", path.display())
            })?;
            eprintln!("recipe  {}", path.display());
        }
    }
    Ok(())
}

/// Prints the JSON Schema of the recipe, or of findings.
pub(crate) fn schema(arguments: &SchemaArguments) -> Result<(), String> {
    let schema = match arguments.findings {
        true => voltomo_pipeline::findings_schema(),
        false => voltomo_pipeline::json_schema().clone(),
    };
    print(&serde_json::to_string_pretty(&schema).map_err(|error| error.to_string())?)
}
