//! Placements that lay one can onto the other: all but the angle about the axis. Knows no voxels.

use voltomo_types::Transform;

use super::circle::{cross, plane_of};
use crate::can::Can;

/// One way to lay the neutron can onto the X-ray can.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    /// Whether the axes run the same way.
    pub(crate) is_same_way: bool,
    /// Height of the neutron axis' point on the X-ray axis, mm.
    pub(crate) height: f64,
    /// How far that may be off, mm.
    pub(crate) reach: f64,
}

impl Candidate {
    /// The transform with an angle about the axis, radians, moved by `shift` along the X-ray axis, mm.
    pub(crate) fn transform(
        &self,
        (neutron, xray): (&Can, &Can),
        angle: f64,
        shift: f64,
    ) -> Transform {
        let sense = if self.is_same_way { 1.0 } else { -1.0 };
        let axis = xray.direction.map(|value| sense * value);
        let (from, to) = (frame(neutron.direction), frame(axis));
        let (sin, cos) = angle.sin_cos();
        let turned: [[f64; 3]; 3] = [
            to[0],
            std::array::from_fn(|i| cos * to[1][i] + sin * to[2][i]),
            std::array::from_fn(|i| cos * to[2][i] - sin * to[1][i]),
        ];
        let entry = |i: usize, j: usize| (0..3).map(|k| turned[k][i] * from[k][j]).sum();
        let matrix = std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)));
        let turn = Transform { matrix, shift: [0.0; 3] };
        let (point, along) = (turn.apply(neutron.point), self.height + shift);
        let place = |i: usize| xray.point[i] + along * xray.direction[i] - point[i];
        Transform { matrix, shift: std::array::from_fn(place) }
    }
}

/// Mirrors a volume in a plane through the axis of its can.
pub(crate) fn mirror(can: &Can) -> Transform {
    let [_, normal, _] = frame(can.direction);
    let distance: f64 = (0..3).map(|i| normal[i] * can.point[i]).sum();
    let entry = |i: usize, j: usize| f64::from(u8::from(i == j)) - 2.0 * normal[i] * normal[j];
    Transform {
        matrix: std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))),
        shift: normal.map(|value| 2.0 * distance * value),
    }
}

/// Three directions at right angles, the axis first.
fn frame(axis: [f64; 3]) -> [[f64; 3]; 3] {
    let [u, _] = plane_of(axis).unwrap_or([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    [axis, u, cross(axis, u)]
}

/// The candidates: each end that is seen in one volume onto each that is seen in the other; none where
/// one volume shows no end. Candidates that share less than `least_overlap` of the
/// smaller cell, and of two that are alike the second, are left out.
///
/// Also returns the largest overlap of those that were left out.
pub(crate) fn candidates(
    cans: (&Can, &Can),
    reach: f64,
    (least_overlap, upside_down): (f64, bool),
) -> (Vec<Candidate>, f64) {
    let (neutron, xray) = cans;
    let mut found: Vec<Candidate> = Vec::new();
    let mut largest = 0.0f64;
    for candidate in all(neutron, xray, reach) {
        let matrix = candidate.transform(cans, 0.0, 0.0).matrix;
        if !upside_down && matrix[0][0] < 0.0 {
            continue;
        }
        let most = overlap(cans, &candidate, 0.0);
        largest = largest.max(most);
        let is_known = |known: &&Candidate| {
            known.is_same_way == candidate.is_same_way
                && (known.height - candidate.height).abs() < 0.5 * reach
        };
        if most >= least_overlap && found.iter().find(is_known).is_none() {
            found.push(candidate);
        }
    }
    (found, largest)
}

fn all(neutron: &Can, xray: &Can, reach: f64) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (i, from) in neutron.ends.iter().enumerate() {
        for (j, to) in xray.ends.iter().enumerate() {
            if let (Some(from), Some(to)) = (from, to) {
                let is_same_way = i == j;
                let height = if is_same_way { to - from } else { to + from };
                found.push(Candidate { is_same_way, height, reach });
            }
        }
    }
    found
}

/// Share of the shorter can that both volumes hold along the axis.
fn overlap((neutron, xray): (&Can, &Can), candidate: &Candidate, shift: f64) -> f64 {
    let sense = if candidate.is_same_way { 1.0 } else { -1.0 };
    let placed = neutron.held.map(|height| candidate.height + shift + sense * height);
    let (low, high) = (placed[0].min(placed[1]), placed[0].max(placed[1]));
    let both = high.min(xray.held[1]) - low.max(xray.held[0]);
    let shorter = (high - low).min(xray.held[1] - xray.held[0]);
    (both / shorter).clamp(0.0, 1.0)
}
