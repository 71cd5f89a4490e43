//! Why no windings were found. Knows no limits.

/// Why the windings of a roll could not be traced.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WindingError {
    /// The volume does not say how large its voxels are.
    #[error("the voxels have no size in millimetres; give one with `voxel_mm`")]
    NoSize,
    /// Settings that cannot be.
    #[error("`{key}` is {found}; expected {expected}")]
    Setting {
        /// Key of the setting.
        key: String,
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
    /// Too few voxels to hold windings.
    #[error(
        "the volume has {found} voxels across; windings need at least {wanted} (a roll that fills \
         the slice, at 4 voxels a pitch or more)"
    )]
    TooSmall {
        /// Voxels along the shorter side of a slice.
        found: usize,
        /// Least number.
        wanted: usize,
    },
    /// Nothing repeats along the radius.
    #[error(
        "no regular windings between {least_mm:.3} and {most_mm:.3} mm of pitch at any height; is \
         this a wound cell, is `winding.most_pitch_mm` right, is the voxel smaller than a quarter \
         of the pitch?"
    )]
    NoWindings {
        /// Least pitch looked for, mm.
        least_mm: f64,
        /// Greatest pitch looked for, mm.
        most_mm: f64,
    },
    /// Rings, but no spiral.
    #[error(
        "{agreeing} of {seen} windings move on by one turn around the clock: rings, or noise, but \
         no spiral"
    )]
    NoSpiral {
        /// Windings that close as a spiral does.
        agreeing: usize,
        /// Windings that were followed around the clock.
        seen: usize,
    },
}
