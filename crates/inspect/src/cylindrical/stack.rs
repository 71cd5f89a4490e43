//! Gaps that stand one behind another from the mandrel's void outwards: the windings before them moved
//! inwards. Knows no volume.

use std::f64::consts::TAU;

use super::core::Core;
use super::report::Place;
use super::shortfall::Shortfall;
use super::stripes::Stripe;
use super::survey::{ANGLES, Survey};

/// The first gap lies no farther behind the void's edge, mm,
const FIRST_MM: f64 = 1.0;
/// each other one no farther behind the one before,
const NEXT_MM: f64 = 0.7;
/// and at its angle, mm along the turn.
const BESIDE_MM: f64 = 0.6;
/// Each of them runs along so much of the roll.
const HIGH: f64 = 0.8;
/// One gap is none of a buckle's.
const LEAST: usize = 2;

/// The innermost windings before a stack of gaps behind the void's edge, if there is one; the extent
/// along the radius is their push: what the gaps add up to.
pub(super) fn buckle(survey: &Survey<'_>, core: &Core, stripes: &[Stripe]) -> Option<Place> {
    let members = members(stripes, (core.edge.radius, survey.roll?));
    let whole = |k: &usize| &stripes[*k];
    let outermost = members.iter().map(whole).map(|it| it.radius).fold(0.0, f64::max);
    let arc = members.iter().map(whole).map(|it| it.arc).fold(0.0, f64::max);
    let first = whole(members.first()?);
    let push = push(survey, core, (first.angle, outermost + 0.5 * NEXT_MM))?;
    let radius = core.edge.radius - 0.5 * push;
    let extent = [push, arc * radius / outermost, first.heights[1] - first.heights[0]];
    Some(Place { height: first.height, radius, angle: first.angle, extent })
}

/// Gaps one behind another, from the void's edge outwards; none where they are too few.
fn members(stripes: &[Stripe], (edge, [low, high]): (f64, [f64; 2])) -> Vec<usize> {
    let is_high =
        |it: &Stripe| it.heights[1].min(high) - it.heights[0].max(low) > HIGH * (high - low);
    let mut order: Vec<usize> = (0..stripes.len()).filter(|k| is_high(&stripes[*k])).collect();
    order.sort_by(|a, b| stripes[*a].radius.total_cmp(&stripes[*b].radius));
    let is_next = |from: &Stripe, to: &Stripe| {
        let aside = (to.angle - from.angle + 0.5 * TAU).rem_euclid(TAU) - 0.5 * TAU;
        aside.abs() * from.radius < BESIDE_MM && (0.0..NEXT_MM).contains(&(to.radius - from.radius))
    };
    let chain = |first: usize| {
        let mut chain = vec![first];
        for k in &order {
            let last = chain[chain.len() - 1];
            if *k != last && is_next(&stripes[last], &stripes[*k]) {
                chain.push(*k);
            }
        }
        chain
    };
    let firsts = order.iter().filter(|k| stripes[**k].radius < edge + FIRST_MM);
    let longest = firsts.map(|k| chain(*k)).max_by_key(Vec::len).unwrap_or_default();
    if longest.len() < LEAST { Vec::new() } else { longest }
}

/// How much of the roll is missing along the radius at an angle, up to a radius, mm.
fn push(survey: &Survey<'_>, core: &Core, (angle, outermost): (f64, f64)) -> Option<f64> {
    let short = Shortfall::of(survey, Some(core))?;
    let middle = (angle.rem_euclid(TAU) / TAU * ANGLES as f64).round();
    let middle = voltomo_numeric::cast::to_index(middle) % ANGLES;
    let end = survey.unrolled.radius_index(outermost).checked_sub(short.first)?;
    let part = short.map.slice(ndarray::s![.., middle, ..end.min(short.map.shape()[2])]);
    let sum: f64 = part.iter().map(|it| f64::from(*it)).sum();
    Some(sum / part.shape()[0] as f64 * survey.unrolled.radial_step).filter(|it| *it > 0.0)
}
