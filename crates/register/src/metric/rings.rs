//! Rings about the cell's axis, each of which has attenuations of its own. Knows no values.

use std::ops::Range;

use voltomo_numeric::cast::to_index;

use crate::can::Can;

/// Width of a ring across the axis and along it, mm; along it of a flat cell a sixth of its height.
const ACROSS_MM: f64 = 1.0;
const ALONG_MM: f64 = 3.0;
/// Points that a ring holds at least, on the average.
const LEAST_POINTS: f64 = 150.0;

/// Sorts points by the ring they lie in; returns the part of each ring.
pub(super) fn by_ring(can: &Can, points: &mut Vec<([f64; 3], f64)>) -> Vec<Range<usize>> {
    let height = can.held[1] - can.held[0];
    let along = (height / 6.0).clamp(0.5, ALONG_MM);
    let count = (height / along + 2.0) * (can.radius_mm / ACROSS_MM + 1.0);
    let enough = (LEAST_POINTS * count / points.len().max(1) as f64).max(1.0);
    let ring = |place: [f64; 3]| -> (usize, usize) {
        let [height, radius] = can.height_and_radius(place);
        let slice = (height - can.held[0]) / (along * enough) + 8.0;
        (to_index(slice), to_index(radius / ACROSS_MM))
    };
    let mut keyed: Vec<_> = points.drain(..).map(|point| (ring(point.0), point)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    let mut parts = Vec::new();
    let mut start = 0;
    for group in keyed.chunk_by(|a, b| a.0 == b.0) {
        parts.push(start..start + group.len());
        start += group.len();
    }
    points.extend(keyed.into_iter().map(|(_, point)| point));
    parts
}
