//! The rotation axis of a cone beam: as it is told, else found in the radiographs. Knows no volume.

use serde_json::Value;
use voltomo_reconstruct::calibrate::cone::{ConeScan, ConeSearch, find_cone_axis};
use voltomo_types::{Radian, RotationAxis};

use crate::{
    bands::CorrectedBands, beam::BeamFound, error::RunError, prepare, provenance::as_json,
    recipe::Recipe, watch::Watch,
};

/// The axis of a cone beam, and who says so.
#[derive(Debug, Clone)]
pub(crate) struct ConeAxis {
    /// Column at the middle row; the tilt is the roll of the detector.
    pub(crate) axis: RotationAxis,
    /// As it stands in the record.
    pub(crate) record: Value,
    /// What a person should know.
    pub(crate) warnings: Vec<String>,
}

/// The axis as recipe or files tell it, else as opposite rays and the round can show it.
///
/// # Errors
/// Bands that cannot be read, and an axis that cannot be found.
pub(crate) fn cone_axis(
    beam: &BeamFound,
    (bands, recipe): (&CorrectedBands<'_>, &Recipe),
    watch: &dyn Watch,
) -> Result<ConeAxis, RunError> {
    let frame = bands.survey.frame();
    if let Some((axis, by)) = beam.told_axis(&frame) {
        let record = told_record(&axis, by);
        return Ok(ConeAxis { axis, record, warnings: vec![] });
    }
    let BeamFound::Circle { circle, .. } = beam else {
        return Err(RunError::Reconstruct(voltomo_reconstruct::ReconstructError::ConeGeometry {
            view: 0,
        }));
    };
    let angles = prepare::angles(bands.scan)?.to_vec();
    let settings = &recipe.reconstruct;
    let search = ConeSearch {
        centre_px: None,
        roll: beam.told_tilt(),
        search_px: settings.search_px,
        bands: settings.bands,
    };
    let cone = ConeScan { circle: *circle, angles, frame };
    prepare::begin_axis(recipe, watch);
    let estimate = find_cone_axis(bands, &cone, &search, &|done, total| {
        watch.advance(done * 100 / total.max(1));
    })?;
    watch.end();
    estimate.warnings.iter().for_each(|warning| watch.warn(warning));
    let found = &estimate.circle;
    let at_middle = found.view(Radian(0.0)).axis_at(frame.middle_row());
    let centre = at_middle.map_or(found.centre[1], |point| point.column);
    let axis = RotationAxis { centre, tilt: found.roll };
    let mut record = as_json(&estimate);
    record["centre_px"] = centre.into();
    record["tilt_deg"] = found.roll.degrees().into();
    record["tilt_sigma"] = estimate.roll_sigma.map(|sigma| sigma.0).into();
    record["told_by"] = "the radiographs".into();
    let record = prepare::with_units(record);
    Ok(ConeAxis { axis, record, warnings: estimate.warnings })
}

fn told_record(axis: &RotationAxis, by: &str) -> Value {
    serde_json::json!({
        "origin": "given",
        "centre_px": axis.centre,
        "tilt_deg": axis.tilt.degrees(),
        "told_by": by,
    })
}
