//! What there is to simulate without writing a file first. Simulates nothing.

use voltomo_acquire::simulate::{cell::CellFile, instrument::Profile};

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
