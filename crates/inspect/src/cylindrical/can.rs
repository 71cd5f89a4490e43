//! The can: diameters, wall, ovality. Knows no roll.

use ndarray::Array2;
use voltomo_numeric::cast::to_index;
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Probe, Verdict};

use super::report;
use super::survey::{ANGLES, Survey};
use super::wall::{FittedWall, Wall};
use crate::round::{Harmonics, harmonics, median};

/// Directions over which samples are taken together.
pub(super) const BINS: usize = 180;
/// The best that sampling on voxels allows, in voxels.
const SAMPLING: f64 = 0.05;

/// The can as measured.
#[derive(Debug, Clone)]
pub(super) struct Can {
    /// Outer radius around the clock, corrected for the blur; angles from +x of the cell.
    pub(super) outer: Harmonics,
    /// Inner radius, where wall and inside can be told apart.
    pub(super) inner: Option<Harmonics>,
    /// The wall behind the blur.
    pub(super) wall: Option<FittedWall>,
    /// Outer radius, mm: `[height, bin]`, NaN where there is none.
    pub(super) outer_map: Array2<f64>,
    /// Thickness of the wall, mm: `[height, bin]`.
    wall_map: Array2<f64>,
    /// Standard deviation of the mean outer radius, mm.
    pub(super) radius_sigma: f64,
    /// First of the heights of the maps.
    pub(super) first_height: usize,
}

/// The direction of a bin's middle, radians.
pub(super) fn bin_angle(bin: usize) -> f64 {
    let part = (ANGLES / BINS) as f64;
    std::f64::consts::TAU * (bin as f64 * part + 0.5 * (part - 1.0)) / ANGLES as f64
}

impl Can {
    /// Measures the can; `None` where hardly any of it is seen.
    pub(super) fn of(survey: &Survey<'_>) -> Option<Self> {
        let heights = survey.plain_range();
        let shape = (heights.len(), BINS);
        let level = survey.body.level;
        let profile = |(h, bin): (usize, usize)| profile(survey, heights.start + h, bin);
        let edges = |at: (usize, usize)| Edges::of(&profile(at), survey, level);
        let found: Vec<Edges> = ndarray::indices(shape).into_iter().map(edges).collect();
        let raw =
            |of: fn(&Edges) -> f64| Array2::from_shape_fn(shape, |(h, b)| of(&found[h * BINS + b]));
        let (outer_raw, inner_raw) = (raw(|it| it.outer), raw(|it| it.inner));
        let thickness = median((&outer_raw - &inner_raw).into_iter().collect());
        let resolved = inner_raw.iter().filter(|it| it.is_finite()).count() as f64;
        let is_resolved = resolved > 0.9 * inner_raw.len() as f64;
        let wall = thickness.filter(|_| is_resolved).and_then(|thick| {
            fit_wall(survey, level, &aligned(&outer_raw, &profile, (thick, survey)), thick)
        });
        let [more, less] = corrections(wall.as_ref(), level);
        let outer_map = outer_raw + more;
        let inner_map = inner_raw + less;
        let outer = around(&outer_map)?;
        let radius_sigma = [
            outer.sigmas[0],
            wall.map_or(0.25 * survey.seen.grid.voxel, |wall| wall.outer_sigma),
            SAMPLING * survey.seen.grid.voxel,
        ];
        Some(Self {
            outer,
            inner: if is_resolved { around(&inner_map) } else { None },
            wall,
            wall_map: &outer_map - &inner_map,
            outer_map,
            radius_sigma: radius_sigma.iter().map(|it| it * it).sum::<f64>().sqrt(),
            first_height: heights.start,
        })
    }
}

impl Can {
    /// Outer radius of each bin, mm: median over the heights; NaN where it was not seen.
    pub(super) fn radii(&self) -> Vec<f64> {
        let middle = |bin| median(self.outer_map.column(bin).to_vec()).unwrap_or(f64::NAN);
        (0..BINS).map(middle).collect()
    }
}

/// The wall behind the blur, through the mean profile about it.
fn fit_wall(
    survey: &Survey<'_>,
    level: f64,
    points: &[(f64, f64)],
    thickness: f64,
) -> Option<FittedWall> {
    let air = survey.levels.air;
    let start = Wall {
        outer: 0.0,
        thickness,
        value: air + 2.0 * (level - air),
        drop: 0.0,
        blur: 0.8 * survey.seen.grid.voxel,
        inside: air,
        outside: air,
        sleeve: [0.0; 2],
    };
    Wall::fit(points, &start)
}

/// Values by radius of one height and bin.
pub(super) fn profile(survey: &Survey<'_>, height: usize, bin: usize) -> Vec<f64> {
    let part = ANGLES / BINS;
    let map = survey.unrolled.map.slice(ndarray::s![height, bin * part..(bin + 1) * part, ..]);
    let mean = |radius: usize| {
        let column = map.column(radius);
        column.iter().map(|it| f64::from(*it)).sum::<f64>() / column.len() as f64
    };
    (0..map.ncols()).map(mean).collect()
}

/// Raw edges of the wall at one place.
struct Edges {
    outer: f64,
    inner: f64,
}

impl Edges {
    /// Where the profile crosses the level on the way in from outside, and the next time after that.
    fn of(profile: &[f64], survey: &Survey<'_>, level: f64) -> Self {
        let step = survey.unrolled.radial_step;
        let far = survey.unrolled.radius_index(1.08 * survey.body.radius);
        let near = survey.unrolled.radius_index(0.8 * survey.body.radius);
        let place = |k: usize, rises: bool| {
            let (a, b) = (profile[k], profile[k + 1]);
            let is_between = if rises { a > level && b <= level } else { a < level && b >= level };
            is_between.then(|| (k as f64 + (a - level) / (a - b)) * step)
        };
        let lost = Self { outer: f64::NAN, inner: f64::NAN };
        let is_edge = |k: &usize| place(*k, true).is_some() && profile[k.saturating_sub(1)] > level;
        let Some(at) = (near..far).rev().find(is_edge) else { return lost };
        let outer = place(at, true).unwrap_or(f64::NAN);
        // A wall is thin beside its can.
        let least = at.saturating_sub(to_index(0.1 * survey.body.radius / step));
        let inner = (least..at).rev().find_map(|k| place(k, false)).unwrap_or(f64::NAN);
        Self { outer, inner }
    }
}

/// Robust circle and ellipse through the medians over the heights.
fn around(map: &Array2<f64>) -> Option<Harmonics> {
    let middle = |bin: usize| median(map.column(bin).to_vec());
    let points: Vec<(f64, f64)> =
        (0..BINS).filter_map(|bin| Some((bin_angle(bin), middle(bin)?))).collect();
    harmonics(&points, 2)
}

/// Mean profile about the wall: `(radius beyond the outer crossing, value)`.
fn aligned(
    outer: &Array2<f64>,
    profile: &dyn Fn((usize, usize)) -> Vec<f64>,
    (thickness, survey): (f64, &Survey<'_>),
) -> Vec<(f64, f64)> {
    let step = survey.unrolled.radial_step;
    let fine = 0.5 * step;
    // Far enough inwards to see the level behind the wall, not so far that the roll shows.
    let low = -(thickness + (1.5 * step).max(0.06));
    let high = 0.35;
    let count = to_index((high - low) / fine) + 1;
    let (mut sums, mut counts) = (vec![0.0; count], vec![0.0_f64; count]);
    for (at, edge) in outer.indexed_iter().filter(|(_, edge)| edge.is_finite()) {
        for (k, value) in profile(at).into_iter().enumerate() {
            let place = (k as f64 * step - edge - low) / fine;
            if (0.0..count as f64).contains(&place) && value.is_finite() {
                sums[to_index(place)] += value;
                counts[to_index(place)] += 1.0;
            }
        }
    }
    let place = |k: usize| low + (k as f64 + 0.5) * fine;
    (0..count).filter(|k| counts[*k] > 0.0).map(|k| (place(k), sums[k] / counts[k])).collect()
}

/// From the raw crossings to the edges, outer and inner, mm.
fn corrections(fitted: Option<&FittedWall>, level: f64) -> [f64; 2] {
    let Some(FittedWall { wall, .. }) = fitted else { return [0.0; 2] };
    let [outer, inner] = wall.crossings(level);
    // The fit counts radii from the raw crossing: its own crossing is where the mean one is.
    let more = outer.map_or(0.0, |it| wall.outer - it);
    [more, inner.map_or(0.0, |it| wall.outer - wall.thickness - it)]
}

/// Findings about the can; `layered`: its outer radius as the layers about the roll's gap tell it.
pub(super) fn findings(survey: &Survey<'_>, can: &Can, layered: Option<f64>) -> Vec<Finding> {
    vec![can_finding(survey, can, layered), ovality(survey, can)]
}

fn can_finding(survey: &Survey<'_>, can: &Can, layered: Option<f64>) -> Finding {
    let mm = MeasureUnit::Millimetre;
    let outer = 2.0 * layered.unwrap_or(can.outer.terms[0]);
    // The sleeve that the layers have is a usual one.
    let sigma = 2.0 * layered.map_or(can.radius_sigma, |_| 0.02_f64.hypot(can.radius_sigma));
    let mut measures = vec![Measure::new("outer_diameter", outer, Some(sigma), mm)];
    let mut note = format!("Outer diameter {outer:.3} mm");
    if let (Some(inner), Some(wall)) = (&can.inner, &can.wall) {
        let wall_sigma = wall.thickness_sigma.hypot(SAMPLING * survey.seen.grid.voxel);
        let inner_sigma =
            2.0 * (inner.sigmas[0]).hypot(can.radius_sigma).hypot(wall.thickness_sigma);
        measures.push(Measure::new("inner_diameter", 2.0 * inner.terms[0], Some(inner_sigma), mm));
        let [mean, least, most, spread] = wall_spread(can);
        for (name, value) in [
            ("wall_mean", mean),
            ("wall_least", least),
            ("wall_most", most),
            ("wall_three_sigma", 3.0 * spread),
        ] {
            measures.push(Measure::new(name, value, Some(wall_sigma), mm));
        }
        note += &format!(", inner {:.3} mm, wall {mean:.3} mm.", 2.0 * inner.terms[0]);
    } else {
        note += "; wall and roll cannot be told apart in this volume.";
    }
    if survey.seen.probe == Probe::Neutron {
        note += " A sleeve of 0.1 mm is taken to be around it.";
    }
    let mut finding = report::finding(FindingKind::Can, survey, measures, note);
    finding.confidence = if can.wall.is_some() { 0.99 } else { 0.9 };
    finding
}

/// Mean, least, most and standard deviation of the wall over patches of a millimetre or so.
fn wall_spread(can: &Can) -> [f64; 4] {
    let rows = 4;
    let patches: Vec<f64> = (0..can.wall_map.nrows().div_ceil(rows))
        .flat_map(|k| {
            let end = ((k + 1) * rows).min(can.wall_map.nrows());
            let part = can.wall_map.slice(ndarray::s![k * rows..end, ..]).to_owned();
            (0..BINS / 2).filter_map(move |b| {
                median(part.slice(ndarray::s![.., 2 * b..2 * b + 2]).iter().copied().collect())
            })
        })
        .collect();
    let count = patches.len().max(1) as f64;
    let mean = patches.iter().sum::<f64>() / count;
    let variance = patches.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / count;
    let least = patches.iter().copied().fold(f64::INFINITY, f64::min);
    [mean, least, patches.iter().copied().fold(0.0, f64::max), variance.sqrt()]
}

/// How far the can is from round: largest less smallest diameter of its ellipse.
fn ovality(survey: &Survey<'_>, can: &Can) -> Finding {
    let (amplitude, sigma, angle) = can.outer.amplitude(2);
    let sigma = 4.0 * sigma.max(0.25 * SAMPLING * survey.seen.grid.voxel);
    let difference = 4.0 * amplitude;
    let from = survey.body.frame.tab_angle.unwrap_or(0.0);
    let angle_deg = (angle - from).to_degrees().rem_euclid(180.0);
    let mm = MeasureUnit::Millimetre;
    let measures = vec![
        Measure::new("difference", difference, Some(sigma), mm),
        Measure::new("direction", angle_deg, None, MeasureUnit::Degree),
    ];
    let note = format!(
        "The diameters of the can differ by {difference:.3} mm, the largest at {angle_deg:.0}° and opposite."
    );
    report::finding(FindingKind::Ovality, survey, measures, note)
}

/// What a volume without an edge says of its can.
pub(super) fn unseen(survey: &Survey<'_>) -> Finding {
    let note = "The can's edge cannot be followed around the clock in this volume.".into();
    let mut finding = report::finding(FindingKind::Can, survey, Vec::new(), note);
    (finding.verdict, finding.confidence) = (Verdict::CannotTell, 0.0);
    finding
}
