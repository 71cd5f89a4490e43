//! Why a volume could not be segmented. Knows no methods.

use voltomo_types::Problem;

/// Why a volume has no materials: what was found, what was expected, what mends it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentError {
    /// A setting that cannot be used.
    #[error("`{}` is {}; expected {}", .0.key, .0.found, .0.expected)]
    Setting(Problem),
    /// Attenuation in 1/pixel.
    #[error(
        "the volume has no length unit, so its µ are in 1/pixel; expected 1/cm, as materials are \
         told by it: give the size of a voxel in mm"
    )]
    NoUnit,
    /// Two volumes that are not on one grid.
    #[error(
        "the neutron volume has {neutron:?} voxels and the X-ray volume {xray:?}; expected both \
         on one grid, as `register` gives them"
    )]
    Shapes {
        /// Voxels of the neutron volume, `[z, y, x]`.
        neutron: [usize; 3],
        /// Voxels of the X-ray volume, `[z, y, x]`.
        xray: [usize; 3],
    },
    /// Nothing to look at.
    #[error("no voxel holds a number; expected a reconstructed volume")]
    NoNumbers,
    /// One value everywhere.
    #[error("every voxel holds about {value} 1/cm; expected a cell and what is about it")]
    Constant {
        /// That value.
        value: f64,
    },
    /// Nothing but noise.
    #[error(
        "neighbouring voxels have nothing in common (correlation {correlation:.2}); expected at \
         least {least}: the volume is noise"
    )]
    Noise {
        /// Largest correlation found at a distance of a few voxels.
        correlation: f64,
        /// What a volume of something shows.
        least: f64,
    },
    /// Values that no expected material explains.
    #[error(
        "{:.0} % of the voxels are near no expected material; expected µ in 1/cm of a cell in the \
         beam of `segment.xray_beam`: look at the unit, or give `segment.points`", 100.0 * share
    )]
    Strangers {
        /// Their share of the voxels looked at.
        share: f64,
    },
}
