//! A cylindrical cell with its roll wound, as those need it who add to it. Builds nothing.

use super::file::CylindricalFile;
use super::levels::Levels;
use super::winding::Winding;

/// Dimensions, levels, and the roll with its own defects.
pub(super) struct Site<'a> {
    pub(super) file: &'a CylindricalFile,
    pub(super) levels: &'a Levels,
    pub(super) winding: Winding,
}
