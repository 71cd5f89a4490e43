//! Projections in memory to a whole volume: chooses the grid and the method. Knows no slabs.

use ndarray::ArrayView3;
use voltomo_types::{ParallelGeometry, Volume};

use crate::{Fbp, Method, ReconstructError, ReconstructSettings, grid_for};

/// Reconstructs all slices at once.
///
/// `projections`: line integrals `[angle, row, column]`, all rows of the frame. The axis is the
/// geometry's. Returns µ on the grid of the settings. Memory: [`Fbp::working_bytes`].
pub fn reconstruct(
    projections: ArrayView3<'_, f32>,
    geometry: &ParallelGeometry,
    settings: &ReconstructSettings,
) -> Result<Volume, ReconstructError> {
    let (_, rows, columns) = projections.dim();
    let grid = grid_for(geometry, (rows, columns), settings)?;
    let attenuation = match settings.method {
        Method::Auto | Method::Fbp => Fbp::new(geometry, (rows, columns), &grid, settings)?
            .reconstruct(projections, 0, 0..grid.shape[0])?,
    };
    Ok(Volume { attenuation, grid })
}
