//! The rotation axis of a cone beam: as it is told, else assumed in the middle, loudly. Knows no
//! volume.

use serde_json::{Value, json};
use voltomo_types::{PixelFrame, Radian, RotationAxis};

use crate::beam::BeamFound;

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

/// Key in the record that tells why the axis is in doubt.
pub(crate) const DOUBT: &str = "doubt";

/// The axis as recipe or files tell it, else the detector's middle column.
pub(crate) fn cone_axis(beam: &BeamFound, frame: &PixelFrame) -> ConeAxis {
    if let Some((axis, by)) = beam.told_axis(frame) {
        return ConeAxis { axis, record: record(&axis, by), warnings: vec![] };
    }
    let axis = assumed(beam, frame, Radian(0.0));
    let doubt = format!(
        "nobody told where the axis of the cone beam is: assumed at the detector's middle column \
         {:.1}; if slices show doubled or crescent edges, tell it in `reconstruct.centre_px`",
        axis.centre
    );
    let mut record = record(&axis, "nobody: assumed");
    record[DOUBT] = doubt.clone().into();
    ConeAxis { axis, record, warnings: vec![doubt] }
}

/// The middle column, with the roll as it is told or as `roll` assumes it.
pub(crate) fn assumed(beam: &BeamFound, frame: &PixelFrame, roll: Radian) -> RotationAxis {
    let centre = (frame.detector_columns as f64 - 1.0) / 2.0;
    let tilt = match beam {
        BeamFound::Circle { circle, has_roll: true, .. } => circle.roll,
        _ => roll,
    };
    RotationAxis { centre, tilt }
}

fn record(axis: &RotationAxis, by: &str) -> Value {
    json!({
        "centre_px": axis.centre,
        "tilt_deg": axis.tilt.degrees(),
        "told_by": by,
    })
}
