//! The sealing ring: whole round the clock, or not. Knows no other part.

use std::f64::consts::TAU;

use ndarray::Array2;
use voltomo_numeric::cast::to_index;
use voltomo_types::{Counted, Curve, CurveLine, Finding, FindingKind, Measure, MeasureUnit, Probe};

use super::fit::Estimate;
use super::profiles::beam;
use super::rays::crossing;
use super::report::{Report, measure};
use super::upright::mean;
use crate::round::median;

/// Directions in which the ring is looked at.
const ANGLES: usize = 180;
/// The ring is looked for so far from the outer edge, mm.
const INWARD_MM: [f64; 2] = [0.1, 1.3];
/// It is looked at in parts of such a height, mm.
const PART_MM: f64 = 0.4;
/// Plastic reads so much more than steel, or it is not seen.
const BRIGHT: f64 = 1.4;

/// The ring by parts of its height and directions.
struct Ring {
    /// Lower and upper end, mm.
    ends: [f64; 2],
    /// What each part reads all round, 1/cm.
    typical: Vec<f64>,
    /// What it reads in each direction, 1/cm: `[part, angle]`.
    reading: Array2<f64>,
}

impl Ring {
    /// Whether any part is missing in a direction: less than half way from the walls alone to the
    /// whole ring.
    fn is_gap(&self, angle: usize, walls: f64) -> bool {
        let mut parts = self.typical.iter().enumerate();
        parts.any(|(n, typical)| self.reading[[n, angle]] < 0.5 * (typical + walls))
    }

    /// The direction with the least share of what its part reads elsewhere, and that share.
    fn weakest(&self) -> (usize, f64) {
        let share = |(n, k): (usize, usize)| (k, self.reading[[n, k]] / self.typical[n]);
        let places = (0..self.typical.len()).flat_map(|n| (0..ANGLES).map(move |k| (n, k)));
        places.map(share).min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 1.0))
    }
}

/// The gasket, and its gaps.
pub(super) fn gasket(report: Report<'_>) -> Finding {
    let kind = FindingKind::Gasket;
    if report.probe == Probe::Xray {
        let note = "X-rays pass plastic beside steel: only neutrons show the gasket.";
        return report.cannot_tell(kind, note);
    }
    let Some(ring) = ring(report) else {
        return report.cannot_tell(kind, "No ring that is brighter than steel lies in the can.");
    };
    let walls = 0.5 * report.pose.steel.value;
    let is_gap: Vec<bool> = (0..ANGLES).map(|angle| ring.is_gap(angle, walls)).collect();
    let covered = is_gap.iter().filter(|gap| !**gap).count() as f64 / ANGLES as f64;
    let (weakest_at, weakest) = ring.weakest();
    let (arc, arc_at) = widest(&is_gap);
    let radius = ring_radius(report, ring.ends).unwrap_or(report.pose.radius.value);
    let angle = TAU * if arc > 0.0 { arc_at } else { weakest_at as f64 } / ANGLES as f64;
    let reading = mean(ring.typical.iter().copied());
    let note = if covered < 1.0 {
        let missing = 100.0 * (1.0 - covered);
        let at = angle.to_degrees();
        format!(
            "The gasket is broken over {missing:.0} % of the circle, widest over {arc:.0}° about {at:.0}°."
        )
    } else {
        let steel = reading / report.pose.steel.value;
        let least = 100.0 * weakest;
        format!(
            "The gasket is a whole ring of {reading:.2} /cm ({steel:.1} times steel); its weakest \
             place has {least:.0} % of that."
        )
    };
    let [low, high] = ring.ends;
    let at = [0.5 * (low + high), radius * angle.sin(), radius * angle.cos()];
    let mut found = report.across(kind, at, note);
    let around = if arc > 0.0 { arc.to_radians() } else { TAU };
    found.extent_mm = Some([INWARD_MM[1] - INWARD_MM[0], around * radius, high - low]);
    found.measures = measures(report, [covered, arc, weakest, reading, high - low, radius]);
    found
}

/// What the ring reads round the clock against what its parts read all round; `None` where no ring is
/// seen.
pub(super) fn round_the_clock(report: Report<'_>) -> Option<Curve> {
    let ring = ring(report).filter(|_| report.probe == Probe::Neutron)?;
    let share = |n: usize, k: usize| ring.reading[[n, k]] / ring.typical[n];
    let least =
        |k: usize| (0..ring.typical.len()).map(|n| share(n, k)).fold(f64::INFINITY, f64::min);
    let (short, long) = beam(report.probe);
    Some(Curve {
        name: format!("gasket-{short}"),
        title: format!("The gasket round the clock, the weakest of its height ({long})"),
        across: Counted::new("direction", "°"),
        quantity: Counted::new("attenuation, 1 is what it has all round", ""),
        along: (0..ANGLES).map(|k| 360.0 * k as f64 / ANGLES as f64).collect(),
        lines: vec![CurveLine { label: String::new(), values: (0..ANGLES).map(least).collect() }],
        levels: Vec::new(),
    })
}

fn measures(report: Report<'_>, values: [f64; 6]) -> Vec<Measure> {
    let [covered, arc, weakest, reading, height, radius] = values;
    let step = report.pose.upright.step;
    let angle = 1.0 / ANGLES as f64;
    [
        ("covered", covered, 0.5 * angle, MeasureUnit::One),
        ("gap", arc, 360.0 * angle, MeasureUnit::Degree),
        ("weakest", weakest, 0.02, MeasureUnit::One),
        ("attenuation", reading, 0.02 * reading, MeasureUnit::PerCentimetre),
        ("height", height, 0.5 * step, MeasureUnit::Millimetre),
        ("radius", radius, 0.25 * step, MeasureUnit::Millimetre),
    ]
    .into_iter()
    .map(|(name, value, sigma, unit)| measure(name, Estimate { value, sigma }, unit))
    .collect()
}

fn ring(report: Report<'_>) -> Option<Ring> {
    let ends = ends(report)?;
    let (heights, reading) = parts(report);
    let inside = |n: &usize| heights[*n][0] >= ends[0] && heights[*n][1] <= ends[1];
    let rows: Vec<usize> = (0..heights.len()).filter(inside).collect();
    let reading = reading.select(ndarray::Axis(0), &rows);
    let typical = reading.outer_iter().map(|row| median(row.to_vec()).unwrap_or(f64::NAN));
    Some(Ring { ends, typical: typical.collect(), reading })
}

/// Greatest length in degrees of neighbouring directions that are gaps, and its middle.
fn widest(is_gap: &[bool]) -> (f64, f64) {
    let count = is_gap.len();
    let mut best = (0usize, 0.0);
    for start in (0..count).filter(|k| is_gap[*k] && !is_gap[(k + count - 1) % count]) {
        let length = (0..count).take_while(|k| is_gap[(start + k) % count]).count();
        if length > best.0 {
            best = (length, start as f64 + 0.5 * (length - 1) as f64);
        }
    }
    if is_gap.iter().all(|gap| *gap) {
        best = (count, 0.0);
    }
    (best.0 as f64 * 360.0 / count as f64, best.1)
}

/// Greatest µ along the radius, by part of the height and direction: `[part, angle]`.
fn parts(report: Report<'_>) -> (Vec<[f64; 2]>, Array2<f64>) {
    let pose = report.pose;
    let count = to_index(pose.height.value / PART_MM);
    let heights: Vec<[f64; 2]> =
        (0..count).map(|n| [n as f64 * PART_MM, (n + 1) as f64 * PART_MM]).collect();
    let mut found = Array2::zeros((count, ANGLES));
    for (heights, mut row) in heights.iter().zip(found.outer_iter_mut()) {
        let upright = &pose.upright;
        let polar = upright.polar(&upright.slab(*heights), [0.0; 2], ANGLES);
        let range = INWARD_MM.map(|inward| (pose.radius.value - inward) / (0.5 * upright.step));
        let range = to_index(range[1])..to_index(range[0]).min(polar.dim().1);
        for (value, line) in row.iter_mut().zip(polar.outer_iter()) {
            let inside = range.clone().map(|n| line[n]).filter(|mu| mu.is_finite());
            *value = inside.fold(f64::NEG_INFINITY, f64::max);
        }
    }
    (heights, found)
}

/// Where the ring's mean radius is.
fn ring_radius(report: Report<'_>, heights: [f64; 2]) -> Option<f64> {
    let pose = report.pose;
    let upright = &pose.upright;
    let polar = upright.polar(&upright.slab(heights), [0.0; 2], ANGLES);
    let places = polar.outer_iter().filter_map(|row| {
        let from = to_index((pose.radius.value - INWARD_MM[1]) / (0.5 * upright.step));
        let known = (from..row.len()).filter(|n| row[*n].is_finite());
        let brightest = known.max_by(|a, b| row[*a].total_cmp(&row[*b]))?;
        Some(0.5 * brightest as f64 * upright.step)
    });
    median(places.collect())
}

/// Lower and upper end of the ring: where it falls to half of what it reads.
fn ends(report: Report<'_>) -> Option<[f64; 2]> {
    let pose = report.pose;
    let ring = [0.75, 0.25].map(|inward| pose.radius.value - inward);
    let layers = pose.upright.layers(ring).value;
    let known = (0..layers.len()).filter(|k| layers[*k].is_finite());
    let peak = known.max_by(|a, b| layers[*a].total_cmp(&layers[*b]))?;
    if layers[peak] < BRIGHT * pose.steel.value {
        return None;
    }
    let level = 0.5 * (layers[peak] + 0.5 * pose.steel.value);
    let low = crossing(&layers, (0..=peak).rev(), level, false)?;
    let high = crossing(&layers, peak..layers.len(), level, false)?;
    Some([low, high].map(|slice| pose.upright.height(slice)))
}
