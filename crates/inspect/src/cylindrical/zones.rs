//! What fills the roll in neutrons: soaked evenly, dry, bubbles, and electrolyte that stands free.
//! Knows no winding.

use std::f64::consts::TAU;

use ndarray::s;
use voltomo_numeric::cast::to_f32;
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit};

use super::blocks::Blocks;
use super::bubbles;
use super::core::Core;
use super::report::{self, Place};
use super::stripes::Stripe;
use super::survey::Survey;
use crate::round::median;

/// A dry pore leaves half of a soaked roll: 0.48. Blocks beyond this share of missing roll are
/// looked at.
const MISSING: f64 = 0.25;
/// Beyond this share, what is missing is no electrolyte alone.
const EMPTY: f64 = 0.72;
/// A bubble that is wider than this holds a block that it empties, mm.
const WIDE_MM: f64 = 1.2;
/// Where separators stand alone a bubble takes at least this share of a block.
const HALF: f64 = 0.5;
/// The least void among blocks, mm³: a ball of 0.35 mm.
const LEAST_MM3: f64 = 0.022;
/// Electrolyte is brighter than this many times the soaked roll (1.7 for sodium, 1.15 for lithium).
const ELECTROLYTE: f64 = 1.1;
/// So many bubbles within so much of one vertical line are pieces of a strip.
const COLUMN: usize = 3;
const COLUMN_MM: f64 = 0.8;
/// Inner face of a usual can's floor, mm.
const FLOOR_MM: f64 = 0.3;

/// Findings about what fills the roll.
pub(super) fn findings(
    survey: &Survey<'_>,
    core: Option<&Core>,
    stripes: &[Stripe],
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = pool(survey, core).into_iter().collect();
    let Some(mut blocks) = Blocks::of(survey, core) else { return findings };
    findings.push(blocks.uniform(survey));
    let threshold = MISSING.max(6.0 * blocks.noise);
    blocks.hide(stripes, threshold);
    let regions = blocks.regions(threshold);
    // What the buckled windings leave behind them belongs to the buckle.
    let is_behind = |zone: &Finding| {
        let Some(place) = zone.place else { return false };
        let [_, y, x] = survey.body.frame.cell_from_volume.apply(place.volume_mm);
        core.is_some_and(|core| core.is_behind_buckle(survey, (x.hypot(y), y.atan2(x))))
    };
    let zones = regions.iter().filter_map(|region| blocks.zone(survey, region));
    let zones: Vec<Finding> = zones.filter(|zone| !is_behind(zone)).collect();
    let body = blocks.body_heights();
    let mut bubbles = bubbles::find(survey, core, body);
    bubbles.extend(bubbles::at_top(survey, core, body[1]));
    let bubbles = bubbles::once(bubbles);
    let small = bubbles.iter().map(|it| bubble(survey, it.place, (it.void, it.sigmas)));
    findings.extend(without_columns(together(small.collect(), zones)));
    findings
}

/// Small bubbles, and what blocks show beside them.
fn together(small: Vec<Finding>, zones: Vec<Finding>) -> Vec<Finding> {
    let is_told = |zone: &Finding| {
        zone.kind == FindingKind::GasBubble && small.iter().any(|it| is_same(zone, it))
    };
    let rest: Vec<Finding> = zones.into_iter().filter(|zone| !is_told(zone)).collect();
    small.into_iter().chain(rest).collect()
}

/// Whether two voids touch: the middles lie no farther apart than the larger is wide.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let (Some(a), Some(b)) = (one.place, other.place) else { return false };
    let apart = (0..3).map(|k| (a.volume_mm[k] - b.volume_mm[k]).powi(2)).sum::<f64>().sqrt();
    let width = |it: &Finding| it.extent_mm.map_or(0.0, |extent| extent[0]);
    apart < width(one).max(width(other))
}

/// Without the bubbles that stand above one another: bubbles lie anywhere, what is dark at one place
/// at several heights is a strip, such as a tab, of which the noise leaves pieces.
fn without_columns(zones: Vec<Finding>) -> Vec<Finding> {
    let place = |zone: &Finding| zone.place.filter(|_| zone.kind == FindingKind::GasBubble);
    let is_above = |zone: &Finding, other: &Finding| {
        let (Some(a), Some(b)) = (place(zone), place(other)) else { return false };
        let [_, dy, dx] = [0, 1, 2].map(|k| a.volume_mm[k] - b.volume_mm[k]);
        dy.hypot(dx) < COLUMN_MM
    };
    let in_column = |zone: &Finding| zones.iter().filter(|it| is_above(zone, it)).count();
    let is_kept: Vec<bool> = zones.iter().map(|zone| in_column(zone) < COLUMN).collect();
    zones.into_iter().zip(is_kept).filter(|it| it.1).map(|it| it.0).collect()
}

impl Blocks {
    /// How much of the roll is as bright as its ring.
    fn uniform(&self, survey: &Survey<'_>) -> Finding {
        let play = to_f32((3.0 * self.noise).max(0.1));
        let known = self.body().iter().filter(|it| it.is_finite()).count().max(1) as f64;
        let even = self.body().iter().filter(|it| it.abs() < play).count() as f64;
        let [low, high] = survey.roll.unwrap_or(survey.body.plain);
        let share = even / known;
        let (inner, outer) = (self.first_radius, self.radius(self.missing.shape()[2] - 1));
        let place = Place {
            height: 0.5 * (low + high),
            radius: 0.5 * (inner + outer),
            angle: survey.body.frame.tab_angle.unwrap_or(0.0),
            extent: [outer - inner, TAU * 0.5 * (inner + outer), high - low],
        };
        let level = survey.levels.roll - survey.levels.air;
        let mut measures = vec![
            Measure::new("share", share, Some(0.01), MeasureUnit::One),
            Measure::new("unevenness", self.noise, None, MeasureUnit::One),
        ];
        if survey.seen.is_quantitative {
            let sigma = self.noise * level;
            measures.push(Measure::new(
                "attenuation",
                level,
                Some(sigma),
                MeasureUnit::PerCentimetre,
            ));
        }
        let note = format!(
            "{:.0} % of the roll is of uniform attenuation: soaked windings, finer than the resolution.",
            100.0 * share
        );
        report::finding_at(FindingKind::UniformZone, survey, (place, measures), note)
    }

    /// Connected blocks beyond a share; the middle axis is a circle.
    fn regions(&self, threshold: f64) -> Vec<Vec<[usize; 3]>> {
        let level = to_f32(threshold);
        super::regions::above_in(&self.missing.mapv(|value| value > level))
    }

    /// What a region is: a dry zone or a bubble; `None` where it is too small to be sure of. Of a
    /// large one only what lies in the body counts: beyond the electrodes nothing need be soaked.
    fn zone(&self, survey: &Survey<'_>, region: &[[usize; 3]]) -> Option<Finding> {
        let mut zone = self.measured(region)?;
        let in_body: Vec<[usize; 3]> =
            region.iter().copied().filter(|at| self.body.contains(&at[0])).collect();
        if !zone.is_small() && in_body.len() < region.len() {
            zone = self.measured(&in_body).filter(|it| !it.is_small())?;
        }
        // Beside the electrodes uneven edges take a part of a block away, and sheets that run along the
        // voxels a line of single blocks; a bubble takes most of a block, and of the next.
        if in_body.is_empty() && (zone.most < HALF || zone.columns < 2) {
            return None;
        }
        let is_thin = zone.place.extent[0] < 1.1;
        let sigmas = zone.level / self.noise.max(1e-9);
        let is_bubble = zone.most > EMPTY || (zone.is_small() && !zone.is_wide());
        match (is_bubble, is_thin && !zone.is_small()) {
            (_, true) => None,
            // Smaller ones are a few blocks of noise.
            (true, _) => {
                (zone.void > LEAST_MM3).then(|| bubble(survey, zone.place, (zone.void, sigmas)))
            }
            (false, _) => Some(dry(survey, zone.place, [zone.volume, zone.level, sigmas])),
        }
    }

    fn measured(&self, region: &[[usize; 3]]) -> Option<Zone> {
        let [mut x, mut y, mut z, mut volume, mut void] = [0.0; 5];
        for &[h, a, r] in region {
            let block = self.radius(r) * self.turn() * self.radial_step * self.height_step;
            let (sin, cos) = ((a as f64 + 0.5) * self.turn()).sin_cos();
            let weight = f64::from(self.missing[[h, a, r]]) * block;
            x += weight * self.radius(r) * cos;
            y += weight * self.radius(r) * sin;
            z += weight * self.heights[h];
            (volume, void) = (volume + block, void + weight);
        }
        let count = |axis: usize| {
            let all: std::collections::BTreeSet<usize> = region.iter().map(|it| it[axis]).collect();
            all.len() as f64
        };
        let radius = (x / void).hypot(y / void);
        let extent = [
            count(2) * self.radial_step,
            count(1) * self.turn() * radius,
            count(0) * self.height_step,
        ];
        let place = Place { height: z / void, radius, angle: y.atan2(x), extent };
        let columns: std::collections::BTreeSet<_> =
            region.iter().map(|it| (it[1], it[2])).collect();
        let columns = columns.len();
        let shares: Vec<f64> = region.iter().map(|it| f64::from(self.missing[*it])).collect();
        let most = shares.iter().copied().fold(0.0, f64::max);
        Some(Zone { place, volume, void, columns, most, level: median(shares)? })
    }
}

/// A region of missing blocks.
struct Zone {
    place: Place,
    /// Of its blocks, and of what is missing of them, mm³.
    volume: f64,
    void: f64,
    /// Places along turn and radius at which it has blocks.
    columns: usize,
    /// Greatest and middle share that is missing.
    most: f64,
    level: f64,
}

impl Zone {
    fn is_small(&self) -> bool {
        self.place.extent.iter().all(|it| *it < 2.6)
    }

    /// Whether a bubble of this size would leave some block empty.
    fn is_wide(&self) -> bool {
        self.place.extent.iter().all(|it| *it > WIDE_MM)
    }
}

fn dry(survey: &Survey<'_>, place: Place, [volume, level, sigmas]: [f64; 3]) -> Finding {
    let measures = vec![
        Measure::new("volume", volume, Some(0.15 * volume), MeasureUnit::CubicMillimetre),
        Measure::new("missing", level, Some(0.05), MeasureUnit::One),
    ];
    let [depth, arc, height] = place.extent;
    let note = format!(
        "{volume:.1} mm³ of the roll lack {:.0} % of their attenuation: dry, {depth:.1} × {arc:.1} × {height:.1} mm.",
        100.0 * level
    );
    let mut finding = report::finding_at(FindingKind::DryZone, survey, (place, measures), note);
    finding.confidence = report::confidence(sigmas, 6.0);
    finding
}

/// A bubble of the volume that is missing, which stands out by so many standard deviations.
fn bubble(survey: &Survey<'_>, place: Place, (void, sigmas): (f64, f64)) -> Finding {
    let diameter = (6.0 * void / std::f64::consts::PI).cbrt();
    let place = Place { extent: [diameter; 3], ..place };
    let measures = vec![
        Measure::new("diameter", diameter, Some(0.1 * diameter), MeasureUnit::Millimetre),
        Measure::new("volume", void, Some(0.2 * void), MeasureUnit::CubicMillimetre),
    ];
    let note = format!("A void in the roll as large as a ball of {diameter:.2} mm.");
    let mut finding = report::finding_at(FindingKind::GasBubble, survey, (place, measures), note);
    finding.confidence = report::confidence(sigmas, 6.0);
    finding
}

/// Electrolyte that stands in the mandrel's void above the floor.
fn pool(survey: &Survey<'_>, core: Option<&Core>) -> Option<Finding> {
    let (core, bottom) = (core?, survey.body.bottom?);
    let unrolled = &survey.unrolled;
    // Buckled windings may leave little of the void.
    let end = unrolled.radius_index(0.55 * core.innermost()).max(2);
    let [low, _] = survey.roll?;
    let range = unrolled.height_range([bottom + FLOOR_MM, low + 8.0]);
    let profile: Vec<f64> = range
        .clone()
        .map(|h| {
            let part = unrolled.map.slice(s![h, ..;5, 1..end]);
            median(part.iter().map(|it| f64::from(*it)).collect()).unwrap_or(f64::NAN)
        })
        .collect();
    let roll = survey.levels.roll - survey.levels.air;
    let is_wet =
        |k: usize| profile.get(k).is_some_and(|it| it - survey.levels.air > ELECTROLYTE * roll);
    let wet = (0..profile.len()).take_while(|k| is_wet(*k) || is_wet(k + 1)).count();
    let bright = median(profile[..wet].to_vec())?;
    let level = 0.5 * (bright + core.level);
    let at = (0..profile.len().saturating_sub(1))
        .find(|k| profile[*k] > level && profile[k + 1] <= level)?;
    let part = (profile[at] - level) / (profile[at] - profile[at + 1]);
    let top = unrolled.heights[range.start + at] + part * unrolled.height_step;
    let height = top - bottom - FLOOR_MM;
    if height < 0.6 {
        return None;
    }
    let width = 2.0 * survey.body.radius;
    let place = Place {
        height: bottom + FLOOR_MM + 0.5 * height,
        radius: 0.0,
        angle: 0.0,
        extent: [width, width, height],
    };
    let measures = vec![Measure::new("height", height, Some(0.1), MeasureUnit::Millimetre)];
    let note = format!("Electrolyte stands {height:.1} mm high above the can's floor.");
    Some(report::finding_at(FindingKind::ElectrolytePool, survey, (place, measures), note))
}
