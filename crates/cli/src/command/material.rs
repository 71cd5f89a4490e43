//! `voltomo material`. No science.

use voltomo_pipeline::HydrogenModel;

use super::screen::{print, print_lines};
use crate::arguments::{Hydrogen, MaterialArguments};

/// Prints how a material attenuates neutrons and X-rays.
pub(crate) fn material(arguments: &MaterialArguments) -> Result<(), String> {
    if arguments.list {
        return print_lines(&voltomo_pipeline::list_materials());
    }
    let hydrogen = match arguments.hydrogen {
        Hydrogen::Organic => HydrogenModel::Organic,
        Hydrogen::Water => HydrogenModel::Water,
        Hydrogen::Bound => HydrogenModel::Bound,
    };
    let name = arguments.material.as_deref().unwrap_or_default();
    let report = voltomo_pipeline::material_report(name, arguments.density, hydrogen)
        .map_err(|error| error.to_string())?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        return print(&text);
    }
    print(report.to_string().trim_end())
}
