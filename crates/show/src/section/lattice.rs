//! Where the voxels of a volume are, which need be no cubes. Holds no numbers.

use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::VoxelGrid;

use super::error::SectionError;

/// A point so near to a voxel's centre, in voxels, lies on it.
const ON_IT: f64 = 1e-6;

/// Voxels in rows, and where they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lattice {
    /// Voxels along `[z, y, x]`.
    pub shape: [usize; 3],
    /// Centre of the first, `[z, y, x]`, mm.
    pub first: [f64; 3],
    /// From one to the next along `[z, y, x]`, mm.
    pub spacing: [f64; 3],
}

/// A point among the voxels: the voxel below it along each axis, and how far it is to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Among {
    pub(super) low: [usize; 3],
    pub(super) share: [f32; 3],
}

impl From<&VoxelGrid> for Lattice {
    fn from(grid: &VoxelGrid) -> Self {
        Self { shape: grid.shape, first: grid.first, spacing: [grid.voxel; 3] }
    }
}

impl Lattice {
    /// The same, where it has voxels at all.
    ///
    /// # Errors
    /// No voxels, or voxels without a size.
    pub(super) fn checked(&self) -> Result<&Self, SectionError> {
        let has_voxels = self.shape.iter().all(|size| *size > 0);
        let has_size = self.spacing.iter().all(|edge| edge.is_normal() && *edge > 0.0);
        if has_voxels && has_size && self.first.iter().all(|it| it.is_finite()) {
            return Ok(self);
        }
        Err(SectionError::NoVoxels { shape: self.shape, spacing: self.spacing })
    }

    /// Centre of the last voxel, `[z, y, x]`, mm.
    #[must_use]
    pub fn last(&self) -> [f64; 3] {
        self.centre_of(self.shape.map(|size| size.saturating_sub(1)))
    }

    /// Centre of a voxel `[z, y, x]`, mm.
    #[must_use]
    pub fn centre_of(&self, index: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| self.first[axis] + index[axis] as f64 * self.spacing[axis])
    }

    /// The middle of the volume, `[z, y, x]`, mm.
    #[must_use]
    pub fn middle(&self) -> [f64; 3] {
        let last = self.last();
        std::array::from_fn(|axis| 0.5 * (self.first[axis] + last[axis]))
    }

    /// The shortest edge of a voxel, mm: that of a section's pixels.
    #[must_use]
    pub fn finest(&self) -> f64 {
        self.spacing.into_iter().fold(f64::INFINITY, f64::min)
    }

    /// The eight corners, through the centres of the outermost voxels.
    pub(super) fn corners(&self) -> [[f64; 3]; 8] {
        let ends = [self.first, self.last()];
        std::array::from_fn(|k| std::array::from_fn(|axis| ends[k >> axis & 1][axis]))
    }

    /// Position along an axis in voxels, on a voxel where it is as near as rounding.
    pub(super) fn position(&self, axis: usize, point: f64) -> f64 {
        let position = (point - self.first[axis]) / self.spacing[axis];
        let nearest = position.round();
        if (position - nearest).abs() < ON_IT { nearest } else { position }
    }

    /// Whether a point lies among the voxels' centres.
    #[must_use]
    pub fn holds(&self, point: [f64; 3]) -> bool {
        self.among(point).is_some()
    }

    /// Where a point lies; `None` beyond the centres of the outermost voxels.
    pub(super) fn among(&self, point: [f64; 3]) -> Option<Among> {
        let mut among = Among { low: [0; 3], share: [0.0; 3] };
        for (axis, along) in point.into_iter().enumerate() {
            let position = self.position(axis, along);
            let last = self.shape[axis].checked_sub(1)?;
            if !(0.0..=last as f64).contains(&position) {
                return None;
            }
            among.low[axis] = to_index(position).min(last);
            among.share[axis] = to_f32(position - among.low[axis] as f64);
        }
        Some(among)
    }
}
