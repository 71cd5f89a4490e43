//! What the files of a scan tell of a cone beam. Decides nothing.

use serde::{Deserialize, Serialize};

use crate::{ConeView, Millimetre, Radian};

/// What the files of a scan tell of source, axis and detector; what they do not tell stays `None`.
///
/// Detector pixels are those of the frames after a turn or mirror and before a crop.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ConeFacts {
    /// Distance from the source to the rotation axis (SOD).
    pub source_to_axis: Option<Millimetre>,
    /// Distance from the source to the detector along the central ray (SDD).
    pub source_to_detector: Option<Millimetre>,
    /// Edge of one unbinned pixel on the detector itself.
    pub pixel: Option<Millimetre>,
    /// Detector column of the rotation axis at the detector's middle row.
    pub axis_column: Option<f64>,
    /// Detector row of the central ray.
    pub centre_row: Option<f64>,
    /// Turn of the detector in its own plane.
    pub roll: Option<Radian>,
    /// Turn of the detector about its central row.
    pub pitch: Option<Radian>,
    /// Turn of the detector about its central column.
    pub yaw: Option<Radian>,
    /// Source and detector of every radiograph; then nothing else of the above counts.
    pub views: Option<Vec<ConeView>>,
}

impl ConeFacts {
    /// Whether anything was told at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These facts, and where they say nothing, the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            source_to_axis: self.source_to_axis.or(others.source_to_axis),
            source_to_detector: self.source_to_detector.or(others.source_to_detector),
            pixel: self.pixel.or(others.pixel),
            axis_column: self.axis_column.or(others.axis_column),
            centre_row: self.centre_row.or(others.centre_row),
            roll: self.roll.or(others.roll),
            pitch: self.pitch.or(others.pitch),
            yaw: self.yaw.or(others.yaw),
            views: self.views.or(others.views),
        }
    }
}
