//! The can as a circular cylinder. Knows no volume.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The can as one volume shows it: a circular cylinder and its ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Can {
    /// A point of the axis, `[z, y, x]` of the volume, mm.
    pub point: [f64; 3],
    /// Direction of the axis, `[z, y, x]`, length 1; towards larger z, of a lying cell larger y or x.
    pub direction: [f64; 3],
    /// Radius of the outer wall as the silhouette shows it, mm.
    pub radius_mm: f64,
    /// Degrees of the circle on which the wall is seen.
    pub seen_deg: f64,
    /// Heights along `direction` from `point`, mm, of the can's lower and upper end; none where the
    /// volume ends first.
    pub ends: [Option<f64>; 2],
    /// Heights between which the volume holds the can, mm.
    pub held: [f64; 2],
}

impl Can {
    /// Height along the axis and distance from it, mm, of a place of the volume.
    #[must_use]
    pub fn height_and_radius(&self, place: [f64; 3]) -> [f64; 2] {
        let offset: [f64; 3] = std::array::from_fn(|i| place[i] - self.point[i]);
        let height: f64 = (0..3).map(|i| offset[i] * self.direction[i]).sum();
        let square: f64 = offset.iter().map(|value| value * value).sum();
        [height, (square - height * height).max(0.0).sqrt()]
    }
}
