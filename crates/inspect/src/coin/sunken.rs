//! Places where a layer lacks matter, on a map of the layer. Knows no layer by name.

use ndarray::{Array2, Array3, Axis};
use voltomo_numeric::cast::to_index;
use voltomo_numeric::components::{Connectivity, components};

use super::fit::Estimate;
use super::upright::{Upright, mean};
use crate::round::{median, median_and_sigma};

/// Widths over which a map is smoothed to see small and large places, mm (standard deviations).
const SCALES_MM: [f64; 3] = [0.12, 0.24, 0.48];
/// Width of the rings whose medians are the even layer, mm.
const RING_MM: f64 = 0.25;
/// A relief is known so far beyond what is looked at, mm.
const MARGIN_MM: f64 = 0.5;
/// In a spherical cap, half of the depth is at this share of the radius.
const HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// One place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sunken {
    /// Its middle, `[y, x]`, mm.
    pub(super) middle: [f64; 2],
    /// Its diameter, taken as a spherical cap, mm.
    pub(super) diameter: Estimate,
    /// What is missing in its middle, as a share of the layer.
    pub(super) missing: Estimate,
    /// By how many standard deviations it stands out.
    pub(super) sigmas: f64,
}

/// A map less its even part.
#[derive(Debug)]
pub(super) struct Relief {
    /// What is missing or too much, `[y, x]`; known a little farther than is looked at, so that
    /// smoothing has as much to take in everywhere, and NaN beyond.
    pub(super) rest: Array2<f64>,
    /// Middle of the layer, `[y, x]`, mm.
    about: [f64; 2],
    /// It is looked at so far from there, mm.
    reach: f64,
    /// Mean of the map.
    pub(super) mean: f64,
}

/// The map `[y, x]` of a round layer about `about`, out to `reach` mm, less the median of each ring
/// about its middle.
pub(super) fn relief(upright: &Upright, map: &Array2<f64>, about: [f64; 2], reach: f64) -> Relief {
    let ring_of = |at: (usize, usize)| {
        let [y, x] = [upright.across(at.0) - about[0], upright.across(at.1) - about[1]];
        let radius = x.hypot(y);
        (radius <= reach + MARGIN_MM).then(|| to_index(radius / RING_MM))
    };
    let count = to_index((reach + MARGIN_MM) / RING_MM) + 1;
    let mut rings: Vec<Vec<f64>> = vec![Vec::new(); count];
    for (at, value) in map.indexed_iter().filter(|(_, value)| value.is_finite()) {
        if let Some(ring) = ring_of(at) {
            rings[ring].push(*value);
        }
    }
    let mean = mean(rings.iter().flatten().copied());
    let even: Vec<f64> = rings.into_iter().map(|ring| median(ring).unwrap_or(f64::NAN)).collect();
    let mut rest = map.clone();
    for (at, value) in rest.indexed_iter_mut() {
        *value = ring_of(at).map_or(f64::NAN, |ring| *value - even[ring]);
    }
    Relief { rest, about, reach, mean }
}

/// The places where a relief lacks matter by `sigmas` of its own noise or more, the clearest first.
pub(super) fn sunken(upright: &Upright, relief: &Relief, sigmas: f64) -> Vec<Sunken> {
    let mut found: Vec<Sunken> = Vec::new();
    let mut maps: Vec<(Array2<f64>, f64)> = Vec::new();
    for scale in SCALES_MM.map(|scale| scale.max(upright.step)) {
        let smooth = within(upright, upright.smoothed(&relief.rest, scale), relief);
        let values: Vec<f64> = smooth.iter().copied().filter(|it| it.is_finite()).collect();
        let Some((_, noise)) = median_and_sigma(&values) else { return found };
        maps.push((smooth, noise));
    }
    for (smooth, noise) in &maps {
        for place in places(smooth, -sigmas * noise) {
            let sigmas = -smooth[place] / noise;
            let middle = [upright.across(place.0), upright.across(place.1)];
            found.push(measured(upright, relief, (middle, sigmas), maps[0].1));
        }
    }
    found.sort_by(|a, b| b.sigmas.total_cmp(&a.sigmas));
    let mut kept: Vec<Sunken> = Vec::new();
    for one in found {
        let apart = |other: &Sunken| {
            let [dy, dx] = [0, 1].map(|i| one.middle[i] - other.middle[i]);
            dx.hypot(dy) > 0.5 * (one.diameter.value + other.diameter.value) + 0.5
        };
        if kept.iter().all(apart) {
            kept.push(one);
        }
    }
    kept
}

/// The part of a map within reach, NaN beyond.
fn within(upright: &Upright, mut smooth: Array2<f64>, relief: &Relief) -> Array2<f64> {
    for ((j, i), value) in smooth.indexed_iter_mut() {
        let [y, x] = [upright.across(j) - relief.about[0], upright.across(i) - relief.about[1]];
        if x.hypot(y) > relief.reach {
            *value = f64::NAN;
        }
    }
    smooth
}

/// The lowest point of each set of neighbours below a level.
fn places(smooth: &Array2<f64>, level: f64) -> Vec<(usize, usize)> {
    let below: Array3<bool> = smooth.mapv(|value| value < level).insert_axis(Axis(0));
    let found = components(below.view(), Connectivity::Corners);
    let mut lowest = vec![None; found.count()];
    for run in found.runs() {
        let [_, j] = run.row();
        for i in run.columns() {
            let best = &mut lowest[run.component as usize];
            if best.is_none_or(|at| smooth[(j, i)] < smooth[at]) {
                *best = Some((j, i));
            }
        }
    }
    lowest.into_iter().flatten().collect()
}

/// Depth and width by means over rings about the middle.
fn measured(
    upright: &Upright,
    relief: &Relief,
    (middle, sigmas): ([f64; 2], f64),
    noise: f64,
) -> Sunken {
    let width = (1.5 * upright.step).max(0.1);
    let mut rings: Vec<[f64; 2]> = Vec::new();
    for ((j, i), rest) in relief.rest.indexed_iter().filter(|(_, rest)| rest.is_finite()) {
        let [dy, dx] = [upright.across(j) - middle[0], upright.across(i) - middle[1]];
        let ring = to_index(dx.hypot(dy) / width);
        if ring >= rings.len() {
            rings.resize(ring + 1, [0.0; 2]);
        }
        rings[ring][0] += rest;
        rings[ring][1] += 1.0;
    }
    let means: Vec<f64> = rings.iter().map(|ring| -ring[0] / ring[1]).collect();
    let cells = rings.iter().take(2).map(|ring| ring[1]).sum::<f64>();
    let inner = rings.iter().take(2).map(|ring| -ring[0]).sum::<f64>() / cells;
    let at = means.iter().position(|mean| *mean < 0.5 * inner).unwrap_or(means.len());
    let half = match at {
        0 => 0.5 * width,
        _ if at == means.len() => at as f64 * width,
        _ => {
            let [a, b] = [means[at - 1], means[at]];
            let share = ((a - 0.5 * inner) / (a - b)).clamp(0.0, 1.0);
            (at as f64 - 0.5 + share) * width
        }
    };
    let diameter = 2.0 * half / HALF;
    let missing = inner / relief.mean;
    Sunken {
        middle,
        diameter: Estimate { value: diameter, sigma: upright.step.hypot(0.1 * diameter) },
        missing: Estimate { value: missing, sigma: noise / relief.mean / cells.sqrt().max(1.0) },
        sigmas,
    }
}
