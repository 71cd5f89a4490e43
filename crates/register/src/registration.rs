//! What a registration gives. Computes nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use voltomo_types::Transform;

use crate::{can::Can, deformation::Deformation, placement::Placement};

/// How far points of the cell may be from where they are placed, by the bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetError {
    /// Root mean square over the cell where both volumes hold it, mm.
    pub rms_mm: f64,
    /// Root mean square at the worst place of it, mm.
    pub largest_mm: f64,
    /// Standard deviation of the turn about the cell's axis, degrees.
    pub turn_about_axis_deg: f64,
    /// Standard deviation of the place along the cell's axis, mm.
    pub along_axis_mm: f64,
}

/// Share of what an affine or smooth placement moves beyond the rigid one that may be wrong: of known
/// stretches and bends of the twin's cell about half was found.
const UNSURE: f64 = 0.5;

impl TargetError {
    /// With what is moved beyond the rigid placement, `[root mean square, at most]`, mm.
    pub(crate) fn beyond(self, [rms_mm, most_mm]: [f64; 2]) -> Self {
        Self {
            rms_mm: self.rms_mm.hypot(UNSURE * rms_mm),
            largest_mm: self.largest_mm.hypot(UNSURE * most_mm),
            ..self
        }
    }
}

/// The best placement that differs from the winner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunnerUp {
    /// Share of the neutron volume's variance that it explains on the level where both were judged.
    pub score: f64,
    /// What the winner explains there.
    pub winner_score: f64,
    /// How many standard deviations the winner is better, over blocks of the volume.
    pub margin: f64,
    /// Turn between the two, degrees.
    pub turn_deg: f64,
    /// Distance between the two places of the cell's middle, mm.
    pub shift_mm: f64,
}

/// Where the neutron volume lies in the X-ray volume's frame, and how sure that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Takes points `[z, y, x]` of the neutron volume's frame to the X-ray volume's, mm.
    pub xray_from_neutron: Transform,
    /// What is bent beyond that, where it was asked for.
    pub deformation: Option<Deformation>,
    /// Share of the neutron volume's variance that the X-ray volume explains, in the part that both
    /// hold.
    pub score: f64,
    /// The best placement that differs; none where there is none.
    pub runner_up: Option<RunnerUp>,
    /// By how many standard deviations the placement explains the neutron volume better than the best
    /// one of its mirror image; negative where the mirror image fits better. A small number: the cell
    /// looks like its mirror image, and nothing tells whether one of the volumes is mirrored.
    #[serde(default)]
    pub mirror_margin: Option<f64>,
    /// How far points may be off.
    pub target_error: TargetError,
    /// Covariance of the turn (`[z, y, x]`, radians) and the shift (`[z, y, x]`, mm) about `centre`.
    pub covariance: [[f64; 6]; 6],
    /// Middle of the part that both volumes hold, in the X-ray volume's frame, mm.
    pub centre: [f64; 3],
    /// X-ray length of a neutron length of 1, where the scale is left free.
    pub scale: f64,
    /// Its standard deviation.
    pub scale_sigma: f64,
    /// Share of the smaller of the two cells that both volumes hold.
    pub overlap: f64,
    /// Whether the cell stands the other way up in one of the volumes.
    pub is_upside_down: bool,
    /// The can in the neutron volume.
    pub neutron_can: Can,
    /// The can in the X-ray volume.
    pub xray_can: Can,
}

impl Registration {
    /// The whole placement: the transform, and what is bent beyond it.
    #[must_use]
    pub fn placement(&self) -> Placement<'_> {
        Placement { transform: self.xray_from_neutron, deformation: self.deformation.as_ref() }
    }
}
