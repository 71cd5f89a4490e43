//! Forward projection and its exact adjoint, as iterative methods ask for them. Knows no files.

mod cone;
mod fans;
mod many_rows;
mod parallel;
mod scratch;
mod space;
mod tilted;

use ndarray::{ArrayView3, ArrayViewMut3};
use voltomo_types::VoxelGrid;

use crate::ReconstructError;

pub use cone::ConeProjector;
pub use parallel::ParallelProjector;
pub(crate) use parallel::{lanes_of_many, least_for_many};

/// A linear map A from a volume µ(z, y, x) to its line integrals p(view, row, column), and its
/// transpose: `⟨A·µ, p⟩ = ⟨µ, Aᵀ·p⟩` with the same weights on both sides.
///
/// Results depend on the arguments and the processor alone, not on the number of threads. A view
/// may be named more than once, and in any order: views of the same rays are independent.
pub trait Projector: Sync {
    /// Voxels of the volume, `[z, y, x]`.
    fn volume_shape(&self) -> [usize; 3];

    /// Views of the scan; an index of a view is below it.
    fn view_count(&self) -> usize;

    /// Rows and columns of a projection.
    fn frame_shape(&self) -> (usize, usize);

    /// Line integrals of `volume`, `[z, y, x]`, along the rays of `views`: `into`
    /// `[views.len(), row, column]` is overwritten. They have no dimension: µ in 1/cm times cm, or
    /// µ in 1/pixel times pixels.
    ///
    /// Panics where an array has another shape, or a view is not one of the scan's.
    fn project(&self, volume: ArrayView3<'_, f32>, views: &[usize], into: ArrayViewMut3<'_, f32>);

    /// Adds Aᵀ·`data` to `into`, `[z, y, x]`; `data` is `[views.len(), row, column]`.
    ///
    /// Panics where an array has another shape, or a view is not one of the scan's.
    fn backproject(&self, data: ArrayView3<'_, f32>, views: &[usize], into: ArrayViewMut3<'_, f32>);
}

/// Panics where the arguments of a projector are not what it promises to take.
fn check_call(projector: &impl Projector, views: &[usize], shapes: [&[usize]; 2]) {
    let (rows, columns) = projector.frame_shape();
    let [volume, data] = shapes;
    assert_eq!(volume, projector.volume_shape(), "the volume has another shape");
    assert_eq!(data, [views.len(), rows, columns], "the projections have another shape");
    let count = projector.view_count();
    let beyond = views.iter().find(|&&view| view >= count);
    assert_eq!(beyond, None, "a view that the scan does not have: it has {count}");
}

/// Length of the edge of a voxel as line integrals count it: cm, or pixels.
fn counted_edge(grid: &VoxelGrid) -> f64 {
    match grid.unit {
        voltomo_types::LengthUnit::Millimetre => grid.voxel / 10.0,
        voltomo_types::LengthUnit::Pixel => grid.voxel,
    }
}

/// How many rays a pixel needs so that no voxel lies between two of them: one a voxel, where the
/// pixel is more than a tenth larger than a voxel.
fn rays_a_pixel(pixel_in_voxels: f64) -> usize {
    voltomo_numeric::cast::to_index((pixel_in_voxels - 0.1).ceil()).max(1)
}

/// Errors where the grid holds no voxel, or the frame no pixel.
fn check_shapes(grid: &VoxelGrid, (rows, columns): (usize, usize)) -> Result<(), ReconstructError> {
    if rows == 0 || columns == 0 {
        return Err(ReconstructError::NoPixels { rows, columns });
    }
    let places = grid.first.iter().all(|place| place.is_finite());
    if grid.voxel_count() == 0 || !(grid.voxel > 0.0 && grid.voxel.is_finite() && places) {
        let (shape, voxel, first) = (grid.shape, grid.voxel, grid.first);
        return Err(ReconstructError::NoVoxels { shape, voxel, first });
    }
    Ok(())
}
