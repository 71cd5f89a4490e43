//! The roll in its can: where its middle lies, and the space around it. Knows no winding.

use std::f64::consts::TAU;

use ndarray::Array2;
use voltomo_numeric::nonlinear_fit::{Misfit, NormalSums, Parameter, minimise};
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit, Probe, Verdict};

use super::can::Can;
use super::core::Core;
use super::report::{self, Place};
use super::rise::Rise;
use super::sawtooth::Sawtooth;
use super::survey::{ANGLES, Survey};
use super::wall::normal_share;
use crate::round::median;

/// Directions over which samples are taken together.
const BINS: usize = 72;
/// Terms of the layers that all directions share.
const SHARED: usize = 6;
/// The roll's outer edge lies on a spiral to within this, mm.
const UNEVEN_MM: f64 = 0.05;
/// Step of numerical derivatives, mm or 1/cm.
const STEP: f64 = 1e-5;
/// The widest gap that is looked for, mm.
const WIDEST: f64 = 0.9;

/// What is too thin for neutrons to measure beside their blur, mm. A gap is what is missing between
/// wall and roll, and hardly depends on them.
#[derive(Debug, Clone, Copy)]
struct Usual {
    wall: f64,
    sleeve: f64,
}

impl Default for Usual {
    fn default() -> Self {
        Self { wall: 0.22, sleeve: 0.1 }
    }
}

/// The space between roll and can, mean over the height of the roll.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    /// Width by direction, mm; NaN where it was not found.
    pub(super) widths: Vec<f64>,
    /// Standard deviation of a width, mm.
    pub(super) sigma: f64,
    /// Below this a gap cannot be told from none, mm.
    pub(super) least: f64,
    /// Outer radius of the can without its sleeve, where the layers tell it, mm.
    pub(super) outer: Option<f64>,
    /// What all directions share, where the layers tell it.
    pub(super) layers: Option<Shared>,
}

/// What the layers of the can have in common all round: lengths mm, values above the air's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shared {
    /// Wall's outer face, from where the can's edge was seen.
    pub(super) shift: f64,
    /// Thickness and value of the wall.
    pub(super) wall: [f64; 2],
    /// Thickness and value of the sleeve.
    pub(super) sleeve: [f64; 2],
    /// Standard deviation of the blur.
    pub(super) blur: f64,
}

fn bin_angle(bin: usize) -> f64 {
    let part = (ANGLES / BINS) as f64;
    TAU * (bin as f64 * part + 0.5 * (part - 1.0)) / ANGLES as f64
}

fn bin_profile(map: &Array2<f32>, bin: usize) -> Vec<f64> {
    let part = ANGLES / BINS;
    let rows = map.slice(ndarray::s![bin * part..(bin + 1) * part, ..]);
    let mean = |k: usize| rows.column(k).iter().map(|it| f64::from(*it)).sum::<f64>() / part as f64;
    (0..map.ncols()).map(mean).collect()
}

impl Gap {
    /// Direction of each width, radians from +x towards +y.
    pub(super) fn angles() -> Vec<f64> {
        (0..BINS).map(bin_angle).collect()
    }

    /// Measures the gap; `None` where can or roll cannot be seen.
    pub(super) fn of(survey: &Survey<'_>, can: &Can) -> Option<Self> {
        survey.roll?;
        let mean = survey.roll_mean();
        match (survey.seen.probe, &can.inner) {
            (Probe::Xray, Some(_)) => Self::behind_wall(survey, can, &mean),
            _ => Self::layered(survey, can, &mean),
        }
    }

    /// Where the wall is far brighter than the roll: the roll's edge is the first rise inwards from
    /// the wall, whose blurred flank is taken away.
    fn behind_wall(survey: &Survey<'_>, can: &Can, mean: &Array2<f32>) -> Option<Self> {
        let (inner, wall) = (can.inner.as_ref()?, can.wall?.wall);
        let step = survey.unrolled.radial_step;
        let rise = Rise::of(survey, mean);
        let air = survey.levels.air;
        // Two standard deviations of the blur inside the wall, a fortieth of it is left.
        let margin = (2.0 * wall.blur).max(step);
        let width = |bin: usize| {
            let edge = inner.at(bin_angle(bin));
            let flank = super::wall::Wall {
                outer: edge + wall.thickness,
                inside: air,
                sleeve: [0.0; 2],
                ..wall
            };
            let profile: Vec<f64> = bin_profile(mean, bin)
                .into_iter()
                .enumerate()
                .map(|(k, value)| value - (flank.at(k as f64 * step) - air))
                .collect();
            let from = survey.unrolled.radius_index(edge - margin);
            let to = survey.unrolled.radius_index(edge - WIDEST);
            let inwards: Vec<f64> = profile[to..=from].iter().rev().copied().collect();
            // Already up beside the wall: its bloom hides the gap.
            let at = rise.first(&inwards, air).filter(|at| *at >= 1.0)?;
            Some(edge - (from as f64 - at) * step)
        };
        let mut widths: Vec<f64> =
            (0..BINS).map(|bin| width(bin).map_or(f64::NAN, |it| it.max(0.0))).collect();
        let points: Vec<(f64, f64)> = (0..BINS)
            .map(|bin| (bin_angle(bin), inner.at(bin_angle(bin)) - widths[bin]))
            .filter(|(_, edge)| edge.is_finite())
            .collect();
        // Beside steel a reconstruction may be darker than air: then the edge is no spiral's.
        let is_spiral = Sawtooth::through(&points).is_some_and(|edge| {
            edge.scatter < UNEVEN_MM && edge.step.abs() < 1.0 && points.len() > BINS * 2 / 3
        });
        if !is_spiral || is_bloom(&widths, (margin, step)) {
            widths.fill(f64::NAN);
        }
        let sigma = inner.sigmas[0].hypot(0.3 * step).hypot(inner.scatter);
        Some(Self { widths, sigma, least: margin, outer: None, layers: None })
    }

    /// Where wall and roll are about as bright: layers around the clock with one gap a direction,
    /// all blurred alike.
    fn layered(survey: &Survey<'_>, can: &Can, mean: &Array2<f32>) -> Option<Self> {
        let radius = can.outer.terms[0];
        let air = survey.levels.air;
        let contrast = survey.levels.roll - air;
        if contrast <= 0.0 || radius < 3.0 {
            return None;
        }
        let bins: Vec<Bin> = (0..BINS).map(|bin| Bin::of(survey, can, (mean, bin))).collect();
        let parameters = first_guess(contrast, survey.seen.grid.voxel);
        let found = minimise(&Layers { bins: &bins, air }, &parameters)?;
        let scale = found.scatter().sqrt();
        let sigma = median((SHARED..SHARED + BINS).filter_map(|k| found.sigma(k)).collect());
        tracing::debug!("layers of the wall: {:?}", &found.parameters[..SHARED]);
        Some(Self {
            widths: found.parameters[SHARED..].to_vec(),
            // Separator and tape outside the last electrode are brighter than the roll.
            sigma: (scale * sigma.unwrap_or(WIDEST)).max(0.03),
            least: 0.04,
            outer: Some(radius + found.parameters[0]),
            layers: Some(Shared {
                shift: found.parameters[0],
                wall: [found.parameters[1], found.parameters[2]],
                sleeve: [found.parameters[5], found.parameters[4]],
                blur: found.parameters[3],
            }),
        })
    }

    /// Width smoothed over a twelfth of the circle.
    fn smooth(&self, bin: usize) -> f64 {
        let near = (0..7).map(|k| self.widths[(bin + BINS + k - 3) % BINS]).collect();
        median(near).unwrap_or(f64::NAN)
    }
}

/// A direction: the can's outer edge, the roll's contrast, and the profile across them.
struct Bin {
    edge: f64,
    roll: f64,
    points: Vec<(f64, f64)>,
}

impl Bin {
    fn of(survey: &Survey<'_>, can: &Can, (mean, bin): (&Array2<f32>, usize)) -> Self {
        let index = |r: f64| survey.unrolled.radius_index(r);
        let edge = can.outer.at(bin_angle(bin));
        let profile = bin_profile(mean, bin);
        let deep = profile[index(edge - 1.6)..index(edge - 1.0)].to_vec();
        let points = (index(edge - 1.2)..=index(edge + 0.4))
            .map(|k| (survey.unrolled.radius(k), profile[k]))
            .filter(|(_, value)| value.is_finite())
            .collect();
        let roll = median(deep).unwrap_or(survey.levels.roll) - survey.levels.air;
        Self { edge, roll, points }
    }
}

/// Where the fit of the layers begins; wall and sleeve are held.
fn first_guess(contrast: f64, voxel: f64) -> Vec<Parameter> {
    let usual = Usual::default();
    let between = |start: f64, low: f64, high: f64| Parameter { start, low, high };
    let mut parameters = vec![
        between(-0.05, -0.3, 0.15),
        Parameter::held(usual.wall),
        between(0.85 * contrast, 0.5 * contrast, 1.4 * contrast),
        between(0.085_f64.hypot(0.3 * voxel), 0.2 * voxel, 0.3),
        between(0.5 * contrast, 0.0, 3.5 * contrast),
        Parameter::held(usual.sleeve),
    ];
    parameters.extend((0..BINS).map(|_| between(0.15, 0.0, WIDEST)));
    parameters
}

/// Sleeve, wall, gap and roll, blurred; one gap a bin.
struct Layers<'a> {
    bins: &'a [Bin],
    air: f64,
}

impl Layers<'_> {
    fn at(&self, bin: &Bin, radius: f64, terms: [f64; SHARED + 1]) -> f64 {
        let [shift, thickness, wall, blur, sleeve, sleeve_thickness, gap] = terms;
        let below = |edge: f64| normal_share((edge - radius) / blur);
        let outer = bin.edge + shift;
        let inner = outer - thickness;
        let [b_outer, b_inner] = [below(outer), below(inner)];
        self.air
            + sleeve * (below(outer + sleeve_thickness) - b_outer)
            + wall * (b_outer - b_inner)
            + bin.roll * below(inner - gap)
    }
}

impl Misfit for Layers<'_> {
    fn add_to(&self, parameters: &[f64], sums: &mut NormalSums) {
        for (k, bin) in self.bins.iter().enumerate() {
            let index = |i: usize| if i < SHARED { i } else { SHARED + k };
            let terms: [f64; SHARED + 1] = std::array::from_fn(|i| parameters[index(i)]);
            for (radius, value) in &bin.points {
                let here = self.at(bin, *radius, terms);
                let slope = |i: usize| (self.at(bin, *radius, stepped(terms, i)) - here) / STEP;
                let slopes: [(usize, f64); SHARED + 1] =
                    std::array::from_fn(|i| (index(i), slope(i)));
                sums.add(here - value, 1.0, &slopes);
            }
        }
    }
}

/// Whether gaps are all alike and hardly wider than the wall's flank: then they are its bloom.
fn is_bloom(widths: &[f64], (margin, step): (f64, f64)) -> bool {
    let mut seen: Vec<f64> = widths.iter().copied().filter(|it| it.is_finite()).collect();
    seen.sort_by(f64::total_cmp);
    let Some(last) = seen.len().checked_sub(1) else { return true };
    let [low, middle, high] = [last / 10, last / 2, last * 9 / 10].map(|k| seen[k]);
    high - low < step && middle < margin + 3.0 * step
}

/// A small step of one term.
fn stepped(mut terms: [f64; SHARED + 1], term: usize) -> [f64; SHARED + 1] {
    terms[term] += STEP;
    terms
}

/// Findings about the roll's place in its can.
pub(super) fn findings(
    survey: &Survey<'_>,
    can: &Can,
    (core, gap): (Option<&Core>, Option<&Gap>),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(core) = core {
        findings.push(off_centre(survey, can, core));
    }
    findings.extend(gap.map(|gap| around(survey, can, gap)));
    findings
}

/// The middle of the inner windings against the can's.
fn off_centre(survey: &Survey<'_>, can: &Can, core: &Core) -> Finding {
    let [x, y] = [0, 1].map(|k| core.edge.centre[k] - can.outer.terms[1 + k]);
    let (shift, angle) = (x.hypot(y), y.atan2(x));
    let sigma = core.edge.sigmas[1].hypot(core.edge.sigmas[2]).hypot(0.05 * survey.seen.grid.voxel);
    let [low, high] = survey.roll.unwrap_or(survey.body.plain);
    let extent = [shift, 2.0 * can.outer.terms[0], high - low];
    let place = Place { height: 0.5 * (low + high), radius: shift, angle, extent };
    let direction =
        (angle - survey.body.frame.tab_angle.unwrap_or(0.0)).to_degrees().rem_euclid(360.0);
    let measures = vec![
        Measure::new("shift", shift, Some(sigma), MeasureUnit::Millimetre),
        Measure::new(
            "direction",
            direction,
            Some((sigma / shift.max(sigma)).to_degrees()),
            MeasureUnit::Degree,
        ),
    ];
    let note = format!(
        "The middle of the roll lies {shift:.3} mm beside the can's axis, towards {direction:.0}°."
    );
    let mut finding =
        report::finding_at(FindingKind::RollOffCentre, survey, (place, measures), note);
    finding.confidence = report::confidence(shift / sigma.max(1e-9), 3.0);
    finding
}

/// The gap around the clock.
fn around(survey: &Survey<'_>, can: &Can, gap: &Gap) -> Finding {
    let smooth: Vec<f64> = (0..BINS).map(|bin| gap.smooth(bin)).collect();
    let seen: Vec<usize> = (0..BINS).filter(|bin| smooth[*bin].is_finite()).collect();
    let by_width = |a: &&usize, b: &&usize| smooth[**a].total_cmp(&smooth[**b]);
    let (Some(&tight), Some(&loose)) = (seen.iter().min_by(by_width), seen.iter().max_by(by_width))
    else {
        return blind(survey);
    };
    if seen.len() < BINS * 2 / 3 {
        return blind(survey);
    }
    let place = loose_place(survey, can, (&smooth, tight, loose));
    let degrees = |bin: usize| {
        (bin_angle(bin) - survey.body.frame.tab_angle.unwrap_or(0.0)).to_degrees().rem_euclid(360.0)
    };
    let mean = seen.iter().map(|bin| smooth[*bin]).sum::<f64>() / seen.len() as f64;
    let mm = |name: &str, value: f64, sigma: f64| {
        Measure::new(name, value, Some(sigma), MeasureUnit::Millimetre)
    };
    let towards =
        |name: &str, bin: usize| Measure::new(name, degrees(bin), Some(15.0), MeasureUnit::Degree);
    let measures = vec![
        mm("gap_most", smooth[loose], gap.sigma),
        mm("gap_least", smooth[tight], gap.sigma.max(gap.least)),
        mm("gap_mean", mean, gap.sigma),
        towards("loose_direction", loose),
        towards("tight_direction", tight),
    ];
    let note = format!(
        "Between roll and can: {:.2} mm on the loose side ({:.0}°), {:.2} mm on the tight side ({:.0}°).",
        smooth[loose],
        degrees(loose),
        smooth[tight],
        degrees(tight)
    );
    report::finding_at(FindingKind::RollCanGap, survey, (place, measures), note)
}

/// Where the gap is wide: more than half-way from tight to loose.
fn loose_place(
    survey: &Survey<'_>,
    can: &Can,
    (smooth, tight, loose): (&[f64], usize, usize),
) -> Place {
    let [low, high] = survey.roll.unwrap_or(survey.body.plain);
    let half = 0.5 * (smooth[tight] + smooth[loose]);
    let turned = (0..BINS).map(|k| smooth[(k + loose + BINS / 2) % BINS] > half).collect();
    let arc = super::regions::run(turned, BINS / 2).len() as f64 * TAU / BINS as f64;
    let radius = can.outer.terms[0];
    let inner = can.inner.as_ref().map_or(radius - Usual::default().wall, |inner| inner.terms[0]);
    Place {
        height: 0.5 * (low + high),
        radius: inner - 0.5 * smooth[loose],
        angle: bin_angle(loose),
        extent: [smooth[loose], arc * radius, high - low],
    }
}

fn blind(survey: &Survey<'_>) -> Finding {
    let note = "The outer edge of the roll cannot be told from the can.".into();
    let mut finding = report::finding(FindingKind::RollCanGap, survey, Vec::new(), note);
    (finding.verdict, finding.confidence) = (Verdict::CannotTell, 0.0);
    finding
}
