//! What a recipe may say about a cone beam. Knows no data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Problem;

/// Largest magnification that an instrument has; more is a mistake in a distance.
const LARGEST_MAGNIFICATION: f64 = 1000.0;
/// Largest distance of a source or a detector, mm: a kilometre.
const FARTHEST_MM: f64 = 1e6;
/// Largest edge of a detector pixel, mm.
const LARGEST_PIXEL_MM: f64 = 100.0;

/// A cone beam: where source and detector stand, beyond what the scan's files tell. What is left
/// out is taken from them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConeSettings {
    /// Beam: `auto` (a cone where its distances are told and the rays open by over 2 degrees),
    /// `parallel` or `cone`.
    pub beam: Beam,
    /// Distance from the source to the rotation axis, mm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_to_axis_mm: Option<f64>,
    /// Distance from the source to the detector along the central ray, mm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_to_detector_mm: Option<f64>,
    /// Edge of one unbinned pixel on the detector itself, mm; left out, `acquire.pixel_mm` (in the
    /// plane of the sample) times the magnification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detector_pixel_mm: Option<f64>,
    /// Detector row (of the uncropped, unbinned frame) that the central ray meets: the one from
    /// the source at right angles to the axis; left out, the middle row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre_row_px: Option<f64>,
    /// Turn of the detector in its own plane, degrees, positive where the axis moves to larger
    /// columns with larger rows: the same as `reconstruct.tilt_deg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roll_deg: Option<f64>,
    /// Turn of the detector about its central row, degrees, positive where larger rows are farther
    /// from the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pitch_deg: Option<f64>,
    /// Turn of the detector about its central column, degrees, positive where larger columns are
    /// farther from the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yaw_deg: Option<f64>,
    /// Inclination of the central ray against the plane at right angles to the rotation axis,
    /// degrees (laminography): the axis leans in the plane of that ray; positive where the source is
    /// above the sample (beyond its first slices). Distances, `centre_row_px` and a detector at
    /// right angles are then those of the inclined ray. Iterative methods take it; see
    /// `reconstruct.iterative.tv_along_axis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inclination_deg: Option<f64>,
    /// How rays that a scan of less than a turn sees twice share their weight: `parker` or
    /// `smooth`.
    pub short_scan: ShortScan,
    /// Slices without `reconstruct.rows`: `seen` (those that every view shows whole) or `axis` (all
    /// that the rows show on the axis; towards both ends the rim of a slice is missing in views).
    pub slices: ConeSlices,
}

/// Kind of beam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beam {
    /// As the distances say that are told.
    #[default]
    Auto,
    /// Parallel rays, whatever the files say.
    Parallel,
    /// Rays from a point; its distances must be told.
    Cone,
}

/// Weights of rays that are seen twice in a scan of less than a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShortScan {
    /// Parker's, stretched over all of the arc beyond half a turn (Silver).
    #[default]
    Parker,
    /// Noo's: each view falls off towards the ends of the arc alike, and both sights of a ray
    /// share its weight in that proportion; smoother towards the edges of the fan.
    Smooth,
}

/// Which slices of a cone beam are reconstructed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConeSlices {
    /// Those that every view shows whole.
    #[default]
    Seen,
    /// All that the frame's rows show on the axis.
    Axis,
}

impl ConeSettings {
    /// What cannot be used, found without any data.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        let pixel = self.detector_pixel_mm;
        if let Some(mm) = pixel.filter(|mm| !(*mm > 0.0 && *mm <= LARGEST_PIXEL_MM)) {
            let expected = "the edge of a pixel on the detector in mm, above 0, up to 100";
            found.push(Problem::new("reconstruct.cone.detector_pixel_mm", mm, expected));
        }
        for (key, length) in [
            ("source_to_axis_mm", self.source_to_axis_mm),
            ("source_to_detector_mm", self.source_to_detector_mm),
        ] {
            if let Some(mm) = length.filter(|mm| !(*mm > 0.0 && *mm <= FARTHEST_MM)) {
                let expected = "a length in mm above 0, up to a kilometre (1e6)";
                found.push(Problem::new(&format!("reconstruct.cone.{key}"), mm, expected));
            }
        }
        for (key, turn) in
            [("roll_deg", self.roll_deg), ("pitch_deg", self.pitch_deg), ("yaw_deg", self.yaw_deg)]
        {
            if let Some(degrees) = turn.filter(|degrees| degrees.is_nan() || degrees.abs() > 45.0) {
                let expected = "degrees between -45 and 45; turn the frames with `acquire.turn`";
                found.push(Problem::new(&format!("reconstruct.cone.{key}"), degrees, expected));
            }
        }
        if let Some(tilt) = self.inclination_deg.filter(|tilt| tilt.is_nan() || tilt.abs() > 60.0) {
            let expected = "degrees between -60 and 60";
            found.push(Problem::new("reconstruct.cone.inclination_deg", tilt, expected));
        }
        if let Some(row) = self.centre_row_px.filter(|row| !row.is_finite()) {
            let expected = "a detector row index of the uncropped frame";
            found.push(Problem::new("reconstruct.cone.centre_row_px", row, expected));
        }
        if found.is_empty() {
            found.extend(
                self.source_to_axis_mm
                    .zip(self.source_to_detector_mm)
                    .and_then(|(axis, detector)| distance_problem(axis, detector)),
            );
        }
        found
    }
}

/// What is wrong with a pair of distances (mm) from the source: to the axis, to the detector.
#[must_use]
pub fn distance_problem(axis: f64, detector: f64) -> Option<Problem> {
    let is_length = |mm: f64| mm > 0.0 && mm <= FARTHEST_MM;
    if !is_length(axis) {
        let expected = "a distance from the source to the axis above 0 mm, up to a kilometre (1e6)";
        return Some(Problem::new("reconstruct.cone.source_to_axis_mm", axis, expected));
    }
    if !is_length(detector) || detector <= axis {
        let expected = format!(
            "a distance from the source to the detector above that to the axis ({axis} mm), up to \
             a kilometre (1e6)"
        );
        let key = "reconstruct.cone.source_to_detector_mm";
        return Some(Problem::new(key, detector, expected));
    }
    let magnification = detector / axis;
    (magnification > LARGEST_MAGNIFICATION).then(|| {
        let expected = format!("a magnification of no more than {LARGEST_MAGNIFICATION}");
        let found = format!("{axis}, which magnifies {magnification:.0} times");
        Problem::new("reconstruct.cone.source_to_axis_mm", found, expected)
    })
}
