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
    /// Centre of the first voxel `[z, y, x]`, mm.
    pub(super) first_mm: Option<[f64; 3]>,
    /// Format and number type, as a person says it.
    pub(super) storage: String,
}

impl Told {
    /// The same without lengths that cannot be.
    pub(super) fn checked(mut self) -> Self {
        let is_usable = |lengths: &[f64; 3]| lengths.iter().all(|it| it.is_finite() && *it > 0.0);
        self.spacing_mm = self.spacing_mm.filter(is_usable);
        self.first_mm = self.first_mm.filter(|first| first.iter().all(|it| it.is_finite()));
        self
    }
}

/// A file that is no volume, or not one that is read.
pub(super) fn foreign(found: String, path: &Path) -> StoreError {
    StoreError::Foreign { found, path: path.to_path_buf() }
}
