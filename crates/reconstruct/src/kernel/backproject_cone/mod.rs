//! Back-projection of a cone beam, the columns of voxels along the axis. Knows no filter and no
//! units.
//!
//! The contract: `b(z, y, x) = Σ_θ d⁻²·q(θ, u, v)`, `d(θ, y, x)` the depth of the voxel (1 on the
//! axis), `u(θ, y, x)` its detector column, `v(θ, z, y, x)` its detector row; `q` is linear between
//! pixels and falls to zero within one pixel beside the detector. The detector's columns are
//! parallel to the axis, so depth and column are the same for a whole column of voxels: views of
//! any other detector are brought onto such a one before. The sum goes over the views in their
//! order, whatever the tile, the thread or the slab, so that the bits depend on the input and the
//! kind of the processor alone: each kind takes as many voxels at once as fill its registers, and
//! rounds their places from the first of them.

mod ahead;
mod column;
mod cpu;

pub mod reference;
mod sights;
#[cfg(test)]
mod tests;
mod views;

pub use cpu::{backproject_cone, backproject_cone_with, tile_bytes};
pub use views::{ViewPart, Views};

/// A quantity that changes linearly over a slice: `start + y·along_y + x·along_x`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Slope {
    /// At voxel `[0, 0]`.
    pub start: f64,
    /// From one voxel to the next along y.
    pub along_y: f64,
    /// From one voxel to the next along x.
    pub along_x: f64,
}

impl Slope {
    /// The value at voxel `[y, x]`.
    #[must_use]
    pub fn at(&self, [y, x]: [usize; 2]) -> f64 {
        self.start + y as f64 * self.along_y + x as f64 * self.along_x
    }
}

/// Where the voxels fall on an upright detector in one view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConePath {
    /// Distance from the source along the central ray over that of the axis; positive.
    pub depth: Slope,
    /// Depth times detector column (0 = the first).
    pub column: Slope,
    /// Detector row at the height of the source (0 = the first row of the whole frame).
    pub source_row: f64,
    /// Depth times rows from there to voxel z: `rise.0 + z·rise.1`, the second one positive.
    pub rise: (f64, f64),
}
