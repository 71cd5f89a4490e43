//! Slices at several centres, and which of them is least negative. Knows no methods.
//!
//! A wrong centre smears edges into arcs, whose other side falls below 0: the least negative slice
//! is the one whose centre is right. Source: Donath, Beckmann & Schreyer 2006,
//! doi:10.1364/JOSAA.23.001048 (metric of image negativity).

use ndarray::{Array2, Axis};
use voltomo_types::{
    Geometry, LengthUnit, ParallelGeometry, PixelFrame, Radian, RotationAxis, VoxelGrid,
};

use super::{
    CandidateSlice,
    axis_search::Search,
    band::{self, Band, FrameAxis},
};
use crate::{Projections, ReconstructError, ReconstructSettings, Window, prepare};

/// Slices that are compared.
pub(super) const SLICES: usize = 7;

/// Slices at centres from `low` to `high` (detector pixels, at the middle row of the detector) and
/// a quarter of that beyond, of one band that is straightened along `axis`.
///
/// Memory: the sinogram, one slice of as many voxels as columns for each candidate, and what its
/// reconstruction takes.
pub(super) fn candidates(
    search: &Search<'_>,
    (low, high): (f64, f64),
    (band, axis): (&Band, &FrameAxis),
) -> Result<Vec<CandidateSlice>, ReconstructError> {
    let [sinogram] = band::sinograms(search.source, band, [*axis])?;
    let frame = &search.geometry.frame;
    let moved = (axis.column_at(band.row) - axis.column_at(axis.middle)) * frame.bin as f64;
    let step = (high - low) / (SLICES - 3) as f64;
    let centres = (0..SLICES).map(|k| low + (k as f64 - 1.0) * step);
    centres
        .map(|centre_px| {
            let slice = slice(search.geometry, &sinogram, centre_px + moved)?;
            Ok(CandidateSlice { centre_px, sharpness: sharpness(&slice), slice })
        })
        .collect()
}

/// The slice of one sinogram about a centre, 1/pixel.
fn slice(
    geometry: &ParallelGeometry,
    sinogram: &Array2<f32>,
    centre: f64,
) -> Result<Array2<f32>, ReconstructError> {
    let (columns, bin) = (sinogram.ncols(), geometry.frame.bin);
    let geometry = ParallelGeometry {
        angles: geometry.angles.clone(),
        axis: RotationAxis { centre, tilt: Radian(0.0) },
        frame: PixelFrame { detector_rows: bin, first_row: 0, ..geometry.frame },
        pixel: None,
    };
    let first = -(columns as f64 - 1.0) / 2.0 * bin as f64;
    let grid = VoxelGrid {
        shape: [1, columns, columns],
        voxel: bin as f64,
        first: [0.0, first, first],
        unit: LengthUnit::Pixel,
    };
    let settings = ReconstructSettings { window: Window::Hann, ..ReconstructSettings::default() };
    let projections = sinogram.view().insert_axis(Axis(1));
    // The quickest for one slice: back-projection would take as long for sixteen.
    let method = prepare(&Geometry::Parallel(geometry), (1, columns), &grid, &settings)?;
    let slices = method.reconstruct(Projections::new(projections, 0), 0..1, &())?;
    Ok(slices.index_axis_move(Axis(0), 0))
}

/// Minus the negative part of the slice over all of it, inside the inscribed circle.
fn sharpness(slice: &Array2<f32>) -> f64 {
    let middle = (slice.nrows() as f64 - 1.0) / 2.0;
    let (mut negative, mut all) = (0.0, 0.0);
    for ((y, x), &value) in slice.indexed_iter() {
        let (dy, dx) = (y as f64 - middle, x as f64 - middle);
        if dy * dy + dx * dx < (0.95 * middle).powi(2) {
            negative += f64::from(value.min(0.0));
            all += f64::from(value.abs());
        }
    }
    if all > 0.0 { negative / all } else { 0.0 }
}
