//! Forward projection and its exact adjoint, as iterative methods ask for them. Knows no geometry.

use ndarray::{ArrayView3, ArrayViewMut3};

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
