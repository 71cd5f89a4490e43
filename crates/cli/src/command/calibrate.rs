//! `voltomo calibrate`. No science.

use std::path::Path;

use voltomo_pipeline::{CalibrateOptions, Recipe};

use super::{
    outcome::Outcome,
    screen::{print_lines, use_threads},
};
use crate::{arguments::CalibrateArguments, progress::Console};

/// Finds the axis, or the geometry by balls; prints it with the lines for the recipe.
pub(crate) fn calibrate(arguments: &CalibrateArguments) -> Result<Outcome, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    use_threads(&arguments.machine)?;
    let recipe =
        Recipe::open(&arguments.recipe, &arguments.overrides).map_err(|error| text(&error))?;
    let options = CalibrateOptions {
        base: arguments.recipe.parent().map(Path::to_path_buf).unwrap_or_default(),
        out: arguments.out.clone(),
        force: arguments.force,
        balls: arguments.balls,
        spacing_mm: arguments.spacing_mm,
    };
    let found = voltomo_pipeline::calibrate(&recipe, &options, &Console::listening()?)
        .map_err(|error| text(&error))?;
    print_lines(&found.lines())?;
    Ok(if found.findings.is_empty() { Outcome::Done } else { Outcome::BeyondLimits })
}
