//! Findings in the words and places of a coin. Measures nothing.

use voltomo_types::{
    Finding, FindingKind, Measure, MeasureUnit, Probe, ShownSlice, SliceDirection, Verdict,
};

use super::fit::Estimate;
use super::pose::Pose;
use super::settings::CoinSettings;

/// What all findings of one volume share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Report<'a> {
    /// Where the coin is.
    pub(super) pose: &'a Pose,
    /// Whose volume.
    pub(super) probe: Probe,
    /// Its thresholds.
    pub(super) settings: &'a CoinSettings,
}

impl Report<'_> {
    /// A finding without a place.
    pub(super) fn finding(self, kind: FindingKind, note: String) -> Finding {
        Finding {
            kind,
            place: None,
            extent_mm: None,
            measures: Vec::new(),
            confidence: 1.0,
            shown_by: vec![self.probe],
            verdict: Verdict::Seen,
            slice: None,
            note,
        }
    }

    /// A finding at `[z, y, x]` of the cell, mm, shown by the slice across the axis there.
    pub(super) fn across(self, kind: FindingKind, at: [f64; 3], note: String) -> Finding {
        let place = self.pose.upright.frame.place(at);
        let axis = self.pose.upright.frame.volume_from_cell.matrix.map(|row| row[0].abs());
        let along = (0..3).max_by(|a, b| axis[*a].total_cmp(&axis[*b])).unwrap_or(0);
        let direction = [SliceDirection::Z, SliceDirection::Y, SliceDirection::X][along];
        let slice = ShownSlice { direction, position: place.volume_mm[along] };
        Finding { place: Some(place), slice: Some(slice), ..self.finding(kind, note) }
    }

    /// A finding at `[z, y, x]` of the cell, mm, shown by the section through the axis there.
    pub(super) fn along(self, kind: FindingKind, at: [f64; 3], note: String) -> Finding {
        let place = self.pose.upright.frame.place(at);
        let position = at[1].atan2(at[2]).to_degrees().rem_euclid(180.0);
        let slice = ShownSlice { direction: SliceDirection::Axial, position };
        Finding { place: Some(place), slice: Some(slice), ..self.finding(kind, note) }
    }

    /// A finding that says what this volume cannot tell.
    pub(super) fn cannot_tell(self, kind: FindingKind, note: &str) -> Finding {
        let verdict = Verdict::CannotTell;
        Finding { verdict, confidence: 0.0, ..self.finding(kind, note.into()) }
    }
}

/// A measure with its standard deviation.
pub(super) fn measure(name: &str, value: Estimate, unit: MeasureUnit) -> Measure {
    Measure::new(name, value.value, Some(value.sigma).filter(|it| it.is_finite()), unit)
}

/// How probable it is that something is there that stands out by so many standard deviations.
pub(super) fn confidence(sigmas: f64) -> f64 {
    if sigmas.is_finite() { (1.0 - (-0.5 * sigmas * sigmas).exp()).clamp(0.0, 0.999) } else { 0.0 }
}
