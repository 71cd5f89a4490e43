//! The output grid that settings ask for. Knows no data.

use std::ops::Range;

use voltomo_numeric::cast::to_index;
use voltomo_types::{LengthUnit, ParallelGeometry, VoxelGrid, parse_range};

use crate::{ReconstructError, ReconstructSettings, half_acquisition::HalfAcquisition};

/// Least edge of a voxel in frame pixels; finer ones hold nothing that the frames know.
pub(crate) const FINEST_VOXEL: f64 = 1.0 / 16.0;

/// The grid that the settings ask for, for projections of `frame_shape` = (rows, columns).
///
/// Without wishes: cubic voxels of one frame pixel, as many in x and y as the frame has columns
/// (on a whole turn with the axis far off the middle: as what opposite views see together), the
/// axis in the middle of both, and one slice a frame row. Another voxel size keeps
/// the same field of view, centred on the axis and on the middle of the frame's rows. A part in z
/// (`rows`) or in y and x (`region`) has the voxels of the whole.
///
/// Errors: settings that cannot be used, rows or regions beyond the frame, an axis that is not on
/// the frame, a voxel in mm without a pixel size.
pub fn grid_for(
    geometry: &ParallelGeometry,
    frame_shape: (usize, usize),
    settings: &ReconstructSettings,
) -> Result<VoxelGrid, ReconstructError> {
    ReconstructError::first_of(settings.problems())?;
    check_axis(geometry, frame_shape)?;
    let (rows, columns) = frame_shape;
    let bin = geometry.frame.bin as f64;
    let voxel_px = voxel_in_pixels(geometry, settings)?;
    let pixels_a_voxel = voxel_px / bin;
    if !(FINEST_VOXEL..=columns.max(1) as f64).contains(&pixels_a_voxel) {
        let (finest_px, coarsest_px) = (FINEST_VOXEL * bin, columns as f64 * bin);
        return Err(ReconstructError::VoxelSize { voxel_px, finest_px, coarsest_px });
    }
    let count = |pixels: usize| to_index((pixels as f64 / pixels_a_voxel).round()).max(1);
    let side = match HalfAcquisition::parallel(geometry, columns) {
        Some(joined) => to_index((joined.field() / pixels_a_voxel - 1e-6).ceil()).max(1),
        None => count(columns),
    };
    let slices = count(rows);

    let middle = geometry.frame.detector_row((rows as f64 - 1.0) / 2.0);
    let middle = middle - geometry.frame.middle_row();
    let half = |count: usize| (count as f64 - 1.0) / 2.0 * voxel_px;
    let first_px = [middle - half(slices), -half(side), -half(side)];
    let (unit, scale) = match geometry.pixel {
        Some(pixel) => (LengthUnit::Millimetre, pixel.0),
        None => (LengthUnit::Pixel, 1.0),
    };
    let whole = VoxelGrid {
        shape: [slices, side, side],
        voxel: voxel_px * scale,
        first: first_px.map(|length| length * scale),
        unit,
    };
    let part = [
        chosen_slices(settings, rows, slices)?,
        chosen_y(settings, side)?,
        chosen_x(settings, side)?,
    ];
    Ok(part_of(&whole, &part))
}

pub(crate) fn part_of(whole: &VoxelGrid, part: &[Range<usize>; 3]) -> VoxelGrid {
    VoxelGrid {
        shape: std::array::from_fn(|axis| part[axis].len()),
        first: whole.centre_of(std::array::from_fn(|axis| part[axis].start)),
        ..*whole
    }
}

fn voxel_in_pixels(
    geometry: &ParallelGeometry,
    settings: &ReconstructSettings,
) -> Result<f64, ReconstructError> {
    match (settings.voxel_mm, settings.voxel_px, geometry.pixel) {
        (Some(voxel_mm), _, None) => Err(ReconstructError::PixelSizeUnknown { voxel_mm }),
        (Some(voxel_mm), _, Some(pixel)) => Ok(voxel_mm / pixel.0),
        (None, Some(voxel_px), _) => Ok(voxel_px),
        (None, None, _) => Ok(geometry.frame.bin as f64),
    }
}

/// The axis must cross the frame at every row of it.
fn check_axis(
    geometry: &ParallelGeometry,
    (rows, columns): (usize, usize),
) -> Result<(), ReconstructError> {
    let frame = &geometry.frame;
    let at = |row: f64| geometry.axis.column_at(frame.detector_row(row), frame);
    let (top, bottom) = (at(0.0), at(rows as f64 - 1.0));
    let (low, high) = (top.min(bottom), top.max(bottom));
    let (first, last) = (frame.detector_column(0.0), frame.detector_column(columns as f64 - 1.0));
    if low >= first && high <= last {
        return Ok(());
    }
    let centre_px = geometry.axis.centre;
    Err(ReconstructError::AxisOutsideFrame { centre_px, low, high, first, last })
}

/// Slices whose centre lies in the frame rows asked for.
pub(crate) fn chosen_slices(
    settings: &ReconstructSettings,
    rows: usize,
    slices: usize,
) -> Result<Range<usize>, ReconstructError> {
    let Some(asked) = settings.rows.as_deref().and_then(parse_range) else {
        return Ok(0..slices);
    };
    if asked.end > rows {
        let (key, what) = ("reconstruct.rows", "frame rows");
        return Err(ReconstructError::BeyondFrame { key, asked, what, count: rows });
    }
    let voxel_rows = rows as f64 / slices as f64;
    let middle_slice = (slices as f64 - 1.0) / 2.0;
    let at_row = |row: usize| (row as f64 - rows as f64 / 2.0) / voxel_rows + middle_slice;
    let first_at_or_above = |row: usize| to_index((at_row(row) - 1e-6).ceil()).min(slices);
    let chosen = first_at_or_above(asked.start)..first_at_or_above(asked.end);
    if chosen.is_empty() {
        return Err(ReconstructError::NoSlice { rows: asked, voxel_rows });
    }
    Ok(chosen)
}

pub(crate) fn chosen_y(
    settings: &ReconstructSettings,
    side: usize,
) -> Result<Range<usize>, ReconstructError> {
    let asked = settings.region.as_deref().and_then(|region| region.split_once(','));
    within(asked.and_then(|(y, _)| parse_range(y)), side, "voxels along y")
}

pub(crate) fn chosen_x(
    settings: &ReconstructSettings,
    side: usize,
) -> Result<Range<usize>, ReconstructError> {
    let asked = settings.region.as_deref().and_then(|region| region.split_once(','));
    within(asked.and_then(|(_, x)| parse_range(x)), side, "voxels along x")
}

fn within(
    asked: Option<Range<usize>>,
    count: usize,
    what: &'static str,
) -> Result<Range<usize>, ReconstructError> {
    match asked {
        None => Ok(0..count),
        Some(asked) if asked.end <= count => Ok(asked),
        Some(asked) => {
            Err(ReconstructError::BeyondFrame { key: "reconstruct.region", asked, what, count })
        }
    }
}
