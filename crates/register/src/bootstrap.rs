//! How far a placement may be off, from what its parts say of it. Knows no search.
//!
//! The points are drawn anew in groups, not one by one, since what a model cannot explain is alike
//! in neighbouring voxels. Three ways to group are tried, and the one that says the least certain
//! counts: cubes of 3 mm; sectors about the axis, since a tab or a stripe runs all along the cell;
//! slices along it.
//! Source: Künsch 1989, doi:10.1214/aos/1176347265 (blocks); Davison & Hinkley 1997,
//! doi:10.1017/CBO9780511802843, section 2.7 (one linear step for each sample).

use std::collections::BTreeMap;

use voltomo_numeric::{cast::to_index, random::Random};
use voltomo_types::Transform;

use crate::{
    can::Can,
    metric::{Degrees, Level, Motion, explaining, group_sums},
    registration::TargetError,
    rigid::{Fit, Region},
    solve::Sums,
};

/// Edge of the cubes, mm.
const CUBE_MM: f64 = 3.0;
/// Sectors about the axis.
const SECTORS: f64 = 24.0;
/// Thickness of the slices, mm; of a flat cell a sixth of its height.
const SLICE_MM: f64 = 3.0;

/// Points of a level in groups.
pub(crate) struct Groups(Vec<Vec<usize>>);

impl Groups {
    /// The three ways to group the points, placed by `transform` about the X-ray can.
    pub(crate) fn all(level: &Level, transform: &Transform, can: &Can) -> [Self; 3] {
        let height = can.held[1] - can.held[0];
        let slice = SLICE_MM.min(height / 6.0);
        let key = |point: [f64; 3], way: usize| -> [i64; 3] {
            let offset: [f64; 3] = std::array::from_fn(|i| point[i] - can.point[i]);
            let along: f64 = (0..3).map(|i| offset[i] * can.direction[i]).sum();
            match way {
                0 => offset.map(|value| whole(value / CUBE_MM)),
                1 => [whole(sector(offset, can.direction)), 0, 0],
                _ => [whole(along / slice), 0, 0],
            }
        };
        std::array::from_fn(|way| {
            let mut groups: BTreeMap<[i64; 3], Vec<usize>> = BTreeMap::new();
            for (k, place) in level.places.iter().enumerate() {
                groups.entry(key(transform.apply(*place), way)).or_default().push(k);
            }
            Self(groups.into_values().collect())
        })
    }
}

/// The whole number at or below a small one.
fn whole(value: f64) -> i64 {
    let shifted = to_index((value + 1e6).floor());
    i64::try_from(shifted).unwrap_or(0) - 1_000_000
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

/// By how many standard deviations, over the groups, the first placement leaves less unexplained
/// than the second.
pub(crate) fn margin(level: &Level, fits: [&Fit; 2], groups: &Groups) -> f64 {
    let [first, second] = fits.map(|fit| {
        let motion = Motion {
            transform: &fit.transform,
            degrees: Degrees::None,
            centre: [0.0; 3],
            coefficients: &[],
        };
        let coefficients: Vec<f64> = fit.coefficients.iter().map(|c| f64::from(*c)).collect();
        let left = |sums: &Sums| (sums.count as f64, sums.unexplained(&coefficients));
        group_sums(level, &motion, &groups.0).iter().map(left).collect::<Vec<_>>()
    });
    let both = first.iter().zip(&second).filter(|((a, _), (b, _))| *a > 0.0 && *b > 0.0);
    let gains: Vec<f64> = both.map(|((n, a), (m, b))| n * (b / m - a / n)).collect();
    let count = gains.len() as f64;
    if gains.len() < 3 {
        return 0.0;
    }
    let sum: f64 = gains.iter().sum();
    let variance: f64 = gains.iter().map(|gain| (gain - sum / count).powi(2)).sum();
    let deviation = (variance * count / (count - 1.0)).sqrt();
    if deviation > 0.0 { sum / deviation } else { 0.0 }
}

/// Covariance of a placement's degrees, from the grouping that gives the largest target error.
pub(crate) struct Spread {
    /// Row by row, of the degrees about the region's centre.
    pub(crate) covariance: Vec<Vec<f64>>,
    /// What follows for points of the cell.
    pub(crate) error: TargetError,
}

/// Draws the groups anew, `samples` times, and takes one step of Gauss and Newton for each.
pub(crate) fn spread(
    level: &Level,
    (fit, degrees): (&Fit, Degrees),
    (region, can): (&Region, &Can),
    samples: usize,
) -> Option<Spread> {
    let coefficients = &fit.coefficients[..level.field.channels];
    let (transform, centre) = (&fit.transform, region.centre);
    let motion = Motion { transform, degrees, centre, coefficients };
    let targets = targets(level, transform, (region, can));
    let of = |groups: &Groups| {
        let sums = group_sums(level, &motion, &groups.0);
        let sums: Vec<Sums> = sums.into_iter().filter(|sums| sums.count > 0).collect();
        let covariance = covariance(&sums, (explaining(level), degrees.count()), samples)?;
        let error = target_error(&covariance, &targets, can);
        Some(Spread { covariance, error })
    };
    let spreads: Vec<Spread> = Groups::all(level, transform, can).iter().filter_map(of).collect();
    spreads.into_iter().max_by(|a, b| a.error.rms_mm.total_cmp(&b.error.rms_mm))
}

fn covariance(
    groups: &[Sums],
    (columns, degrees): (usize, usize),
    samples: usize,
) -> Option<Vec<Vec<f64>>> {
    if groups.len() < 4 {
        return None;
    }
    let mut random = Random::new(0xB007);
    let steps: Vec<Vec<f64>> = (0..samples)
        .map(|_| {
            let mut sums = Sums::new(groups[0].size);
            for _ in 0..groups.len() {
                let drawn = to_index(random.even() * groups.len() as f64).min(groups.len() - 1);
                sums.add_sums(&groups[drawn]);
            }
            sums.solution(columns + degrees).split_off(columns)
        })
        .collect();
    let count = samples as f64;
    let mean = |i: usize| steps.iter().map(|step| step[i]).sum::<f64>() / count;
    let means: Vec<f64> = (0..degrees).map(mean).collect();
    let entry = |i: usize, j: usize| {
        let products = steps.iter().map(|step| (step[i] - means[i]) * (step[j] - means[j]));
        products.sum::<f64>() / (count - 1.0)
    };
    Some((0..degrees).map(|i| (0..degrees).map(|j| entry(i, j)).collect()).collect())
}

/// Some points of the cell that both volumes hold, from the centre.
fn targets(level: &Level, transform: &Transform, (region, can): (&Region, &Can)) -> Vec<[f64; 3]> {
    let step = (level.places.len() / 2000).max(1);
    let placed = level.places.iter().step_by(step).map(|place| transform.apply(*place));
    let is_in_can = |place: &[f64; 3]| {
        let offset: [f64; 3] = std::array::from_fn(|i| place[i] - can.point[i]);
        let along: f64 = (0..3).map(|i| offset[i] * can.direction[i]).sum();
        let square: f64 = offset.iter().map(|value| value * value).sum();
        square - along * along <= can.radius_mm.powi(2)
            && (can.held[0]..=can.held[1]).contains(&along)
    };
    let held = placed.filter(|place| is_in_can(place) && level.field.corner(*place, 0.0).is_some());
    held.map(|place| std::array::from_fn(|i| place[i] - region.centre[i])).collect()
}

/// Target error of rigid degrees; of others, that of their shift and the turn in their matrix.
fn target_error(covariance: &[Vec<f64>], targets: &[[f64; 3]], can: &Can) -> TargetError {
    let axis = can.direction;
    let variance = |row: &dyn Fn(usize) -> f64| -> f64 {
        let size = covariance.len();
        (0..size)
            .map(|i| (0..size).map(|j| row(i) * row(j) * covariance[i][j]).sum::<f64>())
            .sum::<f64>()
            .max(0.0)
    };
    let degrees = match covariance.len() {
        6 => Degrees::Rigid,
        7 => Degrees::Similar,
        _ => Degrees::Affine,
    };
    let at = |offset: &[f64; 3]| -> f64 {
        let along = |axis: usize| {
            let unit = std::array::from_fn(|i| f64::from(u8::from(i == axis)));
            let mut row = vec![0.0; covariance.len()];
            degrees.derivatives(unit, *offset, &mut row);
            variance(&|i| row[i])
        };
        (0..3).map(along).sum()
    };
    let all: Vec<f64> = targets.iter().map(at).collect();
    let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
    let mut shift = vec![0.0; covariance.len()];
    degrees.derivatives(axis, [0.0; 3], &mut shift);
    let turn = if degrees == Degrees::Affine {
        0.0
    } else {
        variance(&|i| if i < 3 { axis[i] } else { 0.0 }).sqrt().to_degrees()
    };
    TargetError {
        rms_mm: mean.sqrt(),
        largest_mm: all.iter().copied().fold(0.0, f64::max).sqrt(),
        turn_about_axis_deg: turn,
        along_axis_mm: variance(&|i| shift[i]).sqrt(),
    }
}
