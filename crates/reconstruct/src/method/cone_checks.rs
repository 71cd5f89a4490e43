//! What of a cone beam cannot be reconstructed by filtered back-projection, and what a person should
//! know of the rest. Reconstructs nothing.

use voltomo_types::{ConeGeometry, ConeView, LengthUnit, VoxelGrid};

use super::{
    cone_field::{ConeField, whole_slices},
    short_scan::Redundancy,
};
use crate::ReconstructError;

/// Fewer different directions than this are warned of.
const FEW_DIRECTIONS: usize = 30;

/// What a person should know before trusting the result.
pub(super) fn warnings(
    redundancy: &Redundancy,
    (geometry, frame_shape): (&ConeGeometry, (usize, usize)),
    (grid, field): (&VoxelGrid, &ConeField),
) -> Vec<String> {
    let mut warnings = redundancy.warnings().to_vec();
    let directions = redundancy.directions();
    if directions < FEW_DIRECTIONS {
        warnings.push(format!(
            "the scan looks from {directions} directions only, expected {FEW_DIRECTIONS} or more: \
             filtered back-projection leaves streaks between them"
        ));
    }
    warnings.extend(trajectory_warning(geometry, field));
    warnings.extend(ends_warning(geometry, frame_shape, (grid, field)));
    warnings
}

/// An axis so far off the middle that the near side was given up needs a whole turn.
pub(super) fn check_offset(field: &ConeField) -> Result<(), ReconstructError> {
    const GIVEN_UP: f64 = 0.5;
    let [left, right] = field.reach;
    let (near, far) = (left.min(right), left.max(right));
    if field.is_whole_turn || near > GIVEN_UP * far {
        return Ok(());
    }
    Err(ReconstructError::OffsetArc { near_mm: near, far_mm: far })
}

/// The formula is that of a source on a circle about the axis.
fn trajectory_warning(geometry: &ConeGeometry, field: &ConeField) -> Option<String> {
    let spread = |value: &dyn Fn(&ConeView) -> f64| {
        let values = || geometry.views.iter().map(value);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    let height = spread(&|view| view.source[0]);
    let distance = spread(&|view| view.source[1].hypot(view.source[2]));
    let off_circle = height.max(distance) > 0.01 * field.distance;
    off_circle.then(|| {
        format!(
            "the source leaves its circle by {height:.3} mm along the axis and {distance:.3} mm              towards it, expected within 1 % of its distance ({:.3} mm): FDK is made for a circle,              an iterative method for any path",
            field.distance
        )
    })
}

/// Slices whose rim some views do not show.
fn ends_warning(
    geometry: &ConeGeometry,
    frame_shape: (usize, usize),
    (grid, field): (&VoxelGrid, &ConeField),
) -> Option<String> {
    let [count, height, width] = grid.shape;
    let corners = [[0, 0], [0, width - 1], [height - 1, 0], [height - 1, width - 1]];
    let far = corners.map(|[y, x]| grid.centre_of([0, y, x])).map(|[_, y, x]| y.hypot(x));
    let radius = field.radius().min(far.into_iter().fold(0.0, f64::max));
    let whole = whole_slices(geometry, frame_shape, (grid, radius));
    (whole.len() < count).then(|| {
        if whole.is_empty() {
            return format!(
                "of {count} slices, none is seen whole by every view: attenuations are too \
                            low towards the rim"
            );
        }
        format!(
            "of {count} slices, {} are seen whole by every view ({whole:?}): beyond them \
             attenuations are too low towards the rim; `reconstruct.cone.slices = \"seen\"` leaves \
             them out",
            whole.len()
        )
    })
}

/// What cannot be a cone beam, or no projections of one.
pub(super) fn check(
    geometry: &ConeGeometry,
    (rows, columns): (usize, usize),
    grid: &VoxelGrid,
) -> Result<(), ReconstructError> {
    let bad = geometry.views.iter().enumerate().find(|(_, view)| !view.angle.0.is_finite());
    if let Some((index, view)) = bad {
        return Err(ReconstructError::BadAngle { index, value: view.angle.0 });
    }
    let count = geometry.views.len();
    let first = geometry.views.first().map_or(0.0, |view| view.angle.0);
    let has_two = geometry.views.iter().any(|view| {
        (view.angle.0 - first).sin().abs() > 1e-9 || (view.angle.0 - first).cos() < 0.0
    });
    if !has_two {
        return Err(ReconstructError::TooFewAngles { count, directions: count.min(1) });
    }
    if rows == 0 || columns < 2 {
        return Err(ReconstructError::NoPixels { rows, columns });
    }
    if grid.unit != LengthUnit::Millimetre {
        return Err(ReconstructError::PixelSizeUnknown { voxel_mm: grid.voxel });
    }
    Ok(())
}
