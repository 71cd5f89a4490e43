//! `voltomo look` and `voltomo show`. No science.

use voltomo_pipeline::{ColourMap, SectionAxis, ShowOptions};

use super::{
    recipe::recipe_of,
    screen::{print, print_lines},
};
use crate::{
    arguments::{Colours, LookArguments, Section, ShowArguments},
    progress::Console,
};

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

/// Draws a slice or an upright section of a volume.
pub(crate) fn show(arguments: &ShowArguments) -> Result<(), String> {
    let options = ShowOptions {
        across: match arguments.section {
            Section::Z => SectionAxis::Z,
            Section::Y => SectionAxis::Y,
            Section::X => SectionAxis::X,
        },
        index: arguments.slice,
        range: arguments.range,
        colours: match arguments.colours {
            Colours::Grey => ColourMap::Grey,
            Colours::Viridis => ColourMap::Viridis,
            Colours::Turbo => ColourMap::Turbo,
            Colours::BlueRed => ColourMap::BlueRed,
        },
    };
    voltomo_pipeline::show_slice(&arguments.volume, &options, &arguments.out)
        .map_err(|error| error.to_string())?;
    print(&format!("picture  {}", arguments.out.display()))?;
    Ok(())
}
