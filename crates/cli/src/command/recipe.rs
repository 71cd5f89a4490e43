//! `voltomo recipe` and `voltomo schema`. No science.

use super::screen::print;
use crate::arguments::RecipeArguments;

/// Writes a complete, commented recipe for a scan.
pub(crate) fn recipe(arguments: &RecipeArguments) -> Result<(), String> {
    let scan = &arguments.scan;
    if let Some(path) = arguments.out.as_deref().filter(|path| path.is_file() && !arguments.force) {
        return Err(format!(
            "a file is there already; --force replaces it, another --out keeps it ({})",
            path.display()
        ));
    }
    let text = voltomo_pipeline::recipe_for(&scan.scan, &scan.overrides, arguments.out.as_deref())
        .map_err(|error| error.to_string())?;
    match &arguments.out {
        None => print(text.trim_end())?,
        Some(path) => {
            std::fs::write(path, text).map_err(|error| {
                format!("cannot write the recipe: {error} ({})", path.display())
            })?;
        }
    }
    Ok(())
}

/// Prints the JSON Schema of the recipe.
pub(crate) fn schema() -> Result<(), String> {
    let text = serde_json::to_string_pretty(voltomo_pipeline::json_schema())
        .map_err(|error| error.to_string())?;
    print(&text)
}
