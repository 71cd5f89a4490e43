//! Back-projection of many slices at once in a parallel beam. Knows no filter and no units.
//!
//! The contract: `b(z, y, x) = Σ_θ q(θ, u(θ, y, x), z)`, `u` the detector column of a voxel, the
//! same for all slices, `q` read between columns as [`Interpolation`] says and zero further beside
//! the detector than that reaches. The sum goes over the angles in their order, whatever the tile,
//! the thread, or the number of slices, so that the bits depend on the input and the kind of the
//! processor alone.

mod bundle;
mod cpu;
mod interpolation;
mod places;
pub mod reference;
mod sum;
#[cfg(test)]
mod tests;

pub use bundle::{Bundle, BundlePart};
pub use cpu::{backproject, backproject_with, tile_bytes};
pub use interpolation::Interpolation;

pub use super::simd::Processor;

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

/// What is summed along which paths.
#[derive(Debug, Clone, Copy)]
pub struct Rays<'a> {
    /// The filtered sinograms, with as many values a row as the interpolation wants.
    pub bundle: &'a Bundle,
    /// One an angle, in columns of the detector.
    pub paths: &'a [RayPath],
    /// How a row is read between its values.
    pub interpolation: Interpolation,
}

impl Rays<'_> {
    /// The path of a view in values of its row.
    fn path(&self, view: usize) -> RayPath {
        let (path, scale) = (self.paths[view], self.interpolation.values_a_column() as f64);
        RayPath {
            start: path.start * scale,
            along_y: path.along_y * scale,
            along_x: path.along_x * scale,
        }
    }
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
