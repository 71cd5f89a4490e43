//! The output grid that settings ask for in a cone beam. Knows no data.

use std::ops::Range;

use voltomo_numeric::cast::to_index;
use voltomo_types::{ConeGeometry, LengthUnit, VoxelGrid};

use crate::{
    ConeSlices, ReconstructError, ReconstructSettings,
    grid::{FINEST_VOXEL, chosen_slices, chosen_x, chosen_y, part_of},
    method::cone_field::{ConeField, whole_slices},
};

/// The grid that the settings ask for, for projections of `frame_shape` = (rows, columns).
///
/// Without wishes: cubic voxels of one frame pixel over the magnification on the axis; in x and y
/// the square about the cylinder that every view sees (on a whole turn with the axis far off the
/// middle: that opposite views see together), the axis in its middle; one slice a frame row on the
/// axis, of which those stay that every view shows whole (`reconstruct.cone.slices`). Another voxel
/// size keeps the same field of view. `rows` counts frame rows on the axis and goes before
/// `cone.slices`; `region` has the voxels of the whole slice.
///
/// Errors: settings that cannot be used, rows or regions beyond the frame, an axis that is not on
/// the frame, source and detector that cannot be.
pub fn cone_grid_for(
    geometry: &ConeGeometry,
    frame_shape: (usize, usize),
    settings: &ReconstructSettings,
) -> Result<VoxelGrid, ReconstructError> {
    ReconstructError::first_of(settings.problems())?;
    let cannot_be = || ReconstructError::ConeGeometry { view: 0 };
    let field = ConeField::of(geometry, frame_shape).ok_or_else(cannot_be)?;
    let view = geometry.views.first().ok_or_else(cannot_be)?;
    check_axis(geometry, frame_shape)?;
    let (rows, columns) = frame_shape;
    let bin = geometry.frame.bin as f64;
    let [row_pitch, pitch] = view.pixel_on_axis().ok_or_else(cannot_be)?;
    let voxel_px = match (settings.voxel_mm, settings.voxel_px) {
        (Some(mm), _) => mm / pitch,
        (None, Some(px)) => px,
        (None, None) => bin,
    };
    if !(FINEST_VOXEL * bin..=columns.max(1) as f64 * bin).contains(&voxel_px) {
        let (finest_px, coarsest_px) = (FINEST_VOXEL * bin, columns as f64 * bin);
        return Err(ReconstructError::VoxelSize { voxel_px, finest_px, coarsest_px });
    }
    let voxel = settings.voxel_mm.unwrap_or(voxel_px * pitch);
    // The same for any axis near the middle, so that the grid does not hang on where it is found.
    let half_width = match field.join() {
        Some(_) => field.reach[0].max(field.reach[1]) + pitch * bin / 2.0,
        None => columns as f64 * bin * pitch / 2.0,
    };
    let radius = field.radius_within(half_width);
    let side = to_index((2.0 * radius / voxel - 1e-6).ceil()).max(1);
    let slices = to_index((rows as f64 * bin * row_pitch / voxel).round()).max(1);
    let middle_row = geometry.frame.detector_row((rows as f64 - 1.0) / 2.0);
    let middle = view.axis_at(middle_row).ok_or_else(cannot_be)?.height;
    let half = |count: usize| (count as f64 - 1.0) / 2.0 * voxel;
    let whole = VoxelGrid {
        shape: [slices, side, side],
        voxel,
        first: [middle - half(slices), -half(side), -half(side)],
        unit: LengthUnit::Millimetre,
    };
    let seen = || whole_slices(geometry, frame_shape, (&whole, radius));
    let z = match settings.rows {
        Some(_) => chosen_slices(settings, rows, slices)?,
        None => slices_of(settings, &whole, &seen),
    };
    Ok(part_of(&whole, &[z, chosen_y(settings, side)?, chosen_x(settings, side)?]))
}

fn slices_of(
    settings: &ReconstructSettings,
    whole: &VoxelGrid,
    seen: &dyn Fn() -> Range<usize>,
) -> Range<usize> {
    let all = 0..whole.shape[0];
    match settings.cone.slices {
        ConeSlices::Axis => all,
        // A source that rises along the axis shows no slice whole in all views.
        ConeSlices::Seen => Some(seen()).filter(|seen| !seen.is_empty()).unwrap_or(all),
    }
}

/// The axis must cross the frame at every row of it.
fn check_axis(
    geometry: &ConeGeometry,
    (rows, columns): (usize, usize),
) -> Result<(), ReconstructError> {
    let frame = &geometry.frame;
    let (first, last) = (frame.detector_column(0.0), frame.detector_column(columns as f64 - 1.0));
    for (view, sight) in geometry.views.iter().enumerate() {
        let at = |row: f64| sight.axis_at(row).map(|point| point.column);
        let ends = [0.0, rows as f64 - 1.0].map(|row| at(frame.detector_row(row)));
        let ([Some(top), Some(bottom)], Some(centre_px)) = (ends, at(frame.middle_row())) else {
            return Err(ReconstructError::ConeGeometry { view });
        };
        let (low, high) = (top.min(bottom), top.max(bottom));
        if !(low >= first && high <= last) {
            return Err(ReconstructError::AxisOutsideFrame { centre_px, low, high, first, last });
        }
    }
    Ok(())
}
