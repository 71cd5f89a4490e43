//! Why a volume could not be inspected. Knows no method.

use voltomo_types::{CellKind, Probe};

/// What keeps a volume from being inspected: what was found, what was expected, what mends it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Nothing to look at.
    #[error("no volume was given; inspection needs a neutron or an X-ray volume")]
    NoVolume,
    /// Sizes cannot be told.
    #[error(
        "the {} volume has no voxel size, and a finding needs millimetres; give `--voxel-mm`, or \
         a pixel size in the recipe that made it",
        name(*.probe)
    )]
    NoUnit {
        /// Whose volume.
        probe: Probe,
    },
    /// The grid is not that of the array.
    #[error(
        "the {} volume holds {array:?} voxels, its grid says {grid:?}; both must be equal, above \
         0, and voxels longer than 0 mm",
        name(*.probe)
    )]
    Shape {
        /// Whose volume.
        probe: Probe,
        /// Voxels of the array, `[z, y, x]`.
        array: [usize; 3],
        /// Voxels of the grid, `[z, y, x]`.
        grid: [usize; 3],
    },
    /// No finite contrast at all.
    #[error(
        "the {} volume holds no two finite values that differ; it was expected to show a cell",
        name(*.probe)
    )]
    Blank {
        /// Whose volume.
        probe: Probe,
    },
    /// No circle in any slice.
    #[error(
        "no round can in {slices} places along z of the {} volume ({}); a cylindrical cell stands \
         with its axis along z, whole in every slice; the volume may be noise, lie on its side, \
         or hold another kind of cell (`--cell`, or `kind` in the recipe of the cell)",
        name(*.probe),
        .seen
    )]
    NoCan {
        /// Whose volume.
        probe: Probe,
        /// Places looked at.
        slices: usize,
        /// The nearest thing to a circle that was found.
        seen: String,
    },
    /// The can is cut by the field.
    #[error(
        "the can reaches beyond the {} volume: {:.0} % of its circle of {diameter_mm:.2} mm lies \
         outside; all of it must be in the field",
        name(*.probe),
        100.0 * .outside
    )]
    OutsideField {
        /// Whose volume.
        probe: Probe,
        /// Share of the circle that lies outside.
        outside: f64,
        /// Diameter of the circle, mm.
        diameter_mm: f64,
    },
    /// Dimensions of another kind of cell.
    #[error(
        "the body is {height_mm:.1} mm high and {diameter_mm:.1} mm wide, which is no {} cell; \
         name the kind it is: `--cell`, or `kind` in the recipe of the cell",
        kind_name(*.wanted)
    )]
    WrongKind {
        /// What was asked for.
        wanted: CellKind,
        /// Height found, mm.
        height_mm: f64,
        /// Diameter found, mm.
        diameter_mm: f64,
    },
    /// The file of limits.
    #[error("limits: {key}: found {found}, expected {expected}")]
    Limits {
        /// Key in the file.
        key: String,
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
}

/// A probe as printed.
#[must_use]
pub(crate) fn name(probe: Probe) -> &'static str {
    match probe {
        Probe::Neutron => "neutron",
        Probe::Xray => "X-ray",
    }
}

/// A kind of cell as printed.
#[must_use]
pub(crate) fn kind_name(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Cylindrical => "cylindrical",
        CellKind::Coin => "coin",
    }
}
