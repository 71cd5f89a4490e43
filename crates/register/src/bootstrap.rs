//! How far a placement may be off, from what its parts say of it. Knows no search.
//!
//! The points are drawn anew in groups, not one by one, since what a model cannot explain is alike
//! in neighbouring voxels. Three ways to group are tried, and the one that says the least certain
//! counts: cubes of 3 mm; sectors about the axis, since a tab or a stripe runs all along the cell;
//! slices along it.
//! Source: Künsch 1989, doi:10.1214/aos/1176347265 (blocks); Davison & Hinkley 1997,
//! doi:10.1017/CBO9780511802843, section 2.7 (one linear step for each sample).

use voltomo_numeric::{cast::to_index, random::Random};

use crate::{
    can::Can,
    groups::Groups,
    metric::{Degrees, Level, Motion, projected, residuals},
    placement::Placement,
    registration::TargetError,
    rigid::{Fit, Region},
    solve::Sums,
};

/// By how many standard deviations, over the groups, the first placement is likelier than the
/// second, from the points that both reach.
pub(crate) fn margin(level: &Level, fits: [&Fit; 2], can: &Can) -> f64 {
    let [first, second] = fits.map(|fit| unlikelihood(level, fit));
    let gains: Vec<f64> = first.iter().zip(&second).map(|(a, b)| b - a).collect();
    // Slices are too few in a short part of a cell.
    let [cubes, sectors, _] = Groups::all(&level.places, &fits[0].transform, can);
    in_deviations(&cubes, &gains).min(in_deviations(&sectors, &gains))
}

/// Minus the logarithm of how likely each point is, but for a constant: `½ (r² / v − ln (1 / v))`, with
/// the variance `v` of its ring.
fn unlikelihood(level: &Level, fit: &Fit) -> Vec<f64> {
    let mut left = residuals(level, Placement::of(fit.transform), &fit.explained);
    for (part, weight) in level.rings.iter().zip(&fit.explained.weights) {
        for value in &mut left[part.clone()] {
            *value = 0.5 * (*value * *value * weight - weight.ln());
        }
    }
    left
}

/// Sum of values over its standard deviation, over groups; values that are NaN are left out.
///
/// What speaks for one placement is large in few groups, so its spread is no measure of chance. What
/// speaks against it is: noise is as often negative as positive, so that its variance is twice that
/// of the negative sums. At most the number of groups.
fn in_deviations(groups: &Groups, values: &[f64]) -> f64 {
    let mut sums = vec![0.0; groups.count];
    for (value, group) in values.iter().zip(&groups.of).filter(|(value, _)| value.is_finite()) {
        sums[*group] += value;
    }
    let count = sums.len().max(1) as f64;
    let sum: f64 = sums.iter().sum();
    let against: f64 = sums.iter().map(|value| value.min(0.0).powi(2)).sum();
    let deviation = (2.0 * against).sqrt().max(sum.abs() / count);
    if deviation > 0.0 { sum / deviation } else { 0.0 }
}

/// Covariance of a placement's degrees, from the grouping that gives the largest target error.
pub(crate) struct Spread {
    /// Row by row, of the degrees about the region's centre.
    pub(crate) covariance: Vec<Vec<f64>>,
    /// What follows for points of the cell.
    pub(crate) error: TargetError,
}

/// Draws the groups anew, `samples` times, and takes one step of Gauss and Newton for each; adds the
/// spread of each list of `others`, steps that were found in other ways.
pub(crate) fn spread(
    level: &Level,
    (fit, degrees): (&Fit, Degrees),
    (region, can): (&Region, &Can),
    (samples, others): (usize, &[&[[f64; 6]]]),
) -> Option<Spread> {
    let placement = Placement::of(fit.transform);
    let motion = Motion { placement, degrees, centre: region.centre };
    let rows = projected(level, &motion, &fit.explained);
    let targets = targets(level, fit, (region, can));
    let mean = |steps: &&[[f64; 6]], i: usize, j: usize| {
        steps.iter().map(|step| step[i] * step[j]).sum::<f64>() / steps.len().max(1) as f64
    };
    let other = |i: usize, j: usize| others.iter().map(|steps| mean(steps, i, j)).sum::<f64>();
    let of = |groups: &Groups| {
        let mut sums = vec![Sums::new(degrees.count() + 1); groups.count];
        for (row, group) in rows.iter().zip(&groups.of).filter(|(row, _)| !row.is_empty()) {
            sums[*group].add(row);
        }
        sums.retain(|sums| sums.count > 0);
        let mut covariance = covariance(&sums, degrees.count(), samples)?;
        for (i, line) in covariance.iter_mut().take(6).enumerate() {
            line.iter_mut().take(6).enumerate().for_each(|(j, value)| *value += other(i, j));
        }
        let error = target_error((&covariance, degrees), &targets, can);
        Some(Spread { covariance, error })
    };
    let ways = Groups::all(&level.places, &fit.transform, can);
    let spreads: Vec<Spread> = ways.iter().filter_map(of).collect();
    spreads.into_iter().max_by(|a, b| a.error.rms_mm.total_cmp(&b.error.rms_mm))
}

fn covariance(groups: &[Sums], degrees: usize, samples: usize) -> Option<Vec<Vec<f64>>> {
    if groups.len() < 4 {
        return None;
    }
    let mut random = Random::new(0xB007);
    let mut drawn = || {
        let mut sums = Sums::new(degrees + 1);
        for _ in 0..groups.len() {
            let group = to_index(random.even() * groups.len() as f64).min(groups.len() - 1);
            sums.add_sums(&groups[group], 1.0);
        }
        sums.solution()
    };
    let steps: Vec<Vec<f64>> = (0..samples).map(|_| drawn()).collect();
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
fn targets(level: &Level, fit: &Fit, (region, can): (&Region, &Can)) -> Vec<[f64; 3]> {
    let step = (level.places.len() / 2000).max(1);
    let placed = level.places.iter().step_by(step).map(|place| fit.transform.apply(*place));
    let is_in_can = |place: &[f64; 3]| {
        let [along, across] = can.height_and_radius(*place);
        across <= can.radius_mm && (can.held[0]..=can.held[1]).contains(&along)
    };
    let held = placed.filter(|place| is_in_can(place) && level.field.corner(*place, 0.0).is_some());
    held.map(|place| std::array::from_fn(|i| place[i] - region.centre[i])).collect()
}

fn target_error(
    (covariance, degrees): (&[Vec<f64>], Degrees),
    targets: &[[f64; 3]],
    can: &Can,
) -> TargetError {
    let variance = |row: &[f64]| -> f64 {
        let line = |(a, line): (&f64, &Vec<f64>)| -> f64 {
            a * line.iter().zip(row).map(|(entry, b)| entry * b).sum::<f64>()
        };
        row.iter().zip(covariance).map(line).sum::<f64>().max(0.0)
    };
    let along = |direction: [f64; 3], offset: [f64; 3]| {
        let mut row = vec![0.0; degrees.count()];
        degrees.derivatives(direction, offset, &mut row);
        variance(&row)
    };
    let unit = |axis: usize| std::array::from_fn(|i| f64::from(u8::from(i == axis)));
    let at = |offset: &[f64; 3]| -> f64 { (0..3).map(|axis| along(unit(axis), *offset)).sum() };
    let all: Vec<f64> = targets.iter().map(at).collect();
    let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
    let mut turn = vec![0.0; degrees.count()];
    if degrees != Degrees::Affine {
        turn[..3].copy_from_slice(&can.direction);
    }
    TargetError {
        rms_mm: mean.sqrt(),
        largest_mm: all.iter().copied().fold(0.0, f64::max).sqrt(),
        turn_about_axis_deg: variance(&turn).sqrt().to_degrees(),
        along_axis_mm: along(can.direction, [0.0; 3]).sqrt(),
    }
}
