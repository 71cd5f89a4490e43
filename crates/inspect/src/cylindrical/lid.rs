//! Plastic in neutrons: the ring that seals the lid, and the discs at the roll's ends. Knows no
//! winding.

use std::f64::consts::TAU;
use std::ops::Range;

use ndarray::{Array2, Axis, s};
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Verdict};

use super::report::{self, Place};
use super::survey::Survey;
use crate::round::median;
use crate::unrolled::{Raster, Unrolled};

/// Directions of the unrolled ends.
const ANGLES: usize = 180;
/// Plastic is brighter than this many times the soaked roll (polypropylene: 2.2 to 3.3).
const BRIGHT: f64 = 1.6;
/// Polypropylene against the soaked roll, where no thick plastic is in the volume to take it from.
const PLASTIC: f64 = 3.25;

/// A part of the cell unrolled finely, and its levels.
struct End {
    space: Unrolled,
    air: f64,
    roll: f64,
    voxel: f64,
}

impl End {
    fn of(survey: &Survey<'_>, heights: [f64; 2]) -> Option<Self> {
        let body = &survey.body;
        let heights = [heights[0].max(body.seen[0]), heights[1].min(body.seen[1])];
        let voxel = survey.seen.grid.voxel;
        if heights[1] - heights[0] < 0.8 {
            return None;
        }
        let step = voxel.max(0.04);
        let raster = Raster {
            heights,
            height_step: step,
            angles: ANGLES,
            radius: 1.02 * body.radius,
            radial_step: step,
        };
        let space = Unrolled::of(&survey.seen, &body.frame, &raster);
        Some(Self {
            space,
            air: survey.levels.air,
            roll: survey.levels.roll - survey.levels.air,
            voxel,
        })
    }

    /// Median around the clock, less the outside: `[height, radius]`.
    fn around(&self) -> Array2<f64> {
        let (heights, _, radii) = self.space.map.dim();
        Array2::from_shape_fn((heights, radii), |(h, r)| {
            let ring = self.space.map.slice(s![h, .., r]);
            median(ring.iter().map(|it| f64::from(*it)).collect()).unwrap_or(f64::NAN) - self.air
        })
    }

    fn radii(&self, low: f64, high: f64) -> Range<usize> {
        self.space.radius_index(low)..self.space.radius_index(high)
    }

    /// Share of the directions in which the mean over heights and radii is above a level.
    fn covered(&self, heights: Range<usize>, radii: Range<usize>, level: f64) -> f64 {
        let part = self.space.map.slice(s![heights, .., radii]);
        let sums = part.sum_axis(Axis(2)).sum_axis(Axis(0));
        let count = (part.shape()[0] * part.shape()[2]).max(1) as f64;
        let is_bright = |sum: &&f32| f64::from(**sum) / count - self.air > level;
        sums.iter().filter(is_bright).count() as f64 / ANGLES as f64
    }
}

/// Findings about gasket and insulators; nothing where the volume holds no end of the roll.
pub(super) fn findings(survey: &Survey<'_>) -> Vec<Finding> {
    let Some([low, high]) = survey.roll else { return Vec::new() };
    let body = &survey.body;
    let mut findings = Vec::new();
    let mut plastic = PLASTIC * (survey.levels.roll - survey.levels.air);
    let top = body.top.unwrap_or(body.seen[1]);
    let has_top = body.seen[1] > high + 1.0;
    if has_top && let Some(end) = End::of(survey, [high + 1.0, top]) {
        let (finding, brightness) = gasket(survey, &end);
        findings.push(finding);
        plastic = brightness.unwrap_or(plastic);
    }
    if has_top && let Some(end) = End::of(survey, [high - 2.0, high + 3.0]) {
        findings.extend(insulator(survey, &end, (plastic, true)));
    }
    if let Some(bottom) = body.bottom
        && let Some(end) = End::of(survey, [bottom - 0.5, low + 2.0])
    {
        findings.extend(insulator(survey, &end, (plastic, false)));
    }
    findings
}

/// The ring about the lid, and how bright its plastic is where it is thick.
fn gasket(survey: &Survey<'_>, end: &End) -> (Finding, Option<f64>) {
    let map = end.around();
    let edge = survey.body.radius;
    let radii = end.radii(0.8 * edge, 0.99 * edge);
    let rim = map.slice(s![.., radii.clone()]);
    let brightest =
        |row: ndarray::ArrayView1<'_, f64>| row.iter().copied().fold(f64::NAN, f64::max);
    let by_height: Vec<f64> = rim.outer_iter().map(brightest).collect();
    let flags: Vec<bool> = by_height.iter().map(|it| *it > BRIGHT * end.roll).collect();
    let runs =
        (0..flags.len()).filter(|k| flags[*k]).map(|k| super::regions::run(flags.clone(), k));
    let Some(rows) =
        runs.max_by_key(Range::len).filter(|run| run.len() as f64 * end.space.height_step > 0.8)
    else {
        return (no_gasket(survey), None);
    };
    let mean = rim.slice(s![rows.clone(), ..]).mean_axis(Axis(0)).unwrap_or_default();
    let peak = mean.iter().copied().fold(0.0, f64::max);
    let at = mean.iter().position(|it| *it >= peak).unwrap_or(0);
    let wide = super::regions::run(mean.iter().map(|it| *it > 0.5 * peak).collect(), at);
    let step = end.space.radial_step;
    let [inner, outer] =
        [wide.start, wide.end].map(|k| (radii.start + k) as f64 * step - 0.5 * step);
    let covered =
        end.covered(rows.clone(), radii.start + wide.start..radii.start + wide.end, 0.5 * peak);
    let heights = [rows.start, rows.end]
        .map(|k| end.space.heights[0] + (k as f64 - 0.5) * end.space.height_step);
    let bright = by_height[rows].iter().copied().fold(0.0, f64::max);
    (ring_finding(survey, end, ([inner, outer], heights, covered)), Some(bright))
}

fn ring_finding(
    survey: &Survey<'_>,
    end: &End,
    ([inner, outer], [low, high], covered): ([f64; 2], [f64; 2], f64),
) -> Finding {
    let (wall, height) = (outer - inner, high - low);
    let place = Place {
        height: 0.5 * (low + high),
        radius: 0.5 * (inner + outer),
        angle: survey.body.frame.tab_angle.unwrap_or(0.0),
        extent: [wall, TAU * 0.5 * (inner + outer), height],
    };
    let mm = MeasureUnit::Millimetre;
    let measures = vec![
        Measure::new("covered", covered, Some(1.0 / ANGLES as f64), MeasureUnit::One),
        Measure::new("wall", wall, Some(end.voxel.max(0.1)), mm),
        Measure::new("height", height, Some(end.voxel.max(0.1)), mm),
    ];
    let note = format!(
        "A bright ring seals the lid: {height:.1} mm high, {wall:.2} mm wide, whole over {:.0} % of the circle.",
        100.0 * covered
    );
    report::finding_at(FindingKind::Gasket, survey, (place, measures), note)
}

fn no_gasket(survey: &Survey<'_>) -> Finding {
    let note = "No bright ring about the lid is seen.".into();
    let mut finding = report::finding(FindingKind::Gasket, survey, Vec::new(), note);
    (finding.verdict, finding.confidence) = (Verdict::CannotTell, 0.3);
    finding
}

/// The disc at an end of the roll: brighter than anything near over the roll's width.
fn insulator(survey: &Survey<'_>, end: &End, (plastic, is_top): (f64, bool)) -> Option<Finding> {
    let map = end.around();
    let edge = survey.body.radius;
    let disc = end.radii(0.35 * edge, 0.75 * edge);
    let profile: Vec<f64> = map
        .outer_iter()
        .map(|row| median(row.slice(s![disc.clone()]).to_vec()).unwrap_or(f64::NAN))
        .collect();
    let layer = Layer::of(&profile, end.space.height_step)?;
    let peak = layer.peak;
    if profile[peak] < 1.15 * end.roll || profile[peak] < 1.3 * layer.base {
        return None;
    }
    let thickness = layer.excess / (plastic - layer.base);
    let flags = map.row(peak).iter().map(|it| *it > 0.5 * profile[peak]).collect();
    let around = super::regions::run(flags, (disc.start + disc.end) / 2);
    let [hole, outer] =
        [around.start, around.end].map(|k| (k as f64 - 0.5) * end.space.radial_step);
    // Beyond its rim the can goes on as bright as half a thin disc: it ends at the can at most.
    let width = [hole.max(0.0), outer.min(edge - 0.3)].map(|radius| 2.0 * radius);
    let covered = end.covered(peak..peak + 1, disc, 0.6 * profile[peak]);
    let height = end.space.heights[peak];
    let mut finding = disc_finding(survey, (height, width), (thickness, covered, is_top));
    finding.confidence = report::confidence(profile[peak] / end.roll, 1.3);
    Some(finding)
}

/// A thin bright layer in a profile along the height.
struct Layer {
    peak: usize,
    /// Mean of the levels below and above it.
    base: f64,
    /// Integral over those levels, value × mm.
    excess: f64,
}

impl Layer {
    fn of(profile: &[f64], step: f64) -> Option<Self> {
        let peak = (0..profile.len()).max_by(|a, b| profile[*a].total_cmp(&profile[*b]))?;
        let reach = voltomo_numeric::cast::to_index((0.45 / step).ceil());
        let (from, to) = (peak.checked_sub(2 * reach)?, (peak + 2 * reach).min(profile.len() - 1));
        let level = |a: usize, b: usize| median(profile[a.min(b)..=a.max(b)].to_vec());
        let below = level(from, peak - reach)?;
        let above = level((peak + reach).min(to), to)?;
        let base = 0.5 * (below + above);
        let beside = |k: usize| match k.cmp(&peak) {
            std::cmp::Ordering::Less => below,
            std::cmp::Ordering::Equal => base,
            std::cmp::Ordering::Greater => above,
        };
        let range = peak - reach..=(peak + reach).min(profile.len() - 1);
        Some(Self { peak, base, excess: range.map(|k| profile[k] - beside(k)).sum::<f64>() * step })
    }
}

fn disc_finding(
    survey: &Survey<'_>,
    (height, [hole, diameter]): (f64, [f64; 2]),
    (thickness, covered, is_top): (f64, f64, bool),
) -> Finding {
    let place = Place { height, radius: 0.0, angle: 0.0, extent: [diameter, diameter, thickness] };
    let mm = MeasureUnit::Millimetre;
    // Under the roll floor and tab lie against the disc.
    let share = if is_top { 0.15 } else { 0.35 };
    let measures = vec![
        Measure::new("covered", covered, Some(1.0 / ANGLES as f64), MeasureUnit::One),
        Measure::new("diameter", diameter, Some(0.4), mm),
        Measure::new("hole", hole, Some(0.3), mm),
        Measure::new("thickness", thickness, Some(share * thickness), mm),
    ];
    let side = if is_top { "on" } else { "under" };
    let note = format!(
        "A plastic disc of about {thickness:.2} mm lies {side} the roll at {height:.2} mm, over {:.0} % of the circle.",
        100.0 * covered
    );
    report::finding_at(FindingKind::Insulator, survey, (place, measures), note)
}
