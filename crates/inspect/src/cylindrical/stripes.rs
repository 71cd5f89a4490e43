//! Dark stripes along the roll in neutrons, thinner than the resolution: gaps between windings, and
//! voids along a tab. Knows no winding.

use std::f64::consts::TAU;

use ndarray::{Array2, Axis, s};
use voltomo_numeric::cast::to_index;
use voltomo_types::{Finding, FindingKind, Measure, MeasureUnit};

use super::core::Core;
use super::report::{self, Place};
use super::shortfall::{Shortfall, WIDEST_MM};
use super::survey::{ANGLES, Survey};
use super::wedge::Wedge;
use crate::round::median;

/// Width over which a stripe is blurred, mm.
const RADIAL_MM: f64 = 0.45;
/// Over so much the window of a stripe begins and ends, mm.
const SLOPE_MM: f64 = 0.4;
/// A void that ends sooner beside its tab is the tab's own blurred edge, mm.
const LEAST_FALL_MM: f64 = 1.2;
/// Thinner voids are not told from what is uneven in every roll, mm.
const LEAST_MM: f64 = 0.03;
/// What stands out by so many standard deviations is no noise.
const SIGMAS: f64 = 6.0;

/// A dark stripe.
#[derive(Debug, Clone)]
pub(super) struct Stripe {
    /// Middle: height, radius mm; angle radians.
    pub(super) height: f64,
    pub(super) radius: f64,
    pub(super) angle: f64,
    /// Thickness of void that is missing, where it is thickest, mm.
    pub(super) thickness: f64,
    /// Its standard deviation.
    pub(super) sigma: f64,
    /// Length along the turn, mm.
    pub(super) arc: f64,
    /// Lowest and highest, mm.
    pub(super) heights: [f64; 2],
    /// How far it stands out of the noise.
    pub(super) sigmas: f64,
    /// How far its middle lies from 0 of the profile, mm.
    shift: f64,
    /// Thickness along the turn, `(mm, mm)`.
    profile: Vec<(f64, f64)>,
}

/// Every dark stripe of the roll between the core and the rim.
pub(super) fn find(survey: &Survey<'_>, core: Option<&Core>) -> Vec<Stripe> {
    let Some(mut short) = Shortfall::of(survey, core) else { return Vec::new() };
    let threshold = (SIGMAS * short.noise).max(0.12);
    let regions = short.own_regions(survey, threshold);
    let mut stripes: Vec<Stripe> =
        regions.iter().filter_map(|it| short.stripe(survey, it)).collect();
    stripes.retain(|stripe| stripe.thickness >= LEAST_MM);
    stripes.sort_by(|a, b| (b.heights[1] - b.heights[0]).total_cmp(&(a.heights[1] - a.heights[0])));
    stripes
}

impl Shortfall {
    /// What a region is, if it is a stripe: higher than wide, and thin.
    fn stripe(&self, survey: &Survey<'_>, region: &[[usize; 3]]) -> Option<Stripe> {
        let rows: std::collections::BTreeSet<usize> = region.iter().map(|[h, ..]| *h).collect();
        let (low, high) = (*rows.first()?, *rows.last()?);
        let height = (high - low + 1) as f64 * self.row_mm;
        if (height < 3.0 && self.rows.len() > 3) || region.len() < 12 {
            return None;
        }
        let (place, peak) = self.middle(survey, region);
        let (radius, angle) = place;
        if self.width(survey, region, place) > WIDEST_MM {
            return None;
        }
        let profile = self.along_arc(survey, (radius, angle), low..high + 1);
        let thickness = profile.iter().map(|it| it.1).fold(0.0, f64::max);
        let (arc, shift) = arc_of(&profile)?;
        let half = 0.5 * self.row_mm;
        let heights = self.ends(
            survey,
            (radius, angle, arc),
            [self.rows[low] - half, self.rows[high] + half],
        );
        Some(Stripe {
            height: 0.5 * (heights[0] + heights[1]),
            radius,
            angle: angle + shift / radius,
            shift,
            thickness,
            sigma: 0.07 * thickness + self.noise * RADIAL_MM / (rows.len() as f64).sqrt(),
            arc,
            heights,
            sigmas: peak / self.noise.max(1e-9),
            profile,
        })
    }

    /// Radial width of a region about its middle, mean over its rows and some arc, mm: where it is
    /// above half of its peak.
    fn width(
        &self,
        survey: &Survey<'_>,
        region: &[[usize; 3]],
        (radius, angle): (f64, f64),
    ) -> f64 {
        let unrolled = &survey.unrolled;
        let rows: std::collections::BTreeSet<usize> = region.iter().map(|[h, ..]| *h).collect();
        let middle = to_index((angle.rem_euclid(TAU) / TAU * ANGLES as f64).round());
        let half = to_index((0.4 / radius / TAU * ANGLES as f64).ceil());
        let mean = |k: usize| {
            let place = |a: usize| (middle + ANGLES + a - half) % ANGLES;
            let all = rows.iter().flat_map(|h| (0..=2 * half).map(move |a| (*h, place(a))));
            all.map(|(h, a)| f64::from(self.map[[h, a, k]])).sum::<f64>()
        };
        let profile: Vec<f64> = (0..self.map.shape()[2]).map(mean).collect();
        let at = unrolled.radius_index(radius).saturating_sub(self.first).min(profile.len() - 1);
        let near = to_index((0.3 / unrolled.radial_step).ceil());
        let (low, high) = (at.saturating_sub(near), (at + near + 1).min(profile.len()));
        let peak = (low..high).max_by(|a, b| profile[*a].total_cmp(&profile[*b])).unwrap_or(at);
        let flags = profile.iter().map(|it| *it > 0.5 * profile[peak]).collect();
        super::regions::run(flags, peak).len() as f64 * unrolled.radial_step
    }

    /// Radius and angle of a region's middle, weighted by the shortfall, and its peak.
    fn middle(&self, survey: &Survey<'_>, region: &[[usize; 3]]) -> ((f64, f64), f64) {
        let [mut x, mut y, mut r, mut sum, mut peak] = [0.0; 5];
        for &[h, a, k] in region {
            let weight = f64::from(self.map[[h, a, k]]);
            let (sin, cos) = survey.unrolled.angle(a).sin_cos();
            x += weight * cos;
            y += weight * sin;
            r += weight * survey.unrolled.radius(self.first + k);
            sum += weight;
            peak = weight.max(peak);
        }
        ((r / sum, y.atan2(x)), peak)
    }

    /// Thickness of void along the arc about a middle: `(mm along the arc, mm)`, mean over rows. The
    /// stripe may climb with the spiral: the radial window follows the darkest place.
    fn along_arc(
        &self,
        survey: &Survey<'_>,
        (radius, angle): (f64, f64),
        rows: std::ops::Range<usize>,
    ) -> Vec<(f64, f64)> {
        let unrolled = &survey.unrolled;
        let step = unrolled.radial_step;
        let mean = self.map.slice(s![rows, .., ..]).mean_axis(Axis(0)).unwrap_or_default();
        let reach = to_index(0.5 * TAU.min(30.0 / radius) / TAU * ANGLES as f64).min(ANGLES / 2);
        let middle = to_index((angle.rem_euclid(TAU) / TAU * ANGLES as f64).round());
        // Sheets that come in at one end of the window go out at the other: its flanks are slopes.
        let reach_mm = RADIAL_MM + 0.5 * SLOPE_MM;
        let window = to_index((reach_mm / step).ceil());
        let at = unrolled.radius_index(radius).saturating_sub(self.first);
        let trace = follow(&mean, (middle, at), (reach, to_index((0.15 / step).ceil())));
        let weight = |d: f64| ((reach_mm - d.abs()) / SLOPE_MM).clamp(0.0, 1.0);
        let thickness = |column: usize, k: usize| -> f64 {
            let window = k.saturating_sub(window)..(k + window + 1).min(mean.ncols());
            let share = |i: usize| weight((i as f64 - k as f64) * step);
            window.map(|i| share(i) * f64::from(mean[[column, i]])).sum::<f64>() * step
        };
        let arc = TAU / ANGLES as f64 * radius;
        trace.into_iter().map(|(offset, column, k)| (offset * arc, thickness(column, k))).collect()
    }

    /// Ends of a stripe along the height: where its thickness falls to half, heights one by one.
    fn ends(
        &self,
        survey: &Survey<'_>,
        (radius, angle, arc): (f64, f64, f64),
        rough: [f64; 2],
    ) -> [f64; 2] {
        let unrolled = &survey.unrolled;
        let k = unrolled.radius_index(radius);
        let half = to_index(0.25 * arc / radius / TAU * ANGLES as f64).max(2);
        let middle = to_index((angle.rem_euclid(TAU) / TAU * ANGLES as f64).round());
        let window = to_index((0.15 / unrolled.radial_step).ceil());
        let range = unrolled.height_range([rough[0] - 3.0, rough[1] + 3.0]);
        let dark: Vec<f64> = range
            .clone()
            .map(|h| {
                let (from, to) = (k.saturating_sub(window), k + window + 1);
                let near = (0..2 * half + 1).map(|a| (middle + ANGLES + a - half) % ANGLES);
                let inside = part_median(survey, h, near, from..to);
                let ring = part_median(survey, h, (0..ANGLES).step_by(6), from..to);
                1.0 - (inside - survey.levels.air) / (ring - survey.levels.air)
            })
            .collect();
        let level = 0.5 * median(dark.clone()).unwrap_or(0.0);
        let flags: Vec<bool> = dark.iter().map(|it| *it > level).collect();
        let at = ((0.5 * (rough[0] + rough[1]) - unrolled.heights[range.start])
            / unrolled.height_step)
            .max(0.0);
        let runs = joined(&flags, to_index(at).min(flags.len() - 1));
        let half_step = 0.5 * unrolled.height_step;
        [
            unrolled.heights[range.start + runs.start] - half_step,
            unrolled.heights[range.start + runs.end - 1] + half_step,
        ]
    }
}

/// Median of the unrolled cell over some directions and radii of a height.
fn part_median(
    survey: &Survey<'_>,
    height: usize,
    angles: impl Iterator<Item = usize>,
    radii: std::ops::Range<usize>,
) -> f64 {
    let map = &survey.unrolled.map;
    let values = angles.flat_map(|a| map.slice(s![height, a, radii.clone()]).to_vec());
    median(values.map(f64::from).collect()).unwrap_or(f64::NAN)
}

/// The run about a place, single misses within it passed over.
fn joined(flags: &[bool], at: usize) -> std::ops::Range<usize> {
    let grown: Vec<bool> = (0..flags.len())
        .map(|k| flags[k] || (k > 0 && k + 1 < flags.len() && flags[k - 1] && flags[k + 1]))
        .collect();
    let run = super::regions::run(grown, at);
    if run.is_empty() { at..at + 1 } else { run }
}

/// The darkest place near that of the neighbour, from the middle both ways: `(offset in angles,
/// angle, radius)`.
fn follow(
    mean: &Array2<f32>,
    (middle, start): (usize, usize),
    (reach, play): (usize, usize),
) -> Vec<(f64, usize, usize)> {
    let darkest = |column: usize, near: usize| {
        let (low, high) = (near.saturating_sub(play), (near + play + 1).min(mean.ncols()));
        (low..high)
            .max_by(|a, b| mean[[column, *a]].total_cmp(&mean[[column, *b]]))
            .filter(|k| mean[[column, *k]] > 0.1)
            .unwrap_or(near)
    };
    let mut trace = Vec::new();
    for sense in [1, -1_i32] {
        let mut near = darkest(middle % ANGLES, start);
        for k in usize::from(sense < 0)..reach {
            let column = if sense > 0 { middle + k } else { middle + 2 * ANGLES - k } % ANGLES;
            near = darkest(column, near);
            trace.push((f64::from(sense) * k as f64, column, near));
        }
    }
    trace.sort_by(|a, b| a.0.total_cmp(&b.0));
    trace
}

/// Length of a lens `1 − u²` with the same integral and height as the profile about its peak, and
/// where its middle lies.
fn arc_of(profile: &[(f64, f64)]) -> Option<(f64, f64)> {
    let middle = profile.iter().position(|(at, _)| *at >= 0.0)?;
    let peak = profile.iter().map(|it| it.1).fold(0.0, f64::max);
    let run = super::regions::run(profile.iter().map(|it| it.1 > 0.2 * peak).collect(), middle);
    let part = profile.get(run)?;
    let (first, last) = (part.first()?, part.last()?);
    // A lens is above a fifth of its peak over √0.8 of its length.
    Some(((last.0 - first.0) / 0.8_f64.sqrt(), 0.5 * (first.0 + last.0)))
}

/// Findings about the stripes; `tab`: the one that is the tab's.
pub(super) fn findings(
    survey: &Survey<'_>,
    stripes: &[Stripe],
    tab: Option<usize>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (k, stripe) in stripes.iter().enumerate() {
        if tab == Some(k) {
            findings.extend(tab_findings(survey, stripe));
        } else {
            let what = (FindingKind::WindingGap, "A gap between windings");
            findings.push(stripe_finding(survey, what, stripe));
        }
    }
    findings
}

/// A stripe as a finding.
fn stripe_finding(
    survey: &Survey<'_>,
    (kind, what): (FindingKind, &str),
    stripe: &Stripe,
) -> Finding {
    let height = stripe.heights[1] - stripe.heights[0];
    let place = Place {
        height: stripe.height,
        radius: stripe.radius,
        angle: stripe.angle,
        extent: [stripe.thickness, stripe.arc, height],
    };
    let mm = MeasureUnit::Millimetre;
    let measures = vec![
        Measure::new("thickness", stripe.thickness, Some(stripe.sigma), mm),
        Measure::new("arc", stripe.arc, Some(0.1 * stripe.arc), mm),
        Measure::new("height", height, Some(survey.unrolled.height_step), mm),
    ];
    let note = format!(
        "{what}: as dark as {:.2} mm of void, {:.1} mm along the turn, {height:.1} mm high, {:.2} mm from the axis.",
        stripe.thickness, stripe.arc, stripe.radius
    );
    let mut finding = report::finding_at(kind, survey, (place, measures), note);
    finding.confidence = report::confidence(stripe.sigmas, SIGMAS);
    finding
}

/// The stripe that runs up through at least four fifths of the roll, if there is one: the nearest to
/// `root` (direction of the lead where it leaves the roll), else that of the greatest height within the
/// roll, of several the thickest.
///
/// `roll`: lowest and highest height of the roll, mm.
pub(super) fn tab_of(
    [low, high]: [f64; 2],
    stripes: &[Stripe],
    root: Option<f64>,
) -> Option<usize> {
    let is_whole = |stripe: &Stripe| {
        stripe.heights[1] - stripe.heights[0] > 0.8 * (high - low) && high - stripe.heights[1] < 4.0
    };
    let whole = stripes.iter().enumerate().filter(|(_, stripe)| is_whole(stripe));
    let aside = |stripe: &Stripe, root: f64| {
        ((stripe.angle - root + 0.5 * TAU).rem_euclid(TAU) - 0.5 * TAU).abs()
    };
    // Ends are known to a row or so: heights that differ by less are alike.
    let tenths =
        |[from, end]: [f64; 2]| (10.0 * (end.min(high) - from.max(low)) / (high - low)).round();
    let rank = |stripe: &Stripe| match root {
        Some(root) => (0.0, -aside(stripe, root)),
        None => (tenths(stripe.heights), stripe.thickness),
    };
    let order = |a: &Stripe, b: &Stripe| {
        let (a, b) = (rank(a), rank(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    };
    whole.max_by(|a, b| order(a.1, b.1)).map(|(k, _)| k)
}

/// The tab, and the void beside it if there is one.
fn tab_findings(survey: &Survey<'_>, stripe: &Stripe) -> Vec<Finding> {
    let wedge = Wedge::through(&stripe.profile);
    let shift = wedge.map_or(0.0, |wedge| wedge.middle);
    let width = wedge.map_or(stripe.arc, |wedge| wedge.width);
    let angle = stripe.angle + shift / stripe.radius - stripe.shift / stripe.radius;
    let tab = Stripe { angle, arc: width, ..stripe.clone() };
    let mut findings = vec![tab_finding(survey, &tab)];
    let Some(wedge) = wedge else { return findings };
    let sigma = wedge.sigma.hypot(0.1 * wedge.thickness).hypot(0.01);
    if wedge.thickness > 3.0 * sigma && wedge.fall > LEAST_FALL_MM {
        let arc = wedge.width + 2.0 * wedge.fall;
        let void = Stripe { thickness: wedge.thickness, sigma, arc, ..tab };
        findings.push(stripe_finding(
            survey,
            (FindingKind::TabVoid, "A void along the tab"),
            &void,
        ));
    }
    findings
}

fn tab_finding(survey: &Survey<'_>, stripe: &Stripe) -> Finding {
    let direction = stripe.angle.to_degrees().rem_euclid(360.0);
    let place = Place {
        height: stripe.height,
        radius: stripe.radius,
        angle: stripe.angle,
        extent: [stripe.thickness, stripe.arc, stripe.heights[1] - stripe.heights[0]],
    };
    let (mm, degrees) = (MeasureUnit::Millimetre, MeasureUnit::Degree);
    let measures = vec![
        Measure::new("direction", direction, Some((0.3 / stripe.radius).to_degrees()), degrees),
        Measure::new("radius", stripe.radius, Some(0.1), mm),
        Measure::new("width", stripe.arc, Some(0.5), mm),
    ];
    let note = format!(
        "The tab stands {:.2} mm from the axis, {direction:.0}° from +x of the volume; it is {:.1} mm wide.",
        stripe.radius, stripe.arc
    );
    report::finding_at(FindingKind::Tab, survey, (place, measures), note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripe(thickness: f64, heights: [f64; 2], angle: f64) -> Stripe {
        Stripe {
            height: 0.5 * (heights[0] + heights[1]),
            radius: 6.0,
            angle,
            thickness,
            sigma: 0.01,
            arc: 4.0,
            heights,
            sigmas: 20.0,
            shift: 0.0,
            profile: Vec::new(),
        }
    }

    #[test]
    fn a_darker_gap_that_ends_within_the_roll_is_not_the_tab() {
        let (tab, gap) = (stripe(0.10, [2.6, 23.7], 1.0), stripe(0.13, [3.0, 20.9], 2.0));
        let whole = stripe(0.16, [0.5, 25.5], 3.0);
        assert_eq!(tab_of([2.5, 24.0], &[gap.clone(), tab.clone()], None), Some(1));
        assert_eq!(tab_of([2.5, 24.0], &[gap.clone(), tab.clone(), whole], None), Some(2));
        assert_eq!(tab_of([2.5, 24.0], &[gap.clone(), tab], Some(2.1)), Some(0));
        assert_eq!(tab_of([2.5, 60.0], &[gap], None), None);
    }
}
