//! Where the voxels of a volume are. Holds no data.

use serde::{Deserialize, Serialize};

use crate::{AttenuationUnit, LengthUnit};

/// Shape, voxel size and place of a volume, in the sample's frame.
///
/// x = y = 0 on the rotation axis, x along the detector columns at angle 0; z along the axis with
/// rising detector rows, z = 0 at the middle row of the uncropped detector.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VoxelGrid {
    /// Voxels along `[z, y, x]`.
    pub shape: [usize; 3],
    /// Edge of a (cubic) voxel, in `unit`.
    pub voxel: f64,
    /// Centre of voxel `[0, 0, 0]`, as `[z, y, x]`, in `unit`.
    pub first: [f64; 3],
    /// What `voxel` and `first` are measured in.
    pub unit: LengthUnit,
}

impl VoxelGrid {
    /// Centre of the voxel `[z, y, x]`, in `unit`.
    #[must_use]
    pub fn centre_of(&self, index: [usize; 3]) -> [f64; 3] {
        std::array::from_fn(|axis| self.first[axis] + index[axis] as f64 * self.voxel)
    }

    /// How many voxels there are.
    #[must_use]
    pub fn voxel_count(&self) -> usize {
        self.shape.iter().product()
    }

    /// The unit of attenuation coefficients on this grid.
    #[must_use]
    pub fn attenuation_unit(&self) -> AttenuationUnit {
        match self.unit {
            LengthUnit::Millimetre => AttenuationUnit::PerCentimetre,
            LengthUnit::Pixel => AttenuationUnit::PerPixel,
        }
    }

    /// The part of this grid with the slices `z`.
    #[must_use]
    pub fn slab(&self, z: std::ops::Range<usize>) -> Self {
        let mut part = *self;
        part.first[0] += z.start as f64 * self.voxel;
        part.shape[0] = z.len();
        part
    }
}
