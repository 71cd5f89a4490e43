//! Findings put together: place, slice, confidence. Measures nothing.

use voltomo_types::{Finding, FindingKind, Measure, ShownSlice, SliceDirection, Verdict};

use super::survey::Survey;

/// Where something is in the cell, mm and radians from +x, and its extent `[radial, tangential,
/// axial]`, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) height: f64,
    pub(super) radius: f64,
    pub(super) angle: f64,
    pub(super) extent: [f64; 3],
}

impl Place {
    /// Distance of the middles, mm.
    pub(super) fn apart(&self, other: &Self) -> f64 {
        let [a, b] =
            [self, other].map(|it| (it.radius * it.angle.cos(), it.radius * it.angle.sin()));
        (a.0 - b.0).hypot(a.1 - b.1).hypot(self.height - other.height)
    }
}

/// A finding about the cell as a whole.
pub(super) fn finding(
    kind: FindingKind,
    survey: &Survey<'_>,
    measures: Vec<Measure>,
    note: String,
) -> Finding {
    Finding {
        kind,
        place: None,
        extent_mm: None,
        measures,
        confidence: 0.99,
        shown_by: vec![survey.seen.probe],
        verdict: Verdict::Seen,
        slice: None,
        note,
    }
}

/// A finding with a place; shown by the slice at right angles to z through it, or by the one along
/// the axis where it is higher than wide.
pub(super) fn finding_at(
    kind: FindingKind,
    survey: &Survey<'_>,
    (place, measures): (Place, Vec<Measure>),
    note: String,
) -> Finding {
    let Place { height, radius, angle, extent } = place;
    let (sin, cos) = angle.sin_cos();
    let at = survey.body.frame.place([height, radius * sin, radius * cos]);
    let is_upright = extent[2] > 3.0 * extent[0].max(extent[1]);
    let slice = if is_upright {
        let position = angle.to_degrees().rem_euclid(360.0);
        ShownSlice { direction: SliceDirection::Axial, position }
    } else {
        ShownSlice { direction: SliceDirection::Z, position: at.volume_mm[0] }
    };
    Finding {
        place: Some(at),
        extent_mm: Some(extent),
        slice: Some(slice),
        ..finding(kind, survey, measures, note)
    }
}

/// Probability that a signal of so many standard deviations is none of noise, for a search whose
/// threshold lies at `threshold` of them: one half there, near 1 at twice that.
pub(super) fn confidence(sigmas: f64, threshold: f64) -> f64 {
    (1.0 / (1.0 + (-4.0 * (sigmas / threshold - 1.0)).exp())).clamp(0.0, 0.99)
}
