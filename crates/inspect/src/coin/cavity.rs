//! The gas under the cap, and the spring or punch in it. Knows nothing below.

use std::f64::consts::TAU;

use ndarray::{Array2, Axis};
use voltomo_numeric::cast::to_index;
use voltomo_types::{Finding, FindingKind, MeasureUnit, Verdict};

use super::fit::{Estimate, Surface};
use super::rays::crossing;
use super::report::{Report, confidence, measure};
use super::spacer;
use super::stack::Stack;
use crate::round::{median, median_and_sigma};

/// Directions in which the cavity is looked at.
const ANGLES: usize = 180;
/// Farther from the axis than this share of the radius no spring is looked for: there the cap bends.
const SPRING: f64 = 0.8;
/// The cap's wall begins where µ rises to this share of steel: it slants, and is thin.
const WALL: f64 = 0.4;
/// Rings in which steel is looked for, mm wide.
const RING_MM: f64 = 0.5;
/// Steel of less than this, as a mean over a ring of the cavity, is no spring, mm: strips are .2 mm
/// and more.
const STRIP_MM: f64 = 0.05;
/// A lower cavity is none to be measured, mm.
const LEAST_MM: f64 = 0.1;
/// A lower cavity cannot show a spring, mm.
const ROOM_MM: f64 = 0.3;
/// Nearer to the axis than this share of the radius there is no spring, but the blur of both faces.
const OPEN: f64 = 0.5;

/// What is in the cavity.
#[derive(Debug, Clone, Copy)]
struct Content {
    /// Gas, mm³.
    gas: f64,
    /// Median radius of the wall at half the height, mm.
    wall: f64,
    /// The ring with the most steel: its mean radius, mm, and its steel beyond that of the open
    /// middle, as a height, mm.
    ring: [f64; 2],
    /// How far the rings of the open middle scatter, mm.
    noise: f64,
}

/// The cavity, and a finding more where no spring is in it.
pub(super) fn cavity(report: Report<'_>, stack: &Stack) -> Vec<Finding> {
    let (Some([low, high]), Some(floor)) = (stack.cavity, spacer::face(report.pose)) else {
        let note = "No gas under the cap: the cavity is filled, as by a punch or by electrolyte.";
        return vec![report.finding(FindingKind::PunchCavity, note.into())];
    };
    if high - floor.terms[0] < LEAST_MM {
        let note = "The gas under the cap is too low to be looked at.";
        return vec![report.cannot_tell(FindingKind::PunchCavity, note)];
    }
    let content = content(report, &floor, high);
    let step = report.pose.upright.step;
    let height = Estimate { value: high - floor.terms[0], sigma: 0.25 * step };
    let middle = 0.5 * (floor.terms[0] + high);
    let has_spring = content.ring[1] > STRIP_MM;
    let can_show = height.value > ROOM_MM;
    let [wide, gas] = [2.0 * content.wall, content.gas];
    let note = format!(
        "Cavity of gas under the cap, {:.2} mm high and {wide:.1} mm wide, {gas:.0} mm³; {}.",
        height.value,
        contents(content, has_spring, can_show)
    );
    let mut found = report.along(FindingKind::PunchCavity, [middle, 0.0, 0.0], note);
    let strip = Estimate { value: content.ring[1], sigma: 0.02 + content.noise };
    let wide = Estimate { value: wide, sigma: step };
    found.extent_mm = Some([wide.value, wide.value, height.value]);
    found.measures = vec![
        measure("volume", Estimate { value: gas, sigma: 0.1 * gas }, MeasureUnit::CubicMillimetre),
        measure("height", height, MeasureUnit::Millimetre),
        measure("diameter", wide, MeasureUnit::Millimetre),
        measure("spring_steel", strip, MeasureUnit::Millimetre),
    ];
    let missing = missing(report, [low, middle, high], strip);
    let mut list = vec![found];
    list.extend((!has_spring && can_show).then_some(missing));
    list
}

fn contents(content: Content, has_spring: bool, can_show: bool) -> String {
    let [radius, steel] = content.ring;
    match (has_spring, can_show) {
        (true, _) => {
            format!("in it a spring of some {steel:.2} mm of steel at {radius:.1} mm from the axis")
        }
        (false, true) => "no spring in it".into(),
        (false, false) => "too low to show whether a spring is in it".into(),
    }
}

fn missing(report: Report<'_>, [low, middle, high]: [f64; 3], strip: Estimate) -> Finding {
    let note = "No spring between spacer and cap: the cavity holds gas alone.".to_string();
    let mut found = report.along(FindingKind::MissingSpring, [middle, 0.0, 0.0], note);
    let wide = 1.54 * report.pose.radius.value;
    found.extent_mm = Some([wide, wide, high - low]);
    found.confidence = confidence((0.1 - strip.value) / strip.sigma);
    found.measures = vec![measure("spring_steel", strip, MeasureUnit::Millimetre)];
    found.verdict = Verdict::Seen;
    found
}

/// Sums over the cavity.
struct Sums<'a> {
    report: Report<'a>,
    /// Face of the spacer.
    floor: &'a Surface,
    /// Inner face of the cap, mm.
    top: f64,
    /// Gas, mm³.
    gas: f64,
    /// Steel by ring about the axis, mm³.
    rings: Vec<f64>,
    /// Radii of the cap's wall half way up, mm.
    walls: Vec<f64>,
}

impl Sums<'_> {
    /// Adds one slice: `polar` is `[angle, radius]` in steps of half a voxel.
    fn add(&mut self, z: f64, polar: &Array2<f64>) {
        let (step, steel) = (self.report.pose.upright.step, self.report.pose.steel.value);
        let radius = self.report.pose.radius.value;
        let middle = 0.5 * (self.floor.terms[0] + self.top);
        for (k, row) in polar.outer_iter().enumerate() {
            let row: Vec<f64> =
                row.iter().take(to_index(2.0 * radius / step) + 1).copied().collect();
            let from = to_index(2.0 * SPRING * radius / step);
            let Some(wall) = crossing(&row, from..row.len(), WALL * steel, true) else { continue };
            if (z - middle).abs() < step {
                self.walls.push(0.5 * wall * step);
            }
            let angle = TAU * k as f64 / ANGLES as f64;
            for (n, mu) in row.iter().enumerate().take(to_index(wall)) {
                self.add_cell([z, angle, 0.5 * n as f64 * step], mu / steel);
            }
        }
    }

    fn add_cell(&mut self, [z, angle, radius]: [f64; 3], steel: f64) {
        let pose = self.report.pose;
        let step = pose.upright.step;
        let cell = TAU / ANGLES as f64 * radius * 0.5 * step * step;
        let above = z - self.floor.at(radius * angle.sin(), radius * angle.cos());
        let below = self.top - z;
        // Of a slice that a face cuts, the part inside counts.
        let share = share(above / step) * share(below / step);
        self.gas += cell * share * (1.0 - steel).clamp(0.0, 1.0);
        if radius < SPRING * pose.radius.value {
            self.rings[to_index(radius / RING_MM)] += cell * share * steel;
        }
    }
}

/// Gas and steel between the face of the spacer and the inside of the cap.
fn content(report: Report<'_>, floor: &Surface, top: f64) -> Content {
    let upright = &report.pose.upright;
    let rings = vec![0.0; to_index(report.pose.radius.value / RING_MM) + 1];
    let mut sums = Sums { report, floor, top, gas: 0.0, rings, walls: Vec::new() };
    for slice in upright.slice(floor.terms[0] - 1.0)..=upright.slice(top) {
        let picture = upright.mu.index_axis(Axis(0), slice).mapv(f64::from);
        let polar = upright.polar(&picture, [0.0; 2], ANGLES);
        sums.add(upright.height(slice as f64), &polar);
    }
    let height = |n: usize, steel: f64| {
        let radius = (n as f64 + 0.5) * RING_MM;
        [radius, steel / (TAU * radius * RING_MM)]
    };
    let whole = |ring: &[f64; 2]| ring[0] + 0.5 * RING_MM <= SPRING * report.pose.radius.value;
    let heights = sums.rings.iter().enumerate().map(|(n, steel)| height(n, *steel)).filter(whole);
    let is_open = |ring: &[f64; 2]| ring[0] < OPEN * report.pose.radius.value;
    let (open, rest): (Vec<[f64; 2]>, Vec<[f64; 2]>) = heights.partition(is_open);
    let open: Vec<f64> = open.into_iter().map(|ring| ring[1]).collect();
    let (faces, noise) = median_and_sigma(&open).unwrap_or((0.0, 0.0));
    let most = rest.into_iter().max_by(|a, b| a[1].total_cmp(&b[1])).unwrap_or([0.0, faces]);
    let wall = median(sums.walls).unwrap_or(0.0);
    Content { gas: sums.gas, wall, ring: [most[0], most[1] - faces], noise }
}

/// 0 below a face, 1 above, in parts of a slice.
fn share(above: f64) -> f64 {
    (above + 0.5).clamp(0.0, 1.0)
}
