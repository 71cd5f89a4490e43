//! The rotation axis of a run, in any beam: kept from a stopped run, told or found. Searches nothing
//! itself.

use voltomo_reconstruct::calibrate::AxisEstimate;
use voltomo_types::RotationAxis;

use crate::{
    bands::CorrectedBands,
    beam::BeamFound,
    cone_axis::{ConeAxis, cone_axis},
    error::RunError,
    iterations::SlabIterations,
    prepare,
    recipe::Recipe,
    resume::Progress,
    tally::Tally,
    watch::Watch,
};

/// The axis of a run: found now, or kept from the stopped run that goes on.
pub(crate) struct AxisFound {
    pub(crate) axis: RotationAxis,
    pub(crate) estimate: Option<AxisEstimate>,
    pub(crate) record: serde_json::Value,
    pub(crate) warnings: Vec<String>,
    pub(crate) tally: Tally,
    pub(crate) iterations: Vec<SlabIterations>,
}

/// The axis of a run; `known` where it goes on.
///
/// # Errors
/// Bands that cannot be read, and an axis that cannot be found.
pub(crate) fn find_axis(
    known: Option<Progress>,
    ((bands, recipe), beam): ((&CorrectedBands<'_>, &Recipe), &BeamFound),
    watch: &dyn Watch,
) -> Result<AxisFound, RunError> {
    if let Some(Progress { axis, axis_record: record, tally, iterations, .. }) = known {
        let (estimate, warnings) = (None, vec![]);
        return Ok(AxisFound { axis, estimate, record, warnings, tally, iterations });
    }
    let (tally, iterations) = (Tally::default(), vec![]);
    let BeamFound::Parallel { warning } = beam else {
        let ConeAxis { axis, record, warnings } = cone_axis(beam, (bands, recipe), watch)?;
        return Ok(AxisFound { axis, estimate: None, record, warnings, tally, iterations });
    };
    warning.iter().for_each(|warning| watch.warn(warning));
    let estimate = prepare::axis(bands, recipe, watch)?;
    let record = prepare::axis_record(&estimate, bands.scan.detector.pixel);
    let axis = estimate.axis;
    let warnings = warning.iter().chain(&estimate.warnings).cloned().collect();
    Ok(AxisFound { axis, record, warnings, tally, iterations, estimate: Some(estimate) })
}
