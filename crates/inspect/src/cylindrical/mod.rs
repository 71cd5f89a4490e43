//! Wound cells in round cans, a file or a folder a part. Knows no coin cell and no files.

mod cell;
mod circle;
mod ends;
pub mod frame;
mod place;
pub mod winding;

use voltomo_types::Finding;

use crate::settings::CylindricalSettings;
pub use cell::{CylindricalCell, Placed};
pub use place::place;

/// Every finding about a wound cell, room by room. Findings are not judged yet.
#[must_use]
pub fn inspect(cell: &mut CylindricalCell<'_>, settings: &CylindricalSettings) -> Vec<Finding> {
    let _ = settings;
    let mut findings = Vec::new();
    findings.extend(cell.views().map(place::body_finding));
    findings
}
