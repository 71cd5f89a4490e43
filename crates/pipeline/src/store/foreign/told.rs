//! What the files of another program say of their volume. Reads none.

use std::path::Path;

use crate::store::StoreError;

/// A volume's outside.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    /// Voxels along `[z, y, x]`.
    pub(super) shape: [usize; 3],
    /// Distances from voxel to voxel `[z, y, x]`, mm.
    pub(super) spacing_mm: Option<[f64; 3]>,
    /// The same where they stand in the files and cannot be.
    pub(super) odd_mm: Option<[f64; 3]>,
    /// Centre of the first voxel `[z, y, x]`, mm.
    pub(super) first_mm: Option<[f64; 3]>,
    /// Format and number type, as a person says it.
    pub(super) storage: String,
}

impl Told {
    /// The same without lengths that cannot be.
    pub(super) fn checked(mut self) -> Self {
        let is_usable = |lengths: &[f64; 3]| lengths.iter().all(|it| is_length_mm(*it));
        (self.spacing_mm, self.odd_mm) = match self.spacing_mm {
            Some(lengths) if !is_usable(&lengths) => (None, Some(lengths)),
            usable => (usable, None),
        };
        let is_near = |first: &[f64; 3]| first.iter().all(|it| it.abs() <= FARTHEST_MM);
        self.first_mm = self.first_mm.filter(is_near);
        self
    }
}

/// Edges of voxels that can be, mm: from atoms to houses.
const USABLE_MM: std::ops::RangeInclusive<f64> = 1e-7..=1e4;
/// Nothing lies farther away, mm.
const FARTHEST_MM: f64 = 1e9;

/// Whether a voxel may be so long, mm.
pub(crate) fn is_length_mm(length: f64) -> bool {
    USABLE_MM.contains(&length)
}

/// A file that is no volume, or not one that is read.
pub(super) fn foreign(found: String, path: &Path) -> StoreError {
    StoreError::Foreign { found, path: path.to_path_buf() }
}
