//! `voltomo look`. No science.

use super::{
    recipe::recipe_of,
    screen::{print, print_lines},
};
use crate::{arguments::LookArguments, progress::Console};

/// Shows what is understood of a scan.
pub(crate) fn look(arguments: &LookArguments) -> Result<(), String> {
    let scan = &arguments.scan;
    let recipe = recipe_of(scan, &scan.overrides)?;
    let picture = arguments.picture.as_deref();
    let seen = voltomo_pipeline::look(&recipe, arguments.all, picture)
        .map_err(|error| error.to_string())?;
    let console = Console::listening()?;
    let quality = arguments.quality.then(|| voltomo_pipeline::quality(&recipe, &console));
    let quality = quality.transpose().map_err(|error| error.to_string())?;
    if !arguments.json {
        print_lines(&seen.lines())?;
        return print_lines(&quality.map_or(vec![], |quality| quality.lines()));
    }
    let as_text = |error: serde_json::Error| error.to_string();
    let mut told = serde_json::to_value(&seen).map_err(as_text)?;
    if let Some(quality) = quality {
        told["quality"] = serde_json::to_value(&quality).map_err(as_text)?;
    }
    print(&serde_json::to_string_pretty(&told).map_err(as_text)?)
}
