//! The metal lead from the roll to the lid, in the head space, in X-rays. Knows no winding.

use std::f64::consts::TAU;

use ndarray::{Array2, s};
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Verdict};

use super::report::{self, Place};
use super::survey::Survey;
use crate::unrolled::{Raster, Unrolled};

/// Directions of the unrolled head space.
const ANGLES: usize = 360;
/// Steps of height and radius are not finer than this, mm.
const FINEST: f64 = 0.05;
/// Metal is brighter than this share of the roll (aluminium against a roll of aluminium foils and
/// oxides: 0.8; plastic: 0.2).
const METAL: f64 = 0.4;
/// A height is filled where this share of its disc is metal, and free where less than a third of it
/// is.
const FILLED: f64 = 0.4;

/// The lead at one height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Height, mm.
    pub(super) height: f64,
    /// Middle of the metal: distance from the axis, mm, and direction, radians.
    pub(super) radius: f64,
    pub(super) angle: f64,
    /// Area of the metal, mm².
    pub(super) area: f64,
}

/// The metal between roll and lid, from below upwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lead {
    /// One a height at which there is metal.
    pub(super) steps: Vec<Step>,
    /// Heights between which the head space is free.
    pub(super) room: [f64; 2],
}

impl Lead {
    /// Follows the metal; `None` where the volume holds no head space.
    pub(super) fn of(survey: &Survey<'_>) -> Option<Self> {
        let [_, roll_top] = survey.roll?;
        let body = &survey.body;
        let high = body.top.map_or(body.seen[1], |top| top.min(body.seen[1]));
        if high - roll_top < 1.0 {
            return None;
        }
        let step = survey.seen.grid.voxel.max(FINEST);
        let raster = Raster {
            heights: [roll_top - 1.0, high],
            height_step: step,
            angles: ANGLES,
            radius: 0.78 * body.radius,
            radial_step: step,
        };
        let space = Unrolled::of(&survey.seen, &body.frame, &raster);
        let level = survey.levels.air + METAL * (survey.levels.roll - survey.levels.air);
        let weights = areas(&space);
        let whole: f64 = weights.iter().sum::<f64>() * ANGLES as f64;
        let metal = |h: usize| metal_step(&space, h, (level, &weights));
        let shares: Vec<f64> =
            (0..space.heights.len()).map(|h| metal(h).map_or(0.0, |it| it.area) / whole).collect();
        let from = (0..shares.len()).find(|h| shares[*h] < FILLED / 3.0)?;
        let to = (from..shares.len()).find(|h| shares[*h] > FILLED)?;
        let steps: Vec<Step> = (from..to).filter_map(metal).collect();
        let room = [space.heights[from], space.heights[to - 1]];
        (room[1] - room[0] > 0.5).then_some(Self { steps, room })
    }

    /// Share of the free height in which there is at least `least` mm² of metal.
    fn reach(&self, least: f64, step: f64) -> f64 {
        let count = self.steps.iter().filter(|it| it.area >= least).count() as f64;
        (count * step / (self.room[1] - self.room[0] + step)).min(1.0)
    }

    /// Direction of the metal where it leaves the roll, and its distance from the axis.
    pub(super) fn root(&self) -> Option<(f64, f64)> {
        // Upright the strip is a thin line: folds and the edges of windings are larger.
        let is_thin = |it: &&Step| (0.1..2.5).contains(&it.area);
        let first = self.steps.iter().find(is_thin)?.height;
        let near: Vec<&Step> =
            self.steps.iter().filter(is_thin).filter(|it| it.height < first + 0.5).collect();
        let sum = |of: &dyn Fn(&Step) -> f64| near.iter().map(|it| it.area * of(it)).sum::<f64>();
        let area = sum(&|_| 1.0);
        let (x, y) = (sum(&|it| it.angle.cos()), sum(&|it| it.angle.sin()));
        (area > 0.0 && x.hypot(y) > 0.8 * area).then(|| (y.atan2(x), sum(&|it| it.radius) / area))
    }
}

/// Area that a sample of each radius stands for, mm².
fn areas(space: &Unrolled) -> Vec<f64> {
    let turn = TAU / ANGLES as f64;
    (0..space.map.shape()[2]).map(|k| space.radius(k) * turn * space.radial_step).collect()
}

/// What is metal at a height: its largest connected part.
fn metal_step(space: &Unrolled, height: usize, (level, weights): (f64, &[f64])) -> Option<Step> {
    let plane = space.map.slice(s![height, .., ..]);
    let excess = Array2::from_shape_fn((plane.ncols(), ANGLES), |(r, a)| f64::from(plane[[a, r]]));
    let regions = super::regions::above(&excess, level);
    let area = |region: &Vec<(usize, usize)>| region.iter().map(|(r, _)| weights[*r]).sum::<f64>();
    let region = regions.iter().max_by(|a, b| area(a).total_cmp(&area(b)))?;
    let all = area(region);
    let (mut x, mut y) = (0.0, 0.0);
    for &(r, a) in region {
        let (sin, cos) = space.angle(a).sin_cos();
        (x, y) = (x + weights[r] * space.radius(r) * cos, y + weights[r] * space.radius(r) * sin);
    }
    let (x, y) = (x / all, y / all);
    Some(Step { height: space.heights[height], radius: x.hypot(y), angle: y.atan2(x), area: all })
}

/// Findings about the lead and, by its root, the tab.
pub(super) fn findings(survey: &Survey<'_>, lead: &Lead) -> Vec<Finding> {
    let step = survey.seen.grid.voxel.max(FINEST);
    let reach = lead.reach(0.05, step);
    if reach < 0.3 {
        return vec![none(survey, lead)];
    }
    let mut findings = Vec::new();
    let solid: Vec<&Step> = lead.steps.iter().filter(|it| it.area >= 0.05).collect();
    let sum = |of: &dyn Fn(&Step) -> f64| solid.iter().map(|it| it.area * of(it)).sum::<f64>();
    let area = sum(&|_| 1.0);
    let angle = sum(&|it| it.angle.sin()).atan2(sum(&|it| it.angle.cos()));
    let radii = solid.iter().map(|it| it.radius);
    let (near, far) = radii.fold((f64::INFINITY, 0.0_f64), |(a, b), r| (a.min(r), b.max(r)));
    let [low, high] = lead.room;
    // Its middle on the way from the roll to the lid, in the direction in which it leaves the roll.
    let place = Place {
        height: 0.5 * (low + high),
        radius: 0.5 * (near + far),
        angle: lead.root().map_or(angle, |(angle, _)| angle),
        extent: [far - near, area * step / (high - low), high - low],
    };
    let mm = MeasureUnit::Millimetre;
    let measures = vec![
        Measure::new("reach", reach, Some(step / (high - low)), MeasureUnit::One),
        Measure::new("height", high - low, Some(step), mm),
        Measure::new("inmost", near, Some(0.2), mm),
        Measure::new("outmost", far, Some(0.2), mm),
    ];
    let path = if reach > 0.85 { "up to the lid" } else { "part of the way to the lid" };
    let note = format!(
        "A metal lead runs from the roll {path}, over {:.1} mm of head space, between {near:.1} and {far:.1} mm from the axis.",
        high - low
    );
    let mut finding = report::finding_at(FindingKind::LidLead, survey, (place, measures), note);
    finding.confidence = report::confidence(reach, 0.4);
    findings.push(finding);
    findings.extend(lead.root().map(|root| tab(survey, lead, root)));
    findings
}

/// The tab where the lead leaves the roll.
fn tab(survey: &Survey<'_>, lead: &Lead, (angle, radius): (f64, f64)) -> Finding {
    let [low, high] = survey.roll.unwrap_or(survey.body.plain);
    let place = Place { height: 0.5 * (low + high), radius, angle, extent: [0.1, 4.0, high - low] };
    let direction = angle.to_degrees().rem_euclid(360.0);
    let measures = vec![
        Measure::new(
            "direction",
            direction,
            Some((0.3 / radius.max(0.3)).to_degrees()),
            MeasureUnit::Degree,
        ),
        Measure::new("radius", radius, Some(0.2), MeasureUnit::Millimetre),
    ];
    let note = format!(
        "The tab leaves the roll {radius:.2} mm from the axis, {direction:.0}° from +x of the volume, at {:.1} mm.",
        lead.room[0]
    );
    let mut finding = report::finding_at(FindingKind::Tab, survey, (place, measures), note);
    finding.extent_mm = None;
    finding
}

fn none(survey: &Survey<'_>, lead: &Lead) -> Finding {
    let note = format!(
        "No lead is seen between roll and lid ({:.1} to {:.1} mm).",
        lead.room[0], lead.room[1]
    );
    let mut finding = report::finding(FindingKind::LidLead, survey, Vec::new(), note);
    (finding.verdict, finding.confidence) = (Verdict::CannotTell, 0.3);
    finding
}
