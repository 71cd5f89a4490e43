//! Back-projection of many slices at once in a parallel beam. Knows no filter and no units.
//!
//! The contract: `b(z, y, x) = Σ_θ q(θ, u(θ, y, x), z)`, `u` the detector column of a voxel, the
//! same for all slices, `q` linear between columns and falling to zero within one column beside
//! the detector. The sum goes over the angles in their order, whatever the tile, the thread, or
//! the number of slices, so that the bits depend on the input and the processor alone.

mod bundle;
mod cpu;
pub mod reference;
#[cfg(test)]
mod tests;

pub use bundle::{Bundle, BundlePart};
pub use cpu::{Processor, backproject, tile_bytes};

/// Where the voxels of a slice fall on the detector, for one angle: voxel `[y, x]` at column
/// `start + y·along_y + x·along_x` (0 = the first column of the sinogram).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RayPath {
    /// Column of voxel `[0, 0]`.
    pub start: f64,
    /// Columns from one voxel to the next along y.
    pub along_y: f64,
    /// Columns from one voxel to the next along x.
    pub along_x: f64,
}

/// A circle in a slice beyond which voxels are set to zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// Middle, `[y, x]` in voxel indices.
    pub centre: [f64; 2],
    /// Radius in voxels.
    pub radius: f64,
}

impl Circle {
    /// Whether the voxel `[y, x]` lies within.
    #[must_use]
    pub fn holds(&self, [y, x]: [usize; 2]) -> bool {
        let (y, x) = (y as f64 - self.centre[0], x as f64 - self.centre[1]);
        y * y + x * x <= self.radius * self.radius
    }
}
