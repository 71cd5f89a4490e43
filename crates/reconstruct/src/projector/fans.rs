//! The rays of an upright parallel beam in every slice, as fans. Knows no data.

use voltomo_numeric::cast::to_f32;
use voltomo_types::{LengthUnit, ParallelGeometry, VoxelGrid};

use super::{counted_edge, rays_a_pixel};
use crate::{
    ReconstructError,
    kernel::project::{Fan, Walk},
};

/// The rays of one view in a slice.
///
/// A pixel takes the mean of `rays_a_pixel` rays; every `fans.len()`-th ray belongs to one fan, so
/// that the rays of a fan are a voxel or more apart.
#[derive(Debug, Clone)]
pub(super) struct ViewFans {
    pub(super) fans: Vec<Fan>,
    pub(super) rays_a_pixel: usize,
    /// Way of a ray from one line to the next, over the rays of a pixel; cm or pixels.
    pub(super) weight: f32,
}

impl ViewFans {
    /// The pixel that a ray of a fan belongs to.
    pub(super) fn pixel(&self, fan: usize, ray: usize) -> usize {
        (ray * self.fans.len() + fan) / self.rays_a_pixel
    }

    /// The fan of a ray, counted over all fans, and its place in it.
    pub(super) fn place(&self, ray: usize) -> (usize, usize) {
        (ray % self.fans.len(), ray / self.fans.len())
    }
}

/// Edge of an unbinned detector pixel in the grid's unit.
pub(super) fn pixel_edge(
    geometry: &ParallelGeometry,
    grid: &VoxelGrid,
) -> Result<f64, ReconstructError> {
    match (grid.unit, geometry.pixel) {
        (LengthUnit::Pixel, _) => Ok(1.0),
        (LengthUnit::Millimetre, Some(pixel)) => Ok(pixel.0),
        (LengthUnit::Millimetre, None) => {
            Err(ReconstructError::PixelSizeUnknown { voxel_mm: grid.voxel })
        }
    }
}

/// The fans of every view, the axis upright, on `columns` frame columns; `pixel`: [`pixel_edge`].
pub(super) fn fans_of(
    geometry: &ParallelGeometry,
    grid: &VoxelGrid,
    (columns, pixel): (usize, f64),
) -> Vec<ViewFans> {
    let wide = geometry.frame.bin as f64 * pixel;
    let rays = rays_a_pixel(wide / grid.voxel);
    let across = |ray: f64| {
        let column = (ray + 0.5) / rays as f64 - 0.5;
        (geometry.frame.detector_column(column) - geometry.axis.centre) * pixel
    };
    let view = |angle: &voltomo_types::Radian| {
        let ([start, along, spacing], walk, step) =
            path(angle.0.sin_cos(), grid, [across(0.0), wide / rays as f64]);
        let count = voltomo_numeric::cast::to_index((1.0 / spacing.abs() - 1e-9).ceil()).max(1);
        let fan = |k: usize| Fan {
            walk,
            start: start + k as f64 * spacing,
            along,
            spacing: spacing * count as f64,
            rays: (columns * rays).saturating_sub(k).div_ceil(count),
        };
        ViewFans {
            fans: (0..count).map(fan).collect(),
            rays_a_pixel: rays,
            weight: to_f32(step * counted_edge(grid) / rays as f64),
        }
    };
    geometry.angles.iter().map(view).collect()
}

/// Where the ray at `first + r·apart` across the beam meets line p, `start + p·along + r·spacing`
/// in voxels; the lines; and its way from one line to the next in voxels.
fn path((sin, cos): (f64, f64), grid: &VoxelGrid, rays: [f64; 2]) -> ([f64; 3], Walk, f64) {
    let ([_, y, x], voxel, [first, apart]) = (grid.first, grid.voxel, rays);
    // s = x·cos θ − y·sin θ along the whole ray.
    if cos.abs() >= sin.abs() {
        let start = ((first + y * sin) / cos - x) / voxel;
        ([start, sin / cos, apart / (cos * voxel)], Walk::Rows, 1.0 / cos.abs())
    } else {
        let start = ((x * cos - first) / sin - y) / voxel;
        ([start, cos / sin, -apart / (sin * voxel)], Walk::Columns, 1.0 / sin.abs())
    }
}
