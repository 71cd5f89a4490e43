//! Dents of the can: where its wall is pressed in, and how deep. Knows no roll.

use ndarray::Array2;
use rayon::prelude::*;
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Probe};

use super::can::{BINS, Can, bin_angle, profile};
use super::pressed::{Plain, Pressed, pressed};
use super::report::{self, Place};
use super::roll_gap::Shared;
use super::survey::Survey;
use crate::round::{median, median_and_sigma};

/// Layers about a wall are known to this, mm.
const UNSURE_MM: f64 = 0.03;
/// Without them the sleeve may take half of what is seen as a dent's depth.
const BLIND: f64 = 0.5;

/// Regions of the wall that lie inside the can's ellipse; `layers`: those of the plain can, where wall
/// and roll are too alike to be told apart.
pub(super) fn findings(survey: &Survey<'_>, can: &Can, layers: Option<&Shared>) -> Vec<Finding> {
    let map = depths(can);
    let values: Vec<f64> = map.iter().copied().filter(|it| it.is_finite()).collect();
    let Some((_, noise)) = median_and_sigma(&values) else { return Vec::new() };
    let voxel = survey.seen.grid.voxel;
    let threshold = (6.0 * noise).max(0.3 * voxel);
    let regions = super::regions::above(&map, threshold);
    // A region of a few patches is as probably noise of the edge.
    let seen = regions.iter().filter(|region| region.len() >= 6).filter_map(|region| {
        let place = place(survey, (can, &map), deepest(&map, region)?);
        (place.extent[1] >= 2.0 * voxel).then_some((region, place))
    });
    seen.map(|(region, place)| {
        let told = depth(survey, (can, layers), (region, place.extent[0], noise));
        dent(survey, place, (told, noise))
    })
    .collect()
}

fn deepest(map: &Array2<f64>, region: &[(usize, usize)]) -> Option<[usize; 2]> {
    let most = region.iter().max_by(|a, c| map[**a].total_cmp(&map[**c]))?;
    Some([most.0, most.1])
}

/// Where a dent is deepest, and how far it reaches: to a quarter of its depth.
fn place(survey: &Survey<'_>, (can, map): (&Can, &Array2<f64>), [h, b]: [usize; 2]) -> Place {
    let depth = map[[h, b]];
    let is_in = |h: usize, b: usize| map[[h, b % BINS]] > 0.25 * depth;
    let rows = super::regions::run((0..map.nrows()).map(|k| is_in(k, b)).collect(), h);
    let turned = (0..BINS).map(|k| is_in(h, k + b + BINS / 2)).collect();
    let bins = super::regions::run(turned, BINS / 2);
    let (step, turn) = (survey.unrolled.height_step, std::f64::consts::TAU / BINS as f64);
    let middle = 0.5 * (bins.start + bins.end - 1) as f64 + b as f64 - (BINS / 2) as f64;
    let row = 0.5 * (rows.start + rows.end - 1) as f64;
    let radius = can.outer.terms[0];
    let (height, width) = (rows.len() as f64 * step, bins.len() as f64 * turn * radius);
    Place {
        height: survey.unrolled.heights[can.first_height] + row * step,
        radius,
        angle: bin_angle(0) + middle * turn,
        extent: [depth, width, height],
    }
}

/// The wall's own depth. Where the wall stands alone its edge tells it; beside a roll as bright, and
/// under a sleeve that is brighter, the edge is not the wall's, and its layers tell it.
fn depth(
    survey: &Survey<'_>,
    (can, layers): (&Can, Option<&Shared>),
    (region, edge_depth, noise): (&[(usize, usize)], f64, f64),
) -> Pressed {
    let play = noise.hypot(0.1 * survey.seen.grid.voxel);
    if can.wall.is_some() {
        return Pressed { depth: edge_depth, sigma: play };
    }
    let told = layers.and_then(|layers| deepest_wall(survey, (can, layers), region));
    match told {
        Some(Pressed { depth, sigma }) => Pressed { depth, sigma: sigma.hypot(UNSURE_MM) },
        None => Pressed { depth: edge_depth, sigma: play.hypot(BLIND * edge_depth) },
    }
}

/// The deepest wall of a region, each place taken as the median of its neighbours: where a sleeve is
/// missing, the edge is not farthest in where the wall is.
fn deepest_wall(
    survey: &Survey<'_>,
    (can, layers): (&Can, &Shared),
    region: &[(usize, usize)],
) -> Option<Pressed> {
    let levels = [survey.levels.air, survey.levels.roll - survey.levels.air];
    let told = |(h, b): (usize, usize)| {
        let outer = can.outer.at(bin_angle(b)) + layers.shift;
        let plain = Plain { outer, layers: *layers, levels };
        Some(((h, b), pressed(&across(survey, can, ([h, b], outer)), &plain)?))
    };
    // A place is the mean of nine: every other one tells the same.
    let is_taken = |at: &&(usize, usize)| {
        region.len() < 40 || (at.0.is_multiple_of(2) && at.1.is_multiple_of(2))
    };
    let places: Vec<(usize, usize)> = region.iter().filter(is_taken).copied().collect();
    let all: Vec<_> = places.into_par_iter().filter_map(told).collect();
    let settled = |(h, b): (usize, usize)| {
        let is_near = |at: (usize, usize)| {
            let turn = (at.1 + BINS - b) % BINS;
            at.0.abs_diff(h) <= 2 && (turn <= 2 || turn >= BINS - 2)
        };
        let near = all.iter().filter(|(at, _)| is_near(*at)).map(|(_, told)| told.depth);
        median(near.collect()).unwrap_or(f64::NAN)
    };
    let depths = all.iter().map(|(at, told)| Pressed { depth: settled(*at), ..*told });
    depths.max_by(|a, b| a.depth.total_cmp(&b.depth))
}

/// The profile across a place: mean over three heights and bins.
fn across(survey: &Survey<'_>, can: &Can, ([h, b], outer): ([usize; 2], f64)) -> Vec<(f64, f64)> {
    let last = can.outer_map.nrows() - 1;
    let mut heights = vec![h.saturating_sub(1), h, (h + 1).min(last)];
    heights.dedup();
    let profiles: Vec<Vec<f64>> = heights
        .into_iter()
        .flat_map(|h| [b + BINS - 1, b, b + 1].map(|b| (h, b % BINS)))
        .map(|(h, b)| profile(survey, can.first_height + h, b))
        .collect();
    let index = |radius: f64| survey.unrolled.radius_index(radius);
    let mean = |k: usize| profiles.iter().map(|it| it[k]).sum::<f64>() / profiles.len() as f64;
    (index(0.75 * outer)..=index(outer + 0.45))
        .map(|k| (survey.unrolled.radius(k), mean(k)))
        .filter(|(_, value)| value.is_finite())
        .collect()
}

fn dent(survey: &Survey<'_>, place: Place, (told, noise): (Pressed, f64)) -> Finding {
    let [seen, width, height] = place.extent;
    let Pressed { depth, sigma } = told;
    let mm = MeasureUnit::Millimetre;
    let arc = place.radius * std::f64::consts::TAU / BINS as f64;
    let measures = vec![
        Measure::new("depth", depth, Some(sigma), mm),
        Measure::new("width", width, Some(arc), mm),
        Measure::new("height", height, Some(survey.unrolled.height_step), mm),
    ];
    let place =
        Place { radius: place.radius - 0.5 * depth, extent: [depth, width, height], ..place };
    let mut note =
        format!("The wall is pressed in by {depth:.3} mm over {width:.1} × {height:.1} mm.");
    if survey.seen.probe == Probe::Neutron {
        note += " Beside sleeve and roll, which neutrons show as bright, the depth is a fit's.";
    }
    let mut finding = report::finding_at(FindingKind::CanDent, survey, (place, measures), note);
    finding.confidence = report::confidence(seen / noise.max(1e-9), 6.0);
    finding
}

/// Depth below the ellipse, smoothed over three heights and bins.
fn depths(can: &Can) -> Array2<f64> {
    let raw = Array2::from_shape_fn(can.outer_map.dim(), |(h, b)| {
        can.outer.at(bin_angle(b)) - can.outer_map[[h, b]]
    });
    let tilt: Vec<f64> = raw.outer_iter().map(|row| median(row.to_vec()).unwrap_or(0.0)).collect();
    let rows = raw.nrows();
    Array2::from_shape_fn(raw.dim(), |(h, b)| {
        let (mut sum, mut count) = (0.0, 0.0);
        for i in h.saturating_sub(1)..(h + 2).min(rows) {
            for j in [b + BINS - 1, b, b + 1] {
                let value = raw[[i, j % BINS]] - tilt[i];
                if value.is_finite() {
                    (sum, count) = (sum + value, count + 1.0);
                }
            }
        }
        sum / count
    })
}
