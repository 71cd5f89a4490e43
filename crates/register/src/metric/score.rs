//! The score of a placement, and the sums from which a better one follows. Knows no search.

use std::ops::Range;

use rayon::prelude::*;
use voltomo_numeric::cast::to_f32;
use voltomo_types::Transform;

use super::{Degrees, Level};
use crate::solve::Sums;

/// Points that are summed by one thread; the order of the sums never depends on the threads.
const CHUNK: usize = 4096;
/// Points of the field next to its border that are not used.
const MARGIN: f64 = 1.0;

/// A placement that may change in some ways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Motion<'a> {
    pub(crate) transform: &'a Transform,
    pub(crate) degrees: Degrees,
    pub(crate) centre: [f64; 3],
    /// Neutron attenuation of each value of the field; needed where there are degrees.
    pub(crate) coefficients: &'a [f32],
}

/// Points in parts that are summed one after the other.
fn chunks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count.div_ceil(CHUNK)).map(move |k| k * CHUNK..((k + 1) * CHUNK).min(count))
}

/// Sums over all points that the field holds: its values (and 1, where there is only one value),
/// the derivatives by the degrees, the neutron attenuation.
pub(crate) fn sums(level: &Level, motion: &Motion<'_>) -> Sums {
    let parts: Vec<Range<usize>> = chunks(level.places.len()).collect();
    let parts: Vec<Sums> =
        parts.into_par_iter().map(|part| part_sums(level, motion, part)).collect();
    let mut whole = Sums::new(size(level, motion.degrees));
    parts.iter().for_each(|part| whole.add_sums(part));
    whole
}

/// As [`sums`], one for each group of points.
pub(crate) fn group_sums(level: &Level, motion: &Motion<'_>, groups: &[Vec<usize>]) -> Vec<Sums> {
    let of = |group: &Vec<usize>| part_sums(level, motion, group.iter().copied());
    groups.par_iter().map(of).collect()
}

/// How many values explain: those of the field, and a constant beside a single one.
pub(crate) fn explaining(level: &Level) -> usize {
    level.field.channels.max(2)
}

fn size(level: &Level, degrees: Degrees) -> usize {
    explaining(level) + degrees.count() + 1
}

fn part_sums(level: &Level, motion: &Motion<'_>, part: impl Iterator<Item = usize>) -> Sums {
    let columns = explaining(level);
    let channels = level.field.channels;
    let size = size(level, motion.degrees);
    let mut sums = Sums::new(size);
    let mut row = vec![1.0; size];
    let mut values = vec![0.0f32; channels];
    for point in part {
        let place = motion.transform.apply(level.places[point]);
        let Some(corner) = level.field.corner(place, MARGIN) else { continue };
        level.field.values_at(&corner, &mut values);
        if !values[0].is_finite() {
            continue;
        }
        row.iter_mut().zip(&values).for_each(|(into, value)| *into = f64::from(*value));
        if motion.degrees != Degrees::None {
            let gradient = level.field.gradient_at(&corner, motion.coefficients);
            if !gradient[0].is_finite() {
                continue;
            }
            let offset = std::array::from_fn(|i| place[i] - motion.centre[i]);
            motion.degrees.derivatives(gradient, offset, &mut row[columns..size - 1]);
        }
        row[size - 1] = level.values[point];
        sums.add(&row);
    }
    sums
}

/// Score of a placement, the neutron attenuation of each value, and how many points were compared.
/// Sums one after the other: for many placements side by side.
pub(crate) fn explained(level: &Level, transform: &Transform) -> (f64, Vec<f32>, usize) {
    let motion = Motion { transform, degrees: Degrees::None, centre: [0.0; 3], coefficients: &[] };
    let sums = sums(level, &motion);
    let found = sums.solution(explaining(level));
    let spread = sums.spread();
    let score = if spread > 0.0 { 1.0 - sums.unexplained(&found) / spread } else { 0.0 };
    (score, found.into_iter().map(to_f32).collect(), sums.count)
}
