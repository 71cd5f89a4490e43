//! `voltomo material`. No science.

use voltomo_pipeline::HydrogenModel;

use super::screen::print;
use crate::arguments::{Hydrogen, MaterialArguments};

/// Prints how a material attenuates neutrons and X-rays.
pub(crate) fn material(arguments: &MaterialArguments) -> Result<(), String> {
    let hydrogen = match arguments.hydrogen {
        Hydrogen::Organic => HydrogenModel::Organic,
        Hydrogen::Water => HydrogenModel::Water,
        Hydrogen::Bound => HydrogenModel::Bound,
    };
    let report =
        voltomo_pipeline::material_report(&arguments.material, arguments.density, hydrogen)
            .map_err(|error| error.to_string())?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?;
        return print(&text);
    }
    print(report.to_string().trim_end())
}
