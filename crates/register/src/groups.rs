//! Points of a cell in groups that lie together. Knows no values.

use std::collections::BTreeMap;

use voltomo_numeric::cast::to_index;
use voltomo_types::Transform;

use crate::can::Can;

/// Edge of the cubes, mm.
const CUBE_MM: f64 = 3.0;
/// Sectors about the axis.
const SECTORS: f64 = 24.0;
/// Thickness of the slices, mm; of a flat cell a sixth of its height.
const SLICE_MM: f64 = 3.0;

/// The group of each point.
pub(crate) struct Groups {
    pub(crate) of: Vec<usize>,
    pub(crate) count: usize,
}

impl Groups {
    /// Three ways to group points that `transform` places about a can: cubes, sectors, slices.
    pub(crate) fn all(places: &[[f64; 3]], transform: &Transform, can: &Can) -> [Self; 3] {
        let slice = SLICE_MM.min((can.held[1] - can.held[0]) / 6.0);
        std::array::from_fn(|way| {
            let key = |place: [f64; 3]| -> [usize; 3] {
                let offset: [f64; 3] = std::array::from_fn(|i| place[i] - can.point[i]);
                match way {
                    0 => offset.map(|value| shifted(value / CUBE_MM)),
                    1 => [to_index(sector(offset, can.direction)), 0, 0],
                    _ => [shifted(can.height_and_radius(place)[0] / slice), 0, 0],
                }
            };
            let mut known: BTreeMap<[usize; 3], usize> = BTreeMap::new();
            let mut group = |place: &[f64; 3]| {
                let next = known.len();
                *known.entry(key(transform.apply(*place))).or_insert(next)
            };
            let of = places.iter().map(&mut group).collect();
            Self { of, count: known.len() }
        })
    }
}

/// The whole number at or below a small one, plus a million.
fn shifted(value: f64) -> usize {
    to_index((value + 1e6).floor())
}

/// Sector about a direction in which an offset lies.
fn sector(offset: [f64; 3], direction: [f64; 3]) -> f64 {
    let least = (0..3).min_by(|a, b| direction[*a].abs().total_cmp(&direction[*b].abs()));
    let mut aside = [0.0; 3];
    aside[least.unwrap_or(0)] = 1.0;
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let v = cross(direction, aside);
    let u = cross(v, direction);
    let dot = |a: [f64; 3]| (0..3).map(|i| a[i] * offset[i]).sum::<f64>();
    let angle = dot(v).atan2(dot(u)).rem_euclid(std::f64::consts::TAU);
    angle / std::f64::consts::TAU * SECTORS
}
