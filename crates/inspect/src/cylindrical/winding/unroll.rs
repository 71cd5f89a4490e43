//! The roll laid flat: values by height, arc length and depth, and maps of what leaves the spiral.
//! Judges nothing.

use ndarray::{Array2, Array3};
use rayon::prelude::*;
use std::f64::consts::TAU;
use voltomo_numeric::cast::{to_f32, to_index};
use voltomo_types::Transform;

use super::reader::Reader;
use super::spiral::Spiral;
use crate::seen::Seen;

/// How finely a roll is laid flat, mm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlatGrid {
    /// Lowest and highest height.
    pub heights: [f64; 2],
    /// From one height to the next.
    pub height_step: f64,
    /// From one place along the winding to the next.
    pub arc_step: f64,
    /// From one depth to the next; depths run over one pitch about the middle of the bright layer.
    pub depth_step: f64,
}

/// A roll laid flat.
#[derive(Debug, Clone, PartialEq)]
pub struct FlatRoll {
    /// `[height, place, depth]`, in the unit of the volume; NaN outside it.
    pub values: Array3<f32>,
    /// Heights in the cell, mm, rising.
    pub heights: Vec<f64>,
    /// Position of each place along the spiral, turns, rising.
    pub positions: Vec<f64>,
    /// Length of the winding from its inner end to each place, mm.
    pub arcs: Vec<f64>,
    /// Distance outwards from the middle of the bright layer, mm, rising.
    pub depths: Vec<f64>,
}

/// Lays a roll flat: at the height z and the place τ along the spiral, the value at the depth d is
/// that at the radius r(z, τ) + d.
///
/// `reader`: the volume in which the spiral was found. `other`: a second volume, of any beam, and
/// the map from the first volume's frame to its own (`other_from_first`); its values are read then.
/// Memory: heights × places × depths.
///
/// Source: Kok et al. 2019, doi:10.1039/c9se00500e; both beams in unrolled coordinates as in Ziesche
/// et al. 2020, doi:10.1038/s41467-019-13943-3.
#[must_use]
pub fn unroll(
    reader: &Reader<'_>,
    spiral: &Spiral,
    grid: &FlatGrid,
    other: Option<(&Seen<'_>, &Transform)>,
) -> FlatRoll {
    let (positions, arcs) = places(spiral, grid.arc_step);
    let half = to_index(0.5 * spiral.pitch / grid.depth_step);
    let depths: Vec<f64> =
        (0..=2 * half).map(|i| (i as f64 - half as f64) * grid.depth_step).collect();
    let [low, high] = grid.heights;
    let rows = to_index(((high - low) / grid.height_step).max(0.0)) + 1;
    let heights: Vec<f64> = (0..rows).map(|i| low + i as f64 * grid.height_step).collect();
    let second = other.map(|(seen, map)| (Reader::new(seen, reader.frame, [0.0; 2]), map));
    let planes: Vec<Array2<f32>> = heights
        .par_iter()
        .map(|z| {
            let table = spiral.at_height(*z);
            Array2::from_shape_fn((positions.len(), depths.len()), |(place, depth)| {
                let (radius, angle) = along(spiral, &table, positions[place]);
                let point = reader.cell_point(*z, radius + depths[depth], angle);
                let point = reader.frame.volume_from_cell.apply(point);
                match &second {
                    Some((other, map)) => other.at_point(map.apply(point)),
                    None => reader.at_point(point),
                }
            })
        })
        .collect();
    let shape = (rows, positions.len(), depths.len());
    let values = Array3::from_shape_fn(shape, |(row, place, depth)| planes[row][[place, depth]]);
    FlatRoll { values, heights, positions, arcs, depths }
}

/// `[height, place]`, a place being turn·steps + step: by how much the winding lies outside
/// (above 0) or inside the Archimedean line, mm; NaN where no winding was seen.
#[must_use]
pub fn deviation_map(spiral: &Spiral) -> Array2<f32> {
    let (heights, turns, steps) = spiral.radii.dim();
    Array2::from_shape_fn((heights, turns * steps), |(height, place)| {
        let radius = spiral.radii[[height, place / steps, place % steps]];
        radius - to_f32(spiral.ideal(place as f64 / steps as f64))
    })
}

/// Places `step` mm apart along the Archimedean line, from its inner end to its outer: positions
/// and lengths, s = 2π ∫ r dτ.
fn places(spiral: &Spiral, step: f64) -> (Vec<f64>, Vec<f64>) {
    let [start, end] = spiral.ends;
    let inner = spiral.ideal(start);
    let length = |turns: f64| TAU * (inner * turns + 0.5 * spiral.pitch * turns * turns);
    let count = to_index(length(end - start) / step) + 1;
    let turns = |arc: f64| {
        let square = inner * inner + spiral.pitch * arc / std::f64::consts::PI;
        (square.sqrt() - inner) / spiral.pitch
    };
    let arcs: Vec<f64> = (0..count).map(|i| i as f64 * step).collect();
    (arcs.iter().map(|arc| start + turns(*arc)).collect(), arcs)
}

/// Radius and direction at a position, linear between the steps of a table.
fn along(spiral: &Spiral, table: &Array2<f64>, position: f64) -> (f64, f64) {
    let steps = spiral.steps();
    let place = position * steps as f64;
    let low = to_index(place.max(0.0));
    let at = |place: usize| {
        let known = table.get([place / steps, place % steps]).copied();
        known.filter(|it| it.is_finite()).unwrap_or(spiral.ideal(place as f64 / steps as f64))
    };
    let radius = at(low) + (place - low as f64) * (at(low + 1) - at(low));
    let sense = if spiral.angle(1) < std::f64::consts::PI { 1.0 } else { -1.0 };
    (radius, sense * TAU * position.rem_euclid(1.0))
}
