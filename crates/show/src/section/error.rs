//! Why a volume cannot be cut so. Knows no files.

/// Why a volume cannot be cut so: what was found, what was expected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SectionError {
    /// A vector without a direction.
    #[error("{what} {found:?} [z, y, x]; expected three numbers that are not all 0")]
    Direction {
        /// What the vector is.
        what: &'static str,
        /// The vector.
        found: [f64; 3],
    },
    /// Two directions that span no plane.
    #[error("the directions {found:?} [z, y, x]; expected two that are not parallel")]
    Parallel {
        /// Both.
        found: [[f64; 3]; 2],
    },
    /// A length that cannot be.
    #[error("{what} of {found} mm; expected {expected}")]
    Length {
        /// What is so long.
        what: &'static str,
        /// The length.
        found: f64,
        /// What is possible.
        expected: String,
    },
    /// Nothing of the volume lies there.
    #[error(
        "{what} misses the volume; expected one that meets it: z {} to {} mm, y {} to {} mm, \
         x {} to {} mm",
        short(.first[0]), short(.last[0]), short(.first[1]), short(.last[1]), short(.first[2]),
        short(.last[2])
    )]
    Misses {
        /// What lies beside the volume.
        what: &'static str,
        /// Centre of the volume's first voxel, `[z, y, x]`.
        first: [f64; 3],
        /// Centre of its last.
        last: [f64; 3],
    },
    /// A picture that no machine holds.
    #[error("a section of {rows} by {columns} pixels; expected at most {most} in all")]
    TooLarge {
        /// Pixels down.
        rows: usize,
        /// Pixels across.
        columns: usize,
        /// Most pixels.
        most: usize,
    },
    /// A volume without voxels, or with voxels without size.
    #[error(
        "a volume of {shape:?} voxels of {spacing:?} mm [z, y, x]; expected at least one of some size"
    )]
    NoVoxels {
        /// Voxels along each axis.
        shape: [usize; 3],
        /// From one to the next.
        spacing: [f64; 3],
    },
}

/// A number with three digits behind the point, and no more than it needs.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}
