//! `voltomo look` and `voltomo show`. No science.

use super::screen::{print, print_lines};
use crate::arguments::{LookArguments, ShowArguments};

/// Shows what is understood of a scan.
pub(crate) fn look(arguments: &LookArguments) -> Result<(), String> {
    let scan = &arguments.scan;
    let recipe = voltomo_pipeline::Recipe::for_scan(&scan.scan, &scan.overrides)
        .map_err(|error| error.to_string())?;
    let picture = arguments.picture.as_deref();
    let seen = voltomo_pipeline::look(&recipe, arguments.all, picture)
        .map_err(|error| error.to_string())?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&seen).map_err(|error| error.to_string())?;
        print(&text)?;
    } else {
        print_lines(&seen.lines())?;
    }
    Ok(())
}

/// Draws a slice of a volume.
pub(crate) fn show(arguments: &ShowArguments) -> Result<(), String> {
    voltomo_pipeline::show_slice(&arguments.volume, arguments.slice, &arguments.out)
        .map_err(|error| error.to_string())?;
    print(&format!("picture  {}", arguments.out.display()))?;
    Ok(())
}
