//! What there is to simulate without writing a file first. Simulates nothing.

use voltomo_acquire::simulate::{cell::CellFile, instrument::Profile, material::Library};

use super::error::SimulateError;

/// The built-in cells and instruments, as lines for a person.
#[must_use]
pub fn list_simulations() -> Vec<String> {
    let mut lines = vec!["cells".to_string()];
    lines.extend(CellFile::builtin_names().iter().map(|name| format!("  {name}")));
    for (name, profile) in [("titan", Profile::titan()), ("imax", Profile::imax())] {
        lines.push(format!("instrument {name}, presets"));
        let presets = profile.preset.iter();
        lines.extend(presets.map(|(preset, what)| format!("  {preset:<6} {}", what.about)));
    }
    lines
}

/// The text of a built-in cell's file.
///
/// # Errors
/// No cell of that name is built in.
pub fn builtin_cell(name: &str) -> Result<&'static str, SimulateError> {
    Ok(CellFile::builtin(name)?)
}

/// The text of a built-in instrument's profile.
///
/// # Errors
/// No instrument of that name is built in.
pub fn builtin_instrument(name: &str) -> Result<&'static str, SimulateError> {
    Ok(Profile::builtin(name)?)
}

/// The materials of the library with their densities, as lines for a person.
#[must_use]
pub fn list_materials() -> Vec<String> {
    let library = Library::standard();
    let line = |name: &str| {
        let density = library.get(name).map_or(0.0, |substance| substance.density());
        format!("{name:<28} {density:.3} g/cm3")
    };
    library.names().map(line).collect()
}
